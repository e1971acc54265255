"""``jetenv drift``: where databases and configuration differ."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.bridges import BridgeTimeout, Program, Reload, Url, bridge_of
from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv drift staging", "What staging's databases and configuration lack."),
    ("jetenv drift production --exit-code", "The same, for a script: the exit code is 1 if anything differs."),
    ("jetenv drift staging --resource orders-db --json", "One database, for a program."),
)


def drift(
    context: typer.Context,
    environment: Environment,
    resource: Annotated[
        str | None,
        typer.Option("--resource", metavar="ID", help="This database; all of them if left out.", show_default=False),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if anything differs.")] = False,
    url: Url = None,
    reload: Reload = False,
    program: Program = None,
    timeout: BridgeTimeout = None,
    json: Json = False,
) -> int:
    """Hold the configuration that the environment has committed against the databases that it reaches.

    Tables and columns that only one of the two has are told, and types that do not fit. Resources that are no databases
    are passed over. A database that cannot be asked makes the exit code 3.
    """
    from jetenv.environments.project import open_project
    from jetenv.environments.sources.drift import drift as use_case
    from jetenv.reports.introspection import DriftReport

    bridge = bridge_of(url, reload, program, timeout)
    result = use_case(open_project(Path.cwd()), environment, bridge, resource=resource)
    Output.of(context, json).report(DriftReport(result))
    if not result.is_complete:
        return ExitCode.FAILED
    return ExitCode.NO if exit_code and result.differs else ExitCode.OK
