"""The drawings of what a comparison found changed: pages and whatever else the schemas draw, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from jetenv.diffing.wireframes import Wireframe, wireframe
from jetenv.documents.parsing import DocumentError, parse
from jetenv.environments.contents import staged
from jetenv.environments.project import Project
from jetenv.environments.reviewing.diff import INDEX, WORKING_TREE
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.diffing.trees import ObjectDiff
    from jetenv.environments.reviewing.diff import DiffResult, DiffSide
    from jetenv.schemas.rules import Rules

MOST_DRAWN = 200
"""Objects of one comparison that are drawn, the first ones."""
LARGEST = 4_000_000
"""Bytes of the largest file that is drawn."""

_Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Drawings:
    """The drawings of objects by their path, and the paths of those that were left out.

    ``beyond`` came after the first ``MOST_DRAWN``, ``large`` have more than ``LARGEST`` bytes.
    """

    drawn: Mapping[str, Wireframe] = field(default_factory=dict)
    beyond: frozenset[str] = frozenset()
    large: frozenset[str] = frozenset()


NO_DRAWINGS = Drawings()


def drawings(project: Project, result: DiffResult, merged: Oid | None = None) -> Drawings:
    """The drawings of the shared objects that differ; none for kinds that no schema draws.

    ``merged`` is the tree of the new side where that is no commit yet. A file that cannot be read on one side is not
    drawn: what differs in it is told by the comparison.
    """
    tree = merged or _tree(project, result.new)
    if tree is None:
        return NO_DRAWINGS
    old = _reader(project, result.old)
    new = _reader(project, result.new) if merged is None else partial(project.file, merged)
    catalog = project.catalog(tree)
    found: dict[str, Wireframe] = {}
    beyond: list[str] = []
    large: list[str] = []
    for each in result.shared:
        rules = catalog.rules_for(each.path)
        if rules.draw != "box":
            continue
        if len(found) >= MOST_DRAWN:
            beyond.append(each.path)
            continue
        versions = (old(each.old_path or each.path), new(each.path))
        if any(len(data) > LARGEST for data in versions if data is not None):
            large.append(each.path)
        elif (drawn := _drawn(each, rules, versions)) is not None:
            found[each.path] = drawn
    return Drawings(found, frozenset(beyond), frozenset(large))


def _drawn(each: ObjectDiff, rules: Rules, versions: tuple[bytes | None, bytes | None]) -> Wireframe | None:
    try:
        sources = [None if data is None else parse(data, path=each.path) for data in versions]
    except DocumentError:
        return None
    return wireframe(sources[0], sources[1], rules)


def _tree(project: Project, side: DiffSide) -> Oid | None:
    commit = side.commit or project.head.oid
    return project.repo.commits.get(commit).tree if commit is not None else None


def _reader(project: Project, side: DiffSide) -> _Read:
    if side.commit is None and side.name == WORKING_TREE:
        return lambda path: _on_disk(project, path)
    if side.commit is None and side.name == INDEX:
        return staged(project).get
    tree = _tree(project, side) if side.commit is not None else None
    return partial(project.file, tree) if tree is not None else lambda _path: None


def _on_disk(project: Project, path: str) -> bytes | None:
    file = project.repo.worktree.path / path
    if file.is_symlink() or not file.is_file():
        return None
    return file.read_bytes()
