"""``jetenv diff``: what differs, by object and field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json, revision
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv diff", "What is not committed yet."),
    ("jetenv diff production", "From production to what is in the working tree."),
    ("jetenv diff production staging", "From production to staging: what a merge has to bring."),
    ("jetenv diff production staging --exit-code", "The same, for a script: the exit code is 1 if anything differs."),
)


def diff(
    context: typer.Context,
    old: Annotated[str | None, revision("A", "An environment, branch or commit; the last commit if left out.")] = None,
    new: Annotated[str | None, revision("B", "Another one; the working tree if left out.")] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if anything differs.")] = False,
    json: Json = False,
) -> int:
    """Show what differs from A to B, by object and field and not by line.

    Added (+), changed (~), removed (-), in another order (>); changes of comments and of format are told as such.
    """
    from jetenv.environments import diff as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.diff import DiffReport

    result = use_case.diff(open_project(Path.cwd(), any_branch=True), old, new)
    Output.of(context, json).report(DiffReport(result))
    return ExitCode.NO if exit_code and result.differs else ExitCode.OK
