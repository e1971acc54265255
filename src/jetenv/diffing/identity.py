"""Which entries of versions of a collection are the same: by key, by key fields, by value, by alignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from jetenv.diffing.alignment import align
from jetenv.diffing.pairing import rejoin
from jetenv.diffing.sides import Side, Unit
from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Kind, Node
from jetenv.documents.paths import Index, Item, Key, Step
from jetenv.documents.values import key_text, scalar_data
from jetenv.schemas.rules import Rules

Named = dict[Hashable, Unit]
"""The entries of one version under names, in order; the same name in another version is the same entry."""

Version = tuple[Side, Node | None]
"""A version of a collection: the side, and the collection (None where that version has none)."""

LIKELY_KEYS = ("id", "uid", "uuid", "key", "name", "slug")
"""Key fields that are tried where no schema says which."""


class By(Enum):
    """What tells the entries of a collection apart."""

    KEY = "key"  # the keys of a mapping
    FIELDS = "fields"  # the key fields of a keyed list
    MEMBER = "member"  # the values of a set
    VALUE = "value"  # the values of a list that holds none of them twice
    PLACE = "place"  # the place among the other items of a list


@dataclass(frozen=True, slots=True)
class Manner:
    """How entries are told apart; ``fields`` are the key fields of a keyed list."""

    by: By
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """Entries under names, and what the names mean for the merge.

    ``ordered`` says that the order of the names has a meaning; ``separate`` that two additions at one place cannot be
    put one behind the other without a decision.
    """

    names: tuple[Named, ...]
    manner: Manner
    separate: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The key fields that tell the entries apart; empty where something else does."""
        return self.manner.fields

    @property
    def ordered(self) -> bool:
        """Whether the order of the entries has a meaning."""
        return self.manner.by not in (By.KEY, By.MEMBER)

    def step(self, unit: Unit) -> Step:
        """The field path step that leads to ``unit`` in its version."""
        if unit.entry.key is not None:
            return Key(key_text(unit.entry.key))
        item = item_of(unit.value, self.manner.fields) if self.manner.fields else None
        return item or Index(unit.position)


def identify(
    versions: Sequence[Version],
    rules: Rules,
    *,
    manner: Manner | None = None,
    renames: bool = True,
    whole: bool = True,
) -> Identified | None:
    """The entries of versions of a collection under names; the first version is what the others are aligned with.

    All nodes are of one kind. ``manner`` asks for one manner and no other; ``renames`` lets entries whose key changed,
    and not much else, keep their name; ``whole`` leaves atomic collections whole. None where the entries cannot be told
    apart so: the collection is atomic by ``rules`` or an expression in two braces, or a version has two entries that
    ``manner`` does not tell apart.
    """
    told = _told_apart(versions, rules, manner, whole=whole)
    if told is None:
        return None
    units, labels, candidate = told
    by_value = candidate.by is By.VALUE or candidate.by is By.PLACE
    if candidate.by is not By.MEMBER and (renames or by_value) and any(each != labels[0] for each in labels):
        labels = rejoin(units, labels, items=by_value)
    names = tuple([dict(zip(each, side, strict=True)) for each, side in zip(labels, units, strict=True)])
    return Identified(names, candidate, separate=rules.list == "sequence")


def manner_of(versions: Sequence[Version], rules: Rules) -> Manner | None:
    """What ``identify`` tells the entries of these versions apart by; None where the collection is atomic."""
    told = _told_apart(versions, rules, None)
    return None if told is None else told[2]


def _told_apart(
    versions: Sequence[Version], rules: Rules, manner: Manner | None, *, whole: bool = True
) -> tuple[list[list[Unit]], list[list[Hashable]], Manner] | None:
    """The entries of each version, a label for each, and what the labels are made of."""
    units = [side.units(node) if node is not None else [] for side, node in versions]
    kind = next(node.kind for _, node in versions if node is not None)
    if whole and ((rules.map if kind is MAPPING else rules.list) == "atomic" or _is_expression(versions)):
        return None
    readable = _first_of_each(units) if kind is SEQUENCE else units
    for candidate in [manner] if manner is not None else _manners(readable, kind, rules):
        labels = _labels(readable, candidate)
        if labels is not None:
            return units, labels, candidate
    return None


def _is_expression(versions: Sequence[Version]) -> bool:
    """Whether a version reads ``{{ name }}``: to its author that is one word, to YAML a mapping with one for a key."""
    flows = [node for _, node in versions if node is not None and node.style and node.kind is MAPPING]
    return any(entry.key is not None and entry.key.entries for node in flows for entry in node.entries)


def _first_of_each(units: Sequence[Sequence[Unit]]) -> Sequence[Sequence[Unit]]:
    """``units`` with the first of those that have the same text in place of each: what it holds is read once.

    What an alias stands for is not in the text.
    """
    if any(side and side[0].side.may_alias for side in units):
        return units
    first: dict[tuple[int, str], Unit] = {}
    return [[first.setdefault((unit.column, unit.body(unit.column)), unit) for unit in side] for side in units]


