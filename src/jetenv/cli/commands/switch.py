"""``jetenv switch``: check out another environment."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv switch staging", "Work on staging from now on."),
    ("jetenv switch 'EU test'", "The same, by display name."),
)


def switch(context: typer.Context, environment: Environment, json: Json = False) -> None:
    """Check out an environment. What is not committed yet is carried along, or the switch is refused.

    An environment that only a remote has gets its local branch first.
    """
    from jetenv.environments import switch as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.actions import Switched

    Output.of(context, json).report(Switched(use_case.switch(open_project(Path.cwd()), environment)))
