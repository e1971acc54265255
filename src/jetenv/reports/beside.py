"""Two versions of some lines beside each other, where a terminal is wide enough for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from jetenv.reports.style import Style, clipped, printable, width_of

WIDE = 120
"""Columns from which on versions are shown beside each other by themselves."""
LEAST_WIDE = 60
"""Columns below which they never are, for too little of each would be left."""
_BETWEEN = 3


def beside(lines: Sequence[str], style: Style, indent: int) -> Iterator[str]:
    """The lines of a hunk, the old version to the left and the new one to the right; what is too long is clipped."""
    width = ((style.width or WIDE) - indent - _BETWEEN) // 2
    bar = style.symbol("│", "|")
    for left, right in _rows(lines):
        cells = [_cell(left, "-", "red", width, style), _cell(right, "+", "green", width, style)]
        yield f"{' ' * indent}{cells[0]} {style.paint(bar, 'dim')} {cells[1]}".rstrip()


def _rows(lines: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Lines of both versions that stand beside each other, None where one has none; each with its sign."""
    gone: list[str] = []
    come: list[str] = []
    for line in lines:
        if line[:1] == "-":
            gone.append(line)
        elif line[:1] == "+":
            come.append(line)
        else:
            yield from zip_longest(gone, come)
            gone, come = [], []
            yield line, line
    yield from zip_longest(gone, come)


def _cell(line: str | None, sign: str, color: str, width: int, style: Style) -> str:
    if line is None:
        return " " * width
    text = clipped(printable(line[1:]), width - 2, style.symbol("…", "~"))
    padding = " " * (width - 2 - width_of(text))
    looks = (color,) if line[:1] == sign else ()
    return style.paint(f"{line[:1]} {text}", *looks) + padding
