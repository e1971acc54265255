"""``jetenv receive``: what the pre-receive hook runs; see ``jetenv hooks install --server``.

It says yes with exit code 0. Every other end, whatever the reason, makes git refuse the push.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jetenv.errors import JetenvError, UsageError

if TYPE_CHECKING:
    from types import FrameType

    from jetenv.access.push import Refusal

LIMIT = 300
"""Seconds for one push."""
MEMORY = 4 * 1024**3
"""Bytes of address space."""
_MAX_INPUT = 16 * 1024 * 1024
_SHOWN = 5


class _TimeUpError(Exception):
    pass


def run(arguments: list[str]) -> int:
    """Judge the push whose refs stand on standard input: 0 where all of it is taken, 1 otherwise.

    With ``--forward REPOSITORY`` it is pushed on to that one, whose hook judges it.
    """
    if arguments and (arguments[0] != "--forward" or len(arguments) != 2):
        raise UsageError(
            "Usage: jetenv receive [--forward REPOSITORY] < REFS",
            hint="`jetenv hooks install --server` tells git how to call it",
        )
    try:
        _set_limits()
        return _forwarded(arguments[1]) if arguments else _answer()
    except JetenvError as error:
        return _refused([error.message, *([f"hint: {error.hint}"] if error.hint else [])])
    except _TimeUpError:
        return _refused([f"judging it took more than {LIMIT} seconds", "hint: push less at once"])
    except MemoryError:
        return _refused(["judging it takes too much memory", "hint: push less at once"])
    except Exception as error:  # whatever it is, nobody is let through by it
        return _refused([f"it cannot be judged ({type(error).__name__})", "hint: an admin of the server can see why"])


def _set_limits() -> None:
    import resource
    import signal

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a call that does not come back ends with the process
        signal.alarm(10)
        raise _TimeUpError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LIMIT)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _answer() -> int:
    from jetenv.environments.serving.receive import judge

    judgement = judge(_input())
    if not judgement.refusals:
        return 0
    text: list[str] = []
    for refusal in judgement.refusals[:_SHOWN]:
        text += _lines_of(refusal)
    more = len(judgement.refusals) - _SHOWN
    return _refused([*text, *([f"… and {more} more"] if more > 0 else [])])


def _forwarded(repository: str) -> int:
    from pathlib import Path

    from jetenv.environments.serving.receive import forward

    return forward(Path(repository), _input())


def _input() -> bytes:
    lines = sys.stdin.buffer.read(_MAX_INPUT + 1)
    if len(lines) > _MAX_INPUT:
        raise JetenvError("too many refs are pushed at once")
    return lines


def _lines_of(refusal: Refusal) -> list[str]:
    about = " ".join(each for each in (refusal.commit[:12], f"[{refusal.rule}]" if refusal.rule else "") if each)
    lines = [f"{refusal.ref}: {refusal.message}", *([f"  {about}"] if about else [])]
    return [*lines, *([f"  hint: {refusal.hint}"] if refusal.hint else [])]


def _refused(lines: list[str]) -> int:
    from jetenv.reports.style import printable

    for line in ["this push is refused", *lines, "nothing of it was taken"]:
        sys.stderr.write(f"jetenv: {printable(line)[:600]}\n")
    return 1
