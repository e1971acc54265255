"""List the environments of a project, local ones and those that only a remote has."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.history import Divergence, LastChange, divergences, last_change
from jetenv.environments.merges.waiting import WaitingMerge, waiting_merge
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.platform.releases import read_releases
from jetenv.environments.project import Project
from jetenv.environments.visibility import own_key
from jetenv.errors import JetenvError


@dataclass(frozen=True, slots=True)
class ListedEnvironment:
    """One environment of a list.

    ``environment.remote`` names the remote where only that has it; ``tracking`` says how a local one stands to its
    remote copy, ``divergence`` how it stands to the default environment.
    """

    environment: Environment
    is_current: bool
    divergence: Divergence | None
    tracking: Tracking | None
    last_change: LastChange | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Every environment that who is here may see, the default one first, then by id.

    ``branch`` is what is checked out, whether or not it is an environment; None for a detached HEAD. ``merge`` is the
    merge in progress. ``newest`` is the newest release that is known without asking another repository. ``has_key`` is
    whether there is a key to sign with, by which members are known.
    """

    environments: tuple[ListedEnvironment, ...]
    branch: str | None
    merge: WaitingMerge | None
    newest: str | None = None
    has_key: bool = True


def list_environments(project: Project) -> Listing:
    """The environments of ``project`` with what a list of them shows."""
    current, standing = project.current(), divergences(project)
    rows = tuple(
        ListedEnvironment(
            environment=each,
            is_current=current is not None and current.id == each.id,
            divergence=standing.get(each.id),
            tracking=project.tracking(each),
            last_change=last_change(project, each),
        )
        for each in project.visible_environments()
    )
    return Listing(
        rows, project.head.branch, waiting_merge(project), _newest(project), has_key=own_key(project.repo) is not None
    )


def _newest(project: Project) -> str | None:
    first = next(iter(project.environments()), None)
    if first is None:
        return None
    try:
        releases = read_releases(project, project.repo.commits.get(first.tip).tree, ask=False)
    except JetenvError:
        return None  # `jetenv versions` says what is wrong with the source
    newest = releases.newest if releases is not None else None
    return newest.version if newest is not None else None
