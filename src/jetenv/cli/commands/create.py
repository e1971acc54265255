"""``jetenv create``: a new environment as a copy of another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json, environment_option
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv create staging --switch", "Copy production to staging, and work on staging from now on."),
    ("jetenv create eu-test --from staging --name 'EU test' --color teal", "Copy another environment than production."),
)


def create(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The id: lower-case letters, digits and hyphens.", show_default=False)
    ],
    source: Annotated[
        str | None, environment_option("--from", "The environment to copy, instead of the default one.")
    ] = None,
    display: Annotated[
        str | None, typer.Option("--name", metavar="DISPLAY", help="The display name, instead of the id's.")
    ] = None,
    color: Annotated[
        str | None,
        typer.Option("--color", metavar="C", help="A colour such as teal or #00897b, instead of the next free one."),
    ] = None,
    switch: Annotated[bool, typer.Option("--switch", help="Check it out afterwards.")] = False,
    json: Json = False,
) -> None:
    """Create an environment as a full copy of the default one.

    It is a new branch with one signed commit, which adds the folder of the new environment and nothing else.
    """
    from jetenv.environments.project import open_project
    from jetenv.environments.starting import create as use_case
    from jetenv.reports.actions import Created

    result = use_case.create(open_project(Path.cwd()), name, source=source, display=display, color=color, switch=switch)
    Output.of(context, json).report(Created(result))
