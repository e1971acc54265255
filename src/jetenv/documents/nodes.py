"""The node tree of a YAML source: every node knows the span of text that it came from.

Offsets are character offsets into ``Source.text``. Nothing here resolves values (see ``values``) or changes
text (see ``editing``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a node is in the YAML representation graph."""

    SCALAR = 0
    MAPPING = 1
    SEQUENCE = 2
    ALIAS = 3


SCALAR, MAPPING, SEQUENCE, ALIAS = Kind
"""The kinds by names of their own: to look one up in the class costs as much as a call, and they are met often."""


class Node:
    """One node. ``text[start:end]`` is its source, with its anchor and tag, without comments around it.

    ``value`` is the content of a scalar, or the anchor that an alias names. ``style`` is ``""`` (plain), ``'``,
    ``"``, ``|`` or ``>`` for a scalar and ``{`` for a collection in flow style, ``""`` in block style.

    This is a scalar without properties, of which a file has more than of all else: it has no room for what only other
    nodes have.
    """

    __slots__ = ("end", "start", "style", "value")

    kind: Kind = SCALAR
    tag: str | None = None
    anchor: str | None = None
    entries: Sequence[Entry] = ()
    target: Node | None = None
    column: int = 0
    tail: int = 0

    def __init__(self, start: int, end: int, value: str = "", style: str = "") -> None:
        self.start = start
        self.end = end
        self.value = value
        self.style = style

    @property
    def is_block(self) -> bool:
        """Whether this is a collection in block style."""
        return False

    def get(self, key: str) -> Node | None:
        """The value under the scalar key ``key`` of a mapping, or None."""
        for entry in self.entries:
            name = entry.key
            if name is not None and name.value == key and name.kind is SCALAR:
                return entry.value
        return None


class PropertiedScalar(Node):
    """A scalar with a tag or an anchor."""

    __slots__ = ("anchor", "tag")

    def __init__(self, start: int, end: int, value: str, style: str, tag: str | None, anchor: str | None) -> None:
        super().__init__(start, end, value, style)
        self.tag = tag
        self.anchor = anchor


class Collection(Node):
    """A mapping or a sequence.

    ``column`` is the column of the keys or dashes of a block collection, and that of ``start`` in flow style.
    ``tail`` is the offset up to which comments after the last entry belong to a block collection (``end`` if none).
    """

    __slots__ = ("anchor", "column", "entries", "kind", "tag", "tail")

    def __init__(self, kind: Kind, start: int, style: str, tag: str | None, anchor: str | None, column: int) -> None:
        super().__init__(start, start, "", style)
        self.kind = kind
        self.tag = tag
        self.anchor = anchor
        self.column = column
        self.tail = start
        self.entries: Sequence[Entry] = ()

    @property
    def is_block(self) -> bool:
        """Whether this is a collection in block style."""
        return not self.style


class Alias(Node):
    """An alias: ``target`` is the node that it stands for."""

    __slots__ = ("target",)

    kind = ALIAS

    def __init__(self, start: int, end: int, anchor: str, target: Node) -> None:
        super().__init__(start, end, anchor)
        self.target = target


@dataclass(slots=True, eq=False)
class Entry:
    """One entry of a mapping (``key`` is set) or one item of a sequence (``key`` is None).

    In block style ``start`` is the start of the first line of the comments and blank lines that describe the entry,
    ``head`` the offset of its key or dash, and ``end`` the offset after the newline of the last line it owns. An
    entry that begins behind a dash on the same line has ``start == head``.
    In flow style ``start == head`` is the first character and ``end`` the offset after the last one, without comma.
    """

    key: Node | None
    value: Node
    start: int = 0
    head: int = 0
    end: int = 0


@dataclass(slots=True, eq=False)
class Document:
    """One document of a source: ``root`` is None where it holds no content at all.

    ``start`` and ``end`` delimit all of its text, with its directives and markers; ``body`` is the offset after
    the ``---`` line and the header comment (a first comment block set off by a blank line).
    """

    root: Node | None
    start: int
    end: int
    body: int


@dataclass(slots=True, eq=False)
class Source:
    """A decoded YAML file. ``text`` has no BOM; ``newline`` is the most frequent line ending."""

    text: str
    bom: bool
    newline: str
    documents: list[Document]

    @property
    def root(self) -> Node | None:
        """The root node of the only document; None where there is none or more than one."""
        return self.documents[0].root if len(self.documents) == 1 else None

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of ``offset``, both counted from 1."""
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - (self.text.rfind("\n", 0, offset) + 1) + 1


def walk(node: Node) -> Iterator[Node]:
    """``node`` and everything below it, keys too, in source order."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        for entry in reversed(current.entries):
            stack.append(entry.value)
            if entry.key is not None:
                stack.append(entry.key)
