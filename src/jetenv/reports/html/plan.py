"""The page of a plan: how the merge would end and what is in its way, then what arrives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.html.diff import diff_main, shown_colors
from jetenv.reports.html.elements import Child, Markup, element, joined
from jetenv.reports.html.page import BREAK, document, environment
from jetenv.reports.objects import count
from jetenv.version import __version__

if TYPE_CHECKING:
    from jetenv.environments.reviewing.plan import Plan
    from jetenv.merging.conflicts import Conflict

_OUTCOMES = {
    "clean": "It would merge.",
    "up-to-date": "There is nothing new to merge.",
    "conflicts": "It does not merge: there are conflicts.",
    "violations": "It does not merge: the whole would not be valid.",
}
_MOST = 500
_LONGEST = 400


def plan_page(plan: Plan) -> str:
    """The whole document."""
    result = plan.result
    source = result.source.environment
    into = environment(result.target.name, result.target.color)
    come = environment(source.name, source.color) if source is not None else element("bdi", result.source.name)
    header = (
        element("h1", "What merging ", come, " into ", into, " would bring"),
        element("p", _OUTCOMES.get(result.outcome.value, result.outcome.value), class_="lead"),
    )
    main: list[Child] = [
        _section("conflict", [_conflict(each) for each in result.conflicts[:_MOST]], len(result.conflicts)),
        _section(
            "violation",
            [(f"{each.finding.path}:{each.finding.line}", each.finding.message) for each in result.violations[:_MOST]],
            len(result.violations),
        ),
    ]
    if plan.arriving is not None:
        main += diff_main(plan.arriving, plan.drawings, "Settings of the target that change with it")
    if result.kept_back:
        kept = count(len(result.kept_back), "file")
        main.append(element("p", f"Kept back, for the target owns its settings: {kept}.", class_="quiet"))
    commits = element("code", f"{result.source.tip} and {result.target.tip}")
    footer = element("p", f"Made by jetenv {__version__} from ", commits, ".")
    colors = [result.target.color, source.color if source is not None else None]
    return document(f"{result.source.name} → {result.target.id}: the plan", header, main, footer, shown_colors(colors))


def _conflict(each: Conflict) -> tuple[str, str]:
    field = format_path(each.field)
    return f"{each.path}#{field}" if field else each.path, f"{each.kind.value} conflict"


def _section(noun: str, rows: Sequence[tuple[str, str]], number: int) -> Markup | None:
    """What is in the way of the merge, a place and a line each."""
    if not number:
        return None

    def items() -> Iterator[Child]:
        for place, told in rows:
            yield element("li", element("code", element("bdi", place)), " ", told[:_LONGEST])
            yield BREAK

    more = element("p", f"{number - len(rows):,} more.") if number > len(rows) else None
    listed = element("ul", BREAK, joined(items()), class_="risks")
    return element("section", element("h2", count(number, noun)), BREAK, listed, more)
