"""Locks between jetenv processes, which the system releases when the last holder ends, however it does."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jetenv.repository.failures import git_errors


@contextmanager
def file_lock(path: Path, patience: float, doing: str) -> Iterator[tuple[int, ...]]:
    """The lock at ``path``, as its file descriptor; empty where it was not to be had within ``patience`` seconds.

    It lives as long as any process keeps the descriptor open: a git that outlives a killed jetenv holds it too.
    ``doing`` says what for, as a noun phrase.
    """
    with git_errors(doing):
        path.parent.mkdir(exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    yield ()
                    return
                time.sleep(0.05)
        yield (lock,)
    finally:
        os.close(lock)
