"""What differs between two environments, branches or commits, or the working tree, by object and field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.diffing.trees import ObjectDiff, diff_trees
from jetenv.environments.model import FOLDER, Environment
from jetenv.environments.preparation import find_source
from jetenv.environments.project import Project
from jetenv.repository.objects import Oid, TreeChange

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog

WORKING_TREE = "working tree"


@dataclass(frozen=True, slots=True)
class DiffSide:
    """One side of a comparison. ``environment`` is None for plain refs; ``commit`` is None for the working tree."""

    name: str
    environment: Environment | None
    commit: Oid | None


@dataclass(frozen=True, slots=True)
class DiffResult:
    """What ``new`` has different from ``old``.

    ``shared`` is the content of the project. ``own`` compares what the two environments own (settings, members,
    bindings) file by file, whatever their ids; where one side is no environment it holds the changes of such files.
    """

    old: DiffSide
    new: DiffSide
    shared: tuple[ObjectDiff, ...]
    own: tuple[ObjectDiff, ...]

    @property
    def differs(self) -> bool:
        """Whether anything differs at all."""
        return bool(self.shared or self.own)


def diff(project: Project, old: str | None = None, new: str | None = None) -> DiffResult:
    """Compare ``old`` with ``new``: environments, branches, tags or commits.

    Without ``new``, with the working tree; without both, the last commit with the working tree. Raises UsageError for
    names that are unknown and JetenvError where a working tree is needed and there is none.
    """
    before = _head(project) if old is None else _side(project, old)
    tree = project.repo.commits.get(before.commit).tree if before.commit is not None else None
    if new is None:
        return _with_working_tree(project, before, tree)
    after = _side(project, new)
    assert after.commit is not None
    other = project.repo.commits.get(after.commit).tree
    changes = project.repo.trees.changes(tree, other)
    return _result(project, before, after, changes, project.repo.trees.read, other)


def _head(project: Project) -> DiffSide:
    head = project.head
    return DiffSide(head.branch or "HEAD", project.current(), head.oid)


def _side(project: Project, name: str) -> DiffSide:
    found = find_source(project, name)
    return DiffSide(found.name, found.environment, found.tip)


def _with_working_tree(project: Project, before: DiffSide, tree: Oid | None) -> DiffResult:
    repo = project.repo
    edited = [path for path in repo.worktree.status().paths if not path.endswith("/")]
    head = project.head.oid
    head_tree = repo.commits.get(head).tree if head is not None else None
    changes = dict(repo.trees.changes(tree, head_tree)) if tree != head_tree else {}
    after = DiffSide(WORKING_TREE, project.current(), None)
    with repo.index.kept(edited) as kept:
        for path in edited:
            was = repo.trees.entry(tree, path) if tree is not None else None
            now = kept.entries.get(path)
            if was == now:
                changes.pop(path, None)
            else:
                changes[path] = TreeChange(was, now)
        return _result(project, before, after, changes, kept.read, head_tree)


def _result(
    project: Project,
    old: DiffSide,
    new: DiffSide,
    changes: Mapping[str, TreeChange],
    read_blob: Callable[[Oid], bytes],
    tree: Oid | None,
) -> DiffResult:
    def read(oid: str) -> bytes:
        return read_blob(Oid(oid))

    catalog = project.catalog(tree) if tree is not None else _builtin()
    shared = {path: change for path, change in changes.items() if not path.startswith(FOLDER + "/")}
    a, b = old.environment, new.environment
    if a is not None and b is not None and a.id != b.id and new.commit is not None:
        owned = _own_changes(project, a, b)
    else:
        folders = tuple(f"{each.folder}/" for each in (a, b) if each is not None) or (FOLDER + "/",)
        owned = {path: change for path, change in changes.items() if path.startswith(folders)}
    return DiffResult(old, new, diff_trees(shared, read, catalog), diff_trees(owned, read, catalog))


def _own_changes(project: Project, old: Environment, new: Environment) -> dict[str, TreeChange]:
    """The files of two environments' own folders, paired by their names, under the paths of ``new``."""
    trees = project.repo.trees
    olds, news = (
        {
            path.removeprefix(each.folder + "/"): entry
            for path, entry in trees.files(project.repo.commits.get(each.tip).tree, each.folder)
        }
        for each in (old, new)
    )
    return {
        f"{new.folder}/{name}": TreeChange(olds.get(name), news.get(name))
        for name in olds.keys() | news.keys()
        if olds.get(name) != news.get(name)
    }


def _builtin() -> Catalog:
    from jetenv.schemas.catalog import Catalog

    return Catalog.builtin()
