"""``jetenv run``: start a command with the data source of an environment."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Environment, Json, Timeout
from jetenv.cli.output import Output
from jetenv.errors import UsageError

EXAMPLES = (
    ("jetenv run staging --resource orders-db -- sh -c 'echo $JETENV_RESOURCE_HOST'", "With staging's database."),
    ("jetenv run staging --as jet-bridge --keep BEARER_AUTH_KEY -- jet_bridge", "A Jet Bridge of staging."),
    ("jetenv run staging --as database-url --dry-run", "Which variables a command would get; never their values."),
)


class Form(Enum):
    """Further variables that a command may want; the values are those of the use case's own ``Form``."""

    JET_BRIDGE = "jet-bridge"
    DATABASE_URL = "database-url"


def run(
    context: typer.Context,
    environment: Environment,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help="The command and its arguments, behind --.", show_default=False),
    ] = None,
    resource: Annotated[
        str | None,
        typer.Option(
            "--resource", metavar="ID", help="The data source; may be left out where there is one.", show_default=False
        ),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option("--as", help="Add the variables that Jet Bridge reads, or DATABASE_URL.", show_default=False),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="NAME",
            help="Hand on this variable, which looks like a secret, all the same. Repeatable.",
            show_default=False,
        ),
    ] = None,
    timeout: Timeout = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the names of the variables, and start nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Start COMMAND with the connection of a data source, as the environment has it, in variables JETENV_….

    The command takes the place of jetenv: its output, exit code and signals are its own. Secrets are handed over in its
    variables only. It inherits no variable that may hold another secret.
    """
    from jetenv.environments.project import open_project
    from jetenv.environments.sources import run as use_case
    from jetenv.reports.run import LaunchReport

    if not command and not dry_run:
        raise UsageError("COMMAND is missing", hint="jetenv run ENV -- COMMAND, for example: jetenv run staging -- env")
    launch = use_case.prepare(
        open_project(Path.cwd()),
        environment,
        command or (),
        resource=resource,
        form=use_case.Form(form.value) if form is not None else None,
        keep=keep or (),
        seconds=timeout,
    )
    if dry_run:
        Output.of(context, json).report(LaunchReport(launch))
        return
    use_case.start(launch)
