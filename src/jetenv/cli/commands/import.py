"""``jetenv import``: give an environment the content of an export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import AllowUnbound, Environment, Json, Message
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv import backup.tar.gz staging --dry-run", "Show what would change, and change nothing."),
    ("jetenv import backup.tar.gz staging", "Give staging the content of the backup."),
)


def import_files(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="What `jetenv export` wrote.", show_default=False)],
    environment: Environment,
    allow_unbound: AllowUnbound = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the outcome and change nothing.")] = False,
    message: Message = None,
    json: Json = False,
) -> int:
    """Make the content of an environment that of an export, in one signed commit; `jetenv revert` takes it back.

    What is not in the export is removed. Settings, members and credentials stay as the environment has them.
    """
    from jetenv.environments.backups import restore as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.backup import Imported

    project = open_project(Path.cwd())
    result = use_case.restore(
        project, source, environment, message=message, dry_run=dry_run, allow_unbound=allow_unbound
    )
    Output.of(context, json).report(Imported(result))
    return ExitCode.NO if result.findings else ExitCode.OK
