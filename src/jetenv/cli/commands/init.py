"""``jetenv init``: start a project, or adopt a repository as one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv init orders", "A new project in the folder orders, with its environment production."),
    ("jetenv init orders --from examples/orders", "The same, beginning with a copy of an example."),
    ("jetenv init --env main", "Adopt the repository at hand, with its branch main as the default."),
)


def init(
    context: typer.Context,
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where; the current folder if left out.", show_default=False)
    ] = Path(),
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The name of the project, instead of the folder's.")
    ] = None,
    example: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="Begin with a copy of that folder.")
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option("--env", metavar="ID", help="The id of the default environment, instead of production."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="PUBKEY", help="The SSH public key file that you sign with."),
    ] = None,
    member: Annotated[
        str | None, typer.Option("--member", metavar="ID", help="Your id as a member, instead of one from your e-mail.")
    ] = None,
    json: Json = False,
) -> None:
    """Start a project with its default environment and you as its admin.

    In a repository that has commits, the default branch becomes the default environment, and no file is changed.

    Commits are signed with SSH. Without --key it is the key that git signs with (user.signingkey), else one of your
    agent or of ~/.ssh, else a new one in your configuration folder.
    """
    from jetenv.environments.starting import init as use_case
    from jetenv.reports.founded import Founded

    result = use_case.init(directory, name=name, example=example, environment=environment, key=key, member=member)
    Output.of(context, json).report(Founded(result))
