"""Semantic changes between two versions of a YAML document: by field, items by identity, order and comments apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from jetenv.diffing.identity import identify
from jetenv.diffing.sides import Side, Unit, narrowed, sides
from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index
from jetenv.schemas.rules import Rules


class Action(Enum):
    """What happened to a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    ORDER = "order"
    COMMENT = "comment"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the place in the document, and the source of the value before and after.

    The texts are dedented and without the comments around them; None where there is no value. A change of ORDER,
    COMMENT or FORMAT leaves the data of what stands at ``path`` as it was (order aside).
    """

    path: FieldPath
    action: Action
    old: str | None
    new: str | None


def diff_documents(old: Source | None, new: Source | None, rules: Rules) -> tuple[Change, ...]:
    """The changes from ``old`` to ``new`` in the order of ``new``; None stands for no file."""
    differ = _Differ(old or _EMPTY, new or _EMPTY)
    return tuple(differ.sources(rules))


_EMPTY = Source("", False, "\n", [])


class _Differ:
    def __init__(self, old: Source, new: Source) -> None:
        self.old, self.new = sides(old, new)

    def sources(self, rules: Rules) -> Iterator[Change]:
        olds = [document.root for document in self.old.source.documents]
        news = [document.root for document in self.new.source.documents]
        several = max(len(olds), len(news)) > 1
        for at in range(max(len(olds), len(news))):
            path: FieldPath = (Index(at),) if several else ()
            a = olds[at] if at < len(olds) else None
            b = news[at] if at < len(news) else None
            yield from self._roots(a, b, rules, path)
        if self.old.text != self.new.text and olds == news == []:
            yield Change((), Action.COMMENT, None, None)

    def _roots(self, a: Node | None, b: Node | None, rules: Rules, path: FieldPath) -> Iterator[Change]:
        if a is None or b is None or a.kind is not b.kind or a.kind in (Kind.SCALAR, Kind.ALIAS):
            old = None if a is None else self.old.plain(a)
            new = None if b is None else self.new.plain(b)
            if old != new:
                action = Action.ADDED if a is None else Action.REMOVED if b is None else Action.CHANGED
                yield Change(path, action, old, new)
            return
        yield from self._collection(a, b, narrowed(rules, b), path)
        if self._outside(self.old, a) != self._outside(self.new, b):
            yield Change(path, Action.COMMENT, None, None)

    @staticmethod
    def _outside(side: Side, root: Node) -> list[str]:
        """The words around the entries of a document: its header and closing comments, markers and directives."""
        first, last = root.entries[:1], root.entries[-1:]
        head = side.text[: first[0].start] if first else side.text[: root.start]
        return (head + "\n" + side.text[last[0].end if last else root.end :]).split()

    def _collection(self, a: Node, b: Node, rules: Rules, path: FieldPath) -> Iterator[Change]:
        identified = identify(((self.old, a), (self.new, b)), rules, renames=False)
        if identified is None:
            if self.old.digest(a) != self.new.digest(b):
                yield Change(path, Action.CHANGED, self.old.plain(a), self.new.plain(b))
            return
        olds, news = identified.names
        for name, unit in olds.items():
            if name not in news:
                yield Change((*path, identified.step(unit)), Action.REMOVED, unit.plain(), None)
        for name, unit in news.items():
            here = (*path, identified.step(unit))
            if name not in olds:
                yield Change(here, Action.ADDED, None, unit.plain())
            else:
                yield from self._entry(olds[name], unit, rules, here)
        common_old = [name for name in olds if name in news]
        common_new = [name for name in news if name in olds]
        if common_old != common_new:
            yield Change(path, Action.ORDER if identified.ordered else Action.FORMAT, None, None)

    def _entry(self, a: Unit, b: Unit, rules: Rules, path: FieldPath) -> Iterator[Change]:
        same_body = a.body(0) == b.body(0)
        if same_body and a.lead(0) == b.lead(0):
            return
        below = narrowed(rules.property(b.entry.key.value) if b.entry.key is not None else rules.item(), b.value)
        if not same_body:
            if a.value.kind is b.value.kind and a.value.kind in (Kind.MAPPING, Kind.SEQUENCE):
                yield from self._collection(a.value, b.value, below, path)
            elif self.old.digest(a.value) != self.new.digest(b.value):
                yield Change(path, Action.CHANGED, a.plain(), b.plain())
                return
        if _remarks(a) != _remarks(b):
            yield Change(path, Action.COMMENT, None, None)
        elif not same_body and not a.value.entries and a.plain() != b.plain():
            yield Change(path, Action.FORMAT, a.plain(), b.plain())


def _remarks(unit: Unit) -> list[str]:
    """The words of the comments that belong to an entry itself, not to what is inside its value."""
    header = unit.header() if unit.value.is_block else ""
    comment = header[header.find("#") :] if " #" in header else ""
    return (unit.lead(0) + comment + unit.trailer()).split()
