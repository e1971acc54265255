"""``jetenv pin``: lock an environment to a version of the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv pin production 3.12", "Production stays on version 3.12."),
    ("jetenv pin staging latest", "Staging follows every release."),
)


def pin(
    context: typer.Context,
    environment: Environment,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version such as 3.12, or latest.")],
    json: Json = False,
) -> None:
    """Lock an environment to a version of the platform, or let it follow the latest one.

    It is one commit on that environment.
    """
    from jetenv.environments import pin as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.actions import Pinned

    Output.of(context, json).report(Pinned(use_case.pin(open_project(Path.cwd()), environment, version)))
