"""``jetenv credentials bind`` and ``unbind``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.credentials.showing import Credential
from jetenv.cli.options import Environment, Json
from jetenv.cli.output import Output

EXAMPLES = {
    "bind": (
        ("jetenv credentials bind production slack-webhook env:SLACK_WEBHOOK", "A variable of the environment."),
        ("jetenv credentials bind staging slack-webhook vault:kv/staging/slack#url --own", "A secret of its own."),
    ),
    "unbind": (("jetenv credentials unbind production slack-webhook", "Production has no such secret any more."),),
}


def bind(
    context: typer.Context,
    environment: Environment,
    credential: Credential,
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REFERENCE",
            help="Where the secret is: env:NAME, file:PATH#key, keyring:service/user, vault:mount/path#field, "
            "aws-sm:name#key, aws-ssm:name, age:PATH#key or cmd:name. Never the secret itself.",
            show_default=False,
        ),
    ],
    own: Annotated[
        bool,
        typer.Option("--own", help="Have the environment use its own bindings only, where it used the default one's."),
    ] = False,
    json: Json = False,
) -> None:
    """Bind a credential to a reference to its secret, in one signed commit on the environment."""
    from jetenv.environments.project import open_project
    from jetenv.environments.sources import bind as use_case
    from jetenv.reports.credentials import Bound

    result = use_case.bind(open_project(Path.cwd()), environment, credential, reference, own=own)
    Output.of(context, json).report(Bound(result))


def unbind(context: typer.Context, environment: Environment, credential: Credential, json: Json = False) -> None:
    """Remove the binding of a credential, in one signed commit on the environment."""
    from jetenv.environments.project import open_project
    from jetenv.environments.sources import bind as use_case
    from jetenv.reports.credentials import Bound

    Output.of(context, json).report(Bound(use_case.unbind(open_project(Path.cwd()), environment, credential)))
