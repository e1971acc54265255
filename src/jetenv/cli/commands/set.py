"""``jetenv set``: change one value of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import FieldOfFile, Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv set 'pages/orders#components[total].title' 'Sum'", "Change the title of the component total."),
    ("jetenv set pages/orders#access '{default: none}'", "A value may be any YAML."),
    ("jetenv set pages/orders#name --text 2026", "The text 2026, not the number."),
    ("jetenv set 'pages/orders#components[total].value' -- -5", "Behind -- a value may begin with a dash."),
)


def set_value(
    context: typer.Context,
    path: FieldOfFile,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="The new value, as YAML.")],
    text: Annotated[bool, typer.Option("--text", help="VALUE is a text, even where it looks like a number.")] = False,
    json: Json = False,
) -> int:
    """Change one value of a file in the working tree. Comments and every other byte stay as they are.

    The file is validated before it is written. The exit code is 1, and nothing is written, if it would be invalid.
    """
    from jetenv.environments import values
    from jetenv.environments.project import open_project
    from jetenv.reports.values import Edited

    result = values.set_value(open_project(Path.cwd()), path, value, as_text=text)
    Output.of(context, json).report(Edited(result))
    return ExitCode.NO if result.findings else ExitCode.OK
