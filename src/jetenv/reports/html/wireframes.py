"""Drawings of an object before and after: nested lists that a style sheet shows as boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jetenv.diffing.wireframes import Box, Group, Listing, Mark, Shown, Wireframe
from jetenv.reports.html.elements import Child, Markup, element, joined
from jetenv.reports.html.page import SIGNS, badge

_PLAIN_VALUES = 2
_PLAIN_ITEMS = 8
_WHOLE = (Mark.ADDED, Mark.REMOVED)


def drawings(drawn: Wireframe, name: str, place: str) -> Markup:
    """The figure for one object called ``name``; ``place`` is an id of its own in the document."""
    counts = [f"{number} {mark.value}" for mark, number in drawn.counts]
    caption = f"{name}, drawn: {', '.join(counts) or 'no part of it added, removed, moved or changed'}"
    sides = (("before", "Before", drawn.before), ("after", "After", drawn.after))
    return element(
        "figure",
        element("figcaption", caption),
        element(
            "div",
            (_drawing(side, title, box, place) for side, title, box in sides if box is not None),
            class_="drawings" if drawn.before and drawn.after else "drawings single",
        ),
        class_="wireframe",
    )


def _drawing(side: str, title: str, box: Box, place: str) -> Markup:
    heading = f"{place}-{side}"
    return element(
        "div",
        element("h4", title, id=heading),
        element("ul", _box(box, side, None), class_="canvas", aria_labelledby=heading),
        class_=f"drawing {side}",
    )


def _box(box: Box, side: str, around: Mark | None) -> Markup:
    """One box of the drawing ``side``; ``around`` is the mark of all that is around it, which is not said again."""
    marks = [mark for mark in box.marks if mark is not around]
    whole = next((mark for mark in box.marks if mark in _WHOLE), None)
    classes = ["box", *(mark.value for mark in marks)]
    if box.width:
        classes.append(f"w{box.width}")
    plain = not box.marks
    if plain:
        classes.append("plain")
    return element(
        "li",
        element("div", _name(box), joined(_badges(box, side, marks)), class_="top"),
        element("div", (_shown(each, "p") for each in box.texts), class_="texts") if box.texts else None,
        _facts(box, plain),
        (_group(group, side, len(box.groups) > 1, whole) for group in box.groups),
        class_=" ".join(classes),
    )


def _name(box: Box) -> Iterator[Child]:
    yield element("span", box.kind, class_="kind")
    if box.title:
        yield " "
        yield element("strong", element("bdi", box.title))
    if box.key:
        yield " "
        yield element("code", element("bdi", box.key), class_="key")


def _badges(box: Box, side: str, marks: Iterable[Mark]) -> Iterator[Child]:
    for mark in marks:
        label = mark.value
        if mark is Mark.MOVED and box.elsewhere:
            within = box.elsewhere in ("up", "down")
            label += f" {box.elsewhere}" if within else f" {'to' if side == 'before' else 'from'} {box.elsewhere}"
        if mark is Mark.CHANGED and box.changed:
            label += f": {', '.join(each.lower() if each[1:].islower() else each for each in box.changed)}"
        yield " "
        yield badge(mark.value, label)


def _facts(box: Box, plain: bool) -> Markup | None:
    """Values and lists; of a box to which nothing happened only the first ones, to keep the drawing calm."""
    values = box.values[:_PLAIN_VALUES] if plain else box.values
    rows = [element("div", element("dt", each.label), _shown(each, "dd")) for each in values]
    rows += [_listing(each, plain) for each in box.lists if each.items]
    return element("dl", rows) if rows else None


def _shown(each: Shown, name: str) -> Markup:
    return element(name, _marked(each), class_=each.mark.value if each.mark else None)


def _marked(each: Shown) -> Iterator[Child]:
    """A text with the sign of what happened to it; the word is there for those who do not see the sign."""
    if each.mark is not None:
        yield element("span", SIGNS[each.mark.value], aria_hidden="true", class_="sign")
        yield element("span", f"{each.mark.value}: ", class_="spoken")
    lines = each.text.split("\n") if each.text else ["(empty)"]
    yield element("bdi", (joined((element("br") if at else None, line)) for at, line in enumerate(lines)))


def _listing(listing: Listing, plain: bool) -> Markup:
    items = listing.items[:_PLAIN_ITEMS] if plain else listing.items
    more = listing.more + len(listing.items) - len(items)
    chips = [element("li", _marked(each), class_=each.mark.value if each.mark else None) for each in items]
    if more:
        chips.append(element("li", f"{more} more", class_="more"))
    return element("div", element("dt", listing.label), element("dd", element("ul", chips, class_="chips")))


def _group(group: Group, side: str, named: bool, whole: Mark | None) -> Iterator[Child]:
    if named:
        yield element("p", group.label, class_="group")
    boxes: list[Child] = [_box(each, side, whole) for each in group.boxes]
    if group.more:
        what = "more, not drawn" if group.boxes else "without a change, not drawn"
        boxes.append(element("li", f"{group.more} {what}", class_="more"))
    yield element("ul", boxes, class_="boxes beside" if group.beside else "boxes")
