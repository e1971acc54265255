"""Which lines belong to which entry: comments and blank lines are owned by the entry that they describe.

The rules, from the outside in, for the entries of a block collection:

- An entry owns its own lines up to the end of the last one, with the comment at the end of that line.
- Below it, it owns the comment lines that are indented deeper than the collection, with the blank lines between them.
- What remains before the next entry (comments at the collection's column, blank lines) leads that next entry.
- After the last entry, comment lines that the outer entry leaves over are the collection's tail.
- The first comment block of a document, when a blank line sets it off, belongs to the document and not to the first
  entry.
"""

from __future__ import annotations

import re

from jetenv.documents.nodes import Collection, Document, Entry, Node, Source

_GAP = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*")
_PROPERTY = re.compile(r"[&!]\S*")
_COLON = re.compile(r"(?:\s+#[^\n]*|\s)*:")
_NO_TOKEN = frozenset(("", " ", "\t", "\r", "\n", "#"))
_LINE = re.compile(r"([ \t]*)(#?)[^\n]*(?:\n|\Z)")


def lay_out(source: Source, limits: list[int]) -> None:
    """Set ``start``, ``head``, ``end`` of all entries, ``tail`` and ``column`` of collections, ``body`` of documents.

    ``limits[i]`` is the offset at which the content of document ``i`` ends: its end marker, or the next document.
    """
    text = source.text
    for document, limit in zip(source.documents, limits, strict=True):
        root = document.root
        if isinstance(root, Collection) and root.is_block:
            # The anchor and the tag of the root belong to no entry.
            properties = root.anchor is not None or root.tag is not None
            start = _properties_end(text, root) if properties else document.body
            document.body = _after_header(text, start, limit)
            _lay_out_block(text, root, document.body, limit)
        else:
            document.body = _after_header(text, document.body, limit)


def _after_header(text: str, start: int, limit: int) -> int:
    """Offset after the marker line and the header comment of a document whose marker ends at ``start``."""
    at = start
    if start and text[start - 1] != "\n":
        newline = text.find("\n", start, limit)
        line = text[start : newline if newline >= 0 else limit].strip()
        if newline < 0 or (line and not line.startswith("#")):
            return start
        at = newline + 1
    body = at
    while at < limit:
        match = _LINE.match(text, at)
        assert match is not None
        blank = not match[0].strip()
        if not blank and not match[2]:
            break
        at = match.end()
        if blank:
            body = at
    return body


def header(text: str, document: Document) -> str:
    """The first comment block of a document, with the blank lines around it; empty where it is the first entry's."""
    return text[_header_start(text, document) : document.body]


def give_header_to_first_entry(text: str, document: Document) -> None:
    """Have the header comment of a document lead its first entry, as it would without the blank line below it.

    The root of the document is a block collection.
    """
    assert document.root is not None
    start = _header_start(text, document)
    document.body = document.root.entries[0].start = start


def _header_start(text: str, document: Document) -> int:
    at = document.body
    while at > document.start:
        start = text.rfind("\n", document.start, at - 1) + 1 or document.start
        line = text[start:at].strip()
        if line and not line.startswith("#"):
            break
        at = start
    return at


def _lay_out_block(text: str, root: Collection, start: int, limit: int) -> None:
    size = len(text)
    find, startswith = text.find, text.startswith
    stack: list[tuple[Collection, int, int]] = [(root, start, limit)]
    while stack:
        node, start, limit = stack.pop()
        head = node.start
        if node.anchor is not None or node.tag is not None:
            head = _skip(text, _properties_end(text, node))
            node.column = head - (text.rfind("\n", 0, head) + 1)
        column = node.column
        indentation = " " * column
        last = node.entries[-1]
        for entry in node.entries:
            entry.start = start
            if entry.head != head:
                # Where it is right already it is a number that the key has, too, and takes no room of its own.
                entry.head = head
            value = entry.value
            line_end = find("\n", value.end) + 1 or size
            next_head = line_end + column
            if entry is last:
                start = _owned(text, line_end, limit, column) if line_end < limit else line_end
            elif startswith(indentation, line_end) and text[next_head : next_head + 1] not in _NO_TOKEN:
                # The next entry follows at once.
                head, start = next_head, line_end
            else:
                head = _skip(text, line_end)
                start = _owned(text, line_end, text.rfind("\n", 0, head) + 1, column)
            entry.end = start
            if value.is_block:
                assert isinstance(value, Collection)
                stack.append((value, _inner_start(text, entry), start))
        node.tail = limit if limit > start else start


def _properties_end(text: str, node: Node) -> int:
    """The offset behind the anchor and the tag of a collection; its start where it has none."""
    at = end = node.start
    for given in (node.anchor, node.tag):
        if given is not None:
            match = _PROPERTY.match(text, at)
            assert match is not None
            end = match.end()
            at = _skip(text, end)
    return end


def _skip(text: str, at: int) -> int:
    """The offset of the next token: behind blanks, line breaks and comments."""
    match = _GAP.match(text, at)
    assert match is not None
    return match.end()


def _inner_start(text: str, entry: Entry) -> int:
    """Where the region of the first entry of a nested block collection starts."""
    behind = entry.head + 1
    if entry.key is not None:
        behind = entry.key.end + 1
        if text[entry.key.end] != ":":
            colon = _COLON.match(text, entry.key.end)
            assert colon is not None
            behind = colon.end()
    inner = entry.value
    head = inner.start
    if inner.anchor is not None or inner.tag is not None:
        head = _skip(text, _properties_end(text, inner))
    newline = text.find("\n", behind, head)
    return head if newline < 0 else newline + 1


def _owned(text: str, start: int, limit: int, column: int) -> int:
    """The end of the comment lines from ``start`` that are indented deeper than ``column``."""
    owned = at = start
    while at < limit:
        match = _LINE.match(text, at, limit)
        assert match is not None
        if match.end() == at:
            break
        at = match.end()
        if match[2]:
            if len(match[1]) <= column:
                break
            owned = at
        elif match[0].strip():
            break
    return owned
