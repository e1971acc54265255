"""The drawings of what a comparison found changed: pages and whatever else the schemas draw, before and after."""

from __future__ import annotations

from collections.abc import Callable
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
_LARGEST = 4_000_000

_Read = Callable[[str], bytes | None]


def drawings(project: Project, result: DiffResult, merged: Oid | None = None) -> dict[str, Wireframe]:
    """The drawings of the shared objects that differ, by their path; none for kinds that no schema draws.

    ``merged`` is the tree of the new side where that is no commit yet. A file that cannot be read on one side is not
    drawn: what differs in it is told by the comparison.
    """
    tree = merged or _tree(project, result.new)
    if tree is None:
        return {}
    old = _reader(project, result.old)
    new = _reader(project, result.new) if merged is None else partial(_in_tree, project, merged)
    catalog = project.catalog(tree)
    found: dict[str, Wireframe] = {}
    for each in result.shared:
        if len(found) >= MOST_DRAWN:
            break
        rules = catalog.rules_for(each.path)
        if rules.draw == "box":
            drawn = _drawn(each, rules, old, new)
            if drawn is not None:
                found[each.path] = drawn
    return found


def _drawn(each: ObjectDiff, rules: Rules, old: _Read, new: _Read) -> Wireframe | None:
    before = old(each.old_path or each.path)
    after = new(each.path)
    if any(len(data) > _LARGEST for data in (before, after) if data is not None):
        return None
    try:
        sources = [None if data is None else parse(data, path=each.path) for data in (before, after)]
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
    return partial(_in_tree, project, _tree(project, side) if side.commit is not None else None)


def _in_tree(project: Project, tree: Oid | None, path: str) -> bytes | None:
    entry = project.repo.trees.entry(tree, path) if tree is not None else None
    return project.repo.trees.read(entry.oid) if entry is not None and entry.is_file else None


def _on_disk(project: Project, path: str) -> bytes | None:
    file = project.repo.worktree.path / path
    if file.is_symlink() or not file.is_file():
        return None
    return file.read_bytes()
