"""The root of the command line: options before the command, the root help and the version.

All of it runs before typer is imported, which alone costs five times the start of the interpreter.
"""

from __future__ import annotations

import os

from jetenv.cli.registry import COMMANDS, GROUPS
from jetenv.version import __version__

COLORS = ("auto", "always", "never")

OPTIONS = (
    ("-C DIR", "Run as if started in DIR. Repeatable, as with git"),
    ("--color WHEN", "Use colours: auto, always or never  [default: auto]"),
    ("--debug", "Show the traceback of an error"),
    ("--version", "Print the version"),
    ("-h, --help", "Print this help"),
)
FLAGS = ("-C", "--color", "--debug", "--version", "--help")


class Options:
    """What stands before the command, and the command line behind it (``rest``, the command first)."""

    __slots__ = ("color", "debug", "directories", "help", "rest", "version")

    def __init__(self) -> None:
        self.directories: list[str] = []
        self.color = "auto"
        self.debug = False
        self.help = False
        self.version = False
        self.rest: list[str] = []

    def read_environment(self) -> None:
        """Take what ``JETENV_COLOR`` and ``JETENV_DEBUG`` say; options given later win.

        Raises UsageError for a colour setting that does not exist.
        """
        self.debug = os.environ.get("JETENV_DEBUG", "") not in ("", "0")
        if color := os.environ.get("JETENV_COLOR"):
            self.color = _color(color, "JETENV_COLOR")

    def read_arguments(self, argv: list[str]) -> None:
        """Take the options before the command from ``argv``.

        Raises UsageError for an unknown option or a missing value.
        """
        position = 0
        while position < len(argv) and argv[position].startswith("-") and argv[position] != "-":
            name, equals, value = argv[position].partition("=")
            position += 1
            if name in ("-C", "--color"):
                if not equals:
                    if position == len(argv):
                        raise _usage(f"option '{name}' needs a value", _meaning(name))
                    value = argv[position]
                    position += 1
                if name == "-C":
                    self.directories.append(value)
                else:
                    self.color = _color(value, name)
            elif argv[position - 1] == "--debug":
                self.debug = True
            elif argv[position - 1] == "--version":
                self.version = True
            elif argv[position - 1] in ("-h", "--help"):
                self.help = True
            else:
                raise _unknown_option(name, argv[position:])
        self.rest = argv[position:]


def usage() -> str:
    """The usage line."""
    return "Usage: jetenv [-C DIR] [--color WHEN] [--debug] COMMAND [ARGUMENTS]"


def help_text() -> str:
    """The root help: the commands grouped by task, then the options."""
    lines = ["jetenv keeps the environments of a low-code project in git.", "", usage()]
    width = max(map(len, COMMANDS)) + 2
    for group in GROUPS:
        lines += ["", f"{group}:"]
        lines += [f"  {row.name:<{width}}{row.summary}" for row in COMMANDS.values() if row.group == group]
    lines += ["", "Options before the command:"]
    lines += [f"  {option:<14}{meaning}" for option, meaning in OPTIONS]
    lines += ["", "`jetenv COMMAND --help` explains a command and shows examples.", ""]
    return "\n".join(lines)


def version_text() -> str:
    """The line that ``--version`` prints."""
    return f"jetenv {__version__}\n"


def _color(value: str, source: str) -> str:
    if value not in COLORS:
        raise _usage(f"{source} is '{value}'", "use auto, always or never")
    return value


def _meaning(flag: str) -> str:
    return next(f"{option}: {meaning}" for option, meaning in OPTIONS if option.split(" ")[0] == flag)


def _unknown_option(name: str, behind: list[str]) -> Exception:
    from jetenv.errors import did_you_mean

    verb = next((word for word in behind if word in COMMANDS), None)
    close = did_you_mean(name, FLAGS, cutoff=0.7)
    if close:
        hint = f"did you mean '{close}'?"
    elif verb:
        hint = f"options of a command stand behind it: `jetenv {verb} {name}`"
    else:
        hint = "`jetenv --help` lists the options before the command"
    return _usage(f"no such option '{name}' before the command", hint)


def _usage(message: str, hint: str) -> Exception:
    from jetenv.errors import UsageError

    return UsageError(message, hint=hint)
