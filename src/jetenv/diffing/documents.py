"""Semantic changes between two versions of a YAML document: by field, items by identity, order and comments apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from jetenv.diffing.identity import identify
from jetenv.diffing.sides import Side, Unit, narrowed, sides
from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Document, Node, Source
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


_NOTE = re.compile(r"(?<!\S)#[^\n]*")
_EMPTY = Source("", False, "\n", [])


class _Differ:
    def __init__(self, old: Source, new: Source) -> None:
        self.old, self.new = sides(old, new)

    def sources(self, rules: Rules) -> Iterator[Change]:
        olds, news = self.old.source.documents, self.new.source.documents
        several = max(len(olds), len(news)) > 1
        for at in range(max(len(olds), len(news))):
            path: FieldPath = (Index(at),) if several else ()
            a = olds[at] if at < len(olds) else None
            b = news[at] if at < len(news) else None
            yield from self._document(a, b, rules, path)
        if self.old.text != self.new.text and not any(document.root is not None for document in (*olds, *news)):
            yield Change((), Action.COMMENT, None, None)

    def _document(self, old: Document | None, new: Document | None, rules: Rules, path: FieldPath) -> Iterator[Change]:
        a = old.root if old is not None else None
        b = new.root if new is not None else None
        if a is None or b is None or a.kind is not b.kind or a.kind in (SCALAR, ALIAS):
            before = None if a is None else self.old.plain(a)
            after = None if b is None else self.new.plain(b)
            if before != after:
                action = Action.ADDED if a is None else Action.REMOVED if b is None else Action.CHANGED
                yield Change(path, action, before, after)
            return
        yield from self._collection(a, b, narrowed(rules, b), path)
        assert old is not None and new is not None
        if _around(self.old, old, a) != _around(self.new, new, b):
            yield Change(path, Action.COMMENT, None, None)

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
            if a.value.kind is b.value.kind and a.value.kind in (MAPPING, SEQUENCE):
                yield from self._collection(a.value, b.value, below, path)
            elif self.old.digest(a.value) != self.new.digest(b.value):
                yield Change(path, Action.CHANGED, a.plain(), b.plain())
                return
        if _remarks(a) != _remarks(b):
            yield Change(path, Action.COMMENT, None, None)
        elif not same_body and not a.value.entries and a.plain() != b.plain():
            yield Change(path, Action.FORMAT, a.plain(), b.plain())


def _around(side: Side, document: Document, root: Node) -> list[str]:
    """The words around the entries of a document: its header and closing comments, markers and directives."""
    first = root.entries[0].start if root.is_block else root.start
    last = root.entries[-1].end if root.is_block else root.end
    between = side.comments(root, root.start, root.end) if root.style else []
    return [*side.text[document.start : first].split(), *between, *side.text[last : document.end].split()]


def _remarks(unit: Unit) -> list[str]:
    """The words of the comments that belong to an entry itself, not to an entry of a block in it."""
    value, text = unit.value, unit.side.text
    words = unit.lead(0).split()
    if value.is_block:
        words += _NOTE.findall(text, unit.behind_key(), value.entries[0].start)
        return words + text[value.entries[-1].end : value.tail].split()
    if value.entries:
        words += unit.side.comments(value, value.start, value.end)
    return words + unit.trailer().split()
