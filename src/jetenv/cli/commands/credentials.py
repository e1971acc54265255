"""``jetenv credentials``: which secrets an environment uses. Each of its commands is in ``jetenv.cli.credentials``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json, command_below
from jetenv.cli.output import Output
from jetenv.cli.registry import Verb

VERBS = {
    "list": Verb("credentials.showing", "list_credentials", "List the credentials of an environment"),
    "which": Verb("credentials.showing", "which", "Say where one credential of an environment comes from"),
    "check": Verb("credentials.checking", "check", "Resolve every reference, and say what is missing"),
    "bind": Verb("credentials.binding", "bind", "Bind a credential to a reference to its secret"),
    "unbind": Verb("credentials.binding", "unbind", "Remove a binding"),
}

EXAMPLES = (
    ("jetenv credentials", "The credentials of the current environment."),
    ("jetenv credentials bind production orders-db-password env:ORDERS_DB_PASSWORD", "Say where a secret is."),
    ("jetenv credentials check", "Whether every environment finds its secrets."),
)


def credentials(
    context: typer.Context,
    verb: Annotated[str | None, command_below(VERBS, "list")] = None,
    json: Json = False,
) -> None:
    """Show and change which secrets an environment uses, by references such as env:NAME; never the secrets.

    An environment uses the bindings of the default environment and no others, or, with `credentials: own` in its
    environment.yaml, its own and no others.
    """
    from jetenv.cli.credentials.showing import current_environment
    from jetenv.environments.project import open_project
    from jetenv.environments.sources.credentials import credentials_of
    from jetenv.reports.credentials import CredentialList

    del verb
    project = open_project(Path.cwd())
    Output.of(context, json).report(CredentialList(credentials_of(project, current_environment(project, None))))
