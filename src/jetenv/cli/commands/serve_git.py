"""``jetenv serve-git``: serve a repository over SSH, to each key what its holder may see."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import UsageError

EXAMPLES = (
    ("jetenv serve-git --authorized-keys --repository /srv/orders.git", "Print the lines that let the members in."),
    (
        'jetenv serve-git --stdio --repository /srv/orders.git --key "$KEY"',
        "What such a line runs: answer what sshd has in SSH_ORIGINAL_COMMAND.",
    ),
)


def serve_git(
    context: typer.Context,
    repository: Annotated[
        Path, typer.Option("--repository", metavar="PATH", help="The bare repository to serve.", show_default=False)
    ],
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Serve one fetch or push, as a forced command of sshd.")
    ] = False,
    authorized_keys: Annotated[
        bool, typer.Option("--authorized-keys", help="Print a line of authorized_keys for each key of a member.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="With --stdio: the public key that was let in.", show_default=False),
    ] = None,
    isolated: Annotated[
        bool,
        typer.Option("--isolated", help="Serve from a copy that has nothing but what the key may see."),
    ] = False,
    json: Json = False,
) -> int:
    """Serve a bare repository over SSH so that each key sees the environments it is invited to, and pushes as itself.

    The lines of --authorized-keys belong into the file of that name of the account that owns the repository, or come
    fresh from this command as the AuthorizedKeysCommand of sshd.
    """
    from jetenv.environments.serving import serve_git as use_case
    from jetenv.reports.serve_git import AuthorizedKeys

    if stdio == authorized_keys:
        problem = "exclude each other" if stdio else "say what to do, and none is given"
        raise UsageError(f"--stdio and --authorized-keys {problem}", hint="give one of them")
    if authorized_keys:
        output = Output.of(context, json)
        output.report(AuthorizedKeys(use_case.authorized_keys(repository, isolated=isolated)))
        return 0
    if key is None or json:
        raise UsageError("--stdio needs --key, and speaks git's protocol only")
    return use_case.serve(repository, key, os.environ.get("SSH_ORIGINAL_COMMAND", ""), isolated=isolated)
