"""Texts compared by lines, as in a unified diff."""

from __future__ import annotations

from collections.abc import Iterator

from jetenv.diffing.alignment import align
from jetenv.diffing.records import Hunk

MOST_LINES = 20_000
"""Lines of one text that are compared; who wants to see more has other tools."""
CONTEXT = 2
"""Lines that are shown around each change."""


def hunks(old: str, new: str, context: int = CONTEXT) -> tuple[Hunk, ...]:
    """The lines that differ between two texts, with ``context`` lines around them; none for equal texts.

    Lines beyond the first ``MOST_LINES`` have no say.
    """
    if old.endswith("\n") and new.endswith("\n"):
        old, new = old[:-1], new[:-1]  # what stands behind the last line break is no line
    before, after = old.split("\n")[:MOST_LINES], new.split("\n")[:MOST_LINES]
    rows = list(_rows(before, after))
    changed = [at for at, (mark, _, _) in enumerate(rows) if mark != " "]
    found: list[Hunk] = []
    at = 0
    while at < len(changed):
        first = last = changed[at]
        while at < len(changed) and changed[at] - last <= 2 * context + 1:
            last = changed[at]
            at += 1
        stretch = rows[max(0, first - context) : last + context + 1]
        _, a, b = stretch[0]
        lines = tuple(f"{mark}{after[b] if mark == '+' else before[a]}" for mark, a, b in stretch)
        found.append(Hunk(a + 1, b + 1, lines))
    return tuple(found)


def _rows(before: list[str], after: list[str]) -> Iterator[tuple[str, int, int]]:
    """Mark, and the position in both versions, of every line of both; what went before what came."""
    a = b = 0
    for a_next, b_next in [*align(before, after), (len(before), len(after))]:
        yield from (("-", at, b) for at in range(a, a_next))
        yield from (("+", a_next, at) for at in range(b, b_next))
        if a_next < len(before):
            yield " ", a_next, b_next
        a, b = a_next + 1, b_next + 1
