"""Three-way merge of lines: comments, and the text inside scalars."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from jetenv.diffing.alignment import diff3
from jetenv.diffing.sides import shift
from jetenv.documents.emitting import text_scalar
from jetenv.documents.nodes import SCALAR, Node
from jetenv.documents.values import has_lines, scalar_data
from jetenv.merging.conflicts import Chunk
from jetenv.schemas.rules import Rules

Clash = Callable[[str, str, str], list[Chunk]]
"""What stands for lines that both sides changed, given those of base, ours and theirs as text."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# An escape is two characters or more; that of a line break ends a line (YAML 1.2, 5.7).
_ESCAPED_LINE = re.compile(r"(?:[^\\]|\\[^n])*\\n")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_HEADER = re.compile(r"((?:[&!]\S*[ \t]+)*[|>][+-]?)([ \t]*(?:#[^\r\n]*)?)(\r?\n)")


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
    style, an explicit indentation, or different headers or comments behind them on all sides.
    """
    parsed = [_block(text, node) for text, node in (base, ours, theirs)]
    b, o, t = parsed
    if b is None or o is None or t is None:
        return None
    header = one_side(b.header, o.header, t.header)
    remark = one_side(b.remark, o.remark, t.remark)
    if header is None or remark is None:
        return None

    def indented(lines: list[str]) -> list[str]:
        return [o.indent + line if line.strip("\r\n") else line for line in lines]

    chunks = merge_lines(indented(b.lines), indented(o.lines), indented(t.lines), clash)
    return [header + remark + o.newline, *chunks]


def one_side(base: str | None, ours: str, theirs: str) -> str | None:
    """What one side made of ``base``, or both did alike, spacing aside; None where both made something else of it."""
    if ours.split() == theirs.split() or (base is not None and base.split() == theirs.split()):
        return ours
    return theirs if base is not None and base.split() == ours.split() else None


@dataclass(frozen=True, slots=True)
class _Block:
    """A block scalar in parts: ``remark`` is the comment behind its header, and ``lines`` lack their ``indent``."""

    header: str
    remark: str
    newline: str
    indent: str
    lines: list[str]


def _block(text: str, node: Node) -> _Block | None:
    match = _HEADER.match(text, node.start, node.end)
    if match is None:
        return None
    lines = split_lines(text[match.end() : node.end] + "\n")
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" "))]
    # A blank line may have less indentation than the text; what it has more is text.
    bare = [line.removeprefix(indent) if line.startswith(indent) else line.lstrip(" ") for line in lines]
    return _Block(match[1], match[2], match[3], indent, bare)


def starts_block_scalar(text: str) -> bool:
    """Whether the source of a value is that of a block scalar."""
    return _HEADER.match(text) is not None


def remark_in(text: str, node: Node) -> str:
    """The comment behind the header of a block scalar, spacing aside; empty for any other node."""
    if node.style not in ("|", ">"):
        return ""
    line = text[node.start : text.find("\n", node.start)]
    return _words(line[line.index("#") :]) if "#" in line else ""


def is_text(node: Node) -> bool:
    """Whether the value of a node is a string."""
    return node.kind is SCALAR and isinstance(scalar_data(node), str)


def merge_strings(
    base: tuple[str, Node], ours: tuple[str, Node], theirs: tuple[str, Node], rules: Rules, *, flow: bool
) -> str | None:
    """The merge by lines of values that are not all block scalars, as source in ours' style; ``(text, node)`` each.

    They are merged so by their schema, or as they are written. ``flow`` is whether they stand inside ``{}`` or ``[]``.
    None where they are to be settled as a whole.
    """
    nodes = (base[1], ours[1], theirs[1])
    if not all(map(is_text, nodes)):
        return None
    merged = _merge_folded(base, ours, theirs)
    if merged is None and (rules.text or all(map(has_lines, nodes))):
        return _merge_quoted(base, ours, theirs, flow=flow)
    return merged


def _merge_quoted(
    base: tuple[str, Node], ours: tuple[str, Node], theirs: tuple[str, Node], *, flow: bool
) -> str | None:
    """The merge by lines of strings that are not all block scalars, in ours' style where that can carry it.

    ``(text, node)`` each; ``flow`` is whether it stands inside ``{}`` or ``[]``. None where the lines conflict, or the
    anchors and tags do, or where a comment has no place. What is written in double quotes on one line of source is
    taken as it is escaped there, while all agree on how to escape.
    """
    versions = (base, ours, theirs)
    properties = one_side(*(_properties(*version) for version in versions))
    if properties is None or one_side(*(remark_in(*version) for version in versions)) != "":
        # A comment behind the header of a block scalar has no place in quotes.
        return None
    escaped = [each for each in (_escaped(text, node) for text, node in versions) if each is not None]
    if len(escaped) == len(versions):
        merged = _joined(escaped, _ESCAPED_LINE, "\\n")
        if merged is not None:
            return f'{properties}"{merged}"'
    merged = _joined([str(scalar_data(node)) for _, node in versions], _LINE, "\n")
    return None if merged is None else properties + text_scalar(merged, style=ours[1].style, flow=flow)


def _merge_folded(base: tuple[str, Node], ours: tuple[str, Node], theirs: tuple[str, Node]) -> str | None:
    """The merge of strings in one style, plain or in quotes, by the several lines of source that all stand on.

    ``(text, node)`` each; the result is indented as ours. None where the lines conflict, or where the strings are
    others. A line break inside such a string is a space or nothing (YAML 1.2, 6.5): each line holds a part of the text.
    """
    versions = (base, ours, theirs)
    style = ours[1].style
    if style in ("|", ">") or not all(node.style == style for _, node in versions):
        return None
    sources = [text[node.start : node.end] for text, node in versions]
    if not all("\n" in source for source in sources):
        return None
    widths = [_indentation_below(source) for source in sources]
    shifted = [shift(source, widths[1] - width) for source, width in zip(sources, widths, strict=True)]
    return _joined(shifted, _LINE, "\n")


def _indentation_below(source: str) -> int:
    """The indentation of the first line below the first one that is not blank."""
    line = next((line for line in source.split("\n")[1:] if line.strip()), "")
    return len(line) - len(line.lstrip(" "))


def _joined(versions: Sequence[str], line: re.Pattern[str], end: str) -> str | None:
    """The merge of three texts whose lines are told by ``line`` and end with ``end``; None where they conflict.

    Whether the last one has its ``end`` is no part of it: a line that is added below does not change it.
    """
    conflicts: list[str] = []

    def clash(*versions: str) -> list[Chunk]:
        conflicts.extend(versions)
        return []

    base, ours, theirs = (line.findall(each + end) for each in versions)
    merged = merge_lines(base, ours, theirs, clash)
    return None if conflicts else "".join(map(str, merged)).removesuffix(end)


def _properties(text: str, node: Node) -> str:
    """The anchor and the tag before a scalar, with the space behind them."""
    match = _PROPERTIES.match(text, node.start, node.end) if node.anchor or node.tag else None
    return match[0] if match else ""


def _escaped(text: str, node: Node) -> str | None:
    """What stands inside of double quotes as it is escaped; None for another scalar, or several lines of source."""
    source = text[node.start + len(_properties(text, node)) : node.end]
    return source[1:-1] if node.style == '"' and "\n" not in source else None
