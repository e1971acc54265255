"""``jetenv whoami``: which member of which environment one's key is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv whoami", "Your key, where it comes from, and who you are in each environment."),
    ("jetenv whoami production", "The same for one environment; the exit code is 1 for no member."),
)


def whoami(
    context: typer.Context,
    environment: Annotated[
        str | None,
        typer.Argument(
            metavar="ENV",
            help="One environment; unless named, all that you see.",
            show_default=False,
            autocompletion=complete_environments,
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Say which key signs for you, where it comes from, and which member of each environment it belongs to.

    The exit code is 1 if it belongs to no member at all.
    """
    from jetenv.environments.people.membership import whoami as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.members import WhoAmI

    found = use_case(open_project(Path.cwd()), environment)
    Output.of(context, json).report(WhoAmI(found))
    return ExitCode.OK if any(each.member is not None for each in found.memberships) else ExitCode.NO
