"""Merge of a block collection of one side with an empty one (``{}``, ``[]``) of the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jetenv.diffing.sides import Unit, narrowed, shift
from jetenv.documents.nodes import Node
from jetenv.documents.resolving import is_null
from jetenv.merging.conflicts import Chunk
from jetenv.merging.context import Context
from jetenv.merging.writing import emptied
from jetenv.schemas.rules import Rules

_NOTE = re.compile(r"[^\n]*?\s(#[^\r\n]*)")


@dataclass(frozen=True, slots=True)
class HalfEmpty:
    """An entry whose collection one side emptied, or never filled: merged as if it were a block without entries.

    ``base`` is the collection of the base and ``rules`` are those of the collection. Its entries stand at ``column``,
    behind or below ``header``. ``without_entries`` is the whole text where no entry is left.
    """

    base: Node | None
    rules: Rules
    column: int
    header: str
    without_entries: str

    @property
    def same_line(self) -> bool:
        """Whether the first entry begins on the line of the header."""
        return not self.header.endswith("\n")

    def with_entries(self, chunks: list[Chunk]) -> list[Chunk]:
        """The entry with the merged entries of its collection."""
        return [self.header, *chunks] if any(chunks) else [self.without_entries]


def half_empty(context: Context, b: Unit | None, o: Unit, t: Unit, column: int, rules: Rules) -> HalfEmpty | None:
    """How to merge an entry that is a block collection of one side and an empty one of the other.

    None where it is no such entry, or where a comment stands behind the empty collection.
    """
    full, empty = (o, t) if o.value.is_block else (t, o)
    value = empty.value
    if not full.value.is_block or value.kind is not full.value.kind or value.is_block or value.entries:
        return None
    if value.tag or value.anchor or full.value.tag or full.value.anchor or empty.trailer().strip():
        return None
    base = b.value if b is not None and b.value.kind is value.kind else None
    if b is not None and base is None and not is_null(b.value):
        return None
    below = narrowed(rules, full.value)
    if context.identified(base, o.value, t.value, below) is None:
        return None
    header = shift(full.header(), column - full.column)
    note = _note(full)
    annotated = note and (b is None or note != _note(b))
    without_entries = emptied(full, header) if annotated else empty.body(column)
    if note and not annotated:
        # The emptied version does not have the comment any more.
        before, _, behind = header.partition(note)
        header = before.rstrip(" \t") + behind
    return HalfEmpty(base, below, column + full.value.column - full.column, header, without_entries)


def _note(unit: Unit) -> str:
    """The comment behind the key or dash of an entry, or behind its value on the same line."""
    value = unit.value
    start = unit.behind_key() if value.is_block else value.end
    end = value.entries[0].start if value.is_block else unit.entry.end
    match = _NOTE.match(unit.side.text, start, end)
    return match[1] if match is not None else ""
