"""Every error kind, hint and exit code of jetenv in one place.

A ``JetenvError`` means that an operation cannot go on. It is turned into a message and an exit code in
``jetenv.cli.main`` and nowhere else; answers such as conflicts or findings are values, not errors.
"""

from __future__ import annotations

from collections.abc import Iterable
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


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Of the ``known`` names, which are looked through in their order, the one that ``name`` was probably meant to be.

    Case, and whether words are joined by ``-``, ``_`` or a space, do not count; the beginning of one name and no other
    is that name. Otherwise it is the closest one by difflib's ratio, if that is at least ``cutoff``. None where none
    is close. Only the first 200 characters of ``name`` are looked at.
    """
    from difflib import get_close_matches  # here, for start-up counts

    form = _form(name[:200])
    by_form: dict[str, str] = {}
    for each in known:
        by_form.setdefault(_form(each), each)
    if form in by_form:
        return by_form[form]
    longer = [each for each in by_form if len(form) > 1 and each.startswith(form)]
    close = longer if len(longer) == 1 else get_close_matches(form, by_form, n=1, cutoff=cutoff)
    return by_form[close[0]] if close else None


def _form(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-")
