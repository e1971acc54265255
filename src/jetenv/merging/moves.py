"""Entries that a side moved to another list or parent: found in three versions of a document, and told apart.

An entry is known by its key under rules (or key fields) that are the same wherever it stands. Only names that a version
has once can be followed. What was only moved, or only edited where it stands, merges by itself as a deletion and an
addition; of interest is what meets a change of the other side.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from jetenv.diffing.identity import LIKELY_KEYS, item_of
from jetenv.diffing.pairing import similarity
from jetenv.diffing.sides import Side, Unit, narrowed, sides
from jetenv.documents.nodes import MAPPING, SEQUENCE, Node, Source
from jetenv.documents.paths import FieldPath, Item, Key
from jetenv.documents.values import key_text
from jetenv.merging.shortlist import may_have_moved
from jetenv.schemas.rules import Rules

Name = tuple[Hashable, Hashable]
"""What tells entries of one sort apart, and the key of one of them."""

Sources = tuple[Source, Source, Source]

_ALIKE = 0.5
_ENTRY = "entry of a mapping"


@dataclass(frozen=True, slots=True)
class Parent:
    """A collection by the nearest entry above it that has a name (None: the document) and the keys from there."""

    anchor: Name | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version has an entry: in ``node``, which is the value of ``owner`` (None: the root of the document).

    ``fields`` are the key fields of an item of a list, empty for an entry of a mapping.
    """

    unit: Unit
    node: Node
    owner: Unit | None
    parent: Parent
    path: FieldPath
    fields: tuple[str, ...]


class Version:
    """One version of a document, with the place of every entry whose name it has once."""

    def __init__(self, side: Side, rules: Rules) -> None:
        self.side = side
        self.root = side.source.root
        self.places: dict[Name, Place] = {}
        self.repeated: set[Name] = set()
        for name, place in _entries(side, rules):
            if name in self.places:
                self.repeated.add(name)
            self.places[name] = place
        for name in self.repeated:
            del self.places[name]

    @cached_property
    def orders(self) -> dict[Parent, list[Name]]:
        """The names in every collection, in order."""
        found: dict[Parent, list[Name]] = {}
        for name, place in self.places.items():
            found.setdefault(place.parent, []).append(name)
        return found

    def knows(self, parent: Parent) -> bool:
        """Whether a collection can be told from all others."""
        return parent.anchor is None or parent.anchor in self.places


def _entries(side: Side, rules: Rules) -> Iterator[tuple[Name, Place]]:
    """Every entry that has a name, also those that share one, with its place."""
    root = side.source.root
    if root is None:
        return
    top: tuple[Node, Unit | None, Rules, Parent, FieldPath] = (root, None, rules, Parent(None, ()), ())
    stack = [top]
    while stack:
        node, owner, below, parent, path = stack.pop()
        if node.kind is MAPPING:
            below = narrowed(below, node)
            if below.map == "atomic":
                continue
            for unit in side.units(node):
                assert unit.entry.key is not None
                key = key_text(unit.entry.key)
                here = (*path, Key(key))
                if unit.value.kind is MAPPING and len(unit.value.entries) > 1:
                    yield (_ENTRY, key), Place(unit, node, owner, parent, here, ())
                if unit.value.entries:
                    inside = Parent(parent.anchor, (*parent.keys, key))
                    stack.append((unit.value, unit, below.property(key), inside, here))
        elif node.kind is SEQUENCE and below.list in (None, "keyed"):
            sort, fields, items = _keyed(node, below)
            for unit, item in zip(side.units(node), items, strict=False):
                name, here = (sort, item), (*path, item)
                yield name, Place(unit, node, owner, parent, here, fields)
                stack.append((unit.value, unit, below.item(), Parent(name, ()), here))


def _keyed(node: Node, rules: Rules) -> tuple[Hashable, tuple[str, ...], Sequence[Item]]:
    """What sort of items a list holds, their key fields, and the key of each; no keys where they have none."""
    for fields in [rules.keys] if rules.keys else [(field,) for field in LIKELY_KEYS]:
        items = [item_of(entry.value, fields) for entry in node.entries]
        known = [item for item in items if item is not None]
        if len(known) == len(items) == len(set(known)):
            return (rules.item().places, fields), fields, known
    return (), (), ()


