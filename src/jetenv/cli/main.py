"""argv to exit code: the one place where an exception becomes a message and an exit code."""

from __future__ import annotations

import os
import sys

from jetenv.cli import root
from jetenv.cli.registry import COMMANDS, PLUMBING, suggest


def run() -> None:
    """Entry point of the process; exits with the code of ``main``."""
    try:
        code = _close_stdout(main(sys.argv[1:]))
        _ignore_interrupts()
    except KeyboardInterrupt:  # a second ^C, while the first was being answered
        code = 130
    sys.exit(code)


def main(argv: list[str]) -> int:
    """Run the command line ``argv`` (without the name of the program) and return its exit code."""
    options = root.Options()
    try:
        options.read_environment()
        options.read_arguments(argv)
        return _answer(options)
    except SystemExit:
        raise
    except BaseException as error:  # every failure ends here, as one message; a panic of Rust code is no Exception
        from jetenv.cli import failures

        return failures.report(error, options, argv)


def _answer(options: root.Options) -> int:
    if instruction := os.environ.get("JETENV_COMPLETE"):
        from jetenv.cli.completing import complete

        return complete(instruction)
    if options.version:
        return _say(root.version_text())
    if options.rest[:1] == ["help"]:
        options.help = True
        del options.rest[0]
    if not options.rest:
        if options.help:
            return _say(root.help_text())
        if sys.stderr is not None:
            sys.stderr.write(root.help_text())
        return 2
    name, *arguments = options.rest
    if name in PLUMBING:
        from importlib import import_module

        for directory in options.directories:
            os.chdir(directory)
        return int(import_module(PLUMBING[name]).run(arguments))
    if name not in COMMANDS:
        raise _unknown(name)
    from jetenv.cli.dispatch import dispatch

    return dispatch(name, arguments, options)


def _say(text: str) -> int:
    if sys.stdout is not None:  # None where the caller closed it
        sys.stdout.write(text)
    return 0


def _unknown(name: str) -> Exception:
    from jetenv.errors import UsageError

    close = suggest(name[:80])
    meant = " or ".join(f"'{candidate}'" for candidate in close)
    return UsageError(
        f"'{name[:80]}' is not a jetenv command",
        hint=f"did you mean {meant}?" if close else "`jetenv --help` lists the commands",
    )


def _ignore_interrupts() -> None:
    """Let no ^C change the exit code while the interpreter ends."""
    if "signal" in sys.modules:  # what has not even loaded it ends at once
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _close_stdout(code: int) -> int:
    """Write out what is buffered, so that a full disk or a closed pipe shows in the exit code."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except OSError as error:
        # What could not be written stays in the buffer, and the interpreter would try again on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 141
        if code == 3:
            return code  # an operation that failed, as this one, has been told
        from jetenv.cli import failures

        return failures.report(error, root.Options(), [])
    return code
