"""Many files checked on all cores: each process checks a share of them and sends what it found.

Processes pay from some hundred files on; below, everything is done in this one. A process that fails for whatever
reason is made up for by checking its share here, which then tells the error. They end with this process: when it is
interrupted they are stopped, and when it is killed their pipe breaks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jetenv.schemas.verdict import FileVerdict

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from jetenv.schemas.catalog import Catalog

Share = list[tuple[str, bytes]]

FEWEST = 300
"""Files for which a further process is worth its start."""

_CHUNK = 100


def check_files(
    paths: Sequence[str], read: Callable[[str], bytes], catalog: Catalog, schemas: Mapping[str, bytes]
) -> list[FileVerdict]:
    """The verdict on each of ``paths``; ``schemas`` are those of the project, from which a process makes ``catalog``.

    Raises SchemaError for a schema that cannot be used.
    """
    workers = min(_cores(), len(paths) // FEWEST)
    if workers < 2:
        return _checked([(path, read(path)) for path in paths], catalog)
    shares: list[Share] = [[(path, read(path)) for path in paths[start::workers]] for start in range(workers)]
    found = _together(shares, catalog, dict(schemas))
    by_path = {verdict.path: verdict for verdicts in found for verdict in verdicts}
    return [by_path[path] for path in paths]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(share: Share, catalog: Catalog) -> list[FileVerdict]:
    from jetenv.schemas.project_check import check_file

    return [check_file(path, data, catalog) for path, data in share]


def _together(shares: list[Share], catalog: Catalog, schemas: dict[str, bytes]) -> list[list[FileVerdict]]:
    """The first share is checked here, the others in a process each."""
    import multiprocessing

    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    started: list[tuple[Any, Connection]] = []
    try:
        for share in shares[1:]:
            reader, writer = context.Pipe(duplex=False)
            # A forked process holds a copy of the reading end, and would never see its pipe break.
            inherited = reader if context.get_start_method() == "fork" else None
            process = context.Process(target=_work, args=(share, schemas, writer, inherited), daemon=True)
            try:
                process.start()
            except OSError:
                process = None  # no further process may be had
            writer.close()
            started.append((process, reader))
        found = [_checked(shares[0], catalog)]
        for share, (process, reader) in zip(shares[1:], started, strict=True):
            verdicts = _received(reader) if process is not None else []
            found.append(verdicts if len(verdicts) == len(share) else _checked(share, catalog))
        return found
    finally:
        for process, reader in started:
            reader.close()
            if process is not None:
                process.terminate()
                process.join()


def _received(reader: Connection) -> list[FileVerdict]:
    import json

    verdicts: list[FileVerdict] = []
    try:
        while chunk := json.loads(reader.recv_bytes()):
            verdicts += map(FileVerdict.from_data, chunk)
    except (EOFError, OSError, ValueError):
        pass  # too few of them tell
    return verdicts


def _work(share: Share, schemas: dict[str, bytes], writer: Connection, inherited: Connection | None) -> None:
    """What a process does: check ``share`` and send the verdicts, in chunks, then an empty one."""
    import json
    import signal
    from contextlib import suppress

    from jetenv.schemas.catalog import Catalog

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if inherited is not None:
        inherited.close()
    with suppress(OSError, Exception):  # the process that asked checks the share itself, and tells what is wrong
        catalog = Catalog.builtin().with_project(schemas)
        for start in range(0, len(share), _CHUNK):
            verdicts = _checked(share[start : start + _CHUNK], catalog)
            writer.send_bytes(json.dumps([each.to_data() for each in verdicts]).encode())
        writer.send_bytes(b"[]")
    writer.close()
