"""What a revert on the target holds back from merges, and the base that brings it again.

After a merge was reverted, the source is still an ancestor of the target: to git nothing is left to merge, and what was
reverted stays away for good. It comes again where the base is taken as if the reverts had been made there too, for
then the source has it and the base has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.environments.merges.integration import Keeps, keeps_nothing, merge_in, write_merge
from jetenv.environments.objects import Action, ChangedObject, changed_object
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.repository.reverts import Revert
    from jetenv.schemas.catalog import Catalog


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A revert on the target of commits that the source has.

    ``objects`` are those that the revert changed and in which the target differs from the source now.
    """

    revert: Oid
    subject: str
    undone: tuple[Oid, ...]
    objects: tuple[ChangedObject, ...]


def held_back(project: Project, target: Oid, source: Oid, keeps: Keeps) -> tuple[HeldBack, ...]:
    """The reverts on ``target``, since it parted from ``source``, that hold back something of ``source``.

    The newest come first. What the target keeps by right is not held back.
    """
    from jetenv.repository.reverts import reverts_between

    found = []
    cancelled: set[Oid] = set()
    for revert in reverts_between(project.repo, target, source):
        if revert.oid in cancelled:
            continue
        cancelled.update(revert.undone)
        undone = tuple(each for each in revert.undone if _has(project, source, each))
        if not undone:
            continue
        objects = _objects(project, revert, target, source, keeps)
        if objects:
            found.append(HeldBack(revert.oid, revert.subject, undone, objects))
    return tuple(found)


def _has(project: Project, source: Oid, commit: Oid) -> bool:
    """Whether ``source`` has ``commit``, or what the merge ``commit`` brought."""
    commits = project.repo.commits
    try:
        brought = commits.get(commit).parents[1:]
        return any(commits.is_ancestor(each, source) for each in (commit, *brought))
    except JetenvError:
        # The message names a commit that is not here.
        return False


def _objects(project: Project, revert: Revert, target: Oid, source: Oid, keeps: Keeps) -> tuple[ChangedObject, ...]:
    commits, trees = project.repo.commits, project.repo.trees
    changes = trees.changes(commits.get(revert.parent).tree, commits.get(revert.oid).tree)
    paths = [path for path in changes if not keeps(path)]
    return _differing(project, paths, commits.get(target).tree, commits.get(source).tree)


def still_held(project: Project, held: Sequence[HeldBack], merged: Oid, source: Oid) -> tuple[HeldBack, ...]:
    """What of ``held`` the tree ``merged`` still lacks of the commit ``source``."""
    there = project.repo.commits.get(source).tree
    left = (
        replace(each, objects=_differing(project, [changed.path for changed in each.objects], merged, there))
        for each in held
    )
    return tuple(each for each in left if each.objects)


def _differing(project: Project, paths: Iterable[str], here: Oid, there: Oid) -> tuple[ChangedObject, ...]:
    trees, found = project.repo.trees, []
    for path in paths:
        ours, theirs = trees.entry(here, path), trees.entry(there, path)
        if ours != theirs:
            action: Action = "added" if ours is None else "removed" if theirs is None else "changed"
            found.append(changed_object(path, action))
    return tuple(sorted(found))


def base_without(project: Project, base: Oid, held: Sequence[HeldBack], catalog: Catalog) -> Oid:
    """The tree ``base`` with the reverts ``held`` made on it, so that a merge over it brings what they undid."""
    commits = project.repo.commits
    for each in reversed(held):
        revert = commits.get(each.revert)
        before = commits.get(revert.parents[0]).tree
        trees = merge_in(project, before, base, revert.tree, catalog, keeps_nothing, choose=lambda _: "theirs")
        base = write_merge(project, base, trees.edits)
    return base
