"""Merge of a block collection of one side with an empty one (``{}``, ``[]``) of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jetenv.diffing.sides import Unit, narrowed, shift
from jetenv.documents.paths import FieldPath
from jetenv.documents.resolving import is_null
from jetenv.merging.conflicts import Chunk
from jetenv.schemas.rules import Rules

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
    return [header, *chunks] if any(chunks) else [empty.body(column)]
