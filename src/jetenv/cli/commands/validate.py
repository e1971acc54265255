"""``jetenv validate``: every file, id and reference of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json, revision
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

EXAMPLES = (
    ("jetenv validate", "What is in the working tree, committed or not."),
    ("jetenv validate staging", "What is committed on staging; works in a bare repository too."),
)


def validate(
    context: typer.Context,
    subject: Annotated[
        str | None, revision("REF", "An environment, branch or commit; the working tree if left out.")
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="Check what is staged instead, as a pre-commit hook does.")
    ] = False,
    json: Json = False,
) -> int:
    """Check every file against its schema, ids against file names, and every reference against what exists.

    Each problem is told with path:line:column. The exit code is 1 if there is any.
    """
    from jetenv.environments import validate as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.findings import ValidationReport

    if staged and subject is not None:
        raise UsageError("--staged and REF both say what to check", hint="give one of them")
    result = use_case.validate(open_project(Path.cwd(), any_branch=True), subject, staged=staged)
    Output.of(context, json).report(ValidationReport(result))
    return ExitCode.OK if result.is_valid else ExitCode.NO
