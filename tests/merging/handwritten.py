"""Random YAML as people write it and edit it: a small model of entries with their comments, and its text.

The model knows nothing of the engine, so that what the engine does to its texts can be judged by it. Every comment is
unique; every item of a keyed list has an ``id``.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

NAMES = "abcdefgh"
SCALARS = (
    "1",
    "2.50",
    "yes",
    "null",
    "~",
    "'it''s'",
    '"a: b"',
    "two words",
    "x#y",
    "2026-01-01",
    "[]",
    "{}",
    '"\\u00e9"',
)


@dataclass
class Entry:
    """A mapping entry (``key`` is set) or an item, with the lines above it and the comment at the end of its line."""

    key: str
    value: Value
    above: list[str] = field(default_factory=list)
    behind: str = ""


@dataclass
class Scalar:
    """A scalar as it is written on one line."""

    text: str


@dataclass
class Text:
    """A block scalar."""

    header: str
    lines: list[str]


@dataclass
class Collection:
    """A mapping (``kind`` ``{``) or a list (``[``), in block style unless ``flow`` or empty."""

    kind: str
    entries: list[Entry] = field(default_factory=list)
    flow: bool = False


Value = Scalar | Text | Collection


class Author:
    """Writes and edits documents; everything is drawn from ``random``."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0
        self.step = random.choice((2, 2, 4, 3))
        self.dash = random.choice((0, 0, 2))
        self.commenting = random.random() < 0.6

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # Writing

    def document(self) -> Collection:
        """A mapping of a few entries."""
        return Collection("{", self.mapping(self.random.randint(1, 4), 0))

    def mapping(self, size: int, depth: int) -> list[Entry]:
        return [self.entry(key, depth) for key in self.random.sample(NAMES, size)]

    def entry(self, key: str, depth: int) -> Entry:
        value = self.value(depth)
        return Entry(key, value, self.above(), self.behind(value))

    def above(self) -> list[str]:
        if not self.commenting or self.chance(0.7):
            return []
        return self.random.choice(([""], [self.comment()], ["", self.comment()]))

    def behind(self, value: Value) -> str:
        return "  " + self.comment() if self.commenting and self.chance(0.2) and not isinstance(value, Text) else ""

    def comment(self) -> str:
        self.count += 1
        return f"# c{self.count}"

    def value(self, depth: int) -> Value:
        kind = self.random.randrange(12) if depth < 3 else 0
        if kind < 5:
            return self.scalar()
        if kind == 5:
            lines = [self.word() for _ in range(self.random.randint(1, 4))]
            return Text(self.random.choice(("|", "|", "|-", ">")), lines)
        size = self.random.randint(1, 3)
        if kind < 8:
            return Collection("{", self.mapping(size, depth + 1))
        if kind < 10:
            return Collection("[", [self.item(depth + 1) for _ in range(size)])
        if kind == 10:
            return Collection("[", [Entry("", self.scalar()) for _ in range(size)], flow=self.chance(0.5))
        return Collection("{", [Entry(key, self.scalar()) for key in self.random.sample(NAMES, size)], flow=True)

    def item(self, depth: int) -> Entry:
        """An item of a keyed list, unlike any other."""
        self.count += 1
        name = Entry("id", Scalar(f"i{self.count}"))
        entries = [name, *self.mapping(self.random.randint(0, 2), depth)]
        if self.chance(0.2):
            entries.reverse()
        entries[0].above = []
        return Entry("", Collection("{", entries), self.above())

    def scalar(self) -> Scalar:
        return Scalar(self.random.choice(SCALARS) if self.chance(0.4) else self.word())

    def word(self) -> str:
        self.count += 1
        return f"w{self.count}"

    # Editing

    def edited(self, document: Collection, edits: int) -> Collection:
        """A copy of ``document`` after a few edits."""
        copy = deepcopy(document)
        for _ in range(edits):
            self.edit(self.random.choice(list(collections(copy))))
        return copy

    def edit(self, where: Collection) -> None:
        entries = where.entries
        operation = self.random.randrange(10)
        if operation < 2 or not entries:
            self.add(where)
            return
        entry = self.random.choice(entries)
        if operation < 4:
            if entry.key != "id":
                entries.remove(entry)
        elif operation < 7:
            self.change(where, entry)
        elif operation == 7 and not where.flow:
            entry.above = [line for line in entry.above if not line.startswith("#")] or [self.comment()]
        elif operation == 8 and not where.flow and not isinstance(entry.value, Text):
            entry.behind = "" if entry.behind else "  " + self.comment()
        elif where.kind == "[" or self.chance(0.3):
            entries.remove(entry)
            entries.insert(self.random.randint(0, len(entries)), entry)

    def add(self, where: Collection) -> None:
        entries = where.entries
        if where.kind == "[":
            keyed = bool(entries) and isinstance(entries[0].value, Collection)
            new = self.item(2) if keyed else Entry("", self.scalar())
        else:
            free = [name for name in NAMES if name not in {entry.key for entry in entries}]
            if not free:
                return
            key = self.random.choice(free)
            new = Entry(key, self.scalar()) if where.flow else self.entry(key, 2)
        entries.insert(self.random.choice((len(entries), self.random.randint(0, len(entries)))), new)

    def change(self, where: Collection, entry: Entry) -> None:
        if entry.key == "id":
            return
        if isinstance(entry.value, Text) and self.chance(0.8):
            lines = entry.value.lines
            at = self.random.randrange(len(lines))
            lines[at : at + 1] = self.random.choice(([self.word()], [self.word(), lines[at]], lines[at : at + 1]))
        elif isinstance(entry.value, Scalar) and self.chance(0.85):
            entry.value = self.scalar()
        elif not where.flow and entry.key:
            entry.value = self.value(2)
            if isinstance(entry.value, Text):
                entry.behind = ""

    # Text

    def text(self, document: Collection) -> str:
        """The source text of ``document``."""
        if not document.entries:
            return "{}\n"
        return "".join(line + "\n" for line in self.block(document, 0))

    def block(self, collection: Collection, column: int) -> list[str]:
        lines: list[str] = []
        pad = " " * column
        for entry in collection.entries:
            lines += [pad + line if line else "" for line in entry.above]
            if collection.kind == "{":
                lines += self.under(f"{pad}{entry.key}:", entry, column)
            else:
                lines += self.behind_dash(pad, entry, column)
        return lines

    def under(self, lead: str, entry: Entry, column: int) -> list[str]:
        value = entry.value
        if isinstance(value, Collection) and value.entries and not value.flow:
            below = column + (self.step if value.kind == "{" else self.dash)
            return [lead + entry.behind, *self.block(value, below)]
        return self.leaf(lead, entry, column)

    def behind_dash(self, pad: str, entry: Entry, column: int) -> list[str]:
        value = entry.value
        if isinstance(value, Collection) and value.entries and not value.flow:
            if value.entries[0].above or entry.behind:
                return [f"{pad}-{entry.behind}", *self.block(value, column + 2)]
            inner = self.block(value, column + 2)
            return [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
        return self.leaf(f"{pad}-", entry, column)

    def leaf(self, lead: str, entry: Entry, column: int) -> list[str]:
        value = entry.value
        if isinstance(value, Text):
            return [f"{lead} {value.header}", *(" " * (column + self.step) + line for line in value.lines)]
        return [f"{lead} {inline(value)}{entry.behind}"]


def inline(value: Value) -> str:
    """A scalar or a flow collection."""
    if isinstance(value, Scalar):
        return value.text
    assert isinstance(value, Collection)
    inner = ", ".join((f"{entry.key}: " if entry.key else "") + inline(entry.value) for entry in value.entries)
    return f"{{{inner}}}" if value.kind == "{" else f"[{inner}]"


def collections(root: Collection) -> list[Collection]:
    """``root`` and every collection below it."""
    found = [root]
    for entry in root.entries:
        if isinstance(entry.value, Collection):
            found += collections(entry.value)
    return found
