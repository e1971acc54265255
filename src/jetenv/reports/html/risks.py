"""What a reviewer should look at first, the gravest first, each with a link to its object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jetenv.diffing.risks import RULES
from jetenv.documents.paths import format_path
from jetenv.reports.html.elements import Child, Markup, element, joined
from jetenv.reports.html.page import BREAK
from jetenv.reports.objects import count

if TYPE_CHECKING:
    from jetenv.diffing.records import ObjectDiff, Risk

MOST_LISTED = 5_000
"""Objects of one page that have a place to link to."""
_MOST_RISKS = 200
_MOST_USERS = 5


def risk_badge(risk: str) -> Markup:
    """A class of risks, as a sign and a word."""
    return element("span", element("span", "!", aria_hidden="true"), " ", risk, class_="badge risk")


def risks_section(sections: Sequence[tuple[str, Sequence[ObjectDiff]]]) -> Markup | None:
    """The risks of all objects; ``sections`` are the prefixes of their places, with them. None where there is none."""
    gravity = {rule: at for at, rule in enumerate(RULES)}
    found = [
        (gravity.get(risk.rule, len(gravity)), f"{prefix}-{number + 1}", risk)
        for prefix, objects in sections
        for number, each in enumerate(objects[:MOST_LISTED])
        for risk in each.risks
    ]
    if not found:
        return None
    found.sort(key=lambda each: each[0])
    shown = (joined((element("li", _risk(risk, place)), BREAK)) for _, place, risk in found[:_MOST_RISKS])
    more = len(found) - _MOST_RISKS
    return element(
        "section",
        element("h2", f"{count(len(found), 'risk')} to look at first"),
        BREAK,
        element("ul", BREAK, shown, class_="risks"),
        element("p", f"{more:,} more, told with the objects.") if more > 0 else None,
    )


def _risk(risk: Risk, place: str) -> Iterator[Child]:
    field = format_path(risk.field)
    yield risk_badge(risk.risk)
    yield f" {risk.reason} "
    where = f"{risk.path}:{risk.line}" + (f" {field}" if field else "")
    yield element("a", element("code", element("bdi", where)), href=f"#{place}")
    still = [each for each in risk.users if each.still]
    if still:
        named = ", ".join(f"{each.path}:{each.line} {each.field}".rstrip() for each in still[:_MOST_USERS])
        more = f" and {len(still) - _MOST_USERS} more" if len(still) > _MOST_USERS else ""
        yield " "
        yield element("div", "still named by ", element("bdi", named), more, class_="quiet")
