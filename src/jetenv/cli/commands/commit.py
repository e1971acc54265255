"""``jetenv commit``: validate what changed and commit it, signed."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Json, Message
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv commit -m 'Show the total on the order page'", "Commit every change, with that message."),
    ("jetenv commit", "The same, with a message that names the changed objects."),
)


def commit(context: typer.Context, message: Message = None, json: Json = False) -> int:
    """Validate everything that changed, then commit all of it, signed with your key.

    A plain `git commit` is just as good. The exit code is 1 where the content is invalid.
    """
    from jetenv.environments import commit as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.actions import Committed

    result = use_case.commit(open_project(Path.cwd()), message)
    Output.of(context, json).report(Committed(result))
    return ExitCode.NO if result.findings else ExitCode.OK
