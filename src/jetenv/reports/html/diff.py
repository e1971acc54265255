"""The page of a diff: what differs in numbers, then each object, then what environments own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jetenv.environments.reviewing.drawings import LARGEST, MOST_DRAWN, Drawings
from jetenv.reports.html.changes import changed_object, object_line
from jetenv.reports.html.elements import Child, Markup, element, joined
from jetenv.reports.html.page import BREAK, document, environment, legend
from jetenv.reports.html.risks import MOST_LISTED, risks_section
from jetenv.reports.objects import count
from jetenv.reports.style import hex_color
from jetenv.version import __version__

if TYPE_CHECKING:
    from jetenv.diffing.records import ObjectDiff
    from jetenv.environments.reviewing.diff import DiffResult, DiffSide

_UNFOLDED = 12
"""So many objects are unfolded at first; of more all are folded, so that one sees what there is."""
_ROOM = 6_000_000
"""Characters after which objects are listed without their fields."""
_COMMAND = "jetenv diff … --path {} --format html"
_COUNTED = ("added", "removed", "renamed", "moved", "changed")


def diff_page(result: DiffResult, drawings: Drawings) -> str:
    """The whole document."""
    old, new = side_name(result.old), side_name(result.new)
    header = (
        element("h1", "What changes from ", _side(result.old), " to ", _side(result.new)),
        element("p", _totals(result), class_="lead"),
    )
    main = diff_main(result, drawings, "Settings of the environments, which a merge leaves as they are")
    footer = element("p", f"Made by jetenv {__version__}", _commits(result), ".")
    colors = (side.environment.color for side in (result.old, result.new) if side.environment)
    return document(f"{old} → {new}: what changes", header, main, footer, shown_colors(colors))


def shown_colors(colors: Iterable[str | None]) -> list[str]:
    """Those of the colours of environments that can be shown, as ``document`` wants them."""
    return [value for each in colors if (value := hex_color(each)) is not None]


def diff_main(result: DiffResult, drawings: Drawings, own_title: str) -> list[Child]:
    """What differs: risks, numbers, objects, and under ``own_title`` what the environments own."""
    own = tuple(_without_signed(each) for each in result.own)
    body = _Body(drawings)
    main: list[Child] = [risks_section((("object", result.shared), ("setting", own))), BREAK]
    if result.abridged:
        main.append(element("p", "There is too much to compare by field; these are the objects that differ."))
    if result.shared:
        main += [counts_table(result.shared), BREAK, legend() if drawings.drawn else None, BREAK]
        main += [_left_out(drawings), BREAK]
        main += body.section("What changes", result.shared, "object")
    if own:
        main += body.section(own_title, own, "setting")
    if not result.differs:
        main.append(element("p", "Nothing differs."))
    return main


def _left_out(drawings: Drawings) -> Markup | None:
    """How many objects are not drawn, why, and where to see them."""
    beyond, large = len(drawings.beyond), len(drawings.large)
    if not beyond and not large:
        return None
    parts: list[Child] = [f"{count(beyond + large, 'object')} not drawn: "]
    if beyond:
        command = element("code", _COMMAND.format("PATH"))
        parts += [f"{beyond:,} after the first {MOST_DRAWN}, which ", command, " draws alone"]
    if large:
        megabytes = LARGEST // 1_000_000
        parts.append(f"{'; ' if beyond else ''}{large:,} in files of more than {megabytes} MB, told by field below")
    return element("p", parts, ".", class_="left-out")


def _why_not(path: str, drawings: Drawings) -> str | None:
    if path in drawings.large:
        return f"Not drawn: a file of more than {LARGEST // 1_000_000} MB."
    return f"Not drawn here; {_COMMAND.format(path)} does." if path in drawings.beyond else None


def _without_signed(each: ObjectDiff) -> ObjectDiff:
    """A members file without its fields: between two environments its hashes and ids always differ."""
    return replace(each, changes=(), note="signed file") if each.kind == "members" else each


class _Body:
    """The objects of a page, in full until there is no more room."""

    def __init__(self, drawings: Drawings) -> None:
        self.drawings = drawings
        self.room = _ROOM
        self.listed = 0

    def section(self, title: str, objects: Sequence[ObjectDiff], prefix: str) -> list[Child]:
        return [element("section", element("h2", title), BREAK, self._objects(objects, prefix)), BREAK]

    def _objects(self, objects: Sequence[ObjectDiff], prefix: str) -> Markup:
        shown: list[Markup] = []
        without_fields = 0
        unfolded = len(objects) <= _UNFOLDED
        for number, each in enumerate(objects):
            if self.listed >= MOST_LISTED:
                break
            self.listed += 1
            place = f"{prefix}-{number + 1}"
            if self.room > 0:
                open_at_first = (unfolded and not each.only_follows) or bool(each.risks)
                drawn, why = self.drawings.drawn.get(each.path), _why_not(each.path, self.drawings)
                item = changed_object(each, drawn, place, unfolded=open_at_first, undrawn=why)
            else:
                item, without_fields = object_line(each, place), without_fields + 1
            self.room -= len(item)
            shown.append(joined((element("li", item), BREAK)))
        notes: list[Child] = []
        if without_fields:
            notes.append(
                element("p", f"{count(without_fields, 'object')} listed without the fields, for want of room.")
            )
        if len(shown) < len(objects):
            notes.append(element("p", f"{len(objects) - len(shown):,} more objects, not listed."))
        return joined((element("ul", BREAK, shown, class_="objects"), notes))


def counts_table(objects: Sequence[ObjectDiff]) -> Markup:
    """How many objects of each kind were added, removed, changed…"""
    counts: Counter[tuple[str, str]] = Counter()
    for each in objects:
        action = each.action.value
        counts[each.kind, action if action in _COUNTED else "changed"] += 1
    actions = [action for action in _COUNTED if any(key[1] == action for key in counts)]
    kinds = sorted({kind for kind, _ in counts})
    head = element("tr", element("th", "Kind", scope="col"), (element("th", action, scope="col") for action in actions))
    rows = (
        element(
            "tr",
            element("th", kind, scope="row"),
            (element("td", f"{counts[kind, action]:,}" if counts[kind, action] else "") for action in actions),
        )
        for kind in kinds
    )
    table = element("table", element("thead", head), element("tbody", rows))
    return element("div", table, class_="tables")


def side_name(side: DiffSide) -> str:
    """What one side is called in a line of text."""
    return side.environment.name if side.environment is not None and side.commit is not None else side.name


def _side(side: DiffSide) -> Markup:
    if side.environment is None or side.commit is None:
        return element("bdi", side.name)
    return environment(side.environment.name, side.environment.color)


def _totals(result: DiffResult) -> str:
    parts = [count(len(result.shared), "object")] if result.shared else []
    if result.own:
        parts.append(f"{count(len(result.own), 'file')} of settings")
    return f"{' and '.join(parts)} changed" if parts else "No difference"


def _commits(result: DiffResult) -> Iterator[Child]:
    sides = [side.commit for side in (result.old, result.new) if side.commit is not None]
    if sides:
        yield " from "
        yield element("code", " and ".join(sides))
