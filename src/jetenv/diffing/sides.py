"""One version of a document in a merge, its entries as units that can be compared and carried to another column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence

from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node, Source, walk
from jetenv.documents.values import key_text, scalar_data
from jetenv.schemas.rules import Rules
from jetenv.schemas.secrets import Span, covered

_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")
_INNER_LINE = re.compile(r"\n(?=[^\r\n])")


def shift(text: str, delta: int) -> str:
    """``text`` with every line after the first moved by ``delta`` columns; blank lines stay as they are.

    A line with less indentation than is to be removed loses what it has.
    """
    if delta > 0:
        return _INNER_LINE.sub("\n" + " " * delta, text)
    if delta < 0:
        return re.sub(rf"\n {{1,{-delta}}}", "\n", text)
    return text


def sides(*sources: Source) -> tuple[Side, ...]:
    """Versions of one document, with digests that can be compared."""
    numbers: dict[Hashable, int] = {}
    return tuple(Side(source, numbers) for source in sources)


class Side:
    """A version of a document: its source, and what is remembered of its nodes: digests and leaves of their data.

    Digests can be compared between sides that were given the same ``numbers``: every piece of data is numbered when
    first met, so equal numbers mean equal data, not just equal hashes.
    """

    __slots__ = ("_digests", "_lines", "_numbers", "leaves", "may_alias", "source", "text")

    def __init__(self, source: Source, numbers: dict[Hashable, int]) -> None:
        self.source = source
        self.text = source.text
        self.leaves: dict[int, Counter[Hashable]] = {}
        self.may_alias = "*" in source.text
        self._numbers = numbers
        self._digests: dict[int, int] = {}
        self._lines: frozenset[str] | None = None

    @property
    def lines(self) -> frozenset[str]:
        """All lines of the text, without the blanks around them."""
        if self._lines is None:
            self._lines = frozenset(line.strip() for line in self.text.split("\n"))
        return self._lines

    def digest(self, node: Node) -> int:
        """A number for the data (with tags) below ``node``: equal for equal data, whatever its style or key order."""
        known = self._digests.get(id(node))
        if known is None:
            known = self.digest(node.target) if node.target is not None else self._digest(node)
            self._digests[id(node)] = known
        return known

    def _digest(self, node: Node) -> int:
        data: Hashable
        if node.kind is SCALAR:
            value = node.value if node.style else scalar_data(node)
            data = value if isinstance(value, str) else (type(value), str(value))
        elif node.kind is SEQUENCE:
            data = tuple([self.digest(entry.value) for entry in node.entries])
        else:
            data = frozenset([(key_text(e.key), self.digest(e.value)) for e in node.entries if e.key is not None])
        if node.tag:
            data = (node.tag, node.kind, data)
        return self._numbers.setdefault(data, len(self._numbers))

    def comments(self, node: Node, start: int, end: int) -> list[str]:
        """The comments from ``start`` to ``end``, a stretch that holds all of ``node``, in their order."""
        text, at = self.text, start
        if "#" not in text[start:end]:
            return []
        found: list[str] = []
        for each in walk(node):
            if each.kind in (SCALAR, ALIAS) and each.start >= at:
                found += _COMMENT.findall(text, at, each.start)
                at = each.end
                if each.style in ("|", ">"):
                    found += _COMMENT.findall(text, each.start, text.find("\n", each.start))
        return found + _COMMENT.findall(text, at, end)

    def extent(self, node: Node) -> Span:
        """Where the source of ``node`` begins and ends."""
        return (node.entries[0].head, node.tail) if node.is_block else (node.start, node.end)

    def plain(self, node: Node, hidden: Sequence[Span] = ()) -> str:
        """The source of ``node`` as it would stand at column 0, without comments around it and what is ``hidden``."""
        first, last = self.extent(node)
        text = covered(self.text, first, last, hidden) if hidden else self.text[first:last]
        if node.is_block:
            return shift(text, -node.column).rstrip()
        line = self.text[self.text.rfind("\n", 0, first) + 1 : first]
        return shift(text, -(len(line) - len(line.lstrip(" "))))

    def units(self, node: Node) -> list[Unit]:
        """The entries of a collection as units."""
        if node.style:
            return [Unit(self, entry, at, 0, True) for at, entry in enumerate(node.entries)]
        return [Unit(self, entry, at, node.column, False) for at, entry in enumerate(node.entries)]


def paired_roots(sides: Sequence[Side]) -> list[tuple[Node | None, ...]] | None:
    """The roots of each document in all versions, the base first; None where they hold different numbers of documents.

    An empty base stands for a file that both sides added.
    """
    roots: list[list[Node | None]] = [[document.root for document in side.source.documents] for side in sides]
    if not roots[0]:
        roots[0] = [None] * len(roots[1])
    return None if len({len(each) for each in roots}) > 1 else list(zip(*roots, strict=True))


class Unit:
    """An entry of one side: ``lead`` is the comments above it, ``body`` its own text from its key or dash on.

    ``lead`` is whole lines; ``body`` lacks the indentation of its first line and ends with a line break. ``position``
    counts the entries of its collection from 0.
    """

    __slots__ = ("column", "entry", "flow", "position", "side")

    def __init__(self, side: Side, entry: Entry, position: int, column: int, flow: bool) -> None:
        self.side = side
        self.entry = entry
        self.position = position
        self.column = column
        self.flow = flow

    @property
    def value(self) -> Node:
        """The value of the entry."""
        return self.entry.value

    def whole(self) -> str:
        """The entry with the comments above it, as it stands in the source."""
        return self.side.text[self.entry.start : self.entry.end]

    def lead(self, column: int) -> str:
        """The comment and blank lines above, as they stand at ``column``."""
        entry = self.entry
        if entry.start == entry.head:
            return ""
        return _shift_lines(self.side.text[entry.start : entry.head].rstrip(" \t"), column - self.column)

    def body(self, column: int) -> str:
        """The entry's own lines, as they stand at ``column``; those of a flow collection as they would in a block."""
        if self.flow:
            return self._in_block() + "\n"
        text = self.side.text[self.entry.head : self.entry.end]
        return text if column == self.column else shift(text, column - self.column)

    def _in_block(self) -> str:
        entry, text = self.entry, self.side.text
        if entry.key is None:
            return f"- {text[entry.head : entry.end]}"
        value = text[entry.value.start : entry.end] if entry.value.start >= entry.key.end else ""
        return f"{text[entry.key.start : entry.key.end]}: {value}".rstrip()

    def behind_key(self) -> int:
        """The offset behind the key or dash."""
        key = self.entry.key
        return key.end if key is not None else self.entry.head + 1

    def header(self) -> str:
        """What stands before the value: key, colon or dash, and for a block collection the rest of that line."""
        value = self.entry.value
        behind = value.entries[0].start if value.is_block else value.start
        return self.side.text[self.entry.head : behind]

    def trailer(self) -> str:
        """What stands behind an inline value: the comment at the end of its line, and deeper comment lines."""
        value = self.entry.value
        if self.flow:
            return "\n"
        return "" if value.is_block else self.side.text[value.end : self.entry.end]

    def comments(self) -> list[str]:
        """The comments of the entry and of everything in it, but for those above it."""
        entry = self.entry
        return self.side.comments(entry.value, entry.value.start if self.flow else entry.head, entry.end)

    def plain(self) -> str:
        """The source of the value as it would stand at column 0, without comments around it."""
        return self.side.plain(self.entry.value)


def same(a: Unit, b: Unit) -> bool:
    """Whether two entries hold the same data; their texts are compared first, which is cheaper."""
    column = a.column if a.column == b.column else 0
    return a.body(column) == b.body(column) or a.side.digest(a.value) == b.side.digest(b.value)


def narrowed(rules: Rules, node: Node) -> Rules:
    """``rules`` without the branches that the scalars of the mapping ``node`` rule out."""
    if node.kind is not MAPPING:
        return rules

    def scalar(name: str) -> str | None:
        value = node.get(name)
        return value.value if value is not None and value.kind is SCALAR else None

    return rules.narrow(scalar)


def _shift_lines(text: str, delta: int) -> str:
    return shift("\n" + text, delta)[1:] if text else ""
