"""Three-way merge of lines: comments, and the text inside scalars."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import dropwhile

from jetenv.diffing.alignment import diff3
from jetenv.documents.emitting import text_scalar
from jetenv.documents.nodes import SCALAR, Node
from jetenv.documents.values import has_lines, scalar_data
from jetenv.merging.conflicts import Chunk
from jetenv.schemas.rules import Rules

Clash = Callable[[str, str, str], list[Chunk]]
"""What stands for lines that both sides changed, given those of base, ours and theirs as text."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# An escape is two characters or more; that of a line break ends a line (YAML 1.2, 5.7).
_ESCAPED_LINE = re.compile(r"(?:[^\\]|\\[^n])*(?:\\n|\Z)")
_ANCHOR = re.compile(r"&\S+\s+")
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

    Comments that both sides add at one place are both kept, ours first; so are those that one side adds beside lines
    that the other one changes. Blank lines alone never conflict, nor does white space.
    """
    if ours == theirs or base == theirs:
        return [ours]
    if base == ours:
        return [theirs]

    def settle(b: str, o: str, t: str) -> list[Chunk]:
        words = [[line for line in map(_words, split_lines(text)) if line] for text in (b, o, t)]
        if words[1] == words[2] or words[0] == words[2]:
            return [o]
        if words[0] == words[1]:
            return [t]
        if not words[0]:
            return [o, "".join(dropwhile(str.isspace, _unknown(split_lines(t), o)))]
        return _beside(b, o, t) or _beside(b, t, o) or clash(b, o, t)

    return merge_lines(split_lines(base), split_lines(ours), split_lines(theirs), settle)


def _beside(base: str, wider: str, other: str) -> list[Chunk] | None:
    """The lines that ``wider`` adds around those of ``base``, around what ``other`` has in their place.

    None where ``wider`` no longer has those of ``base``.
    """
    lines = split_lines(wider)
    old, new = ("".join(f"\n{_words(line)}" for line in each) + "\n" for each in (split_lines(base), lines))
    found = new.find(old)
    if found < 0:
        return None
    start = new.count("\n", 0, found)
    stop = start + old.count("\n") - 1
    return ["".join(_unknown(lines[:start], other)), other, "".join(_unknown(lines[stop:], other))]


def _words(line: str) -> str:
    """A comment without its spacing."""
    return " ".join(line.replace("#", " # ", 1).split())


def _unknown(lines: list[str], other: str) -> list[str]:
    """Those of ``lines`` that are blank, or comments which ``other`` does not have."""
    known = {words for words in map(_words, split_lines(other)) if words}
    return [line for line in lines if _words(line) not in known]


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


def is_text(node: Node) -> bool:
    """Whether the value of a node is a string."""
    return node.kind is SCALAR and isinstance(scalar_data(node), str)


def merges_by_lines(rules: Rules, base: Node, ours: Node, theirs: Node) -> bool:
    """Whether strings of which ours is no block scalar are merged by lines: by their schema, or as they are written."""
    versions = (base, ours, theirs)
    return all(map(is_text, versions)) and not ours.tag and (rules.text or all(map(has_lines, versions)))


def merge_quoted(
    base: tuple[str, Node], ours: tuple[str, Node], theirs: tuple[str, Node], *, flow: bool = False
) -> str | None:
    """The merge by lines of strings of which ours is no block scalar, as source in ours' style; ``(text, node)`` each.

    ``flow`` is whether it stands inside ``{}`` or ``[]``. None where the lines conflict. What is written in double
    quotes on one line of source is taken as it is escaped there, while all agree on how to escape.
    """
    versions = (base, ours, theirs)
    escaped = [_escaped_lines(text, node) for text, node in versions]
    if all(lines is not None for lines in escaped):
        merged = _joined(*(lines or [] for lines in escaped))
        if merged is not None:
            return f'{_properties(*ours)}"{merged}"'
    merged = _joined(*(split_lines(str(scalar_data(node))) for _, node in versions))
    return None if merged is None else _properties(*ours) + text_scalar(merged, style=ours[1].style, flow=flow)


def _joined(base: list[str], ours: list[str], theirs: list[str]) -> str | None:
    """The merged text of three lists of lines; None where they conflict."""
    conflicts: list[str] = []

    def clash(*versions: str) -> list[Chunk]:
        conflicts.extend(versions)
        return []

    merged = merge_lines(base, ours, theirs, clash)
    return None if conflicts else "".join(map(str, merged))


def _properties(text: str, node: Node) -> str:
    """The anchor before a scalar, with the space behind it."""
    match = _ANCHOR.match(text, node.start, node.end) if node.anchor else None
    return match[0] if match else ""


def _escaped_lines(text: str, node: Node) -> list[str] | None:
    """The lines inside a scalar in double quotes as they are escaped, each with its line break (``\\n``).

    None for what is no such scalar, or stands on several lines of source.
    """
    source = text[node.start + len(_properties(text, node)) : node.end]
    if node.style != '"' or "\n" in source:
        return None
    return [line for line in _ESCAPED_LINE.findall(source[1:-1]) if line]
