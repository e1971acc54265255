"""How an environment stands to the others in git's history."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from jetenv.environments.model import Environment, Tracking
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid


@dataclass(frozen=True, slots=True)
class LastChange:
    """A commit of an environment. ``time`` is in seconds since the epoch."""

    oid: Oid
    time: int
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Divergence:
    """Commits that an environment has and the default lacks (``ahead``), and the other way round (``behind``)."""

    ahead: int
    behind: int


def last_change(project: Project, environment: Environment) -> LastChange | None:
    """The commit at the tip of ``environment``; None where that is malformed."""
    if environment.problem is not None:
        with suppress(JetenvError):
            return change_at(project, environment.tip)
        return None
    return change_at(project, environment.tip)


def change_at(project: Project, oid: Oid) -> LastChange:
    """The commit ``oid``. Raises JetenvError where it cannot be read."""
    commit = project.repo.commits.get(oid)
    return LastChange(commit.oid, commit.time, commit.author, commit.message.partition("\n")[0])


def divergences(project: Project) -> Mapping[str, Divergence]:
    """How each environment stands to the default one, by id; without those of which ``divergence`` is None."""
    environments = project.environments()
    others = [each for each in environments if not each.is_default]
    if len(others) == len(environments):
        return {}
    tips = [each.tip for each in others]
    try:
        counts = project.repo.commits.ahead_behind_of_many(tips, project.default().tip)
    except JetenvError:
        # A part of the history is missing: of some it can be told all the same.
        found = ((each.id, divergence(project, each)) for each in others)
        return {name: each for name, each in found if each is not None}
    return {each.id: Divergence(*count) for each, count in zip(others, counts, strict=True)}


def divergence(project: Project, environment: Environment) -> Divergence | None:
    """How ``environment`` stands to the default one; None for the default itself and where it cannot be known."""
    if environment.is_default:
        return None
    try:
        return Divergence(*project.repo.commits.ahead_behind(environment.tip, project.default().tip))
    except JetenvError:
        # No default is known, or the history is cut off (a shallow clone): the rest can still be told.
        return None


def stale(project: Project, environment: Environment) -> Tracking | None:
    """How a local environment stands to its remote copy, where it lacks commits of that; None otherwise."""
    tracking = project.tracking(environment)
    return tracking if tracking is not None and tracking.behind else None
