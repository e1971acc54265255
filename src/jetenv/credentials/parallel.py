"""Many references at a time, each given up when it takes too long."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress

from jetenv.credentials.masking import Secret
from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError, find_resolver, resolve

_AT_ONCE = 64
_GRACE = 0.5  # seconds for a resolver to say itself that its store did not answer in time

Resolved = Secret | ResolutionError


def resolve_all(references: Iterable[Reference], context: Context) -> Mapping[Reference, Resolved]:
    """What each reference resolves to, the same one once: its secret, or why there is none. Raises nothing.

    Threads of resolvers that hang are left behind: they end with the process.
    """
    run = _Run(tuple(dict.fromkeys(references)), context)
    return run.results()


class _Run:
    def __init__(self, references: tuple[Reference, ...], context: Context) -> None:
        self._context = context
        self._waiting = deque(references)
        self._started: dict[Reference, float] = {}
        self._found: dict[Reference, Resolved] = {}
        self._order = references
        self._changed = threading.Condition()

    def results(self) -> Mapping[Reference, Resolved]:
        patience = self._context.timeout + _GRACE
        for scheme in {each.scheme for each in self._order}:
            with suppress(ResolutionError):
                find_resolver(scheme)  # before the threads start, so that they do not all look for it at the same time
        for _ in range(min(len(self._order), _AT_ONCE)):
            self._start_thread()
        with self._changed:
            while len(self._found) < len(self._order):
                now = time.monotonic()
                for late in [each for each, began in self._started.items() if now - began >= patience]:
                    self._give_up(late)
                due = min(self._started.values(), default=now) + patience
                self._changed.wait(max(due - time.monotonic(), 0.01))
            return {each: self._found[each] for each in self._order}

    def _start_thread(self) -> None:
        threading.Thread(target=self._work, name="jetenv-resolver", daemon=True).start()

    def _give_up(self, reference: Reference) -> None:
        """Take a timeout for the answer, and put another thread in the place of the one that hangs."""
        del self._started[reference]
        message = f"{reference}: no answer within {self._context.timeout:g} seconds"
        self._found[reference] = ResolutionError(Cause.TIMEOUT, message, hint="--timeout SECONDS waits longer")
        if self._waiting:
            self._start_thread()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    return
                reference = self._waiting.popleft()
                self._started[reference] = time.monotonic()
            result: Resolved
            try:
                result = resolve(reference, self._context)
            except ResolutionError as error:
                result = error
            with self._changed:
                if self._started.pop(reference, None) is None:
                    return  # given up meanwhile, and another thread has taken over
                self._found[reference] = result
                self._changed.notify()
