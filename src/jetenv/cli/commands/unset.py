"""``jetenv unset``: remove one value of a file."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import FieldOfFile, Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv unset 'pages/orders#components[total].title'", "Remove the title of the component total."),
    ("jetenv unset 'pages/orders#components[total]'", "Remove the whole component."),
)


def unset(context: typer.Context, path: FieldOfFile, json: Json = False) -> int:
    """Remove a key or a list item of a file in the working tree. Every other byte stays as it is.

    The file is validated before it is written. The exit code is 1, and nothing is written, if it would be invalid.
    """
    from jetenv.environments import values
    from jetenv.environments.project import open_project
    from jetenv.reports.values import Edited

    result = values.unset(open_project(Path.cwd()), path)
    Output.of(context, json).report(Edited(result))
    return ExitCode.NO if result.findings else ExitCode.OK
