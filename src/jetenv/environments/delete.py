"""Delete an environment from this repository: its branch goes, everything else stays as it is.

Work is unmerged where no other branch, local or of a remote, has it. Commits that only touch what environments own
(their creation, colour, pin, id) are not work: no merge into another environment takes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.access.authorize import Kind
from jetenv.environments.history import LastChange, change_at
from jetenv.environments.merges.merging_state import refuse_part_of_merge
from jetenv.environments.model import FOLDER, Environment, RemoteCopy
from jetenv.environments.project import Project
from jetenv.environments.rights.permission import permission
from jetenv.errors import RefusedError, UsageError
from jetenv.repository.objects import Oid

_NAMED_COMMITS = 5


@dataclass(frozen=True, slots=True)
class DeletePlan:
    """What `jetenv delete` is about to do, to be agreed to: ``unmerged`` are the commits that go with the branch."""

    environment: Environment
    unmerged: tuple[LastChange, ...]


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """The environment that was; ``git branch ID TIP`` brings it back while git keeps its commits."""

    environment: Environment
    unmerged: tuple[LastChange, ...]

    @property
    def remotes(self) -> tuple[RemoteCopy, ...]:
        """The copies that remotes still have: ``git push REMOTE :ID`` deletes one there."""
        return self.environment.copies


def plan_delete(project: Project, name: str, *, force: bool = False) -> DeletePlan:
    """What deleting the environment ``name`` would do. Nothing is changed.

    Raises UsageError where there is no such environment, or none in this repository, DeniedError where who is here may
    not delete it, and RefusedError for the default one, for one that is checked out or part of the merge in progress,
    and, unless ``force``, for one with unmerged work.
    """
    environment = project.visible_environment(name)
    default = project.default()
    if environment.id == default.id:
        raise RefusedError(
            f"'{environment.id}' is the default environment, which is never deleted",
            hint="the other environments can be: see `jetenv list`",
        )
    if environment.remote is not None:
        raise UsageError(
            f"environment '{environment.id}' is on {environment.remote} only: there is nothing to delete here",
            hint=f"delete it there with `git push {environment.remote} :{environment.id}`",
        )
    permission(project, environment).require(Kind.DELETE)
    _refuse_checked_out(project, environment, default)
    refuse_part_of_merge(project, environment.id)
    unmerged = _unmerged(project, environment)
    if unmerged and not force:
        count = len(unmerged)
        subjects = "; ".join(f"{each.oid[:8]} {each.subject}" for each in unmerged[:_NAMED_COMMITS])
        more = f" and {count - _NAMED_COMMITS} more" if count > _NAMED_COMMITS else ""
        raise RefusedError(
            f"environment '{environment.id}' has {count} commit{'s' * (count != 1)} that no other branch has:"
            f" {subjects}{more}",
            hint=f"merge them with `jetenv merge {environment.id} {default.id}`, or delete them too with --force",
        )
    return DeletePlan(environment, unmerged)


def delete(project: Project, plan: DeletePlan) -> DeleteResult:
    """Carry out ``plan``.

    Raises RefMovedError, having changed nothing, where the branch has moved since it was made.
    """
    environment = plan.environment
    project.repo.refs.delete(environment.id, environment.tip)
    project.refresh()
    return DeleteResult(environment, plan.unmerged)


def _refuse_checked_out(project: Project, environment: Environment, default: Environment) -> None:
    repo = project.repo
    for checkout in repo.checkouts():
        if environment.id not in {checkout.branch, checkout.rebasing}:
            continue
        here = checkout.git_dir == repo.path
        raise RefusedError(
            f"environment '{environment.id}' is checked out" + ("" if here else f" in {checkout.path}"),
            where=str(checkout.path),
            hint=f"switch to another one first: `jetenv switch {default.id}`"
            if here
            else f"switch there first, or remove it: `git worktree remove {checkout.path}`",
        )
    if repo.is_bare and project.head.branch == environment.id:
        raise RefusedError(
            f"environment '{environment.id}' is the one that HEAD of this bare repository names",
            hint=f"point it elsewhere: `git symbolic-ref HEAD refs/heads/{default.id}`",
        )


def _unmerged(project: Project, environment: Environment) -> tuple[LastChange, ...]:
    """The commits with work that no other branch has, the latest first."""
    repo = project.repo
    others = sorted({branch.oid for branch in project.branches if branch.ref != environment.ref})
    found = []
    for oid in repo.commits.reachable_from(environment.tip, without=others):
        commit = repo.commits.get(oid)
        if _is_work(project, commit.tree, commit.parents):
            found.append(change_at(project, oid))
    return tuple(found)


def _is_work(project: Project, tree: Oid, parents: tuple[Oid, ...]) -> bool:
    """Whether a commit changes anything but what environments own.

    Of a merge, what equals one of its parents is work of that parent's.
    """
    repo = project.repo
    changed: set[str] | None = None
    for parent in parents or (None,):
        old = repo.commits.get(parent).tree if parent is not None else None
        paths = {path for path in repo.trees.changes(old, tree) if not path.startswith(f"{FOLDER}/")}
        changed = paths if changed is None else changed & paths
    return bool(changed)
