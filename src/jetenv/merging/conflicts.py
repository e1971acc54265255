"""Conflicts as values, and merged text with the regions that they leave open."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from jetenv.documents.paths import FieldPath, format_path

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


@dataclass(frozen=True, slots=True)
class Conflict:
    """One conflict: a place, a kind and the source text of its three versions (None where there is none).

    ``path`` is the file, ``field`` the place in it (empty for the whole file).
    """

    path: str
    field: FieldPath
    kind: ConflictKind
    base: str | None
    ours: str | None
    theirs: str | None

    @property
    def id(self) -> str:
        """12 hexadecimal digits over the place and the three values: the same conflict has the same id in every run."""
        parts = (self.path, format_path(self.field), self.kind.value, self.base, self.ours, self.theirs)
        digest = hashlib.sha256()
        for part in parts:
            digest.update(b"-" if part is None else b"+%d:" % len(part) + part.encode("utf-8", "surrogatepass"))
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

    Lines that ours and theirs share at the start or end of a region are left outside of the markers, but for diff3.
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
    head: list[str] = []
    tail: list[str] = []
    if markers.style != "diff3":
        while ours and theirs and ours[0] == theirs[0]:
            head.append(ours[0])
            del ours[0], theirs[0]
        while ours and theirs and ours[-1] == theirs[-1]:
            tail.insert(0, ours[-1])
            del ours[-1], theirs[-1]
    newline = "\r\n" if any(line.endswith("\r\n") for line in (*ours, *theirs)) else "\n"
    lines = [*head, f"{'<' * size} {labels[0]}{newline}", *ours]
    if markers.style != "merge":
        lines += [f"{'|' * size} {labels[1]}{newline}", *base]
    lines += [f"{'=' * size}{newline}", *theirs, f"{'>' * size} {labels[2]}{newline}", *tail]
    return "".join(lines)
