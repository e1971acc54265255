"""Three-way merge of lines: comments, and the text inside block scalars."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from jetenv.diffing.alignment import diff3
from jetenv.documents.nodes import Node
from jetenv.merging.conflicts import Chunk

Clash = Callable[[str, str, str], list[Chunk]]
"""What stands for lines that both sides changed, given those of base, ours and theirs as text."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADER = re.compile(r"((?:[&!][^\s]*[ \t]+)*)([|>])([+-]?)[ \t]*(#[^\n]*)?\r?\n")


def split_lines(text: str) -> list[str]:
    """The lines of ``text`` with their line breaks; only LF ends a line, unlike ``str.splitlines``."""
    return _LINE.findall(text)


def merge_lines(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str], clash: Clash) -> list[Chunk]:
    """The merge of three lists of lines (each with its line break)."""
    chunks: list[Chunk] = []
    for stretch in diff3(base, ours, theirs):
        b, o, t = (
            "".join(lines[part.start : part.stop])
            for lines, part in ((base, stretch.base), (ours, stretch.ours), (theirs, stretch.theirs))
        )
        if stretch.stable or o == t or b == t:
            chunks.append(o)
        elif b == o:
            chunks.append(t)
        else:
            chunks += clash(b, o, t)
    return chunks


def merge_comments(base: str, ours: str, theirs: str, clash: Clash) -> list[Chunk]:
    """The merge of the comment and blank lines above an entry.

    Comments that both sides add at one place are both kept, ours first; blank lines alone never conflict.
    """
    if ours == theirs or base == theirs:
        return [ours]
    if base == ours:
        return [theirs]

    def settle(b: str, o: str, t: str) -> list[Chunk]:
        words = [[line for line in split_lines(text) if line.strip()] for text in (b, o, t)]
        if words[1] == words[2] or words[0] == words[2]:
            return [o]
        if words[0] == words[1]:
            return [t]
        if not words[0]:
            return [o, _new_lines(o, t)]
        return clash(b, o, t)

    return merge_lines(split_lines(base), split_lines(ours), split_lines(theirs), settle)


def _new_lines(ours: str, theirs: str) -> str:
    """The lines of ``theirs`` without the comments that ``ours`` has, and without blank lines at their start."""
    known = {line.strip() for line in split_lines(ours)} - {""}
    lines = [line for line in split_lines(theirs) if line.strip() not in known]
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    return "".join(lines[first:])


def merge_block_scalars(
    base: tuple[str, Node], ours: tuple[str, Node], theirs: tuple[str, Node], clash: Clash
) -> list[Chunk] | None:
    """The merge of three block scalars by their source lines, as ours is indented; ``(text, node)`` each.

    The lines lack the final line break, as the span of a node does. None where it cannot be done by lines: another
    style, an explicit indentation, or different headers on all sides.
    """
    parsed = [_block_lines(text, node) for text, node in (base, ours, theirs)]
    if any(each is None for each in parsed):
        return None
    (b_header, _, b_lines), (o_header, indent, o_lines), (t_header, _, t_lines) = (each for each in parsed if each)
    if o_header == t_header or b_header == t_header:
        header = o_header
    elif b_header == o_header:
        header = t_header
    else:
        return None

    def indented(lines: list[str]) -> list[str]:
        return [indent + line if line.strip("\r\n") else line for line in lines]

    chunks = merge_lines(indented(b_lines), indented(o_lines), indented(t_lines), clash)
    return [header, *chunks]


def _block_lines(text: str, node: Node) -> tuple[str, str, list[str]] | None:
    match = _HEADER.match(text, node.start, node.end)
    if match is None:
        return None
    lines = split_lines(text[match.end() : node.end] + "\n")
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" "))]
    # A blank line may have less indentation than the text; what it has more is text.
    return (
        match[0],
        indent,
        [line.removeprefix(indent) if line.startswith(indent) else line.lstrip(" ") for line in lines],
    )
