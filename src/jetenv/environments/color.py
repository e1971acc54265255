"""Give an environment another colour."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.model import Environment, Tracking
from jetenv.environments.palette import check_color
from jetenv.environments.project import Project
from jetenv.environments.settings import change_setting, stale
from jetenv.repository.objects import Oid


@dataclass(frozen=True, slots=True)
class ColorResult:
    """The environment as it is now and the colour that it had.

    ``commit`` is None where it had that colour already. ``stale`` is set where the local branch lacks commits of its
    remote copy.
    """

    environment: Environment
    old: str | None
    commit: Oid | None
    stale: Tracking | None = None


def color(project: Project, name: str, color: str) -> ColorResult:
    """Set the colour (a name of the palette, ``#rgb`` or ``#rrggbb``) in one commit on the environment ``name``.

    Raises UsageError for what is no colour or no environment, and what ``change_setting`` raises.
    """
    environment = project.environment(name)
    tint = check_color(color)
    commit = None
    if tint != environment.color or environment.problem is not None:
        message = f"Change the color of environment {environment.id} to {tint}"
        commit = change_setting(project, environment, "color", tint, message)
    now = project.environment(environment.id)
    return ColorResult(now, environment.color, commit, stale(project, now))