class Moves:
    """What the two sides moved since the base."""

    def __init__(self, sources: Sources, rules: Rules) -> None:
        self._sides = sides(*sources)
        self._rules = rules
        self._leaders: dict[Parent, Version] = {}
        self.of_ours: set[Name] = set()
        self.of_theirs: set[Name] = set()
        base, ours, theirs = self._sides
        if any(may_have_moved(base, side, rules) for side in (ours, theirs)):
            self.of_ours, self.of_theirs = self._moved(self.ours), self._moved(self.theirs)

    @cached_property
    def base(self) -> Version:
        """The base."""
        return Version(self._sides[0], self._rules)

    @cached_property
    def ours(self) -> Version:
        """Ours."""
        return Version(self._sides[1], self._rules)

    @cached_property
    def theirs(self) -> Version:
        """Theirs."""
        return Version(self._sides[2], self._rules)

    def __bool__(self) -> bool:
        return bool(self.of_ours or self.of_theirs)

    def _moved(self, side: Version) -> set[Name]:
        return {
            name
            for name, new in side.places.items()
            if (old := self.base.places.get(name)) is not None
            and old.parent != new.parent
            and self.base.knows(old.parent)
            and side.knows(new.parent)
            and _alike(old.unit, new.unit)
        }

    def contradictions(self) -> list[tuple[Name, ...]]:
        """Entries that the two sides moved to different places, or into each other: only one of the moves can be had.

        Each comes with those that go with it, in the order of the base.
        """
        apart = {
            name
            for name in self.of_ours & self.of_theirs
            if name[0] != _ENTRY and self.ours.places[name].parent != self.theirs.places[name].parent
        }
        return [*((name,) for name in self.base.places if name in apart), *self._cycles(apart)]

    def _cycles(self, apart: set[Name]) -> Iterator[tuple[Name, ...]]:
        """Entries that the two sides moved into each other."""
        done = set(apart)
        for name in self.base.places:
            if name not in self.of_ours | self.of_theirs or name in done:
                continue
            chain: dict[Name, None] = {}
            current: Name | None = name
            while current is not None and current not in chain and current not in done:
                chain[current] = None
                current = self._anchor(current)
            if current is not None and current in chain:
                round_trip = list(chain)[list(chain).index(current) :]
                moved = set(round_trip) & (self.of_ours | self.of_theirs)
                yield tuple(each for each in self.base.places if each in moved)
            done.update(chain)

    def _anchor(self, name: Name) -> Name | None:
        """The entry that the merge would have ``name`` in."""
        if name in self.of_ours:
            return self.ours.places[name].parent.anchor
        if name in self.of_theirs:
            return self.theirs.places[name].parent.anchor
        place = next((v.places[name] for v in (self.base, self.ours, self.theirs) if name in v.places), None)
        return place.parent.anchor if place is not None else None

    def twice_in(self, result: Source, rules: Rules) -> Iterator[list[FieldPath]]:
        """The places of everything that was moved and that ``result`` has more than once."""
        if not self:
            return
        found: dict[Name, list[FieldPath]] = {}
        for name, place in _entries(Side(result, {}), rules):
            if name in self.of_ours or name in self.of_theirs:
                found.setdefault(name, []).append(place.path)
        yield from (places for places in found.values() if len(places) > 1)

    def made_in(self, result: Source, rules: Rules) -> bool:
        """Whether ``result`` has everything that was moved once, where it was moved to, or not at all."""
        if not self:
            return True
        version = Version(Side(result, {}), rules)
        places = version.places
        return not version.repeated & (self.of_ours | self.of_theirs) and all(
            name not in places or places[name].parent == mover.places[name].parent
            for mover, names in ((self.ours, self.of_ours), (self.theirs, self.of_theirs))
            for name in names
        )

    def to_follow(self, mover: Version) -> list[Name]:
        """What ``mover`` moved and the other side has where it was, or moved to the same place, led by ``mover``."""
        moved, others, other = self.of_ours, self.of_theirs, self.theirs
        if mover is self.theirs:
            moved, others, other = self.of_theirs, self.of_ours, self.ours

        def stays(name: Name) -> bool:
            there = other.places.get(name)
            if there is None:
                return False
            if name in others:
                return there.parent == mover.places[name].parent and self._leader(there.parent) is mover
            return there.parent == self.base.places[name].parent

        return [name for name in self.base.places if name in moved and stays(name)]

    def _leader(self, parent: Parent) -> Version:
        """The side whose places count in a collection to which both moved the same: that with the order of the base.

        Where both have another order, which one it is does not depend on which of them is ours.
        """
        if parent not in self._leaders:
            orders = [version.orders.get(parent, []) for version in (self.base, self.ours, self.theirs)]
            common = set(orders[0]).intersection(*orders[1:])
            base, ours, theirs = ([name for name in order if name in common] for order in orders)
            keys = [(order != base, repr(whole)) for order, whole in ((ours, orders[1]), (theirs, orders[2]))]
            self._leaders[parent] = self.ours if keys[0] <= keys[1] else self.theirs
        return self._leaders[parent]

    @property
    def meet_edits(self) -> bool:
        """Whether a side edited what the other one moved."""
        return any(
            _differs(self.base.places[name].unit, other.places[name].unit)
            for mover, other in ((self.ours, self.theirs), (self.theirs, self.ours))
            for name in self.to_follow(mover)
        )


def _differs(a: Unit, b: Unit) -> bool:
    return a.body(0).split() != b.body(0).split() or a.lead(0).split() != b.lead(0).split()


def _alike(old: Unit, new: Unit) -> bool:
    """Whether enough of two entries with one name is the same: of all that is in them, or of their own fields."""
    fields = [
        {(key_text(entry.key), unit.side.digest(entry.value)) for entry in unit.value.entries if entry.key is not None}
        for unit in (old, new)
    ]
    shared = 2 * len(fields[0] & fields[1])
    return shared >= _ALIKE * (len(fields[0]) + len(fields[1])) or similarity(old, new) >= _ALIKE
