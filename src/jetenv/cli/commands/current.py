"""``jetenv current``: the name of the current environment, fast enough for a shell prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output, prompt_depth
from jetenv.errors import UsageError

EXAMPLES = (
    ("jetenv current", "The id, such as staging."),
    ("PS1='$(jetenv current --prompt bash) \\$ '", "In ~/.bashrc: the id in its colour, nothing elsewhere."),
)


def current(
    context: typer.Context,
    prompt: Annotated[
        str | None,
        typer.Option(
            "--prompt",
            metavar="SHELL",
            help="For the prompt of bash, zsh or fish: in its colour, and nothing at all where there is none.",
            show_default=False,
            autocompletion=lambda: ["bash", "zsh", "fish"],
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print the id of the environment that is checked out.

    The exit code is 1 where none is: on another branch, or on a detached HEAD.
    """
    if prompt is not None:
        _prompt(context, prompt, json)
        return
    from jetenv.environments.current import current as find_current
    from jetenv.reports.style import printable

    found = find_current(Path.cwd())
    output = Output.of(context, json)
    if output.as_json:
        output.document({"environment": found})
    else:
        output.text(printable(found) + "\n")


def _prompt(context: typer.Context, shell: str, json: bool) -> None:
    from jetenv.environments.current import current_with_color
    from jetenv.reports.prompt import SHELLS, segment

    if shell not in SHELLS:
        raise UsageError(f"there is no prompt for '{shell}'", hint=f"choose {', '.join(SHELLS)}")
    if json:
        raise UsageError("--prompt is text for a shell", hint="leave out --json, or --prompt")
    found = current_with_color(Path.cwd())
    if found is not None:
        name, color = found
        Output.of(context).text(segment(name, color, shell, prompt_depth(context.obj.color)))
