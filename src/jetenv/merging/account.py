"""The account of a merge: every change of either side is in the result, and the result holds nothing else.

The result is parsed anew and its entries are identified together with those of the three versions, so that a mistake
in writing the result shows here, whatever made it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator

from jetenv.diffing.identity import By, Manner, identify, manner_of
from jetenv.diffing.sides import Side, Unit, narrowed, paired_roots, same, sides
from jetenv.documents.nodes import MAPPING, SEQUENCE, Node, Source
from jetenv.documents.paths import FieldPath
from jetenv.documents.values import key_text, scalar_data
from jetenv.merging.text import is_text
from jetenv.schemas.rules import Rules

_COLLECTIONS = (MAPPING, SEQUENCE)
_BY_KEY = Manner(By.KEY)


def closes(base: Source, ours: Source, theirs: Source, result: Source, rules: Rules, *, lines: bool = False) -> bool:
    """Whether ``result`` has every change of data that either side made since ``base``, and no other.

    ``lines`` says that the result is a merge of lines. That knows no keys: to it an entry that moved is one that was
    deleted and one that was added, so what one side moved or edited stays where the other one deleted it. Nor does it
    guess keys: an item stays the same where a side changed the field that tells the items of its list apart.
    """
    if next(discrepancies(base, ours, theirs, result, rules, lines=lines), None) is None:
        return True
    return (
        lines and next(_Checker(sides(base, ours, theirs, result), True, guessing=False).documents(rules), None) is None
    )


def discrepancies(
    base: Source, ours: Source, theirs: Source, result: Source, rules: Rules, *, lines: bool = False
) -> Iterator[FieldPath]:
    """The places at which ``result`` lost a change of a side, or has what neither side has."""
    return _Checker(sides(base, ours, theirs, result), lines).documents(rules)


def holds_twice(base: Source, ours: Source, theirs: Source, result: Source, rules: Rules) -> bool:
    """Whether a list that both sides changed has an entry twice in ``result`` although no version has it twice."""
    checker = _Checker(sides(base, ours, theirs, result), False)
    for _ in checker.documents(rules):
        pass
    return checker.twice


class _Checker:
    def __init__(self, sides: tuple[Side, ...], lines: bool, *, guessing: bool = True) -> None:
        self.sides = sides
        self.lines = lines
        self.guessing = guessing
        self.twice = False

    def documents(self, rules: Rules) -> Iterator[FieldPath]:
        found = self._in_pairs(paired_roots(self.sides), rules)
        if found and self.lines:
            # Documents may have come and gone, and others have come to stand elsewhere.
            found = self._in_pairs(self._paired_rest(), rules)
        yield from found

    def _in_pairs(self, roots: list[tuple[Node | None, ...]] | None, rules: Rules) -> list[FieldPath]:
        """What was lost of documents that belong together."""
        if roots is None:
            return [()]
        found: list[FieldPath] = []
        for nodes in roots:
            kinds = {node.kind for node in nodes if node is not None}
            if len(kinds) == 1 and kinds <= set(_COLLECTIONS) and None not in nodes[1:]:
                found += self.collection(list(nodes), rules, ())
            elif not _settled(*(node and side.digest(node) for side, node in zip(self.sides, nodes, strict=True))):
                found.append(())
        return found

    def collection(self, nodes: list[Node | None], rules: Rules, path: FieldPath) -> Iterator[FieldPath]:
        present = next(node for node in reversed(nodes) if node is not None)
        rules = narrowed(rules, present)
        versions = list(zip(self.sides, nodes, strict=True))
        manner: Manner | None = _BY_KEY
        if present.kind is SEQUENCE or present.style or rules.map == "atomic":
            # What the merge told the entries of a list apart by depends on the versions, not on the result.
            manner = manner_of(versions[:3], rules)
        if manner is None:
            if not _settled(*(side.digest(node) if node else None for side, node in versions)):
                yield path
            return
        identified = identify(versions, rules, manner=manner)
        if identified is None:
            # What tells the entries of all versions apart no longer does: the result has one twice.
            self.twice = True
            yield path
            return
        if not self.guessing and identified.fields and not rules.keys:
            identified = identify(versions, rules, manner=Manner(By.PLACE)) or identified
        found: list[FieldPath] = []
        for units in _rows(identified.names):
            if _untouched(units):
                continue
            b, o, t, merged = units
            unit = o or t or b or merged
            assert unit is not None
            found += self.entry(units, rules, (*path, identified.step(unit)))
        by_value = identified.manner.by in (By.VALUE, By.PLACE) or (self.lines and present.kind is SEQUENCE)
        if found and by_value and self._counts_close(nodes):
            return
        yield from found

    def _paired_rest(self) -> list[tuple[Node | None, ...]] | None:
        """The roots of documents but for those that are there as often as the changes of both sides make them.

        Those that both sides edited are left, and stand in one order; None where they do not pair up.
        """
        roots = [[document.root for document in side.source.documents] for side in self.sides]
        digests = [
            [side.digest(root) if root is not None else None for root in each]
            for side, each in zip(self.sides, roots, strict=True)
        ]
        counts = [Counter(each) for each in digests]
        closed = {item for item in set().union(*counts) if _count_closes(*(count[item] for count in counts))}
        closed -= {item for item in counts[0] if not any(count[item] for count in counts[1:])}
        rest = [
            [root for root, digest in zip(each, known, strict=True) if digest not in closed]
            for each, known in zip(roots, digests, strict=True)
        ]
        if not any(rest[1:]):
            return []
        return list(zip(*rest, strict=True)) if len({len(each) for each in rest}) == 1 else None

    def _counts_close(self, nodes: list[Node | None]) -> bool:
        """Whether every item of a list, taken as a whole, is there as often as the changes of both sides make it."""
        counts = [
            Counter(side.digest(entry.value) for entry in node.entries) if node is not None else Counter()
            for side, node in zip(self.sides, nodes, strict=True)
        ]
        return all(_count_closes(*(count[item] for count in counts)) for item in set().union(*counts))

    def entry(self, units: list[Unit | None], rules: Rules, path: FieldPath) -> Iterator[FieldPath]:
        b, o, t, result = units
        if o is None or t is None:
            if not self._single(b, o or t, result):
                yield path
        elif result is None or not _settled(*(_key(unit) for unit in units)):
            yield path
        elif not self._one_sided(b, o, t, result, in_words=True):
            if o.value.kind is t.value.kind is result.value.kind and o.value.kind in _COLLECTIONS:
                below = rules.property(key_text(o.entry.key)) if o.entry.key is not None else rules.item()
                base = b.value if b is not None and b.value.kind is o.value.kind else None
                found = list(self.collection([base, o.value, t.value, result.value], below, path))
                if found and not self._one_sided(b, o, t, result):
                    yield from found
            elif not self._one_sided(b, o, t, result) and not self._text_closes(b, o, t, result):
                yield path

    def _one_sided(self, b: Unit | None, o: Unit, t: Unit, result: Unit, *, in_words: bool = False) -> bool:
        """Whether one side alone changed an entry, or both did alike, and the result has what that made of it.

        With ``in_words`` that is only said of what has the same text, which is cheap to tell.
        """
        alike = _in_words if in_words else self._same
        if alike(o, t) or (b is not None and alike(b, t)):
            return _in_words(o, result) if in_words else same(o, result)
        return b is not None and alike(b, o) and (_in_words(t, result) if in_words else same(t, result))

    def _text_closes(self, b: Unit | None, o: Unit, t: Unit, result: Unit) -> bool:
        """Whether a text that both changed has the lines that a side added or both kept, and none that one removed."""
        if b is None or self._same(o, t) or self._same(b, o) or self._same(b, t):
            return False
        units = (b, o, t, result)
        if not all(is_text(unit.value) for unit in units):
            return False
        old, left, right, merged = _lines_of(units)
        wanted = {
            line
            for line in left.keys() | right.keys()
            if line not in old or (line in left and line in right) or left[line] > old[line] or right[line] > old[line]
        }
        return wanted == merged.keys()

    def _same(self, a: Unit, b: Unit) -> bool:
        """Whether two entries are the same to the kind of merge that is held to account: to lines, order counts."""
        if self.lines and a.value.entries and b.value.entries:
            return _in_order(a.side, a.value) == _in_order(b.side, b.value)
        return same(a, b)

    def _single(self, b: Unit | None, side: Unit | None, result: Unit | None) -> bool:
        """Whether ``result`` is what becomes of an entry that only one side has, or neither."""
        if side is None:
            return result is None
        if result is not None:
            return (b is None or self.lines) and _key(result) == _key(side) and same(side, result)
        return b is not None and same(b, side) and _key(b) == _key(side)


def _count_closes(base: int, ours: int, theirs: int, result: int) -> bool:
    """Whether an item is there as often as the changes of both sides make it; what both sides add is added once."""
    return result == ours == theirs or (result == ours + theirs - base and (base > 0 or ours != theirs))


def _rows(names: tuple[dict[object, Unit], ...]) -> Iterator[list[Unit | None]]:
    for name in dict.fromkeys(name for named in names for name in named):
        yield [named.get(name) for named in names]


def _untouched(units: list[Unit | None]) -> bool:
    """Whether both sides and the result have an entry, in the same words."""
    _, ours, theirs, result = units
    if ours is None or theirs is None or result is None:
        return False
    return _in_words(ours, theirs) and _in_words(ours, result)


def _in_order(side: Side, node: Node) -> Hashable:
    """The data below a node with the order of its keys."""
    if not node.entries:
        return side.digest(node)
    keys = (key_text(entry.key) if entry.key is not None else None for entry in node.entries)
    return (node.kind, tuple(zip(keys, (_in_order(side, entry.value) for entry in node.entries), strict=True)))


def _in_words(a: Unit, b: Unit) -> bool:
    return a.column == b.column and a.body(a.column) == b.body(a.column)


def _key(unit: Unit | None) -> str | None:
    return None if unit is None or unit.entry.key is None else key_text(unit.entry.key)


def _settled(base: object, ours: object, theirs: object, result: object) -> bool:
    return result == (theirs if base == ours else ours) and (base in (ours, theirs) or ours == theirs)


def _lines_of(units: tuple[Unit, ...]) -> list[Counter[str]]:
    """The lines of each version of a text: of the source where all are written on several lines, else of the data.

    The header of a block scalar is none of them.
    """
    styles = {"|" if unit.value.style == ">" else unit.value.style for unit in units}
    sources = [unit.side.text[unit.value.start : unit.value.end] for unit in units]
    if len(styles) > 1 or not all("\n" in source for source in sources):
        sources = [str(scalar_data(unit.value)) for unit in units]
    elif "|" in styles:
        sources = [source.partition("\n")[2] for source in sources]
    return [Counter(line.strip() for line in source.split("\n") if line.strip()) for source in sources]
