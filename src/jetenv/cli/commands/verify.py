"""``jetenv verify``: the proof of who put what on an environment, and who was allowed to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.cli.formats import check_format, output_option, report_as
from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError
from jetenv.reports.formats.choice import Format, render

EXAMPLES = (
    ("jetenv verify", "Every environment, from the pinned root on."),
    ("jetenv verify production", "One environment; what it stands on is verified, too."),
    ("jetenv verify --since origin/production --format github", "In CI: what a pull request adds, as annotations."),
)


def verify(
    context: typer.Context,
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENV...",
            help="Environments, by id or display name; all of them if left out.",
            show_default=False,
            autocompletion=complete_environments,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every environment, as without ENV.")] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="REF", help="Leave out findings in commits that REF has.", show_default=False),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="How findings are told.", show_default=False),
    ] = None,
    file: Annotated[Path | None, output_option()] = None,
    json: Json = False,
) -> int:
    """Verify that every commit on an environment was made by a member who had the right to all that it changes.

    It needs no key and no network. What was verified is remembered in the git directory, so that only new commits are
    judged the next time. The exit code is 1 if anything is found, and 4 if the root of the project is not trusted.
    """
    from jetenv.cli.progress import Progress
    from jetenv.environments.project import open_project
    from jetenv.environments.rights import verify as use_case
    from jetenv.reports.verify import VerifyReport

    if every and environments:
        raise UsageError("--all and ENV both say what to verify", hint="give one of them")
    check_format(json, form, file)
    project = open_project(Path.cwd())
    with Progress("Verifying") as progress:
        result = use_case.verify(project, environments or (), since=since, progress=progress)
    report = VerifyReport(result)
    report_as(Output.of(context, json), report, lambda each: render(each, report.run()), form, file)
    if not result.is_trusted:
        return ExitCode.DENIED
    return ExitCode.OK if result.is_proven else ExitCode.NO
