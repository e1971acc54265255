"""``jetenv versions``: the releases of the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv versions", "Every release, the newest first, and which environments run it."),
    ("jetenv versions --since 3.11", "What came after a version."),
)


def versions(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option("--since", metavar="VERSION", help="Only what came after it.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """List the releases of the platform, from the source that `releases` in jetenv.yaml names."""
    from jetenv.environments.platform import versions as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.versions import VersionList

    Output.of(context, json).report(VersionList(use_case.versions(open_project(Path.cwd()), since)))
