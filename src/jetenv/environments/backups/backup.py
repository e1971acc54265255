"""Reading what ``export`` wrote: a folder or an archive as paths with contents, and nothing that is not a file."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.failures import from_os_error
from jetenv.repository.objects import EXECUTABLE, FILE, SYMLINK

MOST_BYTES = 2**31
"""What a backup may hold once unpacked; a small archive can stand for any amount."""


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file or link: its path with ``/``, git's mode of it, and its content, for a link the path that it names."""

    path: str
    mode: int
    content: bytes


def read_backup(source: Path) -> Iterator[BackupFile]:
    """The files in the folder or archive ``source``, in no order; a git directory in a folder is passed over.

    Raises UsageError where there is neither, RefusedError for devices, hard links, paths that lead out, names given
    twice and more than ``MOST_BYTES``, and JetenvError where it cannot be read.
    """
    if not source.exists():
        raise UsageError("there is no folder or archive to import", where=str(source))
    seen: set[str] = set()
    size = 0
    try:
        for file in _in_folder(source) if source.is_dir() else _in_archive(source):
            if file.path in seen:
                raise RefusedError(f"{file.path} is there twice", where=str(source))
            seen.add(file.path)
            size += len(file.content)
            if size > MOST_BYTES:
                raise RefusedError(f"it holds more than {MOST_BYTES >> 30} GiB", where=str(source))
            yield file
    except (tarfile.TarError, EOFError, zlib.error, ValueError) as error:  # tarfile trusts the numbers of sparse files
        raise JetenvError(
            f"the archive cannot be read: {error}",
            where=str(source),
            hint="a .tar or .tar.gz file is read, or a folder",
        ) from error
    except OSError as error:
        raise from_os_error(error, f"reading {source}") from error


def _in_folder(source: Path) -> Iterator[BackupFile]:
    for folder, folders, names in os.walk(source, onerror=_fail):
        folders[:] = [name for name in folders if name != ".git"]
        for name in (*names, *(each for each in folders if (Path(folder) / each).is_symlink())):
            file = Path(folder) / name
            path = file.relative_to(source).as_posix()
            if file.is_symlink():
                yield BackupFile(path, SYMLINK, os.fsencode(file.readlink()))
            elif file.is_file():
                yield BackupFile(path, EXECUTABLE if file.stat().st_mode & 0o100 else FILE, file.read_bytes())
            elif name != ".git":
                raise RefusedError(f"{path} is neither a file nor a folder", where=str(source))


def _fail(error: OSError) -> None:
    """Raise ``error``: what is passed over would be removed where the backup is restored."""
    raise error


def _in_archive(source: Path) -> Iterator[BackupFile]:
    with tarfile.open(source, mode="r|gz" if source.name.endswith((".gz", ".tgz")) else "r|") as archive:
        for member in archive:
            path = member.name.removeprefix("./").rstrip("/")
            if member.isdir():
                continue
            if not path or path.startswith("/") or ".." in path.split("/"):
                raise RefusedError(f"it has a path that leads out of it: {member.name!r:.80}", where=str(source))
            if member.issym():
                yield BackupFile(path, SYMLINK, os.fsencode(member.linkname))
            elif member.isreg():
                if member.size > MOST_BYTES:
                    raise RefusedError(f"it holds more than {MOST_BYTES >> 30} GiB", where=str(source))
                stream = archive.extractfile(member)
                assert stream is not None
                yield BackupFile(path, EXECUTABLE if member.mode & 0o100 else FILE, stream.read())
            else:
                raise RefusedError(f"{path} is neither a file nor a folder", where=str(source))
