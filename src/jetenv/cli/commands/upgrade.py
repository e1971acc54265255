"""``jetenv upgrade``: record the release that an environment's pin stands for now."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (("jetenv upgrade staging", "Staging, which follows the latest version, goes to the newest release."),)


def upgrade(context: typer.Context, environment: Environment, json: Json = False) -> None:
    """Look up the release that an environment's pin stands for now, and record it in one commit.

    For `latest` that is the newest release, for `3.12` the newest of that line. The pin itself stays.
    """
    from jetenv.environments.platform import upgrade as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.versions import Upgraded

    Output.of(context, json).report(Upgraded(use_case.upgrade(open_project(Path.cwd()), environment)))
