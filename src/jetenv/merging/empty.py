"""Merge of a block collection of one side with an empty one (``{}``, ``[]``) of the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jetenv.diffing.sides import Unit, narrowed, shift
from jetenv.documents.paths import FieldPath
from jetenv.documents.resolving import is_null
from jetenv.merging.conflicts import Chunk
from jetenv.merging.writing import emptied
from jetenv.schemas.rules import Rules

_NOTE = re.compile(r"[^\n]*?\s(#[^\r\n]*)")

if TYPE_CHECKING:
    from jetenv.merging.documents import Merger


def merge_with_empty(
    merger: Merger, b: Unit | None, o: Unit, t: Unit, column: int, rules: Rules, field: FieldPath
) -> list[Chunk] | None:
    """An entry that one side emptied, or never filled: entry by entry, as if it were a block without entries.

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
    if merger.identified(base, o.value, t.value, below) is None:
        return None
    header = shift(full.header(), column - full.column)
    inner = column + full.value.column - full.column
    same_line = not header.endswith("\n")
    chunks = merger.collection(base, o.value, t.value, below, field, same_line=same_line, column=inner)
    note = _note(full)
    annotated = note and (b is None or note != _note(b))
    if not any(chunks):
        return [emptied(full, header) if annotated else empty.body(column)]
    if note and not annotated:
        # The emptied version does not have the comment any more.
        before, _, behind = header.partition(note)
        header = before.rstrip(" \t") + behind
    return [header, *chunks]


def _note(unit: Unit) -> str:
    """The comment behind the key or dash of an entry, or behind its value on the same line."""
    key, value = unit.entry.key, unit.value
    start = value.end if not value.is_block else key.end if key is not None else unit.entry.head + 1
    end = value.entries[0].start if value.is_block else unit.entry.end
    match = _NOTE.match(unit.side.text, start, end)
    return match[1] if match is not None else ""
