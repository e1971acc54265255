"""Merge of values that share a line with their key or dash: scalars, aliases, flow collections, block scalars."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jetenv.diffing.sides import Side, Unit, narrowed, shift
from jetenv.documents.nodes import SCALAR, Document, Node
from jetenv.documents.paths import FieldPath
from jetenv.documents.values import key_text, scalar_data
from jetenv.merging.conflicts import Chunk, ConflictKind, Region, has_region
from jetenv.merging.context import Context
from jetenv.merging.flow import merge_flow
from jetenv.merging.text import (
    is_text,
    merge_block_scalars,
    merge_lines,
    merge_strings,
    one_side,
    remark_in,
    split_lines,
    starts_block_scalar,
)
from jetenv.merging.writing import UnmergeableError
from jetenv.schemas.rules import Rules

_REMARK = re.compile(r"\s#.*")


def merge_inline(
    context: Context, b: Unit | None, o: Unit, t: Unit, column: int, rules: Rules, field: FieldPath
) -> list[Chunk] | None:
    """An entry whose value is a scalar, an alias or a flow collection on both sides: header, value, trailer.

    None where the entry is to be settled as a whole, by its data.
    """
    open_before = len(context.conflicts)
    value = _value(context, b, o, t, column, rules, field)
    trailer = one_side(_behind(b) if b else None, o.trailer(), t.trailer())
    header = one_side(b.header() if b else None, o.header(), t.header())
    conflicts = tuple(context.conflicts[open_before:])
    if value and trailer is not None and trailer.strip() and starts_block_scalar(str(value[0])):
        value, trailer = _behind_header(value, trailer), "\n"
    if value is not None and header is not None and trailer is not None:
        if value and isinstance(value[-1], Region):
            trailer = trailer.removeprefix("\r").removeprefix("\n")
        return [_before(header, value, trailer), *value, trailer]
    texts = (b.body(column) if b else "", o.body(column), t.body(column))
    if conflicts:
        return [Region(conflicts, *texts)]
    if value is None:
        return None
    # The values agree; the comments behind them, or the keys before them, do not.
    keys = {key_text(unit.entry.key) for unit in (o, t) if unit.entry.key is not None}
    return context.clash(field, ConflictKind.COMMENT if len(keys) < 2 else ConflictKind.EDIT_EDIT, *texts)


def _behind(unit: Unit) -> str:
    """What stands behind an inline value, or behind the key of a block: where the block is emptied, it is the same."""
    if not unit.value.is_block:
        return unit.trailer()
    line, ends, _ = unit.header().partition("\n")
    remark = _REMARK.search(line)
    return f"{remark[0]}\n" if remark is not None and ends else "\n"


def _behind_header(value: list[Chunk], trailer: str) -> list[Chunk] | None:
    """A block scalar with the comment that the other side has behind a value of one line; None where it has its own."""
    header, _, text = str(value[0]).partition("\n")
    if "#" in header or "\n" in trailer.strip():
        return None
    return [f"{header.rstrip()}{trailer.rstrip()}\n{text}", *value[1:]]


def _before(header: str, value: list[Chunk], trailer: str) -> str:
    """``header`` spaced for ``value``: of another side than that, it may stand before no value, or before one."""
    if any(value):
        return header if header[-1].isspace() else f"{header} "
    return header.rstrip() if trailer[:1].isspace() else header


def merge_flow_document(context: Context, b: Document, o: Document, t: Document, rules: Rules) -> list[Chunk]:
    """A document whose root is a flow collection in all versions.

    Raises UnmergeableError where it conflicts.
    """
    assert b.root is not None and o.root is not None and t.root is not None
    sides = ((context.base, b, b.root), (context.ours, o, o.root), (context.theirs, t, t.root))
    head = one_side(*(side.text[document.start : root.start] for side, document, root in sides))
    tail = one_side(*(side.text[root.end : document.end] for side, document, root in sides))
    open_before = len(context.conflicts)
    value = None
    if b.root.kind is o.root.kind is t.root.kind:
        flows = [_Flow(side, root) for side, _, root in sides]
        value = _flow(context, flows[0], flows[1], flows[2], narrowed(rules, o.root), ())
    if head is None or tail is None or value is None or has_region(value):
        del context.conflicts[open_before:]
        raise UnmergeableError("a document in flow style conflicts")
    return [head, *value, tail]


def _value(
    context: Context, b: Unit | None, o: Unit, t: Unit, column: int, rules: Rules, field: FieldPath
) -> list[Chunk] | None:
    """The merged value; None where it conflicts as a whole."""
    ours, theirs = o.value, t.value
    base = b.value if b is not None else None
    texts = (o.side.text[ours.start : ours.end], t.side.text[theirs.start : theirs.end])
    if b is not None and base is not None and not base.is_block:
        base_text = b.side.text[base.start : base.end]
        if base_text == texts[0]:
            return [_at(t, theirs, column)]
        if texts[1] in (base_text, texts[0]):
            return [texts[0]]
    elif texts[0] == texts[1]:
        return [texts[0]]
    if ours.kind is theirs.kind and ours.style == "{" and theirs.style == "{":
        inner = None
        if b is not None and base is not None and base.kind is ours.kind:
            inner = _Flow(b.side, base, _delta(b, column))
        elif base is not None and not is_null(base):
            return None
        left, right = _Flow(o.side, ours, _delta(o, column)), _Flow(t.side, theirs, _delta(t, column))
        return _flow(context, inner, left, right, narrowed(rules, ours), field)
    known = [
        (unit.side.digest(unit.value), remark_in(unit.side.text, unit.value)) if unit is not None else None
        for unit in (b, o, t)
    ]
    if known[2] in known[:2]:
        return [texts[0]]
    if known[0] == known[1]:
        return [_at(t, theirs, column)]
    return _text(context, b, o, t, rules, field) if b is not None else None


@dataclass(frozen=True, slots=True)
class _Flow:
    """A version of a flow collection: its side, and how far its lines move to stand in ours' text."""

    side: Side
    node: Node
    delta: int = 0

    def text(self) -> str:
        return shift(self.side.text[self.node.start : self.node.end], self.delta)

    def comments(self) -> list[str]:
        """The comments between the words of the collection."""
        return self.side.comments(self.node, self.node.start, self.node.end)

    def same(self, other: _Flow | None) -> bool:
        """Whether data and comments are equal."""
        return (
            other is not None
            and self.side.digest(self.node) == other.side.digest(other.node)
            and self.comments() == other.comments()
        )


