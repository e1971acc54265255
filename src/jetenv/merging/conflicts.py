"""Conflicts as values, and merged text with the regions that they leave open."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from jetenv.diffing.alignment import align
from jetenv.documents.paths import FieldPath, format_path

_SHORT_RUN = 3
"""Common lines that are left between the markers where they are no more than this; git does the same."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class ConflictKind(Enum):
    """What the two sides did that cannot both be had."""

    EDIT_EDIT = "edit/edit"
    EDIT_DELETE = "edit/delete"
    ADD_ADD = "add/add"
    ORDER = "order"
    TYPE = "type"
    COMMENT = "comment"
    TEXT = "text"
    MOVE_MOVE = "move/move"
    RENAME_RENAME = "rename/rename"
    RENAME_DELETE = "rename/delete"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One conflict: a place, a kind and the source text of its three versions (None where there is none).

    ``path`` is the file, ``field`` the place in it (empty for the whole file). ``number`` counts the conflicts of the
    file before it that are the same in all else: in another document, or in another stretch of one text.
    """

    path: str
    field: FieldPath
    kind: ConflictKind
    base: str | None
    ours: str | None
    theirs: str | None
    number: int = dataclasses.field(default=0, kw_only=True)

    @property
    def id(self) -> str:
        """12 hexadecimal digits over all of it: the same conflict has the same id in every run."""
        parts = (self.path, format_path(self.field), self.kind.value, self.base, self.ours, self.theirs)
        digest = hashlib.sha256()
        for part in parts:
            digest.update(b"-" if part is None else b"+%d:" % len(part) + part.encode("utf-8", "surrogatepass"))
        if self.number:
            digest.update(b"#%d" % self.number)
        return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Written:
    """Source text that somebody wrote to stand in place of the versions of a conflict, in their form."""

    text: str


Choose = Callable[[Conflict], str | Written | None]
"""How a conflict is settled: "base", "ours", "theirs", a text of one's own, or None to leave it open."""


def leave_open(_conflict: Conflict) -> str | Written | None:
    """The choice that settles nothing."""
    return None


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of merged text that conflicts leave open: what each version has there, in whole lines.

    The first line of each text lacks its indentation: what stands before the region on its line (an indentation,
    a dash) belongs to every version. A text is ``""`` where a version has nothing there.
    """

    conflicts: tuple[Conflict, ...]
    base: str
    ours: str
    theirs: str


Chunk = str | Region
Labels = tuple[str, str, str]
"""Names of ours, base and theirs behind the conflict markers."""


def has_region(chunks: Iterable[Chunk]) -> bool:
    """Whether any of ``chunks`` is left open."""
    return any(isinstance(chunk, Region) for chunk in chunks)


@dataclass(frozen=True, slots=True)
class Markers:
    """How conflict regions are written, as git does: ``style`` is ``merge``, ``diff3`` or ``zdiff3``."""

    labels: Labels = ("ours", "base", "theirs")
    style: str = "merge"
    size: int = 7


DEFAULT_MARKERS = Markers()


def render(chunks: Iterable[Chunk], markers: Markers = DEFAULT_MARKERS) -> str:
    """The text of ``chunks``, regions with git's conflict markers.

    Lines that both sides of a region share are left outside of the markers, as git does; for diff3 none are.
    """

    def marked(region: Region, prefix: str) -> str:
        return _marked(region, prefix, markers)

    return _flatten(chunks, marked)


def render_side(chunks: Iterable[Chunk], side: str) -> str:
    """The text of ``chunks`` with every region as ``side`` ("base", "ours" or "theirs") has it."""

    def chosen(region: Region, prefix: str) -> str:
        text: str = getattr(region, side)
        return prefix + text if text else ""

    return _flatten(chunks, chosen)


def _flatten(chunks: Iterable[Chunk], write: Callable[[Region, str], str]) -> str:
    parts: list[str] = []
    for chunk in chunks:
        if isinstance(chunk, str):
            parts.append(chunk)
        else:
            parts.append(write(chunk, _take_partial_line(parts)))
    return "".join(parts)


def _take_partial_line(parts: list[str]) -> str:
    """Remove and return what follows the last line break of ``parts``."""
    partial: list[str] = []
    while parts:
        last = parts.pop()
        cut = last.rfind("\n") + 1
        partial.append(last[cut:])
        if cut:
            parts.append(last[:cut])
            break
    return "".join(reversed(partial))


def _marked(region: Region, prefix: str, markers: Markers) -> str:
    labels, size = markers.labels, markers.size
    base, ours, theirs = (
        _LINE.findall(prefix + text) if text else [] for text in (region.base, region.ours, region.theirs)
    )
    newline = "\r\n" if any(line.endswith("\r\n") for line in (*ours, *theirs)) else "\n"

    def between(left: list[str], right: list[str]) -> list[str]:
        middle = [f"{'|' * size} {labels[1]}{newline}", *base] if markers.style != "merge" else []
        opening, closing = f"{'<' * size} {labels[0]}{newline}", f"{'>' * size} {labels[2]}{newline}"
        return [opening, *left, *middle, f"{'=' * size}{newline}", *right, closing]

    common = [] if markers.style == "diff3" else _common(ours, theirs, inside=markers.style == "merge")
    lines: list[str] = []
    o = t = 0
    for o_next, t_next in [*common, (len(ours), len(theirs))]:
        if (o, t) != (o_next, t_next):
            lines += between(ours[o:o_next], theirs[t:t_next])
        lines += ours[o_next : o_next + 1]
        o, t = o_next + 1, t_next + 1
    return "".join(lines)


def _common(ours: list[str], theirs: list[str], *, inside: bool) -> list[tuple[int, int]]:
    """The places of common lines of two versions: all at the start and the end, and long runs ``inside``."""
    pairs = align(ours, theirs)
    kept: list[tuple[int, int]] = []
    ends = ((-1, -1), (len(ours), len(theirs)))
    run: list[tuple[int, int]] = [ends[0]]
    for pair in [*pairs, ends[1]]:
        if (pair[0] - 1, pair[1] - 1) == run[-1]:
            run.append(pair)
            continue
        if (inside and len(run) > _SHORT_RUN) or run[0] == ends[0]:
            kept += run
        run = [pair]
    kept += run
    return [pair for pair in kept if pair not in ends]


def open_lines(text: str, size: int = 7) -> int:
    """The lines of both sides between the conflict markers of ``text``, which are ``size`` characters long."""
    return sum(1 for side, _ in _marked_lines(text, size) if side is not None)


def settle_marked(text: str, side: str, size: int = 7) -> str:
    """``text`` with its conflict markers resolved as ``side`` ("ours" or "theirs") has it."""
    return "".join(line for each, line in _marked_lines(text, size) if each in (None, side))


def _marked_lines(text: str, size: int) -> Iterator[tuple[str | None, str]]:
    """The lines of ``text`` but for the markers, with the side that they are of (None: of both)."""
    side: str | None = None
    for line in _LINE.findall(text):
        if line.startswith("<" * size + " "):
            side = "ours"
        elif side == "ours" and line.rstrip("\r\n") == "=" * size:
            side = "theirs"
        elif side == "theirs" and line.startswith(">" * size + " "):
            side = None
        else:
            yield side, line
