"""One command: its function becomes a parser, reads its arguments and runs.

The command is built alone, never as a group of all of them, so that only its own module is imported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

import typer
import typer.core
import typer.main

from jetenv.cli.registry import COMMANDS, Verb
from jetenv.cli.root import Options
from jetenv.errors import UsageError, did_you_mean


class Command(typer.core.TyperCommand):
    """A command whose help has a plain usage line, lists the commands below it and ends in examples."""

    examples: tuple[tuple[str, str], ...] = ()
    verbs: Mapping[str, Verb] = {}

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The arguments as their names, in brackets where they may be left out."""
        pieces = [self.options_metavar] if self.options_metavar else []
        for param in self.get_params(ctx):
            if isinstance(param, typer.core.TyperArgument):
                name = param.make_metavar(ctx)
                pieces.append(name if param.required else f"[{name}]")
        return pieces

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The commands below this one, then the examples: each command line and what it does."""
        super().format_epilog(ctx, formatter)
        if self.verbs:
            with formatter.section("Commands"):
                formatter.write_dl([(name, verb.summary) for name, verb in self.verbs.items()])
        if self.examples:
            with formatter.section("Examples"):
                for line, meaning in self.examples:
                    formatter.write(f"  {line}\n      {meaning}\n")


def dispatch(name: str, arguments: list[str], options: Options) -> int:
    """Run the command ``name`` of the table, or one below it; its exit code.

    Raises whatever the command raises, UsageError for a command below it that is not there, and typer's exceptions for
    arguments that cannot be understood.
    """
    name, arguments = below(name, arguments)
    if options.help:
        arguments = ["--help"]
    command = command_of(name)
    with _directory(options.directories):
        try:
            with command.make_context(f"jetenv {name}", list(arguments), obj=options) as context:
                from jetenv.repository.interrupts import watch  # help has no use for it, and start-up counts

                watch()
                return int(command.invoke(context) or 0)
        except typer.Exit as end:
            return end.exit_code


def below(name: str, arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The command and its arguments, of which the first word may name one below ``name``: ``members invite``.

    Options may stand before that word, for those of a command with others below it take no value. Raises UsageError
    where there is none of that name.
    """
    verbs = verbs_of(name)
    word = next((each for each in arguments if not each.startswith("-")), None) if verbs else None
    if word is None:
        return name, list(arguments)
    if word in verbs:
        at = list(arguments).index(word)
        return f"{name} {word}", [*arguments[:at], *arguments[at + 1 :]]
    meant = did_you_mean(word, verbs)
    raise UsageError(
        f"'{name} {word[:80]}' is not a jetenv command",
        hint=f"did you mean '{name} {meant}'?" if meant else f"there are {', '.join(verbs)}",
    )


def verbs_of(name: str) -> Mapping[str, Verb]:
    """The commands below the command ``name``; its module is imported."""
    found: Mapping[str, Verb] = getattr(import_module(COMMANDS[name].module), "VERBS", {})
    return found


def command_of(name: str) -> Command:
    """The parser of the command ``name``, perhaps one below another (``members invite``), with its module imported."""
    name, _, word = name.partition(" ")
    row = COMMANDS[name]
    if not word:
        module = import_module(row.module)
        command = _built(name, module, row.function)
        command.verbs, command.examples = verbs_of(name), module.EXAMPLES
        return command
    verb = verbs_of(name)[word]
    module = import_module(verb.module)
    command = _built(f"{name} {word}", module, verb.function)
    command.examples = module.EXAMPLES[word]
    return command


def _built(name: str, module: ModuleType, function: str) -> Command:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    settings = {"help_option_names": ["-h", "--help"]}
    app.command(name, cls=Command, context_settings=settings)(getattr(module, function))
    command = typer.main.get_command(app)
    assert isinstance(command, Command)
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