def _flow(context: Context, b: _Flow | None, o: _Flow, t: _Flow, rules: Rules, field: FieldPath) -> list[Chunk] | None:
    """Flow collections of one kind: by entries, or by lines where comments stand between the entries."""
    if t.same(b) or t.same(o):
        return [o.text()]
    if o.same(b):
        return [t.text()]
    if any(each.comments() for each in (b, o, t) if each is not None):
        return _flow_lines(context, b, o, t, field) if b is not None else None
    return merge_flow(context, b.node if b is not None else None, o.node, t.node, rules, field)


def _flow_lines(context: Context, b: _Flow, o: _Flow, t: _Flow, field: FieldPath) -> list[Chunk] | None:
    def clash(base: str, ours: str, theirs: str) -> list[Chunk]:
        return context.clash(field, ConflictKind.TEXT, base, ours, theirs)

    open_before = len(context.conflicts)
    lines = [split_lines(each.text() + "\n") for each in (b, o, t)]
    chunks = merge_lines(lines[0], lines[1], lines[2], clash)
    last = chunks[-1]
    if isinstance(last, Region):
        # What follows the closing bracket cannot stand behind a region.
        del context.conflicts[open_before:]
        return None
    return [*chunks[:-1], last.removesuffix("\n")]


def _text(context: Context, b: Unit, o: Unit, t: Unit, rules: Rules, field: FieldPath) -> list[Chunk] | None:
    """A text that both sides changed, by lines; None where it is to be settled as a whole."""
    base, ours, theirs = b.value, o.value, t.value
    if base.is_block:
        return None
    versions = ((b.side.text, base), (o.side.text, ours), (t.side.text, theirs))
    if all(node.style in ("|", ">") and is_text(node) for _, node in versions):
        return _block_scalar(context, versions, field)
    merged = merge_strings(*versions, rules, flow=o.flow)
    return None if merged is None else [merged]


def _block_scalar(
    context: Context, versions: tuple[tuple[str, Node], tuple[str, Node], tuple[str, Node]], field: FieldPath
) -> list[Chunk] | None:
    def clash(base: str, ours: str, theirs: str) -> list[Chunk]:
        return context.clash(field, ConflictKind.TEXT, base, ours, theirs)

    chunks = merge_block_scalars(*versions, clash)
    while chunks and chunks[-1] == "":
        # The last lines are deleted.
        chunks.pop()
    if chunks and isinstance(chunks[-1], str):
        # The trailer brings the last line break.
        chunks[-1] = chunks[-1].removesuffix("\n").removesuffix("\r")
    return chunks


def _at(unit: Unit, node: Node, column: int) -> str:
    return shift(unit.side.text[node.start : node.end], _delta(unit, column))


def _delta(unit: Unit, column: int) -> int:
    return 0 if unit.flow else column - unit.column


def is_null(node: Node) -> bool:
    """Whether this is the null value, as a key without a value has it."""
    return node.kind is SCALAR and scalar_data(node) is None
