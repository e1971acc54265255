"""Entries of block collections added, replaced and removed, with the lines and comments they own."""

from __future__ import annotations

import re

from jetenv.documents.fragments import (
    Fragment,
    Layout,
    Value,
    column_below,
    in_block,
    indented,
    layout_of,
)
from jetenv.documents.nodes import MAPPING, Entry, Node, Source
from jetenv.errors import RefusedError

_COLON = re.compile(r"(?:\s|(?<=\s)#[^\n]*)*:(?=\s|\Z)")
_PROPERTIES = re.compile(r"[ \t]*(?:[&!][^\s]*(?:[ \t]+|(?=[\r\n]|\Z)))*")
_HEADER = re.compile(r"([|>])([1-9]?)([+-]?)([1-9]?)")
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")
_BLANK_LINE = re.compile(r"^[ \t]*\r?\n", re.MULTILINE)


def appended(source: Source, node: Node, lines: list[str], ends_open: bool) -> str:
    """``lines`` as a further entry of the block collection ``node``."""
    text, newline = source.text, source.newline
    at = node.entries[-1].end
    lines = indented(lines, node.column)
    spaced = len(node.entries) > 1 and all(_BLANK_LINE.search(text, each.start, each.head) for each in node.entries[1:])
    last = _last_leaf(node)
    header = _HEADER.search(text, last.start, last.end) if last.style in {"|", ">"} else None
    if spaced and (header is None or header[3] != "+"):
        lines = ["", *lines]
    block = newline.join(lines)
    if at == 0 or text[at - 1] == "\n":
        return text[:at] + block + newline + text[at:]
    if header is not None:
        # With a line break behind it, the block scalar at the end of the file would gain one.
        text = text[: header.start()] + header[1] + header[2] + header[4] + "-" + text[header.end() :]
    return text + newline + block + (newline if ends_open else "")


def _last_leaf(node: Node) -> Node:
    while node.entries and not node.style:
        node = node.entries[-1].value
    return node


def replaced(source: Source, parent: Node, entry: Entry, value: Value) -> str:
    """The text with the value of ``entry`` in the block collection ``parent`` replaced by ``value``."""
    text, old, layout = source.text, entry.value, layout_of(source)
    behind = _behind(text, entry)
    fragment = in_block(value, layout, old=old, indent=_scalar_indent(text, old, parent, layout))
    if not fragment.lines and not old.is_block and old.style not in {"|", ">"}:
        if old.start < old.end:
            return text[: old.start] + fragment.inline + text[old.end :]
        return f"{text[:behind]} {fragment.inline}{text[behind:]}"
    compact = old.is_block and not _below(text, behind, old)
    comment = "" if compact else _head_comment(text, behind, old)
    end = old.entries[-1].end if old.is_block else _next_line(text, max(old.end, behind))
    before, rest = text[:behind], text[end:]
    if fragment.inline:
        lines = [f"{before} {fragment.inline}{comment}", *indented(fragment.lines, parent.column)]
        if fragment.lines and end < entry.end:
            # Comments indented this deep would become lines of the block scalar.
            left = [line.strip() for line in text[end : entry.end].splitlines()]
            lines += indented(left, parent.column)
            rest = text[entry.end :]
    elif entry.key is None and not comment and (compact or not old.is_block) and fragment.lines[0][0] != "#":
        gap = text[behind : old.entries[0].head] if compact else " "
        column = parent.column + 1 + len(gap)
        lines = [f"{before}{gap}{fragment.lines[0]}", *indented(fragment.lines[1:], column)]
    else:
        lines = [before + comment, *indented(fragment.lines, _column(parent, entry, fragment, layout))]
    final = source.newline if rest or fragment.ends_open or text.endswith("\n") else ""
    return source.newline.join(lines) + final + rest


def _column(parent: Node, entry: Entry, fragment: Fragment, layout: Layout) -> int:
    """The column of a block collection that starts on the line below its key or dash."""
    old = entry.value
    if old.is_block and old.kind is fragment.kind:
        return old.column
    return parent.column + (column_below(fragment, layout) if entry.key is not None else 2)


