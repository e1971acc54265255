"""One command: its function becomes a parser, reads its arguments and runs.

The command is built alone, never as a group of all of them, so that only its own module is imported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import typer
import typer.core
import typer.main

from jetenv.cli.registry import COMMANDS
from jetenv.cli.root import Options
from jetenv.errors import UsageError


class Command(typer.core.TyperCommand):
    """A command whose help has a plain usage line and ends in examples."""

    examples: tuple[tuple[str, str], ...] = ()

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The arguments as their names, in brackets where they may be left out."""
        pieces = [self.options_metavar] if self.options_metavar else []
        for param in self.get_params(ctx):
            if isinstance(param, typer.core.TyperArgument):
                name = param.make_metavar(ctx)
                pieces.append(name if param.required else f"[{name}]")
        return pieces

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The examples: what each does, then the command line."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line, meaning in self.examples:
                    formatter.write(f"  {line}\n      {meaning}\n")


def dispatch(name: str, arguments: list[str], options: Options) -> int:
    """Run the command ``name`` of the table; its exit code.

    Raises whatever the command raises, and typer's exceptions for arguments that cannot be understood.
    """
    command = command_of(name)
    with _directory(options.directories):
        try:
            with command.make_context(f"jetenv {name}", list(arguments), obj=options) as context:
                from jetenv.repository.interrupts import watch  # help has no use for it, and start-up counts

                watch()
                return int(command.invoke(context) or 0)
        except typer.Exit as end:
            return end.exit_code


def command_of(name: str) -> Command:
    """The parser of the command ``name``, with its module imported."""
    module = import_module(COMMANDS[name].module)
    return _built(name, module)


def _built(name: str, module: ModuleType) -> Command:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    function = getattr(module, COMMANDS[name].function)
    app.command(name, cls=Command, context_settings={"help_option_names": ["-h", "--help"]})(function)
    command = typer.main.get_command(app)
    assert isinstance(command, Command)
    command.examples = module.EXAMPLES
    return command


@contextlib.contextmanager
def _directory(directories: list[str]) -> Iterator[None]:
    """Work in the last of ``directories``, each of which is relative to the one before; in the end go back."""
    with contextlib.ExitStack() as stack:
        for directory in directories:
            try:
                stack.enter_context(contextlib.chdir(directory))
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise UsageError(
                    f"cannot change to '{directory}': {reason}", hint="name an existing directory after -C"
                ) from error
        yield
