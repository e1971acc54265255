"""``jetenv show``: everything about one environment."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv show staging", "Its settings, members, credentials and contents."),
    ("jetenv show staging --json", "The same for a program."),
)


def show(context: typer.Context, environment: Environment, json: Json = False) -> None:
    """Show the settings, members, credentials and contents of an environment."""
    from jetenv.environments import show as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.shown import Shown

    Output.of(context, json).report(Shown(use_case.show(open_project(Path.cwd()), environment)))
