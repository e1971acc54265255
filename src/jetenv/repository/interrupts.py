"""^C: steps that belong together are done together, and one that comes too late to stop anything is dropped."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class _State:
    """What the handler knows of this process."""

    seen = False  # whether ^C has raised
    made = False  # whether the command has changed what it was to change
    dropped = False  # whether ^C came after that


def watch() -> None:
    """Handle ^C from here on; where it is ignored or handled by somebody else, that stays.

    It raises KeyboardInterrupt as ever, except that the first one after ``change_made`` does nothing.
    """
    _State.seen = _State.made = _State.dropped = False
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    if _State.made and not _State.dropped:
        _State.dropped = True  # a second one is meant for whatever hangs
        return
    _State.seen = True
    raise KeyboardInterrupt


def change_made() -> None:
    """Say that the command has changed what it was to change: from here on it ends as done."""
    _State.made = True


def change_is_made() -> bool:
    """Whether ``change_made`` was called."""
    return _State.made


def interrupt_seen() -> bool:
    """Whether ^C was to stop this process. Libraries in C or Rust may make an error of their own of it."""
    return _State.seen


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let ^C and a polite end wait until the block is done, for git processes started in it too."""
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
