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

_AT_ONCE = 128  # they wait for stores, which costs nothing here
_GRACE = 0.5  # seconds for a resolver to say itself that its store did not answer in time

Resolved = Secret | ResolutionError


def resolve_all(references: Iterable[Reference], context: Context) -> Mapping[Reference, Resolved]:
    """What each reference resolves to, the same one once: its secret, or why there is none. Raises nothing."""
    resolving = Resolving(context)
    resolving.begin(references)
    return resolving.results()


class Resolving:
    """References that are being resolved while something else is done.

    Threads of resolvers that hang are left behind: they end with the process.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting: deque[Reference] = deque()
        self._started: dict[Reference, float] = {}
        self._found: dict[Reference, Resolved] = {}
        self._order: dict[Reference, None] = {}
        self._threads = 0
        self._changed = threading.Condition()

    def begin(self, references: Iterable[Reference]) -> None:
        """Begin with those of ``references`` that are not begun already. Raises nothing."""
        fresh = [each for each in dict.fromkeys(references) if each not in self._order]
        for scheme in {each.scheme for each in fresh}:
            with suppress(ResolutionError):
                find_resolver(scheme)  # before the threads start, so that they do not all look for it at the same time
        with self._changed:
            self._order.update(dict.fromkeys(fresh))
            self._waiting.extend(fresh)
            for _ in range(min(len(self._waiting), _AT_ONCE - self._threads)):
                self._start_thread()

    def results(self) -> Mapping[Reference, Resolved]:
        """What each came to, in the order in which they were begun: its secret, or why there is none."""
        patience = self._context.timeout + _GRACE
        with self._changed:
            while len(self._found) < len(self._order):
                now = time.monotonic()
                for late in [each for each, began in self._started.items() if now - began >= patience]:
                    self._give_up(late)
                due = min(self._started.values(), default=now) + patience
                self._changed.wait(max(due - time.monotonic(), 0.01))
            return {each: self._found[each] for each in self._order}

    def _start_thread(self) -> None:
        self._threads += 1
        threading.Thread(target=self._work, name="jetenv-resolver", daemon=True).start()

    def _give_up(self, reference: Reference) -> None:
        """Take a timeout for the answer, and put another thread in the place of the one that hangs."""
        del self._started[reference]
        self._threads -= 1
        message = f"{reference}: no answer within {self._context.timeout:g} seconds"
        self._found[reference] = ResolutionError(Cause.TIMEOUT, message, hint="--timeout SECONDS waits longer")
        if self._waiting:
            self._start_thread()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._threads -= 1
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
