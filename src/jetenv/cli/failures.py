"""Exceptions to messages and exit codes.

Every failure reads the same: ``error:`` what and why, ``-->`` where, ``hint:`` what to do next. With ``--json``
the same stands as one object on stdout.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from jetenv.cli.output import Output, without_secrets
from jetenv.cli.root import FLAGS, OPTIONS, Options
from jetenv.errors import ExitCode, JetenvError
from jetenv.reports.style import printable
from jetenv.repository.interrupts import interrupt_seen

_OS_HINTS = {
    errno.ENOSPC: "free some space, then run the command again",
    errno.EDQUOT: "free some space, then run the command again",
    errno.EROFS: "the file system is mounted read-only: use a writable copy of the repository",
    errno.EACCES: "check the permissions of that path",
    errno.EPERM: "check the permissions of that path",
    errno.EMFILE: "raise the limit of open files: ulimit -n",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as a person or a program reads it. ``kind`` is stable; ``usage`` is the usage line, if it helps."""

    message: str
    kind: str
    exit_code: ExitCode
    where: str | None = None
    hint: str | None = None
    usage: str | None = None


def report(error: BaseException, options: Options, argv: list[str]) -> int:
    """Say on stderr (and with ``--json`` on stdout) what went wrong; the exit code."""
    if isinstance(error, BrokenPipeError):
        return ExitCode.PIPE
    failure = failure_of(error)
    if options.debug and not isinstance(error, KeyboardInterrupt):
        import traceback

        told = without_secrets("".join(traceback.format_exception(error)))
        if sys.stderr is not None:
            sys.stderr.write(told)
    arguments = argv[: argv.index("--")] if "--" in argv else argv
    output = Output(color=options.color, as_json="--json" in arguments)
    output.message(text(failure, output))
    if output.as_json:
        with suppress(OSError):  # where stdout is what failed, the message has said so
            output.document({"error": _data(failure)})
    return failure.exit_code


def failure_of(error: BaseException) -> Failure:
    """What ``error`` means to the person who ran the command."""
    if isinstance(error, KeyboardInterrupt):
        return Failure("interrupted", "interrupted", ExitCode.INTERRUPTED)
    if isinstance(error, JetenvError):
        return Failure(error.message, _kind(error), error.exit_code, error.where, error.hint)
    if isinstance(error, OSError) and error.errno is not None:
        return _of_os_error(error)
    if hasattr(error, "format_message"):
        return _of_usage(error)
    if _is_of_interrupt(error) or interrupt_seen():
        return Failure("interrupted", "interrupted", ExitCode.INTERRUPTED)
    if isinstance(error, MemoryError):
        return Failure("out of memory", "internal", ExitCode.INTERNAL, _last_place(error), _DEBUG_HINT)
    detail = str(error).splitlines()
    message = f"internal error: {type(error).__name__}" + (f": {detail[0]}" if detail else "")
    return Failure(message, "internal", ExitCode.INTERNAL, _last_place(error), _DEBUG_HINT)


_DEBUG_HINT = "this is a fault of jetenv: run it again as `jetenv --debug ...` and report what it prints"


def _is_of_interrupt(error: BaseException) -> bool:
    """Whether a ^C is behind an error, as where it hits the interpreter in the middle of making a class.

    A library written in Rust tells of it in the text of its panic only.
    """
    if type(error).__name__ == "PanicException" and "'KeyboardInterrupt'" in str(error):
        return True
    behind = error.__cause__ or error.__context__
    return isinstance(behind, KeyboardInterrupt) or (behind is not None and _is_of_interrupt(behind))


def _kind(error: JetenvError) -> str:
    if type(error) is JetenvError:
        return "failed"
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _of_os_error(error: OSError) -> Failure:
    if isinstance(error, FileNotFoundError) and error.filename in ("git", "ssh-keygen"):
        return Failure(
            f"{error.filename} is not installed, or not on PATH",
            "failed",
            ExitCode.FAILED,
            hint=f"install {error.filename}, then run the command again",
        )
    if error.errno == errno.ENOENT and error.filename is None and not _has_current_directory():
        return Failure(
            "the current directory is gone", "failed", ExitCode.FAILED, hint="change to a directory that exists"
        )
    reason = os.strerror(error.errno or 0)
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None
    return Failure(reason[:1].lower() + reason[1:], "failed", ExitCode.FAILED, where, _OS_HINTS.get(error.errno or 0))


def _has_current_directory() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  Path.cwd() is the same call behind an import
    except OSError:
        return False
    return True


def _of_usage(error: BaseException) -> Failure:
    """A complaint of the option parser in the words and the form of all other failures."""
    message = str(error.format_message())  # type: ignore[attr-defined]
    possibilities = getattr(error, "possibilities", None)
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help` explains the command" if context else None
    if context and (option := getattr(error, "option_name", None)):
        if possibilities is not None or message.startswith("No such option"):
            message = f"no such option '{option}'"
        if option in FLAGS:
            written = next((each for each, _ in OPTIONS if each.split(" ")[0] == option), option)
            hint = f"it stands before the command: `jetenv {written} {context.info_name.partition(' ')[2]}`"
        elif possibilities:
            hint = "did you mean " + " or ".join(f"'{candidate}'" for candidate in sorted(possibilities)) + "?"
    message = re.sub(r"^Got unexpected extra argument\(s\) \((.*)\)$", r"unexpected argument '\1'", message)
    usage = context.get_usage() if context else None
    return Failure(message[:1].lower() + message[1:].rstrip("."), "usage", ExitCode.USAGE, hint=hint, usage=usage)


def _last_place(error: BaseException) -> str | None:
    """The innermost line of jetenv that ``error`` passed through, as ``path:line`` inside the package."""
    place = None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        _, found, inside = trace.tb_frame.f_code.co_filename.rpartition(f"{os.sep}jetenv{os.sep}")
        if found:
            place = f"jetenv/{inside}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def text(failure: Failure, output: Output) -> str:
    """What stderr shows of ``failure``."""
    paint = output.message_style.paint
    if failure.kind == "interrupted":
        return failure.message
    lines = [paint("error:", "red", "bold") + f" {printable(failure.message)}"]
    if failure.where:
        lines.append(paint("  -->", "cyan") + f" {printable(failure.where)}")
    if failure.usage:
        lines.append(f"  {printable(failure.usage)}".replace("Usage:", "usage:"))
    if failure.hint:
        lines.append(paint("hint:", "cyan") + f" {printable(failure.hint)}")
    return "\n".join(lines)


def _data(failure: Failure) -> dict[str, object]:
    return {
        "message": failure.message,
        "where": failure.where,
        "hint": failure.hint,
        "kind": failure.kind,
        "exit_code": int(failure.exit_code),
    }
