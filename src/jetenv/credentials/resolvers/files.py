"""``file:PATH#key``: a file, or one key of it: JSON and YAML by the name of the file, dotenv otherwise.

A relative path starts at the top of the project's working tree and stays in it, without ``..`` and without symbolic
links: who may change the project's files could otherwise point a name of the project at any file of the person who runs
it. A path that is absolute or starts with ``~/`` says in the reference itself what is read, for the reviewer to see.
What git tracks is no place for a secret and is refused.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from jetenv.credentials.fields import pick
from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError

LARGEST = 1 << 20  # bytes


def resolve(reference: Reference, context: Context) -> bytes | str:
    """The content without its last line break, or the value of the key. Raises ResolutionError."""
    data = read(reference, context)
    if reference.field is None:
        return without_last_break(data)
    return pick(data, reference.path, reference.field)


def read(reference: Reference, context: Context, *, tracked: bool = False) -> bytes:
    """The bytes of the file that ``reference`` names; ``tracked`` says that git may have it. Raises ResolutionError."""
    file = _located(reference.path, context)
    if not tracked:
        _refuse_tracked(file, context)
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ResolutionError(Cause.INVALID, "this is no regular file")
            if status.st_size > LARGEST:
                raise ResolutionError(Cause.INVALID, f"the file is larger than {LARGEST >> 20} MiB")
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read(LARGEST)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise ResolutionError(Cause.NOT_FOUND, "there is no such file", hint=_where_from(context)) from None
    except PermissionError:
        raise ResolutionError(Cause.DENIED, "the file may not be read", hint="check its permissions") from None
    except OSError as error:
        raise ResolutionError(Cause.FAILED, (error.strerror or "the file cannot be read").lower()) from None


def without_last_break(data: bytes) -> bytes:
    """``data`` without the line break at its end, which an editor put there."""
    return data.removesuffix(b"\n").removesuffix(b"\r")


def _where_from(context: Context) -> str:
    return f"relative paths start at {context.folder}" if context.folder else "name it by an absolute path"


def _located(path: str, context: Context) -> Path:
    named = Path(context.environ.get("HOME", "~"), path[2:]) if path.startswith("~/") else Path(path)
    if named.is_absolute():
        return named
    if context.folder is None:
        raise ResolutionError(
            Cause.NOT_FOUND, "a bare repository has no files", hint="name it by an absolute path, or run it in a clone"
        )
    file = context.folder
    for part in named.parts:
        file = file / part
        if part == "..":
            raise ResolutionError(
                Cause.NOT_ALLOWED, "a relative path stays in the project", hint="name it by an absolute path, or by ~/…"
            )
        if file.is_symlink():
            raise ResolutionError(
                Cause.NOT_ALLOWED,
                f"{file.relative_to(context.folder)} is a symbolic link, which could lead anywhere",
                hint="name the file it points to, by an absolute path or by ~/…",
            )
    return file


def _refuse_tracked(file: Path, context: Context) -> None:
    if context.folder is None:
        return
    try:
        inside = file.resolve().relative_to(context.folder.resolve())
    except (ValueError, OSError, RuntimeError):
        return
    if context.is_tracked(inside.as_posix()):
        raise ResolutionError(
            Cause.NOT_ALLOWED,
            "the file is tracked by git, so everybody who has the project has the secret",
            hint=f"git rm --cached {inside.as_posix()}, add it to .gitignore, and replace the secret by a new one",
        )
