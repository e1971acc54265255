"""``jetenv export``: write an environment as plain files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv export production backup.tar.gz", "An archive, the same byte for byte for the same commit."),
    ("jetenv export staging ../staging-files", "A folder of plain files."),
)


def export(
    context: typer.Context,
    environment: Environment,
    target: Annotated[
        Path,
        typer.Argument(metavar="DIR|FILE", help="A new folder, or a .tar or .tar.gz file.", show_default=False),
    ],
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace an archive that is there.")] = False,
    json: Json = False,
) -> None:
    """Write an environment as plain files: its content and its own settings, without history or secrets."""
    from jetenv.environments.backups import export as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.backup import Exported

    result = use_case.export(open_project(Path.cwd()), environment, target, replace=force)
    Output.of(context, json).report(Exported(result))
