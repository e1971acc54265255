"""``jetenv credentials list`` and ``which``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jetenv.cli.options import Environment, Json, OneEnvironment
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from jetenv.environments.project import Project

EXAMPLES = {
    "list": (("jetenv credentials list staging", "What staging uses, and where it comes from."),),
    "which": (("jetenv credentials which staging orders-db-password", "The reference that counts, and why."),),
}

Credential = Annotated[
    str, typer.Argument(metavar="CREDENTIAL", help="The id of a declared credential.", show_default=False)
]


def current_environment(project: Project, name: str | None) -> str:
    """``name``, else the id of the current environment. Raises UsageError where there is none."""
    if name is not None:
        return name
    current = project.current()
    if current is None:
        raise UsageError("no environment is checked out", hint="name one; `jetenv list` shows them")
    return current.id


def list_credentials(
    context: typer.Context,
    environment: OneEnvironment = None,
    json: Json = False,
) -> None:
    """List the credentials that an environment declares or refers to, with the references that count for it."""
    from jetenv.environments.project import open_project
    from jetenv.environments.sources.credentials import credentials_of
    from jetenv.reports.credentials import CredentialList

    project = open_project(Path.cwd())
    found = credentials_of(project, current_environment(project, environment))
    Output.of(context, json).report(CredentialList(found))


def which(context: typer.Context, environment: Environment, credential: Credential, json: Json = False) -> int:
    """Say which reference counts for one credential of an environment, and whose binding it is.

    The exit code is 1 where it is not bound.
    """
    from jetenv.environments.project import open_project
    from jetenv.environments.sources import credentials as use_case
    from jetenv.reports.credentials import Which

    project = open_project(Path.cwd())
    found = use_case.which(project, environment, credential)
    Output.of(context, json).report(Which(project.environment(environment), found))
    return ExitCode.OK if found.reference is not None else ExitCode.NO
