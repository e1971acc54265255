"""YAML source to nodes, built from the events of ruamel's C parser, each of which carries exact marks.

The C parser is asked for events only: composing or loading would cost several times as much and lose the marks.
What YAML allows but no configuration should hold is refused here, so that every later step can rely on it: duplicate
keys, aliases that contain themselves or expand without bound, and nesting beyond ``MAX_DEPTH``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from jetenv.documents.layout import lay_out
from jetenv.documents.nodes import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Alias,
    Collection,
    Document,
    Entry,
    Kind,
    Node,
    PropertiedScalar,
    Source,
)
from jetenv.errors import JetenvError

MAX_DEPTH = 200
"""Levels of nesting, aliases expanded. Real configuration stays below 40."""

MAX_EXPANSION = 1_000_000
"""Nodes that the aliases of a file may expand to, beside those that are written out."""
_NO_ALIAS = "write the value out where the alias stands"
_TOO_DEEP = "no configuration is nested so deep: is a bracket left open?"

PURE_LIMIT = 1 << 18
"""Characters up to which a text that the C parser refuses is given to the parser in Python."""

_KEEPING_BLOCK_SCALAR = re.compile(r"[|>][0-9]?\+[^\n]*\Z")
_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")


class DocumentError(JetenvError):
    """A file that is no YAML document jetenv can work with; ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, *, path: str, line: int, column: int, hint: str | None = None) -> None:
        super().__init__(message, where=f"{path or '<text>'}:{line}:{column}", hint=hint)
        self.line = line
        self.column = column


def parse(data: bytes | str, *, path: str = "") -> Source:
    """The nodes of a YAML file; ``path`` is only used to name it in errors.

    Raises DocumentError for bytes that are not UTF-8, text that is not YAML, duplicate keys, undefined, cyclic or
    exploding aliases, and nesting beyond MAX_DEPTH.
    """
    text, bom = _decode(data, path)
    newline = "\r\n" if "\r" in text and text.count("\r\n") * 2 > text.count("\n") else "\n"
    try:
        builder = _build(text, path, pure=False)
    except MarkedYAMLError as error:
        builder = _rebuild(text, path, error)
    source = Source(text, bom, newline, builder.documents)
    builder.refuse_odd_breaks()
    lay_out(source, builder.limits)
    return source


def _build(text: str, path: str, *, pure: bool) -> _Builder:
    builder = _Builder(text, path)
    try:
        builder.run(YAML(typ="safe", pure=True).parse(text) if pure else iter(CParser(text).get_event, None))
    except ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        raise builder.error(
            "control characters are not allowed in YAML",
            position,
            hint="remove it; between double quotes, write \\x and its two digits",
        ) from None
    return builder


def _rebuild(text: str, path: str, error: MarkedYAMLError) -> _Builder:
    """A second try for what YAML 1.2 allows and the C parser does not.

    That is ``:`` and ``?`` inside plain flow words, and the line breaks of Unicode inside plain words. The parser in
    Python knows them, at many times the cost.
    """
    if len(text) <= PURE_LIMIT and ("{" in text or "[" in text or _ODD_BREAK.search(text)):
        with suppress(YAMLError):
            return _build(text, path, pure=True)
    raise _syntax_error(error, text, path) from None


def _decode(data: bytes | str, path: str) -> tuple[str, bool]:
    if isinstance(data, str):
        text = data
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            line = before.count(b"\n") + 1
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
            raise DocumentError(
                "the file is not UTF-8 text", path=path, line=line, column=column, hint="save it as UTF-8"
            ) from None
    bom = text.startswith("\ufeff")
    return (text[1:] if bom else text), bom


def _syntax_error(error: MarkedYAMLError, text: str, path: str) -> DocumentError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    problem = str(error.problem or error.context or "it cannot be read")
    hint = "a bracket, quote, colon or indentation is not right there, or in a line above"
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        hint = "indent with spaces; YAML does not allow tabs there"
    elif "mapping values are not allowed" in problem:
        hint = "check the indentation, and quote a value that holds ': '"
    return DocumentError(f"not YAML: {problem}", path=path, line=line, column=column, hint=hint)