def with_root(source: Source, value: Value) -> str:
    """A document without content, or with an empty root, given its first entries."""
    text, newline, root = source.text, source.newline, source.root
    fragment = in_block(value, layout_of(source))
    if root is None:
        document = source.documents[0] if source.documents else None
        at = len(text) if document is None else document.end
        end_marker = re.search(r"^\.\.\.", text[:at], re.MULTILINE)
        at = at if end_marker is None else end_marker.start()
        head, rest = text[:at], text[at:]
        head += newline if head and not head.endswith("\n") else ""
        return head + newline.join(fragment.lines) + newline + rest
    line = _next_line(text, root.end)
    comment = text[root.end : line].strip()
    head = text[: root.start]
    if head and not head.endswith("\n"):
        head = head.rstrip(" ") + newline
    return head + newline.join([*([comment] if comment else []), *fragment.lines]) + newline + text[line:]


def removed(source: Source, parent: Node, entry: Entry) -> str:
    """The text without one of several entries of a block collection."""
    text = source.text
    before = text[text.rfind("\n", 0, entry.head) + 1 : entry.head]
    if not before.strip() or parent.entries[0] is not entry:
        return text[: entry.start] + text[entry.end :]
    following = parent.entries[1]
    if "\n" not in text[following.start : following.head]:
        return text[: entry.head] + text[following.head :]
    return text[: entry.head].rstrip(" ") + source.newline + text[following.start :]


def emptied(source: Source, parent: Node, entry: Entry, holder: Entry | None) -> str:
    """The text with the only entry of the block collection ``parent`` removed; ``holder`` has it as its value."""
    text = source.text
    empty = "{}" if parent.kind is MAPPING else "[]"
    final = source.newline if text[entry.end - 1 : entry.end] == "\n" else ""
    if holder is None or not _below(text, _behind(text, holder), parent):
        start = entry.start if holder is None else entry.head
        return text[:start] + empty + final + text[entry.end :]
    match = _PROPERTIES.match(text, _behind(text, holder))
    assert match is not None
    at = _behind(text, holder) + len(match[0].rstrip())
    middle = text[at : entry.start]
    if not final:
        middle = middle.rstrip("\r\n")
    return f"{text[:at]} {empty}{middle}{text[entry.end :]}"


def _behind(text: str, entry: Entry) -> int:
    """The offset behind the dash or the colon of an entry in block style."""
    if entry.key is None:
        return entry.head + 1
    colon = _COLON.match(text, entry.key.end)
    if colon is None:
        raise RefusedError("a key without a colon cannot be given a value in place", hint="edit the file by hand")
    return colon.end()


def _below(text: str, behind: int, node: Node) -> bool:
    """Whether a block collection starts on a line below its key or dash."""
    return "\n" in text[behind : node.entries[0].head]


def _head_comment(text: str, behind: int, old: Node) -> str:
    """The comment on the line of a key or dash (of an inline value: behind it), with the blanks before it."""
    at = max(old.end, behind)
    if old.is_block:
        match = _PROPERTIES.match(text, behind)
        at = behind + len(match[0].rstrip()) if match is not None else behind
    elif old.style in {"|", ">"}:
        header = _HEADER.search(text, old.start)
        at = header.end() if header is not None else at
    comment = _COMMENT.match(text, at)
    return comment[0] if comment is not None else ""


def _scalar_indent(text: str, old: Node, parent: Node, layout: Layout) -> int:
    """How far the lines of a block scalar stand from the column of its parent's keys or dashes."""
    if old.style in {"|", ">"}:
        lines = text[old.start : old.end].split("\n")[1:]
        columns = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
        if columns and min(columns) > parent.column:
            return min(columns) - parent.column
    return layout.step if parent.kind is MAPPING else 2


def _next_line(text: str, at: int) -> int:
    newline = text.find("\n", at)
    return len(text) if newline < 0 else newline + 1
