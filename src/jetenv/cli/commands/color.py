"""``jetenv color``: change the colour of an environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv color staging teal", "A named colour."),
    ("jetenv color staging '#00897b'", "Any colour; quote it, for # begins a comment in a shell."),
)


def color(
    context: typer.Context,
    environment: Environment,
    color: Annotated[str, typer.Argument(metavar="COLOR", help="A name such as teal, or #rrggbb.")],
    json: Json = False,
) -> None:
    """Give an environment another colour, which is shown wherever its name is.

    It is one commit on that environment.
    """
    from jetenv.environments import color as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.actions import Recolored

    Output.of(context, json).report(Recolored(use_case.color(open_project(Path.cwd()), environment, color)))
