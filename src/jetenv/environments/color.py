"""Give an environment another colour."""

from __future__ import annotations

from jetenv.environments.palette import check_color
from jetenv.environments.project import Project
from jetenv.environments.settings import SettingResult, replace_setting


def color(project: Project, name: str, color: str) -> SettingResult:
    """Set the colour (a name of the palette, ``#rgb`` or ``#rrggbb``) in one commit on the environment ``name``.

    Raises UsageError for what is no colour or no environment, and what ``replace_setting`` raises.
    """
    environment = project.visible_environment(name)
    tint = check_color(color)
    message = f"Change the colour of environment {environment.id} to {tint}"
    return replace_setting(project, environment, "color", environment.color, tint, message)
