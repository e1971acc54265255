"""Answers to the shell's completion: commands from the table, options and arguments from the one command typed.

The protocol and the scripts are typer's. ``JETENV_COMPLETE`` carries the instruction, as ``complete_bash``.
"""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import typer
import typer.core
import typer.main

# Without these names typer offers completion only as two options of the root, which is not built here.
from typer.completion import (  # type: ignore[attr-defined]
    completion_init,
    get_completion_script,
    shell_complete,
)

from jetenv.cli.registry import COMMANDS
from jetenv.cli.root import COLORS

VARIABLE = "JETENV_COMPLETE"


class _Commands(typer.core.TyperGroup):
    """All commands: rows of the table while they are listed, the real one as soon as it is typed."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ARG002 the name is typer's
        from jetenv.cli.dispatch import below, command_of

        name, rest = below(args[0], args[1:])
        return name, command_of(name), rest


def complete(instruction: str) -> int:
    """Print the candidates that the shell asks for; the exit code is 1 where there is no answer.

    Nothing is said on stderr, for it would land in the middle of the line that is being typed.
    """
    app = typer.Typer(cls=_Commands, add_completion=False, rich_markup_mode=None)
    app.callback()(_options)
    group = typer.main.get_group(app)
    for row in COMMANDS.values():
        group.add_command(typer.core.TyperCommand(row.name, short_help=row.summary))
    with contextlib.suppress(Exception):
        completion_init()
        return shell_complete(group, {}, "jetenv", VARIABLE, instruction)
    return 1


def script(shell: str) -> str:
    """The script that teaches ``shell`` (bash, zsh or fish) to complete jetenv."""
    return str(get_completion_script(prog_name="jetenv", complete_var=VARIABLE, shell=shell)) + "\n"


def _options(
    directory: Annotated[list[str] | None, typer.Option("-C", help="Run as if started there.")] = None,
    color: Annotated[str, typer.Option("--color", autocompletion=lambda: list(COLORS))] = "auto",
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """The options before the command; ``jetenv.cli.root`` is what reads them when a command runs."""
