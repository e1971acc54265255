"""Files that people send each other: read as what they are and no more than a few bytes, never written over another."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError

STDIN = "-"


def read_sent(name: str, limit: int, what: str) -> bytes:
    """The bytes of the file ``name`` (``-``: standard input), which ``what`` names in messages: ``a request to join``.

    Raises JetenvError where it is missing, no regular file (a symbolic link is none) or has more than ``limit`` bytes.
    """
    if name == STDIN:
        data = sys.stdin.buffer.read(limit + 1) if sys.stdin is not None else b""
        return _bounded(data, limit, name, what)
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise JetenvError(f"this is no regular file, so it is not {what}", where=name)
            return _bounded(file.read(limit + 1), limit, name, what)
    except OSError as error:
        if os.path.islink(name):  # noqa: PTH114  # says no where a path cannot even be asked about
            raise JetenvError(
                f"this is a symbolic link, and {what} is read from a file itself", where=name, hint="name that file"
            ) from error
        reason = (error.strerror or str(error)).lower()
        raise JetenvError(f"{what} cannot be read: {reason}", where=name) from error
    except ValueError as error:
        raise JetenvError(f"{what} cannot be read: this is no name of a file", where=repr(name)) from error


def write_sent(path: Path, data: bytes) -> None:
    """Write a new file. Raises RefusedError where something stands there and JetenvError where it cannot be written."""
    written = False
    try:
        with path.open("xb") as file:
            written = True
            file.write(data)
    except FileExistsError as error:
        raise RefusedError("there is a file of that name already", where=str(path), hint="name another one") from error
    except BaseException as error:
        if written:
            with suppress(OSError):
                path.unlink()
        if isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            raise JetenvError(f"the file cannot be written: {reason}", where=str(path)) from error
        raise


def _bounded(data: bytes, limit: int, name: str, what: str) -> bytes:
    if len(data) > limit:
        raise JetenvError(f"{what} has at most {limit} bytes, and this file has more", where=name)
    if not data.strip():
        raise JetenvError(f"the file is empty, so it is not {what}", where=name)
    return data
