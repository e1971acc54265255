"""Whether a merged document says only what its two sides say: each field as one of them has it.

What only the first side changed stays as that has it: the other side, which left it alone, does not take it back. This
is not the merge made again: it holds whatever engine made the merge, and it needs no more of a conflict than the place
at which one was resolved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise

from jetenv.diffing.alignment import diff3
from jetenv.diffing.identity import By, Identified, identify, item_of
from jetenv.diffing.sides import Side, Unit, narrowed, paired_roots, same, sides
from jetenv.documents.nodes import Kind, Node, Source, walk
from jetenv.documents.paths import FieldPath
from jetenv.documents.values import key_text
from jetenv.merging.order import merge_order
from jetenv.merging.text import split_lines
from jetenv.schemas.rules import Rules

Resolved = Callable[[FieldPath, bool], bool]
"""Whether a conflict was resolved at a place; with whether both sides changed what is there, and differently."""

_COLLECTIONS = (Kind.MAPPING, Kind.SEQUENCE)


def foreign_fields(
    base: Source, ours: Source, theirs: Source, result: Source, rules: Rules, resolved: Resolved
) -> Iterator[FieldPath]:
    """The places where ``result`` has what neither side has, lacks what both have, or takes back what ours changed."""
    return _Fields(sides(base, ours, theirs, result), resolved).documents(rules)


def lines_stem_from(base: str, ours: str, theirs: str, result: str) -> bool:
    """Whether every stretch of lines of ``result`` is as a side has it, or as both have it one after the other.

    What ours alone changed is as ours has it.
    """
    versions = [split_lines(text) for text in (base, ours, theirs)]
    merged = split_lines(result)
    reached = {0}
    for stretch in diff3(*versions):
        b, o, t = (
            lines[part.start : part.stop]
            for lines, part in zip(versions, (stretch.base, stretch.ours, stretch.theirs), strict=True)
        )
        options = [o] if stretch.stable or t == b else [o, t] if o == b else [o, t, o + t, t + o]
        reached = {at + len(each) for at in reached for each in options if merged[at : at + len(each)] == each}
    return len(merged) in reached


class _Fields:
    def __init__(self, sides: tuple[Side, ...], resolved: Resolved) -> None:
        self.sides = sides
        self.resolved = resolved

    def documents(self, rules: Rules) -> Iterator[FieldPath]:
        roots = paired_roots(self.sides)
        if roots is None:
            yield ()
            return
        for b, o, t, r in roots:
            if o is None or t is None or r is None:
                if (r is None) != (o is None) and (r is None) != (t is None):
                    yield ()
            else:
                yield from self.node(b, o, t, r, rules, ())

    def node(self, b: Node | None, o: Node, t: Node, r: Node, rules: Rules, path: FieldPath) -> Iterator[FieldPath]:
        digests = [side.digest(node) for side, node in zip(self.sides[1:], (o, t, r), strict=True)]
        base = self.sides[0].digest(b) if b is not None else None
        deep = o.kind is t.kind is r.kind and r.kind in _COLLECTIONS
        divided = deep and b is not None and b.kind is r.kind  # what ours changed of it may be apart from theirs
        if digests[2] == digests[0] or (digests[2] == digests[1] != base and (digests[0] == base or not divided)):
            return
        if self.resolved(path, not deep and len({base, *digests[:2]}) == 3):
            return
        if deep:
            yield from self.collection(b if b is not None and b.kind is r.kind else None, o, t, r, rules, path)
        elif not (
            b is not None
            and all(node.kind is Kind.SCALAR for node in (b, o, t, r))
            and lines_stem_from(b.value, o.value, t.value, r.value)
        ):
            yield path

    def collection(
        self, b: Node | None, o: Node, t: Node, r: Node, rules: Rules, path: FieldPath
    ) -> Iterator[FieldPath]:
        rules = narrowed(rules, r)
        versions = list(zip(self.sides, (b, o, t, r), strict=True))
        merged = identify(versions[:3], rules)
        found = identify(versions, rules, manner=merged.manner) if merged is not None else None
        if found is None:  # atomic, or something in it stands twice
            digests = [side.digest(node) if node is not None else None for side, node in versions]
            if not digests[3] == digests[2] != digests[0]:
                yield path
            return
        foreign: list[FieldPath] = []
        for name in dict.fromkeys(name for named in found.names for name in named):
            units = tuple(named.get(name) for named in found.names)
            present = next(unit for unit in reversed(units) if unit is not None)
            below = rules.property(key_text(present.entry.key)) if present.entry.key is not None else rules.item()
            foreign += self.entry(units, found, below, (*path, found.step(present)))
        by_value = found.manner.by in (By.VALUE, By.PLACE)
        if foreign and not (by_value and self._counts_stem(b, o, t, r)):
            yield from foreign
        elif not self._order_stems(found) and not self.resolved(path, True):
            yield path

    def entry(
        self, units: Sequence[Unit | None], found: Identified, rules: Rules, path: FieldPath
    ) -> Iterator[FieldPath]:
        b, o, t, r = units
        if r is None:
            taken_back = o is not None and (t is not None or b is None)
            if taken_back and not self.resolved(path, True):
                yield path
            return
        if o is None and t is None:
            if not self.resolved(path, False):
                yield path
            return
        if o is not None and t is not None:
            if _key(r) not in (_key(o), _key(t)):
                yield path
            yield from self.node(b.value if b is not None else None, o.value, t.value, r.value, rules, path)
            return
        only = o if o is not None else t
        assert only is not None
        if same(only, r) and _key(only) == _key(r) and (only is o or b is None or not same(b, only)):
            return
        other = self._elsewhere(only, found.fields)
        if other is None:
            contested = b is not None and not same(b, only)
            if not self.resolved(path, contested):
                yield path
            return
        pair = (only.value, other) if o is not None else (other, only.value)
        yield from self.node(b.value if b is not None else None, *pair, r.value, rules, path)

    def _elsewhere(self, unit: Unit, fields: tuple[str, ...]) -> Node | None:
        """The item of the other side with the key of ``unit``, where that side has it in another list."""
        wanted = item_of(unit.value, fields) if fields else None
        if wanted is None:
            return None
        other = self.sides[2] if unit.side is self.sides[1] else self.sides[1]
        roots = [document.root for document in other.source.documents if document.root is not None]
        found = [node for root in roots for node in walk(root) if item_of(node, fields) == wanted]
        return found[0] if len(found) == 1 else None

    def _counts_stem(self, *nodes: Node | None) -> bool:
        """Whether each item of a list without keys is there as often as a side has it, or as both changes make it."""
        counts = [
            Counter(side.digest(entry.value) for entry in node.entries) if node is not None else Counter()
            for side, node in zip(self.sides, nodes, strict=True)
        ]
        base, ours, theirs, result = counts
        return all(
            result[item] in (ours[item], ours[item] + theirs[item] - base[item])
            or (result[item] == theirs[item] != base[item])
            for item in {*base, *ours, *theirs, *result}
        )

    def _order_stems(self, found: Identified) -> bool:
        """Whether the order is one that a side has, item by item, or that both sides' moves make."""
        if not found.ordered:
            return True
        base, ours, theirs, result = (list(named) for named in found.names)
        shared = {*base} & {*ours} & {*theirs} & {*result}
        orders = [[name for name in side if name in shared] for side in (base, ours, theirs, result)]
        if orders[0] == orders[2] == orders[3] != orders[1]:
            return False  # the order that ours made is taken back
        places = [{name: at for at, name in enumerate(side)} for side in (ours, theirs)]
        if all(_agrees(a, b, places) for a, b in pairwise(result)):
            return True
        sided = {*ours, *theirs}
        order, _ = merge_order([name for name in base if name in sided], ours, theirs, sided & {*result})
        return order == result


def _agrees(a: Hashable, b: Hashable, places: Sequence[dict[Hashable, int]]) -> bool:
    """Whether ``a`` stands before ``b`` on a side, or no side has both."""
    having = [side for side in places if a in side and b in side]
    return not having or any(side[a] < side[b] for side in having)


def _key(unit: Unit) -> str | None:
    return None if unit.entry.key is None else key_text(unit.entry.key)