def _manners(units: Sequence[Sequence[Unit]], kind: Kind, rules: Rules) -> Iterator[Manner]:
    """The manners that may be tried, the best first; the last one always works."""
    if kind is MAPPING:
        yield Manner(By.KEY)
        return
    if rules.list not in ("sequence", "set"):
        yield from (Manner(By.FIELDS, fields) for fields in ([rules.keys] if rules.keys else _candidates(units)))
        yield Manner(By.VALUE)
    elif rules.list == "set":
        yield Manner(By.MEMBER)
    yield Manner(By.PLACE)


def _labels(units: Sequence[Sequence[Unit]], manner: Manner) -> list[list[Hashable]] | None:
    """A label for every entry, unique in its version; None where two entries have the same, or one has none."""
    if manner.by is By.PLACE:
        return _place_labels(units)
    fields = manner.fields
    known: dict[int, Hashable] = {}
    if manner.by is not By.KEY:
        distinct = {id(unit): unit for side in units for unit in side}
        for name, unit in distinct.items():
            known[name] = key_values(unit.value, fields) if fields else unit.side.digest(unit.value)
    labels: list[list[Hashable]] = []
    for side in units:
        if manner.by is By.KEY:
            each: list[Hashable] = [key_text(key) for unit in side if (key := unit.entry.key)]
        else:
            each = [known[id(unit)] for unit in side]
        unique = set(each)
        if len(unique) < len(each) or None in unique:
            return None
        labels.append(each)
    return labels


def _candidates(units: Sequence[Sequence[Unit]]) -> Iterator[tuple[str, ...]]:
    """Key fields that a list of mappings without a schema may be keyed by: likely names first, else its only one.

    Guessing is limited on purpose: a wrong key merges items that are not the same.
    """
    nodes = [unit.value for unit in {id(unit): unit for side in units for unit in side}.values()]
    if not nodes or any(node.kind is not MAPPING for node in nodes):
        return
    likely = [field for field in LIKELY_KEYS if all(_has_scalar(node, field) for node in nodes)]
    if likely:
        yield from ((field,) for field in likely)
        return
    first = (entry.key.value for entry in nodes[0].entries if entry.key is not None and entry.key.kind is SCALAR)
    common = sorted(field for field in first if all(_has_scalar(node, field) for node in nodes))
    unique = [(field,) for field in common if _labels(units, Manner(By.FIELDS, (field,))) is not None]
    if len(unique) == 1:
        yield unique[0]


def _has_scalar(node: Node, field: str) -> bool:
    value = node.get(field)
    return value is not None and value.kind is SCALAR


def item_of(node: Node, fields: tuple[str, ...]) -> Item | None:
    """An item by the values of its key ``fields``; None where it lacks one, or where the node is no mapping."""
    values = key_values(node, fields)
    return None if values is None else Item(values)


def key_values(node: Node, fields: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values of the key ``fields`` of a mapping; None where it lacks one, or where the node is no mapping."""
    if node.kind is ALIAS and node.target is not None:
        node = node.target
    if node.kind is not MAPPING:
        return None
    values: list[str] = []
    for field in fields:
        value = node.get(field)
        if value is None or value.kind is not SCALAR or scalar_data(value) is None:
            return None
        values.append(value.value)
    return tuple(values)


_Place = tuple[int, int]
"""A version (0 is the first) and the position of the item in it."""


def _place_labels(units: Sequence[Sequence[Unit]]) -> list[list[Hashable]]:
    """Labels out of the alignment of each version with the first.

    An item that two versions add at the same place is one addition, and so is one that no version holds twice.
    """
    digests = [[unit.side.digest(unit.value) for unit in side] for side in units]
    labels: list[list[Hashable]] = [[(0, at) for at in range(len(units[0]))]]
    known = set(digests[0])
    repeated = {digest for side in digests for digest, count in Counter(side).items() if count > 1}
    added: dict[Hashable, Hashable] = {}
    for version in range(1, len(units)):
        places: list[_Place] = [(version, at) for at in range(len(units[version]))]
        for first_at, at in align(digests[0], digests[version]):
            places[at] = (0, first_at)
        repeats: Counter[Hashable] = Counter()
        anchor: _Place | None = None
        labelled: list[Hashable] = []
        for at, place in enumerate(places):
            if place[0] == 0:
                anchor = place
                labelled.append(place)
                continue
            digest = digests[version][at]
            addition: Hashable = digest
            if digest in known or digest in repeated:
                repeats[anchor, digest] += 1
                addition = (anchor, digest, repeats[anchor, digest])
            labelled.append(added.setdefault(addition, place))
        labels.append(labelled)
    return labels
