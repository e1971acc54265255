"""Give an environment another display name, or another id: its branch and its folder then move together.

With another id, the commit that moves the folder lands on the old branch first, then the branch is renamed with its
reflog and every working tree on it. A crash in between leaves a branch without a folder of its own name, perhaps beside
the new one; the same command, given again, completes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.merges.merging_state import refuse_part_of_merge
from jetenv.environments.model import FOLDER, Environment, RemoteCopy, Tracking, check_id
from jetenv.environments.project import Project
from jetenv.environments.rights.permission import landed, require_change
from jetenv.environments.settings import FILE_NAME, replace_setting, require_readable
from jetenv.environments.starting.create import free_display_name, refuse_taken_id
from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.objects import Oid


@dataclass(frozen=True, slots=True)
class RenameResult:
    """The environment as it is now, with the id and display name that it had.

    ``commit`` is None where nothing had to be changed. ``remotes`` are the branches of the old id that remotes still
    have: each is to be replaced by ``git push REMOTE NEW :OLD``. ``stale`` is set where the local branch lacks commits
    of its remote copy. ``of_id`` is whether the id was to change, not the display name.
    """

    environment: Environment
    old_id: str
    old_name: str
    commit: Oid | None
    remotes: tuple[RemoteCopy, ...] = ()
    stale: Tracking | None = None
    of_id: bool = False


def rename(project: Project, environment: str, name: str, *, change_id: bool = False) -> RenameResult:
    """Change the display name of ``environment`` to ``name``, or its id with ``change_id``, in one commit on it.

    The uid stays, so it is the same environment to everybody. Raises UsageError for a name that cannot be, RefusedError
    for one that is taken, for the id of the default environment and of one that is part of the merge in progress, and
    what landing a commit raises; nothing has changed then.
    """
    if change_id:
        return _change_id(project, environment, name)
    found = project.visible_environment(environment)
    try:
        shown = free_display_name(project, name, found.id)
    except RefusedError as error:
        error.hint = "choose another name"
        raise
    message = f"Rename environment {found.id} to {shown}"
    done = replace_setting(project, found, "name", found.name, shown, message)
    return RenameResult(done.environment, found.id, found.name, done.commit, stale=done.stale)


def _change_id(project: Project, name: str, new: str) -> RenameResult:
    check_id(new)
    interrupted = _interrupted(project, name, new)
    if interrupted is not None:
        return _finish(project, interrupted, name, new)
    found = project.visible_environment(name)
    if found.is_default:
        raise RefusedError(
            f"'{found.id}' is the default environment, which keeps its id",
            hint=f"change the name that people see: `jetenv rename {found.id} NAME`",
        )
    require_readable(found)
    if new == found.id:
        return RenameResult(found, found.id, found.name, None, of_id=True)
    try:
        refuse_taken_id(project, new, renaming=found)
    except RefusedError as error:
        error.hint = "choose another id"
        raise
    refuse_part_of_merge(project, found.id)
    commit = _moving_commit(project, found, new)
    landed(project, new, commit)
    if found.remote is not None:
        project.repo.refs.create(new, commit, _message(found.id, new))
        project.refresh()
        return RenameResult(project.environment(new), found.id, found.name, commit, found.copies, of_id=True)
    _move(project, found, new, commit)
    project.refresh()
    return RenameResult(project.environment(new), found.id, found.name, commit, found.copies, of_id=True)


def _moving_commit(project: Project, environment: Environment, new: str) -> Oid:
    """A commit after the environment's tip in which its folder has the new name; no branch moves."""
    from jetenv.access.signing import commit_signer

    repo = project.repo
    tree = repo.commits.get(environment.tip).tree
    folder = repo.trees.entry(tree, environment.folder)
    new_tree = repo.trees.edit(tree, {environment.folder: None, f"{FOLDER}/{new}": folder})
    held = require_change(project, environment, new_tree, new_id=new)
    return repo.commits.create(new_tree, (environment.tip,), _message(environment.id, new), commit_signer(held.key))


def _move(project: Project, environment: Environment, new: str, commit: Oid) -> None:
    from jetenv.repository.interrupts import interrupts_deferred
    from jetenv.repository.journal import land

    repo, old = project.repo, environment.id
    with interrupts_deferred():
        land(repo, old, environment.tip, commit, _message(old, new))
        try:
            _rename_branch(project, old, new, commit)
        except JetenvError:
            land(repo, old, commit, environment.tip, f"jetenv rename: taken back: {_message(old, new)}")
            raise


def _rename_branch(project: Project, old: str, new: str, tip: Oid, *, begun: bool = False) -> None:
    """Rename the branch. Its upstream of the old name is forgotten: a plain `git push` must not reach that one."""
    from jetenv.repository.renaming import rename_branch

    config = project.repo.config
    rename_branch(project.repo, old, new, tip, begun=begun)
    if config.get(f"branch.{new}.merge") == f"refs/heads/{old}":
        config.unset(f"branch.{new}.remote")
        config.unset(f"branch.{new}.merge")


def _interrupted(project: Project, old: str, new: str) -> Oid | None:
    """The tip of the branch ``old`` where an earlier renaming to ``new`` has moved the folder and not the branch."""
    repo = project.repo
    tip, begun = repo.refs.tip(old), repo.refs.tip(new)
    if tip is None or (begun is not None and not repo.commits.is_ancestor(tip, begun)):
        return None
    commit = repo.commits.get(tip)
    if commit.message.strip() != _message(old, new) or len(commit.parents) != 1:
        return None
    here = repo.trees.entry(commit.tree, f"{FOLDER}/{new}/{FILE_NAME}")
    left = repo.trees.entry(commit.tree, f"{FOLDER}/{old}/{FILE_NAME}")
    return tip if here is not None and left is None else None


def _finish(project: Project, tip: Oid, old: str, new: str) -> RenameResult:
    remotes = tuple(
        RemoteCopy(branch.remote, branch.ref, branch.oid)
        for branch in project.branches
        if branch.remote is not None and branch.name == old
    )
    _rename_branch(project, old, new, tip, begun=True)
    project.refresh()
    now = project.environment(new)
    return RenameResult(now, old, now.name, tip, remotes, of_id=True)


def _message(old: str, new: str) -> str:
    return f"Rename environment {old} to id {new}"
