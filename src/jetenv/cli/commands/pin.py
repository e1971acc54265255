"""``jetenv pin``: lock an environment to a version of the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Environment, Json, environment_option
from jetenv.cli.output import Output
from jetenv.errors import UsageError

EXAMPLES = (
    ("jetenv pin production 3.12", "Production stays on version 3.12."),
    ("jetenv pin staging latest", "Staging follows every release."),
    ("jetenv pin production --from staging", "Production gets the very release that staging was tried on."),
)


def pin(
    context: typer.Context,
    environment: Environment,
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="A version such as 3.12, or latest.", show_default=False)
    ] = None,
    source: Annotated[
        str | None, environment_option("--from", "Take the release that this environment runs, as recorded there.")
    ] = None,
    json: Json = False,
) -> None:
    """Lock an environment to a version of the platform, or let it follow the latest one.

    It is one commit on that environment. Where `releases` in jetenv.yaml names a source of releases, the version has to
    be one of them, and the release that it stands for is recorded.
    """
    from jetenv.environments.platform import pin as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.versions import Pinned

    if (version is None) == (source is None):
        problem = "VERSION is missing" if version is None else "VERSION and --from exclude each other"
        raise UsageError(problem, hint="for example: jetenv pin production 3.12, or --from staging")
    project = open_project(Path.cwd())
    if version is not None:
        result = use_case.pin(project, environment, version)
    else:
        result = use_case.pin_from(project, environment, source or "")
    Output.of(context, json).report(Pinned(result))
