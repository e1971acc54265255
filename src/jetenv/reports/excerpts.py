"""The versions of a conflict as a person compares them: each on one line, or with the lines that tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from jetenv.diffing.alignment import align
from jetenv.documents.readable import evened
from jetenv.reports.style import Style, clipped, printable

_LINES = 12
_CONTEXT = 2

Versions = tuple[str | None, str | None, str | None]
"""Base, ours and theirs as they may be shown; None where there is none."""


def on_one_line(versions: Versions, style: Style, width: int | None = None) -> tuple[str, str, str]:
    """Each version in at most ``width`` columns: of several lines the first one in which it differs from the others."""
    base, ours, theirs = (None if each is None else _lines(each) for each in versions)
    return (
        _one_line(base, (ours, theirs), style, width),
        _one_line(ours, (theirs if theirs is not None else base,), style, width),
        _one_line(theirs, (ours if ours is not None else base,), style, width),
    )


def first_line(text: str | None, style: Style, width: int | None = None) -> str:
    """The first line of ``text`` in at most ``width`` columns, and how many lines there are."""
    return _one_line(None if text is None else _lines(text), (), style, width)


def as_blocks(
    versions: Versions, looks: tuple[str, str, str], style: Style, *, in_file: bool
) -> tuple[list[str], list[str], list[str]]:
    """The lines of each version in its look: all of them where they are few, else those that another version has not.

    ``in_file`` is whether they are taken out of a file, so that the first line lacks the indentation of the others.
    """
    blocks = [None if each is None else _lines(evened(each) if in_file else each) for each in versions]
    base, ours, theirs = blocks
    return (
        _block(base, (ours, theirs), looks[0], style),
        _block(ours, (base if base is not None else theirs,), looks[1], style),
        _block(theirs, (base if base is not None else ours,), looks[2], style),
    )


def _lines(text: str) -> list[str]:
    return [printable(line.rstrip("\r")) for line in text.strip("\r\n").split("\n")]


def _one_line(lines: list[str] | None, others: Sequence[list[str] | None], style: Style, width: int | None) -> str:
    if lines is None:
        return style.paint("(not there)", "dim")
    if lines == [""]:
        return style.paint("(empty)", "dim")
    at = min((_alike(lines, other) for other in others if other is not None), default=0)
    at = at if at < len(lines) and lines[at].strip() else 0
    shown = lines[at].strip()
    shown = shown if width is None else clipped(shown, width, style.symbol("…", "~"))
    if len(lines) == 1:
        return shown
    where = f"line {at + 1} of {len(lines)}" if at else f"{len(lines)} lines"
    return f"{shown} {style.paint(f'({where})', 'dim')}"


def _alike(lines: list[str], others: list[str]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(lines, others, strict=False)))


def _block(lines: list[str] | None, others: Sequence[list[str] | None], look: str, style: Style) -> list[str]:
    if lines is None:
        return [style.paint("(not there)", "dim")]
    if lines == [""]:
        return [style.paint("(empty)", "dim")]
    chosen: Sequence[int] = range(len(lines))
    if len(lines) > _LINES:
        apart = {at for other in others if other is not None for at in _apart(lines, other)}
        chosen = _around(sorted(apart), len(lines))
    shown: list[str] = []
    ended = -1
    for at in [*chosen, len(lines)]:
        if left_out := at - ended - 1:
            more = "more " if shown else ""
            shown.append(style.paint(f"({left_out} {more}line{'s' * (left_out > 1)})", "dim"))
        shown += [style.paint(line, look) for line in lines[at : at + 1]]
        ended = at
    return shown


def _apart(lines: list[str], others: list[str]) -> list[int]:
    """Where ``lines`` has what the other version has not; where it only lacks something, the line after that."""
    pairs = align(lines, others)
    same = {at for at, _ in pairs}
    apart = [at for at in range(len(lines)) if at not in same]
    expected = 0
    for at, other in pairs:
        if other != expected and (at == 0 or at - 1 in same):
            apart.append(at)
        expected = other + 1
    return apart


def _around(apart: Sequence[int], end: int) -> Sequence[int]:
    """As many of the places ``apart``, each with some around it, as there is room for; else the first places."""
    chosen: set[int] = set()
    for at in apart:
        near = set(range(max(at - _CONTEXT, 0), min(at + _CONTEXT + 1, end)))
        if len(chosen | near) > _LINES:
            break
        chosen |= near
    return sorted(chosen) or range(min(_LINES, end))
