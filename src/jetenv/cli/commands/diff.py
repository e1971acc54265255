"""``jetenv diff``: what differs, by object and field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.formats import Limit, check_format, output_option, report_as
from jetenv.cli.options import Json, revision
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError
from jetenv.reports.documents import DocumentFormat

EXAMPLES = (
    ("jetenv diff", "What is not committed yet."),
    ("jetenv diff production", "From production to what is in the working tree."),
    ("jetenv diff production staging", "From production to staging: what a merge has to bring."),
    ("jetenv diff production...feature", "What feature changed since it parted, as a pull request shows it."),
    ("jetenv diff production staging --risk destructive", "Only what may destroy something."),
    ("jetenv diff production...feature --format markdown", "A comment for a pull request."),
    ("jetenv diff production staging --format html --output diff.html", "A page to look at, with drawings of pages."),
    ("jetenv diff production staging --exit-code", "The same, for a script: the exit code is 1 if anything differs."),
)


def diff(
    context: typer.Context,
    old: Annotated[
        str | None, revision("A", "An environment, branch or commit, or two as A..B or A...B; else the last commit.")
    ] = None,
    new: Annotated[str | None, revision("B", "Another one; the working tree if left out.")] = None,
    staged: Annotated[bool, typer.Option("--staged", help="The index in place of the working tree.")] = False,
    path: Annotated[
        list[str] | None,
        typer.Option("--path", metavar="PATH", help="This file, folder or glob alone. Repeatable.", show_default=False),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="This kind of object alone: page… Repeatable.", show_default=False),
    ] = None,
    risk: Annotated[
        list[str] | None,
        typer.Option(
            "--risk",
            metavar="RISK",
            help="What has this risk alone: destructive, permission, secret, version, or a rule. Repeatable.",
            show_default=False,
        ),
    ] = None,
    stat: Annotated[bool, typer.Option("--stat", help="One row for each object.")] = False,
    side_by_side: Annotated[
        bool | None,
        typer.Option(
            "--side-by-side/--no-side-by-side",
            help="Long values beside each other; by itself from 120 columns on.",
            show_default=False,
        ),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if anything differs.")] = False,
    form: Annotated[
        DocumentFormat | None, typer.Option("--format", help="How the changes are told.", show_default=False)
    ] = None,
    limit: Limit = None,
    file: Annotated[Path | None, output_option()] = None,
    json: Json = False,
) -> int:
    """Show what differs from A to B, by object and field and not by line, and what is risky about it.

    Added (+), changed (~), removed (-), moved, renamed or in another order (>); changes of comments and of format are
    told as such.

    A..B is the same as A B. A...B is what B changed since it parted from A, as a pull request shows it.
    """
    from jetenv.environments.project import open_project
    from jetenv.environments.reviewing import diff as use_case
    from jetenv.reports.diff import DiffReport

    check_format(json, form, file, limit)
    if stat and form not in (None, DocumentFormat.TEXT):
        raise UsageError("--stat is a form of the text", hint="leave out --format, or --stat")
    wanted = use_case.DiffFilter(tuple(path or ()), tuple(kind or ()), tuple(risk or ()))
    project = open_project(Path.cwd(), any_branch=True)
    result = use_case.diff(project, old, new, staged=staged, wanted=wanted)

    def render(form: DocumentFormat) -> str:
        if form is DocumentFormat.HTML:
            from jetenv.environments.reviewing.drawings import drawings
            from jetenv.reports.html.diff import diff_page

            return diff_page(result, drawings(project, result))
        if form is DocumentFormat.GITHUB:
            from jetenv.reports.risk_diagnostics import github
            from jetenv.reports.risks import risks_of

            return github(risks_of((*result.shared, *result.own)))
        from jetenv.reports.diff_markdown import diff_markdown
        from jetenv.reports.markdown import LIMIT

        return diff_markdown(result, limit or LIMIT)

    report_as(Output.of(context, json), DiffReport(result, stat, side_by_side), render, form, file)
    return ExitCode.NO if exit_code and result.differs else ExitCode.OK
