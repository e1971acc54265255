"""Entries of flow collections (``{}`` and ``[]``) added, replaced and removed, with their commas and lines."""

from __future__ import annotations

import re

from jetenv.documents.fragments import Value, in_flow
from jetenv.documents.nodes import SCALAR, Entry, Node, Source

Splice = tuple[int, int, str]
"""Offsets ``start`` and ``end`` of a source text, and what stands there instead."""

_COLON = re.compile(r"(?:\s+#[^\n]*|\s)*:")
_COMMA = re.compile(r"((?:\s+#[^\n]*|\s)*),")
_REST_OF_LINE = re.compile(r"[ \t]*(?:(?<=[ \t])#[^\r\n]*)?\r?\n")
_COMMENT_LINES_ABOVE = re.compile(r"(?:^[ \t]*#[^\n]*\n)*\Z", re.MULTILINE)


def entry_end(text: str, entry: Entry) -> int:
    """The offset behind ``entry``, with the colon of a key without a value."""
    if entry.key is not None and entry.value.start == entry.value.end:
        colon = _COLON.match(text, entry.key.end)
        if colon is not None:
            return colon.end()
    return entry.end


def is_bare_pair(text: str, node: Node) -> bool:
    """Whether ``node`` is a mapping written without braces: ``[a: 1]``."""
    return bool(node.style) and text[node.end - 1 : node.end] not in {"}", "]"}


def quote_of(node: Node) -> str:
    """``"`` where all keys (or texts of a list) are written as JSON would, so that new ones are too."""
    keys = [entry.key or entry.value for entry in node.entries]
    return '"' if keys and all(key.style == '"' for key in keys) else ""


def replaced(text: str, parent: Node, entry: Entry, value: Value) -> Splice:
    """Replace the value of ``entry`` in the flow collection ``parent``."""
    old = entry.value
    quote = quote_of(parent)
    if not quote and old.kind is SCALAR and old.style:
        quote = old.style
    new = in_flow(value, quote=quote)
    if old.start < old.end:
        return old.start, old.end, new
    assert entry.key is not None
    end = entry_end(text, entry)
    return end, end, f" {new}" if end > entry.key.end else f": {new}"


def added(source: Source, node: Node, entry: str) -> list[Splice]:
    """Add the text ``entry`` at the end of the flow collection ``node``, which has entries already."""
    text = source.text
    if is_bare_pair(text, node):
        return [(node.start, node.start, "{"), (node.end, node.end, f", {entry}}}")]
    last = node.entries[-1]
    end = entry_end(text, last)
    line_start = text.rfind("\n", 0, last.start) + 1
    indent = text[line_start : last.start]
    comma = _COMMA.match(text, end)
    if indent.strip() or line_start <= node.start:
        # libyaml does not read a comma right behind a colon.
        gap = " " if text[end - 1] == ":" else ""
        at = end + len(gap) if text[end] == gap else end
        return [(at, at, f"{gap if at == end else ''}, {entry}")]
    behind = comma.end() if comma is not None else end
    rest = _REST_OF_LINE.match(text, behind)
    line_end = rest.end() - len(source.newline) if rest is not None else behind
    line = source.newline + indent + entry
    if comma is not None:
        return [(line_end, line_end, line + ",")]
    return [(end, end, ","), (line_end, line_end, line)] if line_end > end else [(end, end, "," + line)]


def removed(source: Source, node: Node, entry: Entry) -> list[Splice]:
    """Remove ``entry`` from the flow collection ``node``; an emptied collection is ``{}`` or ``[]``."""
    text = source.text
    if len(node.entries) == 1:
        if is_bare_pair(text, node):
            return [(node.start, node.end, "{}")]
        opening = max(text.rfind(bracket, node.start, entry.start) for bracket in "{[")
        return [(opening + 1, node.end - 1, "")]
    position = node.entries.index(entry)
    end = entry_end(text, entry)
    comma = _COMMA.match(text, end)
    splices: list[Splice] = []
    if comma is None and position:
        # The comma behind the entry before would be left over; JSON does not allow it.
        before = entry_end(text, node.entries[position - 1])
        separator = _COMMA.match(text, before)
        assert separator is not None
        at = separator.end() - 1
        if not separator[1] and not text[at + 1 : entry.start].strip() and not _own_line(text, entry.start, end):
            return [(before, end, "")]
        splices.append((at, at + 1, ""))
    behind = comma.end() if comma is not None and not comma[1].strip() else end
    whole = _own_line(text, entry.start, behind)
    if whole is not None:
        return [*splices, (*whole, "")]
    if comma is not None and behind == end:
        return [*splices, (entry.start, end, ""), (comma.end() - 1, comma.end(), "")]
    while behind < node.end and text[behind] in " \t" and comma is not None:
        behind += 1
    return [*splices, (entry.start, behind, "")]


def _own_line(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The lines that ``text[start:end]`` has for itself, with the comment lines above; None if it shares them."""
    line_start = text.rfind("\n", 0, start) + 1
    rest = _REST_OF_LINE.match(text, end)
    if rest is None or text[line_start:start].strip():
        return None
    above = _COMMENT_LINES_ABOVE.search(text, 0, line_start)
    return (above.start() if above is not None else line_start), rest.end()
