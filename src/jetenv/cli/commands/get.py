"""``jetenv get``: print one value of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import FieldOfFile, Json, environment_option
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv get 'pages/orders#components[total].title'", "The title of the component total."),
    ("jetenv get pages/orders#name --env production", "A value as it is in production."),
    ("jetenv get theme --json", "A whole file, as JSON."),
)


def get(
    context: typer.Context,
    path: FieldOfFile,
    environment: Annotated[
        str | None, environment_option("--env", "Read it from the last commit of that environment.")
    ] = None,
    ref: Annotated[
        str | None, typer.Option("--ref", metavar="REF", help="Read it from that branch, tag or commit.")
    ] = None,
    json: Json = False,
) -> None:
    """Print one value of a file, from the working tree unless told otherwise.

    A text is printed as it is, anything else as its YAML.
    """
    from jetenv.environments import values
    from jetenv.environments.project import open_project
    from jetenv.reports.values import Value

    result = values.get(open_project(Path.cwd()), path, environment=environment, ref=ref)
    Output.of(context, json).report(Value(result))
