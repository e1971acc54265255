"""How an environment stands to the others in git's history."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid


@dataclass(frozen=True, slots=True)
class LastChange:
    """The commit at an environment's tip. ``time`` is in seconds since the epoch."""

    oid: Oid
    time: int
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Divergence:
    """Commits that an environment has and the default lacks (``ahead``), and the other way round (``behind``)."""

    ahead: int
    behind: int


def last_change(project: Project, environment: Environment) -> LastChange:
    """The commit at the tip of ``environment``."""
    commit = project.repo.commits.get(environment.tip)
    return LastChange(commit.oid, commit.time, commit.author, commit.message.partition("\n")[0])


def divergence(project: Project, environment: Environment) -> Divergence | None:
    """How ``environment`` stands to the default one; None for the default itself and where it cannot be known."""
    if environment.is_default:
        return None
    try:
        return Divergence(*project.repo.commits.ahead_behind(environment.tip, project.default().tip))
    except JetenvError:
        # No default is known, or the history is cut off (a shallow clone): the rest can still be told.
        return None
