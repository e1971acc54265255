"""One merge of one file: its sides, how its conflicts are settled, and what is left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from jetenv.diffing.identity import Identified, identify
from jetenv.diffing.sides import Side, Unit, narrowed, same
from jetenv.documents.nodes import Node
from jetenv.documents.paths import FieldPath
from jetenv.documents.values import key_text
from jetenv.merging.conflicts import Choose, Chunk, Conflict, ConflictKind, Region, Written
from jetenv.merging.order import displaced, merge_order, unmoved
from jetenv.merging.text import merge_comments
from jetenv.schemas.rules import Rules


class Context:
    """What the merge of every part of a file shares.

    ``conflicts`` collects what is left open, in the order of the result. ``doubtful`` says that a merge of lines may
    know better: one side deleted an entry which the other one moved.
    """

    def __init__(self, base: Side, ours: Side, theirs: Side, path: str, choose: Choose) -> None:
        self.base = base
        self.ours = ours
        self.theirs = theirs
        self.path = path
        self.choose = choose
        self.conflicts: list[Conflict] = []
        self.doubtful = False
        self._met: Counter[Conflict] = Counter()

    def conflict(self, field: FieldPath, kind: ConflictKind, *values: str | None) -> Conflict:
        """A conflict over the three values, numbered where the file has had the same one before."""
        conflict = Conflict(self.path, field, kind, *values)
        number = self._met[conflict]
        self._met[conflict] += 1
        return replace(conflict, number=number) if number else conflict

    def clash(self, field: FieldPath, kind: ConflictKind, base: str, ours: str, theirs: str) -> list[Chunk]:
        """The chunks that stand for a conflict: a region, or the text of the side that settles it."""
        values = (base, ours, theirs)
        conflict = self.conflict(field, kind, *(value or None for value in values))
        side = self.choose(conflict)
        if isinstance(side, Written):
            return [side.text]
        if side is not None:
            return [values[("base", "ours", "theirs").index(side)]]
        self.conflicts.append(conflict)
        return [Region((conflict,), base, ours, theirs)]

    def comments(self, field: FieldPath, base: str, ours: str, theirs: str) -> list[Chunk]:
        """The merged lines of comments that stand at ``field``."""

        def clash(b: str, o: str, t: str) -> list[Chunk]:
            return self.clash(field, ConflictKind.COMMENT, b, o, t)

        return merge_comments(base, ours, theirs, clash)

    def identified(self, b: Node | None, o: Node, t: Node, rules: Rules) -> Identified | None:
        """The entries of the three versions under names; None where the collection is atomic."""
        return identify(((self.base, b), (self.ours, o), (self.theirs, t)), rules)

    def ordered(self, identified: Identified, field: FieldPath, b: Node | None, o: Node, t: Node) -> list[Hashable]:
        """The names of the entries of the result, in order; an order that both sides changed is a conflict."""
        base, ours, theirs = identified.names
        if list(base) == list(ours) == list(theirs):
            return list(ours)
        kept = {
            name
            for name in dict.fromkeys([*ours, *theirs])
            if (name in ours and name in theirs)
            or name not in base
            or not self._unchanged(base[name], ours.get(name) or theirs[name])
        }
        dropped = {name for name in base if name not in kept and (name in ours or name in theirs)}
        if dropped and any(dropped & displaced(base, side) for side in (ours, theirs)):
            self.doubtful = True
        order, overlap = merge_order(list(base), list(ours), list(theirs), kept)
        if not identified.ordered:
            return order
        if overlap or (identified.separate and _both_add(base, ours, theirs, kept)):
            side = self._order_conflict(field, b, o, t)
            if side == "theirs":
                order, _ = merge_order(list(base), list(theirs), list(ours), kept)
            elif side == "base":
                left, right = (unmoved(list(base), list(side)) for side in (ours, theirs))
                order, _ = merge_order(list(base), left, right, kept)
        return order

    def _order_conflict(self, field: FieldPath, b: Node | None, o: Node, t: Node) -> str | Written | None:
        texts = (
            self.base.text[b.start : b.end] if b is not None else None,
            self.ours.text[o.start : o.end],
            self.theirs.text[t.start : t.end],
        )
        conflict = self.conflict(field, ConflictKind.ORDER, *texts)
        side = self.choose(conflict)
        if side is None:
            self.conflicts.append(conflict)
        return side

    def _unchanged(self, b: Unit, x: Unit) -> bool:
        """Whether deleting ``x`` loses nothing that its side changed since ``b``.

        Comments are not lost which the side that deleted the entry has, too: it may have made them of the entry.
        """
        if b.entry.key is not None and x.entry.key is not None and key_text(b.entry.key) != key_text(x.entry.key):
            return False
        old, new = b.body(0), x.body(0)
        if old.split() != new.split() and ("#" in old + new or not same(b, x)):
            return False
        other = self.theirs if x.side is self.ours else self.ours
        added = {line.strip() for line in x.lead(0).split("\n")} - {line.strip() for line in b.lead(0).split("\n")}
        return added <= other.lines

    @staticmethod
    def rules_below(rules: Rules, unit: Unit) -> Rules:
        """The rules of the value of ``unit``, an entry of a collection that ``rules`` describe."""
        if unit.entry.key is not None:
            return rules.property(key_text(unit.entry.key))
        return narrowed(rules.item(), unit.value)


def _both_add(
    base: dict[Hashable, Unit], ours: dict[Hashable, Unit], theirs: dict[Hashable, Unit], kept: set[Hashable]
) -> bool:
    """Whether both sides add different entries behind the same one."""

    def places(side: dict[Hashable, Unit], other: dict[Hashable, Unit]) -> set[Hashable]:
        anchor: Hashable = None
        found: set[Hashable] = set()
        for name in side:
            if name in base and name in kept:
                anchor = name
            elif name in kept and name not in other:
                found.add(anchor)
        return found

    return bool(places(ours, theirs) & places(theirs, ours))
