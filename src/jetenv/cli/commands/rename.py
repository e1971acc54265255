"""``jetenv rename``: change the display name or the id of an environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv rename staging 'EU staging'", "Change the name that people see."),
    ("jetenv rename staging eu-staging --id", "Change the id: branch and folder move too."),
)


def rename(
    context: typer.Context,
    environment: Environment,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new display name, or with --id the new id.")],
    change_id: Annotated[bool, typer.Option("--id", help="Change the id: move the branch and the folder.")] = False,
    json: Json = False,
) -> None:
    """Give an environment another display name, or with --id another id.

    Either is one commit on that environment. The default environment keeps its id.
    """
    from jetenv.environments import rename as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.actions import Renamed

    result = use_case.rename(open_project(Path.cwd()), environment, name, change_id=change_id)
    Output.of(context, json).report(Renamed(result))
