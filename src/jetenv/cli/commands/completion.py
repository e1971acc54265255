"""``jetenv completion``: teach a shell to complete jetenv."""

from __future__ import annotations

from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import UsageError

SHELLS = ("bash", "zsh", "fish")

EXAMPLES = (
    ('eval "$(jetenv completion bash)"', "in ~/.bashrc"),
    ("jetenv completion zsh > ~/.zfunc/_jetenv", "with ~/.zfunc in fpath, before compinit"),
    ("jetenv completion fish > ~/.config/fish/completions/jetenv.fish", "once"),
)


def completion(
    context: typer.Context,
    shell: Annotated[
        str,
        typer.Argument(metavar="SHELL", help="bash, zsh or fish.", autocompletion=lambda: list(SHELLS)),
    ],
    json: Json = False,
) -> None:
    """Print the script that completes commands, options and environments in a shell."""
    from jetenv.cli.completing import script

    if shell not in SHELLS:
        raise UsageError(f"there is no completion for '{shell}'", hint="choose bash, zsh or fish")
    output = Output.of(context, json)
    if output.as_json:
        output.document({"shell": shell, "script": script(shell)})
    else:
        output.text(script(shell))
