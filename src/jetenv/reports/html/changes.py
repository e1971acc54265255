"""One changed object: its drawing, then its fields with what stood there and what stands there now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jetenv.diffing.alignment import align
from jetenv.documents.paths import format_path
from jetenv.reports.changes import ONLY, left_out_text
from jetenv.reports.html.elements import Child, Markup, element, joined
from jetenv.reports.html.page import BREAK, badge
from jetenv.reports.html.risks import risk_badge
from jetenv.reports.html.wireframes import drawings

if TYPE_CHECKING:
    from jetenv.diffing.records import Change, ObjectDiff
    from jetenv.diffing.wireframes import Wireframe

_LONGEST_LINE = 400
_MOST_LINES = 120
_COMPARED_LINES = 2_000
_CONTEXT = 2
_SHORT = 160
_MOST_FOLLOWERS = 20
_TOLD = {"order": "in another order", "comment": "comment changed", "format": "written in another way"}


def changed_object(
    each: ObjectDiff, drawn: Wireframe | None, place: str, *, unfolded: bool, undrawn: str | None = None
) -> Markup:
    """An object that is folded, or unfolded at first; ``place`` is an id of its own in the document.

    ``undrawn`` says why there is no drawing of an object that could have one.
    """
    inside: list[Child] = []
    if undrawn is not None:
        inside += [element("p", undrawn, class_="quiet"), BREAK]
    if drawn is not None:
        inside += [drawings(drawn, _title(each), place), BREAK]
    if each.risks:
        risks = (element("li", risk_badge(risk.risk), " ", risk.reason) for risk in each.risks)
        inside += [element("ul", risks, class_="reasons"), BREAK]
    if each.followers:
        inside += [element("p", "Named by its new id in ", _followers(each), class_="quiet"), BREAK]
    if each.changes:
        items = (joined((_change(change), BREAK)) for change in each.changes)
        inside += [element("ul", BREAK, items, class_="changes"), BREAK]
    if each.left_out:
        inside += [element("p", f"{left_out_text(each)}.", class_="quiet"), BREAK]
    if not inside:
        return element("div", _heading(each), class_="object bare", id=place)
    return element(
        "details",
        element("summary", _heading(each)),
        BREAK,
        element("div", BREAK, inside, class_="inside"),
        class_="object",
        id=place,
        open=unfolded,
    )


def object_line(each: ObjectDiff, place: str) -> Markup:
    """An object without its fields."""
    return element("div", _heading(each), class_="object bare", id=place)


def _followers(each: ObjectDiff) -> Iterator[Child]:
    for at, follower in enumerate(each.followers[:_MOST_FOLLOWERS]):
        yield ", " if at else None
        yield element("code", element("bdi", f"{follower.path} {format_path(follower.field)}".rstrip()))
    more = len(each.followers) - _MOST_FOLLOWERS
    if more > 0:
        yield f" and {more} more places"


def _title(each: ObjectDiff) -> str:
    return each.id if each.kind == "file" else f"{each.kind} {each.id}".strip()


def _heading(each: ObjectDiff) -> Iterator[Child]:
    action = each.action.value
    remark = ", ".join(filter(None, [ONLY.get(action), each.note]))
    action = "changed" if action in ("comment", "format") else action
    name = each.id if each.kind == "file" else each.id or each.kind
    kind = None if each.kind == "file" or not each.id else element("span", each.kind, " ", class_="quiet")
    yield element("h3", badge(action), " ", kind, element("bdi", name))
    if each.kind != "file":
        yield " "
        yield element("code", each.path)
    if each.old_path is not None:
        yield " "
        yield element("span", "was ", element("bdi", element("code", each.old_path)), class_="quiet")
    for risk in dict.fromkeys(risk.risk for risk in each.risks):
        yield " "
        yield risk_badge(risk)
    if each.only_follows or each.follows is not None:
        remark = remark or "follows a rename"
    if remark:
        yield " "
        yield element("span", f"({remark})", class_="quiet")


def _change(change: Change) -> Markup:
    action = change.action.value
    path = element("bdi", element("code", format_path(change.path) or "the whole file", class_="path"))
    if action in _TOLD:
        head: Child = (badge("moved" if action == "order" else "changed", _TOLD[action]), " ", path)
        return element("li", element("div", head), class_="change")
    was: list[Child] = []
    if change.old_path is not None:
        was = [
            " ",
            element("span", "was ", class_="quiet"),
            element("bdi", element("code", format_path(change.old_path))),
        ]
    if change.follows is not None:
        renamed = change.follows
        told = f"follows the rename of {renamed.kind} {renamed.old_id} to {renamed.new_id}"
        was += [" ", element("span", told, class_="quiet")]
    return element("li", element("div", badge(action), " ", path, was), _values(change), class_="change")


def _values(change: Change) -> Child:
    """What stood and what stands there: beside each other where both are short, else line by line."""
    old, new = change.old, change.new
    if all(value is None or ("\n" not in value and len(value) <= _SHORT) for value in (old, new)):
        parts: list[Child] = []
        if old is not None:
            parts.append(element("del", _spoken("was"), element("bdi", old or "(empty)")))
        if old is not None and new is not None:
            parts.append(element("span", "→", aria_hidden="true"))
        if new is not None:
            parts.append(element("ins", _spoken("is"), element("bdi", new or "(empty)")))
        return element("div", parts, class_="values") if parts else None
    if change.hunks and (old is None or new is None):
        # Of what was moved in or out the first line stands there only.
        compared = [(line[:1], line[1:]) for hunk in change.hunks for line in hunk.lines]
        return element("div", _diffed(compared), class_="lines")
    before, after = _lines(old), _lines(new)
    beyond = max(0, max(len(before), len(after)) - _COMPARED_LINES)
    compared = _compared(before[:_COMPARED_LINES], after[:_COMPARED_LINES])
    return element("div", _diffed(compared, beyond), class_="lines")


def _spoken(word: str) -> Markup:
    return element("span", f"{word} ", class_="spoken")


def _lines(value: str | None) -> list[str]:
    return [] if value is None else value.removesuffix("\n").split("\n")


def _diffed(compared: list[tuple[str, str]], beyond: int = 0) -> Iterator[Child]:
    """The lines that went and came with some around them, as far as they are shown; ``beyond`` were not compared."""
    hunks = list(_hunks(compared))
    for sign, line in hunks[:_MOST_LINES]:
        if sign == "@":
            yield element("span", "…", class_="gap")
            continue
        shown = line.removesuffix("\r")
        if len(shown) > _LONGEST_LINE:
            shown = f"{shown[:_LONGEST_LINE]}… ({len(line) - _LONGEST_LINE:,} more characters)"
        name = {"-": "del", "+": "ins"}.get(sign, "span")
        mark = element("span", f"{sign} ".replace("-", "−"), aria_hidden="true")  # noqa: RUF001
        word = {"-": "was: ", "+": "is: "}.get(sign)
        yield element(name, mark, element("span", word, class_="spoken") if word else None, shown)
    hidden = max(0, len(hunks) - _MOST_LINES) + beyond
    if hidden:
        yield element("span", f"{hidden:,} more lines, not shown", class_="gap")


def _compared(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """All lines with their signs: ``-`` went, ``+`` came, a blank stayed."""
    found: list[tuple[str, str]] = []
    a = b = 0
    for a_at, b_at in (*align(old, new), (len(old), len(new))):
        found += [("-", line) for line in old[a:a_at]]
        found += [("+", line) for line in new[b:b_at]]
        if a_at < len(old):
            found.append((" ", old[a_at]))
        a, b = a_at + 1, b_at + 1
    return found


def _hunks(compared: list[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """The lines near a change, and ``@`` where some are left out between them."""
    near = {
        at + offset for at, (sign, _) in enumerate(compared) if sign != " " for offset in range(-_CONTEXT, _CONTEXT + 1)
    }
    left_out = False
    for at, line in enumerate(compared):
        if at in near:
            if left_out:
                yield "@", ""
            left_out = False
            yield line
        else:
            left_out = True
