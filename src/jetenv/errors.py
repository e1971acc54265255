"""Every error kind, hint and exit code of jetenv in one place.

A ``JetenvError`` means that an operation cannot go on. It is turned into a message and an exit code in
``jetenv.cli.main`` and nowhere else; answers such as conflicts or findings are values, not errors.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line, the same for every command."""

    OK = 0
    NO = 1  # the answer is no: conflicts, violations, invalid, differs with --exit-code
    USAGE = 2
    FAILED = 3
    DENIED = 4  # not permitted or not trusted
    INTERNAL = 70
    INTERRUPTED = 130
    PIPE = 141


class JetenvError(Exception):
    """An operation that cannot go on.

    ``message`` says what happened and why in one sentence without a final stop; ``where`` is
    ``path`` or ``path:line:column``; ``hint`` says what to do next.
    """

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


class UsageError(JetenvError):
    """The command was called in a way that cannot be meant: unknown names, contradicting options."""

    exit_code = ExitCode.USAGE


class RefusedError(JetenvError):
    """The answer is no: the operation is possible, but the content or the state forbids it."""

    exit_code = ExitCode.NO


class DeniedError(JetenvError):
    """The caller lacks a right, or a signature or key is not trusted."""

    exit_code = ExitCode.DENIED
