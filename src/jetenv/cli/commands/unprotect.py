"""``jetenv unprotect``: take the protection of an environment away."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = (("jetenv unprotect staging", "Its editors may commit, and merge from everywhere."),)


def unprotect(context: typer.Context, environment: Environment, json: Json = False) -> None:
    """Take the protection of an environment away, in one commit on it: its editors may commit and merge.

    Its history is not rewritten by anybody even so, and the default environment is never deleted.
    """
    from jetenv.environments.people import protect as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.protection import ProtectReport

    Output.of(context, json).report(ProtectReport(use_case.unprotect(open_project(Path.cwd()), environment)))
