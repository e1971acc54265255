"""``jetenv credentials check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.cli.options import Json, Timeout
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = {
    "check": (
        ("jetenv credentials check", "Every environment; the references are resolved, and the secrets forgotten."),
        ("jetenv credentials check staging --no-resolve", "Only whether staging has what it needs bound."),
    ),
}


def check(
    context: typer.Context,
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENV",
            help="Environments, by their ids or display names; all of them if left out.",
            show_default=False,
            autocompletion=complete_environments,
        ),
    ] = None,
    resolving: Annotated[
        bool, typer.Option("--resolve/--no-resolve", help="Whether the references are resolved.")
    ] = True,
    timeout: Timeout = None,
    json: Json = False,
) -> int:
    """Say for each environment which credentials are bound, unbound or unused, and whether they can be resolved.

    In an environment with bindings of its own, one that has the same secret as the default environment is told. The
    secrets are compared in memory, and neither shown nor kept. The exit code is 1 where something is to be done.
    """
    from jetenv.environments.project import open_project
    from jetenv.environments.sources import credentials as use_case
    from jetenv.reports.credentials import CheckReport

    checked = use_case.check(open_project(Path.cwd()), environments or (), resolving=resolving, seconds=timeout)
    Output.of(context, json).report(CheckReport(checked))
    return ExitCode.OK if checked.is_fine else ExitCode.NO
