"""Entries that are the same entry, edited: found by similarity between the entries that are known to be the same.

Every entry has a label that is unique in its version; entries of one label are one entry. What is left over (a label
that only one version has, next to one that only another has) may be one entry too, whose label changed: a renamed
key, an edited item of a list that has no keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from jetenv.diffing.alignment import align, increasing
from jetenv.diffing.sides import Side, Unit
from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, Node, walk
from jetenv.documents.values import has_lines, key_text, scalar_data

_PAIRING_LIMIT = 1 << 12
"""The largest product of lengths of two stretches in which all items are compared with each other."""

_TEXT_LIMIT = 200
"""The longest text that is compared letter by letter."""

_IDS = ("id", "uid", "uuid", "key", "slug")
"""Fields that tell things apart wherever they stand; a name is edited like any other text."""

_SIMILAR = 0.5
_RENAMED = 0.6

_VERSIONS = ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3))
"""The versions that are held against each other: sides against the base, a result (the fourth) against all three."""

_RESULT = 3

Labels = Sequence[Hashable]
Pair = tuple[float, int, int]
"""A score, and the positions of an entry in two versions."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """What is left over of two versions between two entries that they have in common."""

    versions: tuple[int, int]
    old: tuple[int, ...]
    new: tuple[int, ...]


def rejoin(units: Sequence[Sequence[Unit]], labels: Sequence[Labels], *, items: bool) -> list[list[Hashable]]:
    """``labels`` with those of edited entries replaced by the label that they have in an earlier version.

    ``items`` says that they are items of a list without keys: then items that replaced as many others are taken for
    them, too. Entries with keys are taken for renamed only where they are collections, or texts of several lines, and
    much alike.
    """
    joined = _Classes(labels)
    scored: list[tuple[bool, float, int, int, tuple[int, int]]] = []
    gaps = [gap for old, new in _VERSIONS if new < len(units) for gap in _gaps(labels, old, new)]
    for gap in gaps:
        old, new = (units[version] for version in gap.versions)
        pairs = _similar(old, new, gap.old, gap.new, _SIMILAR) if items else _renamed(old, new, gap)
        if items:
            pairs = [*pairs, *_in_place(old, new, gap, pairs)]
        # What a merge takes for one entry does not depend on its result.
        scored += [(_RESULT in gap.versions, -score, a, b, gap.versions) for score, a, b in pairs]
    for _, _, a, b, versions in sorted(scored):
        joined.join(labels[versions[0]][a], labels[versions[1]][b])
    if items:
        _join_moved(units, labels, joined)
    if items and len(units) == 3:
        _join_replaced(gaps, labels, joined)
    return [[joined.find(label) for label in each] for each in labels]


class _Classes:
    """Labels that stand for one entry, no two of them in one version."""

    def __init__(self, labels: Sequence[Labels]) -> None:
        self._known = [set(each) for each in labels]
        self._names: dict[Hashable, Hashable] = {}
        self._versions: dict[Hashable, set[int]] = {}

    def find(self, label: Hashable) -> Hashable:
        while label in self._names:
            label = self._names[label]
        return label

    def versions(self, label: Hashable) -> set[int]:
        """The versions that hold the entry known under ``label``."""
        name = self.find(label)
        found = self._versions.get(name)
        if found is None:
            found = self._versions[name] = {at for at, known in enumerate(self._known) if name in known}
        return found

    def join(self, old: Hashable, new: Hashable) -> None:
        """Make ``new`` the same entry as ``old``, unless a version has both."""
        a, b = self.find(old), self.find(new)
        if self.versions(a).isdisjoint(self.versions(b)):
            self._versions[a] |= self._versions[b]
            self._names[b] = a


def _gaps(labels: Sequence[Labels], old: int, new: int) -> Iterator[_Gap]:
    olds, news = labels[old], labels[new]
    low, old_high, new_high = _differing(olds, news)
    place = {olds[at]: at for at in range(low, old_high)}
    known = [(place[news[at]], at) for at in range(low, new_high) if news[at] in place]
    if len(known) in (old_high - low, new_high - low):
        return
    kept = set(news[low:new_high])
    chain = [known[k] for k in increasing([at for at, _ in known])]
    a = b = low
    for a_next, b_next in [*chain, (old_high, new_high)]:
        lost = tuple([at for at in range(a, a_next) if olds[at] not in kept])
        added = tuple([at for at in range(b, b_next) if news[at] not in place])
        if lost and added:
            yield _Gap((old, new), lost, added)
        a, b = a_next + 1, b_next + 1


def _differing(olds: Labels, news: Labels) -> tuple[int, int, int]:
    """What lies between the equal labels at the start and those at the end: where it starts, and ends in either."""
    low, old_high, new_high = 0, len(olds), len(news)
    while low < old_high and low < new_high and olds[low] == news[low]:
        low += 1
    while low < old_high and low < new_high and olds[old_high - 1] == news[new_high - 1]:
        old_high, new_high = old_high - 1, new_high - 1
    return low, old_high, new_high


def _similar(old: Sequence[Unit], new: Sequence[Unit], a: Sequence[int], b: Sequence[int], least: float) -> list[Pair]:
    """The pairs of similar entries, increasing in both, with the highest sum of scores."""
    if len(a) * len(b) > _PAIRING_LIMIT:
        return _similar_in_parts(old, new, a, b, least)
    scores = [[similarity(old[i], new[j]) for j in b] for i in a]
    # best[i][j]: the highest sum for a[i:] and b[j:]
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            taken = scores[i][j] + best[i + 1][j + 1] if scores[i][j] >= least else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], taken)
    pairs: list[Pair] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if scores[i][j] >= least and best[i][j] == scores[i][j] + best[i + 1][j + 1]:
            pairs.append((scores[i][j], a[i], b[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _similar_in_parts(
    old: Sequence[Unit], new: Sequence[Unit], a: Sequence[int], b: Sequence[int], least: float
) -> list[Pair]:
    """Long stretches are cut where two mappings have the same first entry."""
    pairs: list[Pair] = []
    i = j = 0
    cuts = align([_first_entry(old[at]) for at in a], [_first_entry(new[at]) for at in b])
    for i_next, j_next in [*cuts, (len(a), len(b))]:
        if (i_next - i) * (j_next - j) <= _PAIRING_LIMIT:
            pairs += _similar(old, new, a[i:i_next], b[j:j_next], least)
        if i_next < len(a):
            score = similarity(old[a[i_next]], new[b[j_next]])
            pairs += [(score, a[i_next], b[j_next])] if score >= least else []
        i, j = i_next + 1, j_next + 1
    return pairs


def _first_entry(unit: Unit) -> Hashable:
    value = unit.value
    if value.kind is not MAPPING or not value.entries:
        return id(unit)
    entry = value.entries[0]
    return unit.side.text[entry.head : entry.value.end]


def _renamed(old: Sequence[Unit], new: Sequence[Unit], gap: _Gap) -> list[Pair]:
    a = [at for at in gap.old if _has_parts(old[at].value)]
    b = [at for at in gap.new if _has_parts(new[at].value)]
    pairs = _similar(old, new, a, b, _RENAMED) if a and b else []
    return [(score, i, j) for score, i, j in pairs if _same_lines(old[i], new[j]) and not _holds(old[i], new[j], score)]


def _has_parts(value: Node) -> bool:
    return len(value.entries) > 1 or has_lines(value)


def _same_lines(a: Unit, b: Unit) -> bool:
    """Whether two texts have most of their lines in common; what is no text has none that differ."""
    if a.value.entries or b.value.entries:
        return True
    old, new = (Counter[Hashable](unit.value.value.split("\n")) for unit in (a, b))
    return _overlap(old, new) >= _RENAMED


def _holds(a: Unit, b: Unit, score: float) -> bool:
    """Whether something inside one of two entries is more like the other: that was put into a group, or taken out.

    What is still more like something inside the other is the same part of both.
    """
    return _is_inside(a, b, score) or _is_inside(b, a, score)


def _is_inside(group: Unit, entry: Unit, score: float) -> bool:
    whole = _leaves(entry.side, _resolved(entry.value))
    parts = [_leaves(group.side, node) for node in _parts(group.value)]
    best = max(parts, key=lambda part: _overlap(part, whole), default=Counter())
    likeness = _overlap(best, whole)
    return likeness > score and all(
        _overlap(best, _leaves(entry.side, node)) < likeness for node in _parts(entry.value)
    )


def _parts(value: Node) -> Iterator[Node]:
    """The mappings below a node."""
    return (node for node in walk(value) if node.kind is MAPPING and node is not value)


def _in_place(old: Sequence[Unit], new: Sequence[Unit], gap: _Gap, similar: Sequence[Pair]) -> list[Pair]:
    """Items that replaced as many others, between items that are similar."""
    pairs: list[Pair] = []
    i = j = 0
    places = ({at: k for k, at in enumerate(each)} for each in (gap.old, gap.new))
    old_place, new_place = places
    ends = [(old_place[a], new_place[b]) for _, a, b in similar]
    for i_next, j_next in [*ends, (len(gap.old), len(gap.new))]:
        if i_next - i == j_next - j:
            found = zip(gap.old[i:i_next], gap.new[j:j_next], strict=True)
            pairs += [(0.0, a, b) for a, b in found if _may_be_one(old[a], new[b])]
        i, j = i_next + 1, j_next + 1
    return pairs


def _join_moved(units: Sequence[Sequence[Unit]], labels: Sequence[Labels], joined: _Classes) -> None:
    """Items that stand elsewhere among the others and were edited, too: what is left over and much alike."""
    for old, new in _VERSIONS:
        if new >= len(units):
            continue
        lost = _left_over(units, labels, joined, old, new)
        added = _left_over(units, labels, joined, new, old)
        if len(lost) * len(added) > _PAIRING_LIMIT:
            continue
        scored = ((similarity(units[old][a], units[new][b]), a, b) for a in lost for b in added)
        for _, a, b in sorted(((-score, a, b) for score, a, b in scored if score >= _RENAMED)):
            joined.join(labels[old][a], labels[new][b])


def _left_over(
    units: Sequence[Sequence[Unit]], labels: Sequence[Labels], joined: _Classes, version: int, other: int
) -> list[int]:
    """The positions of collections that ``version`` has, and ``other`` has not."""
    known = set(labels[other])
    return [
        at
        for at, label in enumerate(labels[version])
        if label not in known and len(units[version][at].value.entries) > 1 and other not in joined.versions(label)
    ]


def _may_be_one(old: Unit, new: Unit) -> bool:
    """Whether one of two items that stand at one place may be the other, edited; with another id it is another item."""
    a, b = _resolved(old.value), _resolved(new.value)
    if a.kind is not b.kind:
        return False
    if a.kind is not MAPPING:
        return a.kind is SCALAR or similarity(old, new) > 0
    fields, others = ({key_text(each.key): each.value for each in node.entries if each.key} for node in (a, b))
    common = fields.keys() & others.keys()
    return bool(common) and all(
        old.side.digest(fields[name]) == new.side.digest(others[name]) for name in common.intersection(_IDS)
    )


def _join_replaced(gaps: Sequence[_Gap], labels: Sequence[Labels], joined: _Classes) -> None:
    """Items that both sides replaced, each by other ones: as two additions, both replacements would stand."""
    around: dict[int, list[_Gap]] = {}
    for gap in gaps:
        for at in gap.old:
            around.setdefault(at, []).append(gap)
    for at, sides in sorted(around.items()):
        item = labels[0][at]
        if len(sides) < 2 or joined.versions(item) != {0}:
            continue
        replacements = []
        for gap in sides:
            version = gap.versions[1]
            new = (labels[version][k] for k in gap.new)
            replacements.append([label for label in new if joined.versions(label) == {version}])
        if all(replacements):
            for each in replacements:
                joined.join(item, each[0])


def similarity(a: Unit, b: Unit) -> float:
    """How much of two entries is the same, between 0 and 1."""
    left, right = _resolved(a.value), _resolved(b.value)
    if left.kind is not right.kind:
        return 0.0
    if left.kind is SCALAR:
        return _text_similarity(scalar_data(left), scalar_data(right))
    return _overlap(_leaves(a.side, left), _leaves(b.side, right))


def _text_similarity(a: object, b: object) -> float:
    if not (isinstance(a, str) and isinstance(b, str)):
        return 0.0
    if len(a) > _TEXT_LIMIT or len(b) > _TEXT_LIMIT:
        return _overlap(Counter(a.split("\n")), Counter(b.split("\n")))
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _SIMILAR else 0.0


def _overlap(a: Counter[Hashable], b: Counter[Hashable]) -> float:
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def _leaves(side: Side, node: Node) -> Counter[Hashable]:
    """The scalars below a collection, each with the key that it stands under, counted."""
    known = side.leaves.get(id(node))
    if known is None:
        known = side.leaves[id(node)] = Counter()
        stack = [("", node)]
        while stack:
            key, current = stack.pop()
            if not current.entries:
                known[key, side.digest(current)] += 1
            for entry in current.entries:
                stack.append((key if entry.key is None else key_text(entry.key), entry.value))
    return known


def _resolved(node: Node) -> Node:
    return node.target if node.kind is ALIAS and node.target is not None else node
