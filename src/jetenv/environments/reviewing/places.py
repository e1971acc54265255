"""Where a conflict stands in the files of the two sides, for annotations at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jetenv.documents.nodes import Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath
from jetenv.documents.resolving import descend
from jetenv.environments.merges.merge import MergeResult
from jetenv.environments.project import Project
from jetenv.environments.values import list_keys
from jetenv.errors import JetenvError
from jetenv.merging.conflicts import Chunk, Conflict, ConflictKind
from jetenv.merging.text import merge_lines, split_lines
from jetenv.repository.objects import Oid


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file of one side; line and column count from 1."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class _Found:
    place: Place
    missing: int  # steps of the path that lead to nothing


def conflict_places(project: Project, result: MergeResult) -> list[Place]:
    """The place of each conflict of ``result``: in the source's file, or in the target's where only that has it.

    Where neither has it (both moved it away), it is the place that it stood in, and the first line where the file
    cannot be read.
    """
    sides = [
        _Side(project, result.source.tip, {each.path: each.theirs for each in result.renamed}),
        _Side(project, result.target.tip, {each.path: each.ours for each in result.renamed}),
    ]
    return [_place(each, sides) for each in result.conflicts]


def _place(conflict: Conflict, sides: Sequence[_Side]) -> Place:
    found = [
        place
        for side, text in zip(sides, _stretch(conflict), strict=True)
        if (place := side.find(conflict, text)) is not None
    ]
    return min(found, key=lambda each: each.missing).place if found else Place(conflict.path)


class _Side:
    """The files of one side as its commit has them; ``paths`` are its own names of files that a side renamed."""

    def __init__(self, project: Project, commit: Oid, paths: dict[str | None, str | None]) -> None:
        self._project = project
        self._tree = project.repo.commits.get(commit).tree
        self._paths = paths
        self._sources: dict[str, Source | None] = {}

    def find(self, conflict: Conflict, text: str | None) -> _Found | None:
        """Where the conflict stands, or stood, in the file; ``text`` is this side's version. None without the file."""
        path = self._paths.get(conflict.path, conflict.path)
        data = self._project.file(self._tree, path) if path is not None else None
        if path is None or data is None:
            return None
        source = self._source(path, data)
        if source is None or not conflict.field:
            return _Found(Place(path, _line(data.decode("utf-8", "surrogateescape"), 0, text)), 0)
        offset, missing = self._offset(path, source, conflict.field)
        line, column = source.place(offset)
        if conflict.kind is ConflictKind.TEXT and not missing:
            stretch = _line(source.text, offset, text)
            line, column = (stretch, 1) if stretch > line else (line, column)
        return _Found(Place(path, line, column), missing)

    def _source(self, path: str, data: bytes) -> Source | None:
        if path not in self._sources:
            try:
                self._sources[path] = parse(data, path=path)
            except DocumentError:
                self._sources[path] = None
        return self._sources[path]

    def _offset(self, path: str, source: Source, field: FieldPath) -> tuple[int, int]:
        """The offset of the key or item at ``field``, or of the last step on the way there, and how many lack."""
        try:
            descent = descend(source, field, list_keys(self._project.catalog(self._tree), path, source), reading=True)
        except JetenvError:
            return 0, len(field)
        return descent.trail[-1][1].head if descent.trail else 0, len(descent.rest)


def _stretch(conflict: Conflict) -> tuple[str | None, str | None]:
    """What the source and the target have there; of a conflict of whole files the first lines that both changed."""
    whole = (conflict.base, conflict.ours, conflict.theirs)
    base, ours, theirs = ("" if version is None else version for version in whole)
    stretches: list[tuple[str, str]] = []
    if not conflict.field and conflict.kind is ConflictKind.TEXT:

        def clash(_base: str, ours: str, theirs: str) -> list[Chunk]:
            stretches.append((theirs, ours))
            return []

        merge_lines(split_lines(base), split_lines(ours), split_lines(theirs), clash)
    return stretches[0] if stretches else (conflict.theirs, conflict.ours)


def _line(text: str, start: int, version: str | None) -> int:
    """The line, from 1, on which the lines of ``version`` begin behind ``start``; 1 where they are not there."""
    wanted = [line.strip() for line in (version or "").split("\n") if line.strip()]
    first = text.count("\n", 0, start)
    lines = [line.strip() for line in text.split("\n")[first:]]
    if wanted:
        for at in range(len(lines) - len(wanted) + 1):
            if lines[at : at + len(wanted)] == wanted:
                return first + at + 1
    return 1
