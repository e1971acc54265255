"""Questions: only to a person at a terminal, and never where an option has answered already."""

from __future__ import annotations

import sys

from jetenv.cli.options import may_ask
from jetenv.errors import RefusedError, UsageError


def confirm(question: str, *, yes: bool, no_input: bool) -> None:
    """Go on only if the person says yes; ``question`` is printable and ends without its mark.

    Raises UsageError where nobody can be asked, and RefusedError when the answer is no.
    """
    if yes:
        return
    if not can_ask(no_input):
        raise UsageError("this needs a confirmation, and there is nobody to ask", hint="add `--yes` to do it")
    if (ask(f"{question}? [y/N] ") or "").strip().lower() not in ("y", "yes"):
        raise RefusedError("not confirmed, so nothing was changed")


def can_ask(no_input: bool) -> bool:
    """Whether a question may be put, and a person is there to read it."""
    return may_ask(no_input) and _is_terminal()


def ask(question: str) -> str | None:
    """The line that the person answers, without its end; None where the input ended."""
    sys.stderr.write(question)
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:  # ^D leaves the cursor on the line of the question
        sys.stderr.write("\n")
        return None
    return answer.removesuffix("\n")


def _is_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
