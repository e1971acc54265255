"""One version of an object as boxes within boxes, by what the schemas say of drawing it.

The annotation ``draw`` says what a value is in the drawing of the object around it: ``box`` an object drawn as a box,
``title`` and ``kind`` what stands at its top, ``text`` and ``value`` what it shows, ``list`` items shown by their
names, ``below`` and ``beside`` collections of boxes, ``width`` how many of twelve columns it takes. A mapping without
the annotation is looked into, so that what stands deeper belongs to the box around it; other values are not drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jetenv.diffing.identity import item_of
from jetenv.diffing.sides import Side, narrowed
from jetenv.documents.nodes import Kind, Node
from jetenv.documents.values import key_text
from jetenv.schemas.rules import Rules

MOST_MAPPINGS = 10_000
"""Mappings of one version that are looked into; aliases could make them countless."""
_DEEPEST = 40
_LONGEST_VALUE = 160
_LONGEST_TEXT = 400
_GRID = 12

Place = tuple[str, ...]
"""The keys that lead from a box to a value of its own."""


@dataclass(slots=True, eq=False)
class Fact:
    """A value that a box shows: where it stands in the object, what the schema calls it, its text and its node."""

    place: Place
    label: str
    text: str
    node: Node


@dataclass(slots=True, eq=False)
class Collected:
    """A collection that a box shows, with the rules of the collection itself."""

    place: Place
    label: str
    node: Node
    rules: Rules

    def members(self) -> Iterator[tuple[int, str, Node, Rules]]:
        """Position, key as text (empty where none), node and rules of each entry."""
        for position, entry in enumerate(self.node.entries):
            value = _resolved(entry.value)
            if entry.key is not None:
                name = key_text(entry.key)
                yield position, name, value, narrowed(self.rules.property(name), value)
            else:
                item = item_of(value, self.rules.keys or ("id",))
                yield position, ", ".join(item.values) if item else "", value, narrowed(self.rules.item(), value)


@dataclass(slots=True, eq=False)
class Room(Collected):
    """A collection whose entries are boxes, below or beside each other; by position, for some may be left out."""

    beside: bool
    boxes: dict[int, Sketch] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Sketch:
    """A box of one version.

    ``typed`` is whether the object itself says its kind. ``data`` maps the names of its fields to their label and a
    digest, without the boxes in them. ``twin`` is the same box of the other version, ``moved`` whether it stands
    elsewhere there; ``position`` counts the entries of its ``room`` from 0.
    """

    side: Side
    node: Node
    key: str
    parent: Sketch | None
    room: Room | None = None
    position: int = 0
    kind: str = ""
    typed: bool = False
    title: str = ""
    width: int | None = None
    texts: list[Fact] = field(default_factory=list)
    values: list[Fact] = field(default_factory=list)
    lists: list[Collected] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    data: dict[str, tuple[str, int]] = field(default_factory=dict)
    twin: Sketch | None = None
    moved: bool = False

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.title or self.key or self.kind

    def walk(self) -> Iterator[Sketch]:
        """This box and those in it, in the order of the document."""
        yield self
        for room in self.rooms:
            for each in room.boxes.values():
                yield from each.walk()


def sketch(side: Side, rules: Rules) -> Sketch | None:
    """The only document of ``side`` as a box; None where the schemas draw no box, or it is no mapping."""
    root = side.source.root
    if root is None or root.kind is not Kind.MAPPING:
        return None
    rules = narrowed(rules, root)
    return _Sketcher(side).filled(Sketch(side, root, "", None), rules, 0) if rules.draw == "box" else None


class _Sketcher:
    def __init__(self, side: Side) -> None:
        self.side = side
        self.left = MOST_MAPPINGS

    def filled(self, box: Sketch, rules: Rules, depth: int) -> Sketch:
        """``box`` with what it shows and the boxes in it."""
        self.left -= 1
        box.kind = next(iter(rules.titles), "")
        if box.node.kind is Kind.MAPPING:
            self._collect(box.node, rules, box, (), depth)
        elif box.node.kind is Kind.SCALAR:
            box.title = _line(box.node.value)
            box.data[""] = ("Value", self.side.digest(box.node))
        return box

    def _collect(self, node: Node, rules: Rules, into: Sketch, place: Place, depth: int) -> None:
        for entry in node.entries:
            if entry.key is None:
                continue
            name = key_text(entry.key)
            value = _resolved(entry.value)
            below = narrowed(rules.property(name), value)
            here = (*place, name)
            holds_boxes = self._place(value, below, into, here, depth)
            if not place and not holds_boxes:
                into.data[name] = (_label(below, name), self.side.digest(value))

    def _place(self, value: Node, rules: Rules, into: Sketch, place: Place, depth: int) -> bool:
        """Put a value where it belongs in the drawing; returns whether it holds boxes."""
        role = rules.draw
        label = _label(rules, place[-1])
        if value.kind is Kind.SCALAR:
            _scalar(role, Fact(place, label, "", value), into)
        elif role in ("below", "beside"):
            self._room(Room(place, label, value, rules, role == "beside"), into, depth)
            return True
        elif role == "list":
            into.lists.append(Collected(place, label, value, rules))
        elif role == "value":
            into.values.append(Fact(place, label, _inline(value), value))
        elif value.kind is Kind.MAPPING and rules and depth < _DEEPEST and self.left > 0:
            self.left -= 1
            rooms = len(into.rooms)
            self._collect(value, rules, into, place, depth + 1)
            return len(into.rooms) > rooms
        return False

    def _room(self, room: Room, into: Sketch, depth: int) -> None:
        into.rooms.append(room)
        for position, key, value, rules in room.members():
            if self.left <= 0 or depth >= _DEEPEST:
                return
            box = Sketch(self.side, value, key, into, room, position)
            room.boxes[position] = self.filled(box, rules, depth + 1)


def _scalar(role: str | None, fact: Fact, into: Sketch) -> None:
    text = fact.node.value
    if role == "title":
        into.title = into.title or _line(text)
    elif role == "kind":
        into.kind, into.typed = _line(text.replace("_", " ")), True
    elif role == "width":
        into.width = int(text) if text.isdecimal() and text.isascii() and 1 <= int(text[:3]) <= _GRID else None
    elif role == "text":
        fact.text = _clipped(text[: _LONGEST_TEXT + 1].strip(), _LONGEST_TEXT)
        into.texts.append(fact)
    elif role in ("value", "list"):
        fact.text = _line(text)
        into.values.append(fact)


def chip_text(key: str, node: Node, rules: Rules) -> str:
    """How an item of a list is called in a drawing: by its title, else its key, else its content."""
    if node.kind is Kind.MAPPING:
        for entry in node.entries:
            value = _resolved(entry.value)
            if entry.key is None or value.kind is not Kind.SCALAR or not value.value:
                continue
            if rules.property(key_text(entry.key)).draw == "title":
                return _line(value.value)
    return key or _inline(node)


def _label(rules: Rules, name: str) -> str:
    return next(iter(rules.titles), name)


def _resolved(node: Node) -> Node:
    """The node that an alias stands for."""
    return node.target if node.kind is Kind.ALIAS and node.target is not None else node


def _inline(node: Node) -> str:
    """A value in one line: the scalars of a collection, with their keys."""
    if node.kind in (Kind.SCALAR, Kind.ALIAS):
        return _line(node.value)
    parts: list[str] = []
    for entry in node.entries[:8]:
        value = _resolved(entry.value)
        text = _line(value.value) if value.kind is Kind.SCALAR else "…"
        parts.append(f"{key_text(entry.key)}: {text}" if entry.key is not None else text)
    return _clipped(", ".join(parts) + ("…" if len(node.entries) > 8 else ""), _LONGEST_VALUE)


def _line(text: str) -> str:
    return _clipped(" ".join(text[: 4 * _LONGEST_VALUE].split()), _LONGEST_VALUE)


def _clipped(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
