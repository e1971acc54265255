"""``jetenv introspect``: the tables of a database as collections."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.bridges import BridgeTimeout, Program, Reload, Url, bridge_of
from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv introspect orders-db", "Add what the database has and the collections lack."),
    ("jetenv introspect orders-db --dry-run", "Say what would be added, and write nothing."),
    ("jetenv introspect orders-db --prune", "Also remove fields whose column is gone."),
    ("jetenv introspect orders-db --url https://bridge.example.com", "Ask a Jet Bridge that runs already."),
)


def introspect(
    context: typer.Context,
    resource: Annotated[
        str, typer.Argument(metavar="RESOURCE", help="A database of the current environment.", show_default=False)
    ],
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove fields whose column is gone, with their relations.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    url: Url = None,
    reload: Reload = False,
    program: Program = None,
    timeout: BridgeTimeout = None,
    json: Json = False,
) -> int:
    """Write the tables of a database as collections of the working tree, with their fields and relations.

    Tables without a collection get a file, collections get the fields and relations that they lack. What is there stays
    byte for byte. What is gone from the database, or of another type, is told. Nothing is committed.
    """
    from jetenv.environments.project import open_project
    from jetenv.environments.sources.introspect import introspect as use_case
    from jetenv.reports.introspection import IntrospectionReport

    bridge = bridge_of(url, reload, program, timeout)
    result = use_case(open_project(Path.cwd()), resource, bridge, prune=prune, dry_run=dry_run)
    Output.of(context, json).report(IntrospectionReport(result))
    return ExitCode.NO if result.findings else ExitCode.OK
