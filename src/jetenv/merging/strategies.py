"""How files that both sides changed are merged where a project does not want the ordinary merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from jetenv.merging.conflicts import Choose, Conflict, ConflictKind, Markers, Written
from jetenv.merging.files import FileMerge, MergeContent, Method, Versions, as_a_whole, merge_by_lines
from jetenv.schemas.globs import matches


class Strategy(Enum):
    """How one file is merged: see the property ``merge`` of ``schemas/project.json``."""

    STRUCTURED = "structured"
    LINES = "lines"
    OURS = "ours"
    THEIRS = "theirs"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Strategies:
    """Globs with the strategy of the paths that they name; where several name a path, the last one counts."""

    globs: tuple[tuple[str, Strategy], ...] = ()

    @classmethod
    def read(cls, mapping: Mapping[str, str]) -> Strategies:
        """The strategies of the mapping ``merge`` of a ``jetenv.yaml``; names that are none are left out."""
        known = {strategy.value: strategy for strategy in Strategy}
        return cls(tuple((glob, known[name]) for glob, name in mapping.items() if name in known))

    def of(self, path: str) -> Strategy:
        """The strategy of ``path``."""
        found = (strategy for glob, strategy in reversed(self.globs) if matches(path, glob))
        return next(found, Strategy.STRUCTURED)

    def choose(self, otherwise: Choose) -> Choose:
        """``otherwise``, with conflicts over files that have a side as their strategy settled by that."""

        def choice(conflict: Conflict) -> str | Written | None:
            sides = {Strategy.OURS: "ours", Strategy.THEIRS: "theirs"}
            return sides.get(self.of(conflict.path)) or otherwise(conflict)

        return choice if self.globs else otherwise

    def merge_content(self, structured: MergeContent) -> MergeContent:
        """``structured``, with the files that have another strategy merged by that."""

        def merge(versions: Versions, choose: Choose, markers: Markers) -> FileMerge:
            base, ours, theirs, path = versions.base, versions.ours, versions.theirs, versions.path
            strategy = self.of(path)
            if strategy is Strategy.STRUCTURED:
                return structured(versions, choose, markers)
            note = f"the strategy '{strategy.value}' of the project's jetenv.yaml"
            if strategy is Strategy.LINES:
                return merge_by_lines(base, ours, theirs, versions.merge_lines, path, choose, note)
            if strategy is Strategy.MANUAL:
                kind = ConflictKind.EDIT_EDIT if base else ConflictKind.ADD_ADD
                marked = versions.merge_lines(base, ours, theirs).content
                return as_a_whole((base, ours, theirs), kind, marked, path, choose, note)
            return FileMerge(ours if strategy is Strategy.OURS else theirs, (), Method.TRIVIAL, note)

        return merge if self.globs else structured
