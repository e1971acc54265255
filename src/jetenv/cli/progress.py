"""How far a long work is, on one line of a terminal that is gone when the work is done; nowhere else."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from jetenv.cli.output import style_of
from jetenv.reports.style import clipped, printable

_PATIENCE = 0.3  # seconds before anything is shown, and between two numbers
_CLEAR = "\r\x1b[K"


class Progress:
    """Takes the name of what is worked on, the number of the step and how many there are."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._width = (
            style_of(sys.stderr, "never").width if os.environ.get("TERM", "dumb") not in ("", "dumb") else None
        )
        self._next = time.monotonic() + _PATIENCE
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __call__(self, name: str, number: int, total: int) -> None:
        """Show it, if it is time to."""
        if self._width is not None and time.monotonic() >= self._next:
            self._next = time.monotonic() + _PATIENCE
            self._shown = True
            # Of a line that wraps, only the last part would go again.
            shown = clipped(f"{self._doing} {printable(name)}: {number} of {total}", self._width - 1, "")
            sys.stderr.write(_CLEAR + shown)
            sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
