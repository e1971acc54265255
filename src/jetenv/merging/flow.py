"""Merge of flow collections (``{a: 1}``, ``[x, y]``) entry by entry, on ours' text."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise

from jetenv.diffing.identity import Identified
from jetenv.diffing.sides import Unit
from jetenv.documents.nodes import MAPPING, SEQUENCE, Node
from jetenv.documents.paths import FieldPath
from jetenv.merging.conflicts import Chunk, ConflictKind
from jetenv.merging.context import Context
from jetenv.merging.text import merge_strings
from jetenv.schemas.rules import Rules


def merge_flow(
    context: Context, b: Node | None, o: Node, t: Node, rules: Rules, field: FieldPath
) -> list[Chunk] | None:
    """The merged text of a flow collection; None where it conflicts, with the conflicts noted in ``context``."""
    identified = context.identified(b, o, t, rules)
    if identified is None:
        return None
    open_before = len(context.conflicts)
    written: list[tuple[Unit, str]] = []
    for name in context.ordered(identified, field, b, o, t):
        unit, text = _entry(context, identified, name, rules, field)
        if text:
            written.append((unit, text))
    if len(context.conflicts) > open_before:
        return None
    canvas, side = (o, context.ours) if o.entries else (t, context.theirs)
    return [join(written, canvas, side.text)]


def _entry(
    context: Context, identified: Identified, name: Hashable, rules: Rules, field: FieldPath
) -> tuple[Unit, str]:
    b, o, t = (named.get(name) for named in identified.names)
    present = o or t
    assert present is not None
    here = (*field, identified.step(present))
    ours, theirs, base = (_source(unit) for unit in (o, t, b))
    if o is None or t is None:
        if b is None:
            return present, ours or theirs
        return present, _settled(context, here, ConflictKind.EDIT_DELETE, base, ours, theirs)
    if theirs in (ours, base):
        return o, ours
    if ours == base:
        return o, theirs
    return o, _both(context, b, o, t, context.rules_below(rules, o), here)


def _both(context: Context, b: Unit | None, o: Unit, t: Unit, rules: Rules, field: FieldPath) -> str:
    base = b.value if b is not None else None
    if o.value.kind is t.value.kind and o.value.kind in (MAPPING, SEQUENCE):
        same_kind = base if base is not None and base.kind is o.value.kind else None
        open_before = len(context.conflicts)
        chunks = merge_flow(context, same_kind, o.value, t.value, rules, field)
        if chunks is not None:
            return _with_value(o, "".join(map(str, chunks)))
        if len(context.conflicts) > open_before:
            return _source(o)
    ours, theirs = context.ours.digest(o.value), context.theirs.digest(t.value)
    digest = context.base.digest(base) if base is not None else None
    if theirs in (ours, digest):
        return _source(o)
    if ours == digest:
        return _source(t)
    if b is not None and base is not None:
        versions = ((b.side.text, base), (o.side.text, o.value), (t.side.text, t.value))
        merged = merge_strings(*versions, rules, flow=True)
        if merged is not None:
            return _with_value(o, merged)
    kind = ConflictKind.EDIT_EDIT if b is not None else ConflictKind.ADD_ADD
    return _settled(context, field, kind, _source(b), _source(o), _source(t))


def _settled(context: Context, field: FieldPath, kind: ConflictKind, base: str, ours: str, theirs: str) -> str:
    (chunk,) = context.clash(field, kind, base, ours, theirs)
    return chunk if isinstance(chunk, str) else ours or theirs


def _with_value(unit: Unit, value: str) -> str:
    text = unit.side.text
    return text[unit.entry.start : unit.value.start] + value + text[unit.value.end : unit.entry.end]


def _source(unit: Unit | None) -> str:
    return unit.side.text[unit.entry.start : unit.entry.end] if unit is not None else ""


def join(written: list[tuple[Unit, str]], canvas: Node, text: str) -> str:
    """The entries with the canvas's brackets and separators; between neighbours of the canvas exactly its own."""
    if not canvas.entries:
        return text[canvas.start : canvas.end]
    first, last = canvas.entries[0], canvas.entries[-1]
    opening, closing = text[canvas.start : first.start], text[last.end : canvas.end]
    if not written:
        return opening.rstrip() + closing.strip(" \t\r\n,")
    gaps = {(id(left), id(right)): text[left.end : right.start] for left, right in pairwise(canvas.entries)}
    separator = next(iter(gaps.values()), ", ")
    if "#" in separator:
        separator = ", "
    parts = [opening, written[0][1]]
    for (left, _), (right, source) in pairwise(written):
        parts += [gaps.get((id(left.entry), id(right.entry)), separator), source]
    return "".join([*parts, closing])
