"""``jetenv validate``: every file, id and reference of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.cli.formats import check_format, output_option, report_as
from jetenv.cli.options import Json, revision
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError
from jetenv.reports.formats.choice import Format

EXAMPLES = (
    ("jetenv validate", "What is in the working tree, committed or not."),
    ("jetenv validate staging", "What is committed on staging; works in a bare repository too."),
    ("jetenv validate --changed-since origin/production", "What a pull request is to blame for."),
    ("jetenv validate --format sarif --output jetenv.sarif", "For code scanning, with the text in the log."),
)


def validate(
    context: typer.Context,
    subject: Annotated[
        str | None, revision("REF", "An environment, branch or commit; the working tree if left out.")
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="Check what is staged instead, as a pre-commit hook does.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="REF",
            help="Tell only what the changes since the common ancestor with REF are to blame for.",
            show_default=False,
            autocompletion=complete_environments,
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="How findings are told.", show_default=False),
    ] = None,
    file: Annotated[Path | None, output_option()] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors.")] = False,
    json: Json = False,
) -> int:
    """Check every file against its schema, ids against file names, and every reference against what exists.

    Each problem is told with path:line:column, and `jetenv explain RULE` says more. The exit code is 1 if there is any;
    warnings count with --strict only.
    """
    from jetenv.environments import validate as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.findings import ValidationReport
    from jetenv.reports.formats.choice import render

    if staged and subject is not None:
        raise UsageError("--staged and REF both say what to check", hint="give one of them")
    check_format(json, form, file)
    project = open_project(Path.cwd(), any_branch=True)
    result = use_case.validate(project, subject, staged=staged, since=since, strict=strict)
    report = ValidationReport(result)
    report_as(Output.of(context, json), report, lambda each: render(each, report.run()), form, file)
    return ExitCode.OK if result.is_valid else ExitCode.NO
