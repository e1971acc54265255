"""``jetenv fmt``: the canonical layout of files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv fmt", "Lay out every file of the project."),
    ("jetenv fmt pages menu.yaml", "A folder and a file."),
    ("jetenv fmt --check", "Write nothing, and list what would change, as CI does."),
)


def fmt(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Files and folders; the whole project if left out.", show_default=False),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; the exit code is 1 if a file would change.")
    ] = False,
    json: Json = False,
) -> int:
    """Lay out files: indentation, blank lines, trailing blanks and line breaks, and nothing else.

    Values, comments, quoting and order stay. Signed files are never touched. What cannot be read as YAML is left as it
    is and told, with exit code 1.
    """
    from jetenv.environments.format import format_files
    from jetenv.environments.project import open_project
    from jetenv.reports.formatting import FormattingReport

    result = format_files(open_project(Path.cwd(), any_branch=True), paths or (), check=check)
    Output.of(context, json).report(FormattingReport(result))
    return ExitCode.OK if result.is_done else ExitCode.NO
