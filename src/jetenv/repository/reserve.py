"""Disk space held before a step that must not stop half-way for want of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jetenv.repository.failures import git_errors

_PIECE = bytes(1 << 20)


@contextmanager
def disk_space(folder: Path, sizes: Iterable[int], doing: str) -> Iterator[None]:
    """Hold the space of files of ``sizes`` bytes on the disk of ``folder``; it is free again when the block ends.

    A file without a name holds it, so that a crash leaves nothing behind. Where the file system compresses or copies on
    write that is not certain. Raises JetenvError where there is less.
    """
    with git_errors(doing):
        block = os.statvfs(folder).f_frsize
        left = sum(-(-size // block) * block for size in sizes)
        holder = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  the block below closes it
    try:
        with git_errors(doing):
            while left > 0:  # a disk that is filling up takes a part first
                left -= holder.write(_PIECE[:left])
        yield
    finally:
        holder.close()
