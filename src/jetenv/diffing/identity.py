"""Which entries of versions of a collection are the same: by key, by key fields, by value, by alignment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from jetenv.diffing.alignment import align
from jetenv.diffing.sides import Side, Unit
from jetenv.documents.nodes import Kind, Node
from jetenv.documents.paths import Index, Item, Key, Step
from jetenv.documents.values import key_text, scalar_data
from jetenv.schemas.rules import Rules

Named = dict[Hashable, Unit]
"""The entries of one version under names, in order; the same name in another version is the same entry."""

Version = tuple[Side, Node | None]
"""A version of a collection: the side, and the collection (None where that version has none)."""

_ASSIGNED = re.compile(r"([\w.\[\]/-]+) ?[=<>~!]")
"""A text that gives a name a value or a version: ``PORT=80``, ``requests>=2``."""
_LIKELY_KEYS = ("id", "uid", "uuid", "key", "name", "slug")
_PAIRING_LIMIT = 64
"""The largest gap between aligned items in which edited items are looked for by similarity."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Entries under names, and what the names mean for the merge.

    ``fields`` are the key fields that tell the entries apart, empty where something else does; ``aligned`` says that
    only their place does. ``ordered`` says that the order of the names has a meaning; ``separate`` that two additions
    at one place cannot be put one behind the other without a decision.
    """

    names: tuple[Named, ...]
    ordered: bool
    separate: bool = False
    fields: tuple[str, ...] = ()
    aligned: bool = False


def identify(versions: Sequence[Version], rules: Rules) -> Identified | None:
    """The entries of versions of a collection under names; the first version is what the others are aligned with.

    All nodes are of one kind. None where they cannot be taken apart: the collection is atomic by ``rules``.
    """
    units = [side.units(node) if node is not None else [] for side, node in versions]
    kind = next(node.kind for _, node in versions if node is not None)
    if kind is Kind.MAPPING:
        return None if rules.map == "atomic" else Identified(_by(units, _key_name), ordered=False)
    if rules.list == "atomic":
        return None
    if rules.list == "set":
        by_value = _by(units, _value_name)
        if all(len(named) == len(side) for named, side in zip(by_value, units, strict=True)):
            return Identified(by_value, ordered=False)
    if rules.list in (None, "keyed"):
        for fields in [rules.keys] if rules.keys else _candidates(units):
            by_fields = _by_fields(units, fields)
            if by_fields is not None:
                return Identified(by_fields, ordered=True, fields=fields)
    return Identified(_by_alignment(units), ordered=True, separate=rules.list == "sequence", aligned=True)


def step_of(name: Hashable, unit: Unit, siblings: Sequence[Unit]) -> Step:
    """The field path step that leads to ``unit``, known under ``name`` among ``siblings`` of its side."""
    if unit.entry.key is not None:
        return Key(key_text(unit.entry.key))
    if isinstance(name, Item):
        return name
    return Index(next(position for position, each in enumerate(siblings) if each is unit))


def _key_name(unit: Unit) -> Hashable:
    assert unit.entry.key is not None
    return key_text(unit.entry.key)


def _value_name(unit: Unit) -> Hashable:
    return unit.side.digest(unit.value)


def _by(units: Sequence[list[Unit]], name: Callable[[Unit], Hashable]) -> tuple[Named, ...]:
    return tuple({name(unit): unit for unit in side} for side in units)


def _candidates(units: Sequence[list[Unit]]) -> list[tuple[str, ...]]:
    """Key fields that a list of mappings without a schema may be keyed by: likely names first, else its only one.

    Guessing is limited on purpose: a wrong key merges items that are not the same.
    """
    common: set[str] | None = None
    for side in units:
        for unit in side:
            if unit.value.kind is not Kind.MAPPING:
                return []
            fields = {
                entry.key.value
                for entry in unit.value.entries
                if entry.key is not None and entry.key.kind is Kind.SCALAR and entry.value.kind is Kind.SCALAR
            }
            common = fields if common is None else common & fields
    if not common:
        return []
    likely: list[tuple[str, ...]] = [(field,) for field in _LIKELY_KEYS if field in common]
    if likely:
        return likely
    unique: list[tuple[str, ...]] = [(field,) for field in sorted(common) if _by_fields(units, (field,)) is not None]
    return unique if len(unique) == 1 else []


def _by_fields(units: Sequence[list[Unit]], fields: tuple[str, ...]) -> tuple[Named, ...] | None:
    """The items by the values of ``fields``; None where one lacks a field or two have the same values."""
    named: list[Named] = []
    for side in units:
        names: Named = {}
        for unit in side:
            item = _item(unit.value, fields)
            if item is None or item in names:
                return None
            names[item] = unit
        named.append(names)
    return tuple(named)


def _item(node: Node, fields: tuple[str, ...]) -> Item | None:
    if node.kind is Kind.ALIAS and node.target is not None:
        node = node.target
    if node.kind is not Kind.MAPPING:
        return None
    values: list[str] = []
    for field in fields:
        value = node.get(field)
        if value is None or value.kind is not Kind.SCALAR or scalar_data(value) is None:
            return None
        values.append(value.value)
    return Item(tuple(values))


_Name = tuple[int, int]
"""A version (0 is the first) and the position of the item in it."""


def _by_alignment(units: Sequence[list[Unit]]) -> tuple[Named, ...]:
    """Names out of the alignment of each version with the first; an edited item keeps the name of what it replaces.

    The same item added by two versions at one place is one addition; added at different places it is one too, where
    it is unique.
    """
    first = units[0]
    digests = [[unit.side.digest(unit.value) for unit in side] for side in units]
    known = set(digests[0])
    single = [{digest for digest, count in Counter(side).items() if count == 1} - known for side in digests]
    named: list[Named] = [{(0, at): unit for at, unit in enumerate(first)}]
    added: dict[Hashable, _Name] = {}
    for version, side in enumerate(units[1:], start=1):
        names = _aligned_names(units, digests, version)
        repeats: Counter[Hashable] = Counter()
        for at, digest in enumerate(digests[version]):
            if names[at][0] != version:
                continue
            place: Hashable = (_anchor(names, at), digest)
            repeats[place] += 1
            place = (place, repeats[place])
            found = added.get(place)
            if found is None and digest in single[version]:
                found = added.get(digest)
                found = found if found is not None and digest in single[found[0]] else None
            names[at] = found or names[at]
            added.setdefault(place, names[at])
            added.setdefault(digest, names[at])
        named.append(dict(zip(names, side, strict=True)))
    return tuple(named)


def _anchor(names: list[_Name], at: int) -> _Name | None:
    while at >= 0 and names[at][0] != 0:
        at -= 1
    return names[at] if at >= 0 else None


def _aligned_names(units: Sequence[list[Unit]], digests: list[list[bytes]], version: int) -> list[_Name]:
    base, side = units[0], units[version]
    names: list[_Name] = [(version, at) for at in range(len(side))]
    base_at = side_at = 0
    for base_next, side_next in [*align(digests[0], digests[version]), (len(base), len(side))]:
        for pair in _edited(base[base_at:base_next], side[side_at:side_next]):
            names[side_at + pair[1]] = (0, base_at + pair[0])
        if side_next < len(side):
            names[side_next] = (0, base_next)
        base_at, side_at = base_next + 1, side_next + 1
    return names


def _edited(base: list[Unit], side: list[Unit]) -> list[tuple[int, int]]:
    """Pairs of items of a gap between aligned items that are the same item, edited; increasing in both."""
    if not base or not side:
        return []
    if len(base) == len(side):
        return [
            (at, at) for at, (old, new) in enumerate(zip(base, side, strict=True)) if old.value.kind is new.value.kind
        ]
    if max(len(base), len(side)) > _PAIRING_LIMIT:
        return []
    pairs: list[tuple[int, int]] = []
    start = 0
    for base_at, old in enumerate(base):
        scores = [(_similarity(old, side[at]), -at) for at in range(start, len(side))]
        best, at = max(scores, default=(0.0, 0))
        if best >= 0.5:
            pairs.append((base_at, -at))
            start = -at + 1
    return pairs


def _similarity(old: Unit, new: Unit) -> float:
    """How alike two items are, from 0 to 1: the share of equal fields of two mappings.

    Mappings of one and the same field are the same item, and so are texts like ``name=1`` and ``name=2``.
    """
    if old.value.kind is not new.value.kind:
        return 0.0
    if old.value.kind is Kind.SCALAR:
        names = [_ASSIGNED.match(unit.value.value) for unit in (old, new)]
        return float(all(names) and len({match[1] for match in names if match}) == 1)
    if old.value.kind is not Kind.MAPPING:
        return 0.0
    fields = [
        {key_text(entry.key): unit.side.digest(entry.value) for entry in unit.value.entries if entry.key is not None}
        for unit in (old, new)
    ]
    if len(fields[0]) == len(fields[1]) == 1 and fields[0].keys() == fields[1].keys():
        return 1.0
    return 2 * len(fields[0].items() & fields[1].items()) / max(1, len(fields[0]) + len(fields[1]))
