"""Many files checked on all cores: processes check a chunk of them at a time and send what they found.

Processes pay from some hundred files on; below, everything is done in this one. Else this one only hands out chunks and
takes verdicts in, so that no process waits for another: each gets its next chunk when it is done with the last, however
fast its core is. What a process that fails for whatever reason had in hand is checked here, which then tells the
error. They end with this process: when it is interrupted they are stopped, and when it is killed their pipe breaks.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jetenv.schemas.verdict import FileVerdict

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from jetenv.schemas.catalog import Catalog

FEWEST = 300
"""Files for which a further process is worth its start."""

_CHUNK = 25
"""Files that a process checks at a time: so few that all are done at about the same moment."""


def check_files(
    paths: Sequence[str], read: Callable[[str], bytes], catalog: Catalog, schemas: Mapping[str, bytes]
) -> list[FileVerdict]:
    """The verdict on each of ``paths``; ``schemas`` are those of the project, from which a process makes ``catalog``.

    Raises SchemaError for a schema that cannot be used.
    """
    workers = min(_cores(), len(paths) // FEWEST)
    if workers < 2:
        return _checked([(path, read(path)) for path in paths], catalog)
    chunks = [paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK)]
    found: dict[str, FileVerdict] = {}
    for verdicts in _together(chunks, read, workers, dict(schemas)):
        found.update((verdict.path, verdict) for verdict in verdicts)
    left = [path for path in paths if path not in found]
    if left:
        found.update((verdict.path, verdict) for verdict in _checked([(path, read(path)) for path in left], catalog))
    return [found[path] for path in paths]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(files: Sequence[tuple[str, bytes]], catalog: Catalog) -> list[FileVerdict]:
    from jetenv.schemas.project_check import check_file

    return [check_file(path, data, catalog) for path, data in files]


def _together(
    chunks: Sequence[Sequence[str]], read: Callable[[str], bytes], workers: int, schemas: dict[str, bytes]
) -> Iterator[list[FileVerdict]]:
    """The verdicts on ``chunks`` of paths, in any order and without those that a process failed to give."""
    import multiprocessing
    from multiprocessing.connection import wait

    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    waiting = deque(chunks)
    started: list[tuple[Any, Connection]] = []
    busy: list[Connection] = []

    def hand_out(pipe: Connection) -> None:
        # A process is given a chunk when it has nothing to do: it reads then, and neither waits for the other.
        with suppress(OSError):
            if waiting:
                pipe.send([(path, read(path)) for path in waiting.popleft()])
                busy.append(pipe)

    try:
        for _ in range(workers):
            ours, theirs = context.Pipe()
            # A forked process holds copies of our ends, and would never see its pipe break.
            inherited = [ours, *(pipe for _, pipe in started)] if context.get_start_method() == "fork" else []
            process = context.Process(target=_work, args=(schemas, theirs, inherited), daemon=True)
            try:
                process.start()
            except OSError:  # no further process may be had
                ours.close()
                break
            finally:
                theirs.close()
            started.append((process, ours))
        for _, pipe in started:
            hand_out(pipe)
        while busy:
            ready = wait(busy)
            for pipe in [each for each in busy if each in ready]:
                busy.remove(pipe)
                verdicts = _received(pipe)
                if verdicts:
                    hand_out(pipe)
                    yield verdicts
    finally:
        for process, pipe in started:
            pipe.close()
            process.terminate()
            process.join()


def _received(pipe: Connection) -> list[FileVerdict]:
    """The verdicts that a process has sent; none where it has failed."""
    import json

    try:
        return [FileVerdict.from_text(text) for text in json.loads(pipe.recv_bytes())]
    except (EOFError, OSError, ValueError):
        return []


def _work(schemas: dict[str, bytes], pipe: Connection, inherited: Sequence[Connection]) -> None:
    """What a process does: check the chunks that it is sent and send the verdicts, until the pipe is closed."""
    import gc
    import json
    import signal

    from jetenv.schemas.catalog import Catalog

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    for each in inherited:
        each.close()
    gc.freeze()  # what was there before stays, and is shared with the other process as long as nobody touches it
    with suppress(EOFError, OSError, Exception):  # the process that asked checks the chunk itself, and tells
        catalog = Catalog.builtin().with_project(schemas)
        while files := pipe.recv():
            verdicts = _checked(files, catalog)
            pipe.send_bytes(json.dumps([each.to_text() for each in verdicts]).encode())
    pipe.close()