class _Frame:
    """A collection under construction: its node and entries, the key that waits for its value, the keys seen so far."""

    __slots__ = ("entries", "key", "node", "seen")

    def __init__(self, node: Collection) -> None:
        self.node = node
        self.entries: list[Entry] = []
        self.key: Node | None = None
        self.seen: set[object] | None = set() if node.kind is MAPPING else None


class _Builder:
    """Builds documents out of events with a stack of its own, so that depth is bounded by a check and not by Python."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.documents: list[Document] = []
        self.limits: list[int] = []
        self._stack: list[_Frame] = []
        self._top: _Frame | None = None
        self._anchors: dict[str, Node] = {}
        # By the identity of an anchored node: how many nodes it expands to, and how many levels they nest.
        self._extents: dict[int, tuple[int, int]] = {}
        self._expanded = 0
        # Keys come again and again: each is kept once.
        self._words: dict[str, str] = {}

    def error(self, message: str, offset: int, hint: str | None = None) -> DocumentError:
        line, column = Source(self.text, False, "\n", []).place(offset)
        return DocumentError(message, path=self.path, line=line, column=column, hint=hint)

    def run(self, events: Iterable[Any]) -> None:
        # Most events are scalars without properties, keys or their values, so these take the shortest way.
        words = self._words
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                value, style = event.value, event.style or ""
                start, end = event.start_mark.index, event.end_mark.index
                if style and style in "|>":
                    end = self._block_scalar_end(start, end)
                if event.anchor is None and event.ctag is None:
                    node = Node(start, end, value, style)
                else:
                    node = self._propertied(start, end, value, style, event)
                frame = self._top
                if frame is None:
                    self.documents[-1].root = node
                    continue
                key, seen = frame.key, frame.seen
                if seen is None:
                    frame.entries.append(Entry(None, node, start, start, end))
                elif key is not None and start != end:
                    frame.entries.append(Entry(key, node, key.start, key.start, end))
                    frame.key = None
                elif key is None and value not in seen:
                    node.value = value = words.setdefault(value, value)
                    seen.add(value)
                    frame.key = node
                else:
                    self._place(frame, node)
            else:
                self._structure(kind, event)

    def _structure(self, kind: type, event: Any) -> None:
        """Everything but a scalar."""
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            self._open(event, MAPPING if kind is MappingStartEvent else SEQUENCE)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._close(event)
        elif kind is AliasEvent:
            self._alias(event)
        elif kind is DocumentStartEvent:
            self._start_document(event)
        elif kind is DocumentEndEvent:
            self._end_document(event)

    def _propertied(self, start: int, end: int, value: str, style: str, event: Any) -> Node:
        """A scalar with its anchor or tag."""
        tag, anchor = event.ctag, event.anchor
        node = PropertiedScalar(start, end, value, style, str(tag) if tag is not None else None, anchor)
        if anchor is not None:
            self._anchors[anchor] = node
            self._extents[id(node)] = (1, 1)
        return node

    def _block_scalar_end(self, start: int, end: int) -> int:
        # The parser's mark lies behind the blank lines that follow; they are content only with the indicator "+".
        text = self.text
        header = text.find("\n", start, end)
        if header < 0:
            return end
        if _KEEPING_BLOCK_SCALAR.search(text, start, header):
            end -= text[end - 1] == "\n"
            return end - (text[end - 1] == "\r")
        # Blanks at the end of the last line are content, too.
        last = start + len(text[start:end].rstrip(" \t\r\n"))
        newline = text.find("\n", last, end)
        return last if newline < 0 else newline - (text[newline - 1] == "\r")

    def _alias(self, event: Any) -> None:
        start = event.start_mark.index
        name = event.anchor
        for frame in self._stack:
            if frame.node.anchor == name and name not in self._anchors:
                raise self.error(f"alias '*{name}' refers to the node that contains it", start, _NO_ALIAS)
        if name not in self._anchors:
            raise self.error(f"alias '*{name}' has no anchor '&{name}' before it", start, _NO_ALIAS)
        target = self._anchors[name]
        weight, height = self._extents[id(target)]
        self._expanded += weight
        if self._expanded > MAX_EXPANSION:
            raise self.error(f"aliases expand to more than {MAX_EXPANSION:,} nodes", start, _NO_ALIAS)
        if len(self._stack) + height > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels", start, _TOO_DEEP)
        node = Alias(start, event.end_mark.index, name, target)
        if self._top is None:
            self.documents[-1].root = node
        else:
            self._place(self._top, node)

    def _open(self, event: Any, kind: Kind) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels", event.start_mark.index, _TOO_DEEP)
        mark = event.start_mark
        style = "{" if event.flow_style else ""
        tag, anchor = event.ctag, event.anchor
        node = Collection(kind, mark.index, style, tag and str(tag), anchor, mark.column)
        if anchor:
            # A redefinition hides the earlier node from here on, also inside itself.
            self._anchors.pop(anchor, None)
        self._top = _Frame(node)
        self._stack.append(self._top)

    def _close(self, event: Any) -> None:
        stack = self._stack
        frame = stack.pop()
        node = frame.node
        node.entries = entries = tuple(frame.entries)
        node.end = node.tail = event.end_mark.index if node.style else entries[-1].value.end
        if node.anchor:
            self._anchors[node.anchor] = node
            self._extents[id(node)] = self._extent(node)
        if stack:
            self._top = stack[-1]
            self._place(self._top, node)
        else:
            self._top = None
            self.documents[-1].root = node

    def _extent(self, node: Node) -> tuple[int, int]:
        """The number of nodes that an anchored collection expands to, and the levels that they nest."""
        weight, height = 0, 0
        pending = [(node, 1)]
        while pending:
            each, level = pending.pop()
            inner = self._extents.get(id(each.target or each))
            if inner is not None:
                weight += inner[0]
                height = max(height, level - 1 + inner[1])
                continue
            weight += 1
            height = max(height, level)
            children = (child for entry in each.entries for child in (entry.key, entry.value))
            pending += [(child, level + 1) for child in children if child is not None]
        return weight, height

    def _place(self, frame: _Frame, node: Node) -> None:
        """Add a node to the collection that is under construction."""
        start, end = node.start, node.end
        if frame.seen is None:
            frame.entries.append(Entry(None, node, start, start, end))
            return
        key = frame.key
        if key is None:
            self._remember_key(frame.seen, node)
            frame.key = node
            return
        if start == end and self.text[start - 1 : start] != ":":
            # A key without ":" has its empty value reported at the next token.
            node.start = node.end = end = key.end
        frame.entries.append(Entry(key, node, key.start, key.start, end))
        frame.key = None

    def _remember_key(self, seen: set[object], key: Node) -> None:
        if key.target is not None and key.target.kind is SCALAR:
            identity = key.target.value
        elif key.kind is SCALAR:
            identity = key.value
        else:
            identity = self.text[key.start : key.end]
        if identity in seen:
            raise self._twice(identity, key)
        seen.add(identity)

    def _twice(self, identity: str, key: Node) -> DocumentError:
        return self.error(f"duplicate key '{identity}'", key.start, hint="remove or rename one of the two")

    def _start_document(self, event: Any) -> None:
        start = event.start_mark.index if self.documents else 0
        body = event.end_mark.index if event.explicit else start
        if self.documents:
            self.documents[-1].end = start
            self.limits[-1] = min(self.limits[-1], start)
        self.documents.append(Document(None, start, len(self.text), body))
        self.limits.append(len(self.text))
        self._anchors = {}

    def _end_document(self, event: Any) -> None:
        document = self.documents[-1]
        root = document.root
        if root is not None and root.start == root.end and not root.tag and not root.anchor and not root.style:
            document.root = None
        if event.explicit:
            self.limits[-1] = event.start_mark.index

    def refuse_odd_breaks(self) -> None:
        """Refuse line breaks that YAML 1.2 does not know where they would structure the text.

        The C parser follows YAML 1.1 in taking a lone CR, NEL, LS and PS as line breaks.
        """
        if self.text.isascii() and "\r" not in self.text:
            return
        for match in _ODD_BREAK.finditer(self.text):
            if match[0] == "\r" or not self._inside_scalar(match.start()):
                raise self.error("a line break other than LF or CRLF", match.start(), hint="convert the line endings")

    def _inside_scalar(self, offset: int) -> bool:
        nodes = [document.root for document in self.documents if document.root is not None]
        while nodes:
            node = nodes.pop()
            if node.kind is SCALAR and node.start <= offset < node.end:
                return True
            for entry in node.entries:
                nodes.extend(each for each in (entry.key, entry.value) if each is not None)
        return False
