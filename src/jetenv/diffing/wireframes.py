"""An object before and after as boxes within boxes, each marked with what happened to it.

What is drawn comes from the annotation ``draw`` of the schemas alone (see ``sketching``). Boxes of the two versions are
the same by the identity that merges and diffs go by; one that is left over on both sides under the same key and kind
has moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from jetenv.diffing.alignment import increasing
from jetenv.diffing.identity import identify
from jetenv.diffing.sides import sides
from jetenv.diffing.sketching import Collected, Fact, Room, Sketch, chip_text, sketch
from jetenv.documents.nodes import Source
from jetenv.schemas.rules import Rules

MOST_DRAWN = 400
"""Boxes of one drawing; of more, those are left out that did not change, then the last ones."""
_DRAWN_WHOLE = 120
MOST_ITEMS = 60
"""Items of one list that are named."""


class Mark(Enum):
    """What happened to something drawn."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in a box: what the schema calls it, and its text, clipped. None as mark where nothing happened to it."""

    label: str
    text: str
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The names of the items of a list; ``more`` are left out."""

    label: str
    items: tuple[Shown, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes below or beside each other; ``more`` are left out."""

    label: str
    beside: bool
    boxes: tuple[Box, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Box:
    """One box. ``key`` names it in its list, ``width`` counts columns of twelve.

    ``changed`` are the labels of the fields that differ. ``elsewhere`` says of a moved box where it stands in the other
    version: the name of the box around it, or ``up`` and ``down`` within the same one.
    """

    key: str
    kind: str
    title: str
    width: int | None
    texts: tuple[Shown, ...]
    values: tuple[Shown, ...]
    lists: tuple[Listing, ...]
    groups: tuple[Group, ...]
    marks: tuple[Mark, ...]
    changed: tuple[str, ...]
    elsewhere: str | None

    def walk(self) -> Iterator[Box]:
        """This box and those in it."""
        yield self
        for group in self.groups:
            for box in group.boxes:
                yield from box.walk()


@dataclass(frozen=True, slots=True)
class Wireframe:
    """The drawings of an object; None where that version does not exist."""

    before: Box | None
    after: Box | None

    @property
    def counts(self) -> tuple[tuple[Mark, int], ...]:
        """How many boxes inside have which mark, over both drawings; nothing for marks that none has."""
        found: Counter[Mark] = Counter()
        for drawing, marks in ((self.before, (Mark.REMOVED,)), (self.after, tuple(Mark))):
            inner = () if drawing is None else list(drawing.walk())[1:]
            found.update(mark for box in inner for mark in box.marks if mark in marks)
        return tuple((mark, found[mark]) for mark in Mark if found[mark])


def wireframe(old: Source | None, new: Source | None, rules: Rules) -> Wireframe | None:
    """The object before and after; None where no version is drawn by ``rules``, and for no version at all."""
    empty = Source("", False, "\n", [])
    before, after = (sketch(side, rules) for side in sides(old or empty, new or empty))
    if before is None and after is None:
        return None
    if before is not None and after is not None:
        _pair(before, after)
        _pair_moved(before, after)
    return Wireframe(_drawn(before, Mark.REMOVED), _drawn(after, Mark.ADDED))


def _pair(old: Sketch, new: Sketch) -> None:
    old.twin, new.twin = new, old
    news = {room.place: room for room in new.rooms}
    for room in old.rooms:
        other = news.get(room.place)
        if other is None:
            continue
        same = [
            (a, b)
            for a, b in _same(room, old, other, new)
            if a in room.boxes and b in other.boxes and not room.boxes[a].twin and not other.boxes[b].twin
        ]
        for a, b in same:
            _pair(room.boxes[a], other.boxes[b])
        kept = set(increasing([b for _, b in same]))
        for at, (a, b) in enumerate(same):
            room.boxes[a].moved = other.boxes[b].moved = at not in kept


def _same(a: Collected, old: Sketch, b: Collected, new: Sketch) -> list[tuple[int, int]]:
    """The positions of entries that are the same in two versions of a collection, in the order of the first."""
    if a.node.kind is not b.node.kind:
        return []
    found = identify(((old.side, a.node), (new.side, b.node)), b.rules)
    if found is None:
        return [(at, at) for at in range(min(len(a.node.entries), len(b.node.entries)))]
    olds, news = found.names
    pairs = [(unit.position, news[name].position) for name, unit in olds.items() if name in news]
    return pairs if found.ordered else sorted(pairs, key=lambda pair: pair[1])


def _pair_moved(old: Sketch, new: Sketch) -> None:
    """Pair what stands in one place before and in another after."""
    left, right = _alone(old), _alone(new)
    for name, a in left.items():
        b = right.get(name)
        if b is not None and a.twin is None and b.twin is None:
            _pair(a, b)
            a.moved = b.moved = True


def _alone(root: Sketch) -> dict[Hashable, Sketch]:
    """The boxes without a twin by what tells them apart; those that share it are left out."""
    found: dict[Hashable, Sketch] = {}
    several: set[Hashable] = set()
    for each in root.walk():
        if each.twin is None and each.key:
            # A key is unique in its list; across lists it says something only together with the kind or the content.
            name: Hashable = (each.key, each.kind if each.typed else each.side.digest(each.node))
            if name in found:
                several.add(name)
            found[name] = each
    return {name: each for name, each in found.items() if name not in several}


def _drawn(root: Sketch | None, alone: Mark) -> Box | None:
    return None if root is None else _Builder(root, alone).box(root)


class _Builder:
    """One drawing out of the sketches of one version; ``alone`` marks what the other version does not have."""

    def __init__(self, root: Sketch, alone: Mark) -> None:
        self.alone = alone
        self.left = MOST_DRAWN
        everything = list(root.walk())
        self.kept = {id(each) for each in everything}
        if len(everything) > _DRAWN_WHOLE:
            self.kept = set(self._touched(everything))

    def _touched(self, everything: Iterable[Sketch]) -> Iterator[int]:
        """The identities of the boxes to which something happened, and of those around them."""
        for each in everything:
            if self._marks(each, _changed(each)):
                around: Sketch | None = each
                while around is not None:
                    yield id(around)
                    around = around.parent

    def box(self, each: Sketch) -> Box:
        self.left -= 1
        changed = _changed(each)
        twin = each.twin
        return Box(
            each.key,
            each.kind,
            each.title,
            each.width,
            self._facts(each.texts, each, twin.texts if twin else None),
            self._facts(each.values, each, twin.values if twin else None),
            tuple(self._listing(listed, each) for listed in each.lists),
            tuple(self._group(room) for room in each.rooms if room.node.entries),
            self._marks(each, changed),
            changed,
            self._elsewhere(each),
        )

    def _group(self, room: Room) -> Group:
        boxes: list[Box] = []
        for each in room.boxes.values():
            if self.left > 0 and id(each) in self.kept:
                boxes.append(self.box(each))
        return Group(room.label, room.beside, tuple(boxes), len(room.node.entries) - len(boxes))

    def _marks(self, each: Sketch, changed: tuple[str, ...]) -> tuple[Mark, ...]:
        if each.twin is None:
            return (self.alone,)
        return ((Mark.MOVED,) if each.moved else ()) + ((Mark.CHANGED,) if changed else ())

    def _elsewhere(self, each: Sketch) -> str | None:
        twin = each.twin
        if twin is None or not each.moved or each.room is None or twin.room is None or twin.parent is None:
            return None
        if each.parent is None or each.parent.twin is not twin.parent:
            return twin.parent.name
        if each.room.place != twin.room.place:
            return twin.room.label
        return "down" if (twin.position > each.position) is (self.alone is Mark.REMOVED) else "up"

    def _facts(self, facts: Iterable[Fact], each: Sketch, others: Iterable[Fact] | None) -> tuple[Shown, ...]:
        if others is None or each.twin is None:
            return tuple(Shown(fact.label, fact.text, None) for fact in facts)
        twin, known = each.twin.side, {other.place: other.node for other in others}
        shown: list[Shown] = []
        for fact in facts:
            mark: Mark | None = self.alone
            if fact.place in known:
                same = each.side.digest(fact.node) == twin.digest(known[fact.place])
                mark = None if same else Mark.CHANGED
            shown.append(Shown(fact.label, fact.text, mark))
        return tuple(shown)

    def _listing(self, listed: Collected, each: Sketch) -> Listing:
        marks: dict[int, Mark | None] = {}
        if each.twin is not None:
            marks = self._item_marks(listed, each, each.twin)
        members = list(listed.members())
        # Of a long list those items are shown first that something happened to.
        if len(members) > MOST_ITEMS:
            chosen = sorted(members, key=lambda member: marks.get(member[0]) is None)[:MOST_ITEMS]
            members = sorted(chosen, key=lambda member: member[0])
        items = tuple(Shown("", chip_text(key, node, rules), marks.get(at)) for at, key, node, rules in members)
        return Listing(listed.label, items, len(listed.node.entries) - len(items))

    def _item_marks(self, listed: Collected, each: Sketch, twin: Sketch) -> dict[int, Mark | None]:
        other = next((found for found in twin.lists if found.place == listed.place), None)
        marks: dict[int, Mark | None] = dict.fromkeys(range(len(listed.node.entries)), self.alone)
        if other is None:
            return marks
        old, new = (listed, each), (other, twin)
        if self.alone is Mark.ADDED:
            old, new = new, old
        same = _same(*old, *new)
        kept = set(increasing([b for _, b in same]))
        for at, (a, b) in enumerate(same):
            equal = _digest(*old, a) == _digest(*new, b)
            mark = Mark.CHANGED if not equal else None if at in kept else Mark.MOVED
            marks[a if self.alone is Mark.REMOVED else b] = mark
        return marks


def _digest(listed: Collected, box: Sketch, position: int) -> int:
    return box.side.digest(listed.node.entries[position].value)


def _changed(each: Sketch) -> tuple[str, ...]:
    """The labels of the fields that differ, in the order of this version, then those that only the other has."""
    if each.twin is None:
        return ()
    mine, other = each.data, each.twin.data
    labels = [label for name, (label, digest) in mine.items() if name not in other or other[name][1] != digest]
    return tuple(dict.fromkeys([*labels, *(label for name, (label, _) in other.items() if name not in mine)]))
