"""Where one stands: the environment that is checked out, what is uncommitted in it, and its drift from the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.environments.history import Divergence, divergence
from jetenv.environments.merges.waiting import WaitingMerge, waiting_merge
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.objects import Action, ChangedObject, changed_object, renamed_paths, shared_changes
from jetenv.environments.project import Project
from jetenv.repository.objects import Oid, TreeChange
from jetenv.schemas.objects import object_of

if TYPE_CHECKING:
    from jetenv.repository.worktree import WorktreeStatus


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """An object with uncommitted changes; ``staged`` is whether all of them are in the index."""

    object: ChangedObject
    staged: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What `jetenv status` tells.

    ``branch`` is None when HEAD is detached; ``environment`` is None there and on a branch that is no environment;
    ``commit`` is None on a branch without commits. ``operation`` is what git has under way (``merge``, ``rebase``,
    …). ``merge`` is the merge of jetenv's own that is in progress. ``default`` is None where this repository does
    not have it. ``drift`` lists the objects that differ between the default environment and HEAD: ``added`` are
    those that only HEAD has; empty on the default itself.
    """

    branch: str | None
    commit: Oid | None
    environment: Environment | None
    tracking: Tracking | None
    divergence: Divergence | None
    operation: str | None
    merge: WaitingMerge | None
    uncommitted: tuple[Uncommitted, ...]
    default: Environment | None
    drift: tuple[ChangedObject, ...]


def status(project: Project) -> Status:
    """The status of the working tree in which ``project`` was opened.

    Raises JetenvError in a bare repository.
    """
    repo = project.repo
    worktree = repo.worktree.status()
    head = project.head
    tree = repo.commits.get(head.oid).tree if head.oid is not None else None
    environment = project.current()
    default = next((each for each in project.environments() if each.is_default), None)
    drift: tuple[ChangedObject, ...] = ()
    if tree is not None and default is not None and default.tip != head.oid:
        drift = shared_changes(repo.trees.changes(repo.commits.get(default.tip).tree, tree), repo.trees.read)
    return Status(
        branch=head.branch,
        commit=head.oid,
        environment=environment,
        tracking=project.tracking(environment) if environment is not None else None,
        divergence=divergence(project, environment) if environment is not None else None,
        operation=worktree.operation,
        merge=waiting_merge(project),
        uncommitted=_uncommitted(project, worktree, tree),
        default=default,
        drift=drift if environment is None or not environment.is_default else (),
    )


def _uncommitted(project: Project, worktree: WorktreeStatus, tree: Oid | None) -> tuple[Uncommitted, ...]:
    loose = {*worktree.unstaged, *worktree.untracked, *worktree.conflicted}
    actions = {path: _action(project, worktree, tree, path) for path in worktree.paths}
    old_paths = _renamed(project, worktree, tree, actions)
    gone = set(old_paths.values())
    found = (
        Uncommitted(changed_object(path, "renamed", old_paths[path]), not {path, old_paths[path]} & loose)
        if path in old_paths
        else Uncommitted(changed_object(path, action), path not in loose)
        for path, action in actions.items()
        if path not in gone
    )
    return tuple(sorted(found, key=lambda each: each.object))


def _renamed(
    project: Project, worktree: WorktreeStatus, tree: Oid | None, actions: Mapping[str, Action]
) -> dict[str, str]:
    """Old paths by new path. Of untracked files those count that the layout of a project has a place for."""
    untracked = set(worktree.untracked)
    new = [
        path
        for path, action in actions.items()
        if action == "added" and (path not in untracked or object_of(path) is not None)
    ]
    gone = [path for path, action in actions.items() if action == "removed"]
    if tree is None or not new or not gone:
        return {}
    entry = project.repo.trees.entry
    with project.repo.index.kept(new) as kept:
        added = {path: TreeChange(None, found) for path, found in kept.entries.items()}
        return renamed_paths({**added, **{path: TreeChange(entry(tree, path), None) for path in gone}}, kept.read)


def _action(project: Project, worktree: WorktreeStatus, tree: Oid | None, path: str) -> Action:
    if path in worktree.conflicted:
        return "conflicted"
    if tree is None or project.repo.trees.entry(tree, path) is None:
        return "added"
    file = project.repo.worktree.path / path
    return "changed" if file.is_symlink() or file.exists() else "removed"
