"""GitHub Flavored Markdown out of text that anybody may have written.

All foreign text stands in code spans, fenced blocks or escaped ``<code>``: there hosts neither read markup nor link
``@names``, ``#123`` or addresses. The form of tables and code spans is that of the GFM specification, sections 4.10 and
6.3: a pipe in a cell is written ``\\|`` in a code span too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from jetenv.reports.style import printable

LIMIT = 65_536
"""Characters that a comment of GitHub holds."""

LEAST_LIMIT = 1_000
"""The smallest limit that leaves room to say that something was cut."""

_LONGEST_CELL = 300
_SMALLEST = 80
_RUNS = re.compile("`+")


def code(text: str, longest: int = _LONGEST_CELL) -> str:
    """``text`` as a code span on one line, clipped; it may stand in a table."""
    line = printable(text[: longest + 1])
    if not line:
        return "(empty)"
    if len(line) > longest:
        line = line[: longest - 1] + "…"
    fence = "`" * (_longest_run(line) + 1)
    if line[0] in "` " or line[-1] in "` ":
        line = f" {line} "
    return f"{fence}{line}{fence}".replace("|", "\\|")


def markup(text: str, longest: int = _LONGEST_CELL) -> str:
    """``text`` for inside of an HTML element such as ``<summary>``, where Markdown is not read."""
    line = printable(text[: longest + 1])
    return f"<code>{escape(line if len(line) <= longest else line[: longest - 1] + '…')}</code>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table whose cells are Markdown already."""
    return [_row(header), _row(["---"] * len(header)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def block(lines: Iterable[str], language: str = "diff") -> list[str]:
    """Lines in a fence that none of them can close."""
    shown = [printable(line) for line in lines]
    fence = "`" * max(3, 1 + max(map(_longest_run, shown), default=0))
    return [f"{fence}{language}", *shown, fence]


def folded(summary: str, content: Iterable[str]) -> list[str]:
    """Content that is shown when somebody opens it; ``summary`` is HTML."""
    return [f"<details><summary>{summary}</summary>", "", *content, "", "</details>"]


def _longest_run(line: str) -> int:
    return max((len(run) for run in _RUNS.findall(line)), default=0)


def size(text: str) -> int:
    """How many characters a host counts: UTF-16 code units, the larger of the ways to count."""
    return len(text) + sum(character > "\uffff" for character in text)


class Bounded:
    """A document that stays within ``limit`` characters, the end included that says what was left out."""

    def __init__(self, limit: int, reserve: int = 400) -> None:
        self._room = limit - reserve
        self._lines: list[str] = []

    @property
    def is_full(self) -> bool:
        """Whether no part of any use has room any more."""
        return self._room < _SMALLEST

    def add(self, lines: Sequence[str]) -> bool:
        """Add ``lines``, all or none; False where they have no room any more."""
        needed = sum(size(line) + 1 for line in lines)
        if needed > self._room:
            return False
        self._room -= needed
        self._lines += lines
        return True

    def add_rows(self, head: Sequence[str], rows: Sequence[str], keep: int = 0) -> int:
        """Add as many of ``rows`` below ``head`` as have room, ``keep`` characters aside; returns how many had none."""
        kept = self._room - keep
        if not rows or sum(size(line) + 1 for line in head) > kept or not self.add(head):
            return len(rows)
        for at, row in enumerate(rows):
            if self._room - size(row) - 1 < keep or not self.add([row]):
                return len(rows) - at
        return 0

    def text(self, end: Sequence[str]) -> str:
        """The document; ``end`` must fit into what was reserved for it."""
        return "\n".join([*self._lines, *end]) + "\n"
