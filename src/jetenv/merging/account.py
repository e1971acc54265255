"""The account of a merge: every change of either side is in the result, and the result holds nothing else.

The result is parsed anew and its entries are identified together with those of the three versions, so that a mistake
in writing the result shows here, whatever made it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from jetenv.diffing.identity import Identified, Named, identify, step_of
from jetenv.diffing.sides import Side, Unit, narrowed, same
from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index
from jetenv.schemas.rules import Rules

_COLLECTIONS = (Kind.MAPPING, Kind.SEQUENCE)


def closes(base: Source, ours: Source, theirs: Source, result: Source, rules: Rules) -> bool:
    """Whether ``result`` has every change of data that either side made since ``base``, and no other."""
    return next(discrepancies(base, ours, theirs, result, rules), None) is None


def discrepancies(base: Source, ours: Source, theirs: Source, result: Source, rules: Rules) -> Iterator[FieldPath]:
    """The places at which ``result`` lost a change of a side, or has what neither side has."""
    sides = (Side(base), Side(ours), Side(theirs), Side(result))
    roots = [[document.root for document in side.source.documents] for side in sides]
    if not roots[0]:
        # An empty base stands for a file that both sides added.
        roots[0] = [None] * len(roots[1])
    if len({len(each) for each in roots}) > 1:
        yield ()
        return
    for nodes in zip(*roots, strict=True):
        kinds = {node.kind for node in nodes if node is not None}
        if len(kinds) == 1 and kinds <= set(_COLLECTIONS) and None not in nodes[1:]:
            yield from _Checker(sides).collection(list(nodes), rules, ())
        elif not _settled([node and side.digest(node) for side, node in zip(sides, nodes, strict=True)]):
            yield ()


class _Checker:
    def __init__(self, sides: tuple[Side, ...]) -> None:
        self.sides = sides

    def collection(self, nodes: list[Node | None], rules: Rules, path: FieldPath) -> Iterator[FieldPath]:
        present = next(node for node in reversed(nodes) if node is not None)
        rules = narrowed(rules, present)
        versions = tuple(zip(self.sides, nodes, strict=True))
        expected, found = identify(versions[:3], rules), identify(versions, rules)
        if expected is None or found is None:
            if not _settled([side.digest(node) if node else None for side, node in versions]):
                yield path
        elif expected.aligned:
            yield from self.aligned(expected, self.sides[3].units(present), rules, path)
        elif found.fields != expected.fields or found.aligned:
            # What tells the entries of all versions apart no longer does: the result has one twice.
            yield path
        else:
            for name in dict.fromkeys(name for named in found.names for name in named):
                units = [named.get(name) for named in found.names]
                unit = next(unit for unit in units if unit is not None)
                version = next(at for at, each in enumerate(units) if each is unit)
                here = (*path, step_of(name, unit, list(found.names[version].values())))
                yield from self.entry(units, rules, here)

    def aligned(self, expected: Identified, result: list[Unit], rules: Rules, path: FieldPath) -> Iterator[FieldPath]:
        """Items that only their place tells apart: the result has those that it must have, and no item twice."""
        digests = Counter(unit.side.digest(unit.value) for unit in result)
        if max(digests.values(), default=0) > max((_most(named) for named in expected.names), default=1):
            yield path
            return
        base, ours, theirs = expected.names
        merged: list[tuple[Unit | None, Unit, Unit]] = []
        for name in dict.fromkeys([*ours, *theirs]):
            b, o, t = base.get(name), ours.get(name), theirs.get(name)
            if o is not None and t is not None and not _settles(b, o, t):
                merged.append((b, o, t))
            else:
                unit = (o or t if b is None else None) if o is None or t is None else t if b and same(b, o) else o
                if unit is not None:
                    digests[unit.side.digest(unit.value)] -= 1
        rest: list[Unit] = []
        for unit in result:
            digest = unit.side.digest(unit.value)
            if digests[digest] > 0:
                digests[digest] -= 1
                rest.append(unit)
        if len(rest) != len(merged) or any(digests.values()):
            yield path
            return
        for (b, o, t), unit in zip(merged, rest, strict=True):
            yield from self.entry([b, o, t, unit], rules, (*path, Index(result.index(unit))))

    def entry(self, units: list[Unit | None], rules: Rules, path: FieldPath) -> Iterator[FieldPath]:
        b, o, t, result = units
        if o is None or t is None:
            # Added or deleted by one side, or gone from both.
            expected = (o or t) if b is None else None
            if (expected is None) != (result is None) or (expected and result and not same(expected, result)):
                yield path
        elif result is None:
            yield path
        elif same(o, t) or (b is not None and same(b, t)):
            if not same(o, result):
                yield path
        elif b is not None and same(b, o):
            if not same(t, result):
                yield path
        elif o.value.kind is t.value.kind is result.value.kind and o.value.kind in _COLLECTIONS:
            below = rules.property(o.entry.key.value) if o.entry.key is not None else rules.item()
            base = b.value if b is not None and b.value.kind is o.value.kind else None
            yield from self.collection([base, o.value, t.value, result.value], below, path)
        elif b is None or not _text_closes(b, o, t, result):
            yield path


def _settles(b: Unit | None, o: Unit, t: Unit) -> bool:
    """Whether one of two versions is what the merge must take."""
    return same(o, t) or (b is not None and (same(b, o) or same(b, t)))


def _most(named: Named) -> int:
    """How often the most frequent value of a list stands in it, 1 for an empty one."""
    return max(Counter(unit.side.digest(unit.value) for unit in named.values()).values(), default=1)


def _settled(digests: list[bytes | None]) -> bool:
    base, ours, theirs, result = digests
    return result == (theirs if base == ours else ours) and (base in (ours, theirs) or ours == theirs)


def _text_closes(b: Unit, o: Unit, t: Unit, result: Unit) -> bool:
    """Whether a merged text has the source lines that either side added or both kept, and none that one removed."""
    if not all(unit.value.kind is Kind.SCALAR for unit in (b, o, t, result)):
        return False
    old, left, right, merged = (Counter(_source_lines(unit)) for unit in (b, o, t, result))
    wanted = {
        line
        for line in left.keys() | right.keys()
        if line not in old or (line in left and line in right) or left[line] > old[line] or right[line] > old[line]
    }
    return wanted == merged.keys()


def _source_lines(unit: Unit) -> list[str]:
    text = unit.side.text[unit.value.start : unit.value.end]
    return [line.strip() for line in text.split("\n") if line.strip()]
