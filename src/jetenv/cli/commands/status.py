"""``jetenv status``: where one stands."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv status", "The current environment, and what changed in it."),
    ("jetenv -C ../orders status", "The same for a project elsewhere."),
)


def status(context: typer.Context, json: Json = False) -> None:
    """Show the current environment, what is not committed yet, and what differs from the default environment.

    Changes are told by object, such as a page: added (+), changed (~), removed (-), in conflict (!).
    """
    from jetenv.environments import status as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.status import StatusReport

    Output.of(context, json).report(StatusReport(use_case.status(open_project(Path.cwd()))))
