"""Check out an environment, without ever losing what is not committed."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.history import stale
from jetenv.environments.landing import track
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.project import Project
from jetenv.errors import JetenvError, UsageError


@dataclass(frozen=True, slots=True)
class SwitchResult:
    """The environment that is checked out now.

    ``previous`` is the branch before, None for a detached HEAD. ``already`` is whether nothing had to be done,
    ``created`` whether a local branch was made of the remote's. ``carried`` are the paths with uncommitted changes,
    which came along. ``stale`` is set where the local branch lacks commits of its remote copy.
    """

    environment: Environment
    previous: str | None
    already: bool = False
    created: bool = False
    carried: tuple[str, ...] = ()
    stale: Tracking | None = None


def switch(project: Project, name: str) -> SwitchResult:
    """Check out the environment ``name``; one that only a remote has gets its local branch, which tracks that one.

    Raises UsageError for an unknown environment, and RefusedError where an uncommitted edit would be lost or git has
    an operation under way: nothing has changed then.
    """
    repo = project.repo
    environment = _environment(project, name)
    if repo.is_bare:
        # Said before a branch is made that could not be checked out.
        raise JetenvError(
            "this repository is bare: it has no working tree to switch",
            hint="run the command in a clone or a `git worktree`",
        )
    head = project.head
    if environment.remote is None and head.branch == environment.id:
        return SwitchResult(environment, head.branch, already=True, stale=stale(project, environment))
    created = environment.remote is not None
    if environment.remote is not None:
        repo.refs.create(environment.id, environment.tip, f"jetenv switch: from {environment.ref}")
    try:
        if environment.remote is not None:
            track(project, environment.id, environment.remote)
        repo.worktree.switch(environment.id)
    except BaseException:
        if created:
            repo.refs.delete(environment.id, environment.tip)
        raise
    project.refresh()
    now = project.environment(environment.id)
    return SwitchResult(
        environment=now,
        previous=head.branch,
        created=created,
        carried=repo.worktree.status().paths,
        stale=stale(project, now),
    )


def _environment(project: Project, name: str) -> Environment:
    try:
        return project.visible_environment(name)
    except UsageError as error:
        known = {each.id for each in project.environments()}
        if any(branch.name == name for branch in project.branches if branch.name not in known):
            error.hint = f"check it out with `git switch {name}`; `jetenv list` shows the environments"
        raise
