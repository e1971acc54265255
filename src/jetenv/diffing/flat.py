"""A document with a line for each value, which leads with the whole path: what line diffs of git compare.

A line says by itself which field of which item it is, so that a hunk is understood without what stands around it, and
a value that kept its place is no change wherever its lines went. Items are named as in field paths: by the key fields
that they have, else by position. How a value is written (quotes, flow style, indentation) is not told; comments are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jetenv.diffing.identity import By, identify
from jetenv.diffing.sides import Side, Unit, sides
from jetenv.documents.emitting import scalar
from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index, format_path
from jetenv.documents.values import scalar_data
from jetenv.schemas.rules import Rules

_COMMENT = re.compile(r"(?<!\S)#[^\n]*")


def flat_lines(source: Source) -> Iterator[str]:
    """The lines, without line ends; a text of several lines has one for each of its own."""
    (side,) = sides(source)
    several = len(source.documents) > 1
    if not source.documents:
        yield from _comments(source.text)
    for at, document in enumerate(source.documents):
        place: FieldPath = (Index(at),) if several else ()
        root = document.root
        if root is None:
            yield from _comments(source.text[document.start : document.end])
            continue
        first = root.entries[0].start if root.is_block else root.start
        yield from _comments(source.text[document.start : first])
        yield from _value(side, root, place, "")
        yield from _comments(source.text[root.entries[-1].end if root.is_block else root.end : document.end])


def _value(side: Side, node: Node, place: FieldPath, remark: str) -> Iterator[str]:
    name = format_path(place)
    head = f"{name}: " if name else ""
    tag = f"{node.tag} " if node.tag else ""
    if node.kind is Kind.ALIAS:
        yield f"{head}{tag}*{node.value}{remark}"
    elif node.kind is Kind.SCALAR:
        value = node.value if node.style else scalar_data(node)
        if isinstance(value, str) and "\n" in value:
            yield f"{head}{tag}|{remark}"
            yield from (f"{name} | {line}" for line in value.removesuffix("\n").split("\n"))
        else:
            yield f"{head}{tag}{scalar(value)}{remark}"
    elif not node.entries:
        yield f"{head}{tag}{'[]' if node.kind is Kind.SEQUENCE else '{}'}{remark}"
    else:
        if remark or tag:
            yield f"{head}{tag}{remark}".rstrip()
        yield from _entries(side, node, place)


def _entries(side: Side, node: Node, place: FieldPath) -> Iterator[str]:
    found = identify(((side, node),), Rules.NONE)
    keyed = found is not None and found.manner.by in (By.KEY, By.FIELDS)
    for unit in side.units(node):
        step = found.step(unit) if found is not None and keyed else Index(unit.position)
        yield from _comments(unit.lead(0))
        yield from _value(side, unit.value, (*place, step), _remark(unit))


def _remark(unit: Unit) -> str:
    """The comment behind a key or a value, on its line."""
    value = unit.value
    if value.is_block:
        found = _COMMENT.findall(unit.side.text, unit.behind_key(), value.entries[0].start)
    elif value.entries:
        found = unit.side.comments(value, value.start, value.end)
    else:
        found = _COMMENT.findall(unit.trailer())
    return "".join(f"  {each.rstrip()}" for each in found)


def _comments(text: str) -> Iterator[str]:
    return (each.rstrip() for each in _COMMENT.findall(text))
