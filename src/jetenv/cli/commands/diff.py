"""``jetenv diff``: what differs, by object and field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.formats import check_format, output_option, report_as
from jetenv.cli.options import Json, revision
from jetenv.cli.output import Output
from jetenv.errors import ExitCode
from jetenv.reports.documents import DocumentFormat

EXAMPLES = (
    ("jetenv diff", "What is not committed yet."),
    ("jetenv diff production", "From production to what is in the working tree."),
    ("jetenv diff production staging", "From production to staging: what a merge has to bring."),
    ("jetenv diff production staging --format html --output diff.html", "A page to look at, with drawings of pages."),
    ("jetenv diff production staging --exit-code", "The same, for a script: the exit code is 1 if anything differs."),
)


def diff(
    context: typer.Context,
    old: Annotated[str | None, revision("A", "An environment, branch or commit; the last commit if left out.")] = None,
    new: Annotated[str | None, revision("B", "Another one; the working tree if left out.")] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if anything differs.")] = False,
    form: Annotated[
        DocumentFormat | None, typer.Option("--format", help="How the changes are told.", show_default=False)
    ] = None,
    file: Annotated[Path | None, output_option()] = None,
    json: Json = False,
) -> int:
    """Show what differs from A to B, by object and field and not by line.

    Added (+), changed (~), removed (-), in another order (>); changes of comments and of format are told as such.
    """
    from jetenv.environments import diff as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.diff import DiffReport

    check_format(json, form, file)
    project = open_project(Path.cwd(), any_branch=True)
    result = use_case.diff(project, old, new)

    def render(_: DocumentFormat) -> str:
        from jetenv.environments.drawings import drawings
        from jetenv.reports.html.diff import diff_page

        return diff_page(result, drawings(project, result))

    report_as(Output.of(context, json), DiffReport(result), render, form, file)
    return ExitCode.NO if exit_code and result.differs else ExitCode.OK
