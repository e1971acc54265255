"""``jetenv list``: the environments of the project."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv list", "Every environment, the current one marked with *."),
    ("jetenv list --json", "The same for a program."),
)


def list_environments(context: typer.Context, json: Json = False) -> None:
    """List the environments, those on this machine and those that only a remote has.

    COMMITS counts what an environment is ahead (+) and behind (-) of the default one.
    """
    from jetenv.environments import listing
    from jetenv.environments.project import open_project
    from jetenv.reports.environments import EnvironmentList

    project = open_project(Path.cwd())
    Output.of(context, json).report(EnvironmentList(listing.list_environments(project)))
