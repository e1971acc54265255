"""Options and arguments that several commands share, so that they read the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import isnan
from typing import Annotated, Any

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.errors import UsageError

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
NoInput = Annotated[
    bool, typer.Option("--no-input", help="Never ask; refuse where an answer is needed. Also JETENV_NO_INPUT=1.")
]
Environment = Annotated[
    str,
    typer.Argument(
        metavar="ENV",
        help="An environment, by its id or its display name.",
        show_default=False,
        autocompletion=complete_environments,
    ),
]
OneEnvironment = Annotated[
    str | None,
    typer.Argument(
        metavar="ENV",
        help="An environment, by its id or its display name; the current one unless named.",
        show_default=False,
        autocompletion=complete_environments,
    ),
]
FieldOfFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE#FIELD",
        help="A file of the project, where .yaml may be left out, and a field in it: keys with dots before them, list "
        "items in brackets, by id or by position from 0. Quote it, for brackets mean something to a shell.",
        show_default=False,
    ),
]
Message = Annotated[
    str | None,
    typer.Option("--message", "-m", metavar="TEXT", help="The commit message.", show_default=False),
]
AllowUnbound = Annotated[
    bool, typer.Option("--allow-unbound", help="Bring credentials that nobody has bound for the environment, too.")
]


def seconds_option(help: str, most: int) -> Any:
    """The declaration of ``--timeout``, which takes up to ``most`` seconds."""
    return typer.Option(
        "--timeout", metavar="SECONDS", min=0.1, max=most, help=help, show_default=False, callback=_comparable
    )


def _comparable(seconds: float | None) -> float | None:
    if seconds is not None and isnan(seconds):  # a range lets ``nan`` through
        raise typer.BadParameter("nan is no number")
    return seconds


Timeout = Annotated[float | None, seconds_option("How long each secret may take; 10 unless given.", 600)]


def revision(metavar: str, help: str) -> Any:
    """The declaration of an argument that names an environment, a branch or a commit."""
    return typer.Argument(metavar=metavar, help=help, show_default=False, autocompletion=complete_environments)


def command_below(verbs: Iterable[str], otherwise: str) -> Any:
    """The declaration of the argument that stands for one of ``verbs``, the commands below a command.

    What names one is dispatched before the arguments are parsed, so the argument itself is never filled; it is there
    for the help and for completion.
    """
    return typer.Argument(
        metavar="COMMAND",
        help=f"One of the commands below; {otherwise} unless named.",
        show_default=False,
        autocompletion=lambda: list(verbs),
    )


def environment_option(flag: str, help: str) -> Any:
    """The declaration of the option ``flag``, which names an environment."""
    return typer.Option(flag, metavar="ENV", help=help, show_default=False, autocompletion=complete_environments)


def may_ask(no_input: bool) -> bool:
    """Whether a question may be put: ``--no-input`` and ``JETENV_NO_INPUT`` both forbid it."""
    return not no_input and os.environ.get("JETENV_NO_INPUT", "") in ("", "0")


def only_one(**given: bool) -> str | None:
    """The one of these options that is given, None where none is. Raises UsageError where several are."""
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in names)
        raise UsageError(f"{options} exclude each other", hint="give one of them")
    return names[0] if names else None
