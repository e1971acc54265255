"""An environment as plain files: a folder, or an archive that is the same, byte for byte, for the same commit.

What is written is the content that environments share and the folder of the environment itself. Copies of other
environments' folders say nothing on its branch and are left out, as is what is no file (submodules). Archives are in
the pax format (POSIX.1-2001) with paths in order, no owners, and the time of the commit on every entry.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jetenv.environments.model import FOLDER, Environment
from jetenv.environments.project import Project
from jetenv.errors import RefusedError, UsageError
from jetenv.repository.failures import from_os_error
from jetenv.repository.objects import EXECUTABLE, SYMLINK, Oid, TreeEntry

ARCHIVES = (".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written to ``path``.

    ``files`` counts the files and links, ``left_out`` are the paths of submodules. ``digest`` is the SHA-256 of an
    archive in hexadecimal, None for a folder.
    """

    environment: Environment
    path: Path
    files: int
    left_out: tuple[str, ...]
    digest: str | None


def export(project: Project, name: str, target: Path, *, replace: bool = False) -> ExportResult:
    """Write the environment ``name`` to ``target``: an archive where its name ends as one, else a folder.

    It appears as a whole or not at all. Raises UsageError for no environment, RefusedError where something is in the
    way (with ``replace`` an archive is replaced; a folder never is), and JetenvError where it cannot be written.
    """
    environment = project.visible_environment(name)
    if not target.parent.is_dir():
        raise UsageError("the folder to write to does not exist", where=str(target.parent))
    found = [
        (path, entry)
        for path, entry in project.repo.trees.files(project.repo.commits.get(environment.tip).tree)
        if _belongs(path, environment)
    ]
    entries = [(path, entry) for path, entry in found if entry.is_file or entry.mode == SYMLINK]
    left_out = tuple(path for path, entry in found if not (entry.is_file or entry.mode == SYMLINK))
    is_archive = target.name.endswith(ARCHIVES)
    _refuse_existing(target, replaceable=is_archive and replace)
    try:
        digest = _archive(project, environment.tip, entries, target) if is_archive else None
        if not is_archive:
            _folder(project, entries, target)
    except OSError as error:
        raise from_os_error(error, f"writing {target}") from error
    return ExportResult(environment, target, len(entries), left_out, digest)


def _belongs(path: str, environment: Environment) -> bool:
    """Whether ``path`` is shared content, or of the environment's own; what guards signed bytes is of everybody."""
    return not path.startswith(f"{FOLDER}/") or path.startswith(f"{environment.folder}/") or path.count("/") == 1


def _refuse_existing(target: Path, *, replaceable: bool) -> None:
    if target.is_dir() and not target.is_symlink() and not any(target.iterdir()) and not replaceable:
        return
    if os.path.lexists(target) and not (replaceable and target.is_file()):
        raise RefusedError(
            f"{'a folder that is not empty' if target.is_dir() else 'a file'} is there already",
            where=str(target),
            hint="name another place" if target.is_dir() else "name another place, or replace it with --force",
        )


def _archive(project: Project, tip: Oid, entries: list[tuple[str, TreeEntry]], target: Path) -> str:
    with _draft(target) as draft:
        with draft.open("wb") as file, _packed(file, target.name) as stream:
            _write_entries(project, entries, stream, project.repo.commits.get(tip).time)
        with draft.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        draft.replace(target)
    return digest


def _write_entries(project: Project, entries: list[tuple[str, TreeEntry]], stream: IO[bytes], time: int) -> None:
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for path, entry in sorted(entries):
            content = project.repo.trees.read(entry.oid)
            info = tarfile.TarInfo(path)
            info.mtime = time
            info.mode = 0o755 if entry.mode == EXECUTABLE else 0o644
            if entry.mode == SYMLINK:
                info.type, info.linkname = tarfile.SYMTYPE, os.fsdecode(content)
                content = b""
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


@contextmanager
def _packed(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """``file``, compressed where its name says so, without a time or name in the result."""
    if name.endswith(".tar"):
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        yield packed  # type: ignore[misc]  # typeshed has GzipFile as no IO[bytes]


def _folder(project: Project, entries: list[tuple[str, TreeEntry]], target: Path) -> None:
    with _draft(target) as draft:
        draft.mkdir()
        for path, entry in entries:
            file = draft / path
            file.parent.mkdir(parents=True, exist_ok=True)
            content = project.repo.trees.read(entry.oid)
            if entry.mode == SYMLINK:
                file.symlink_to(os.fsdecode(content))
                continue
            file.write_bytes(content)
            if entry.mode == EXECUTABLE:
                file.chmod(0o755)
        draft.replace(target)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A path beside ``target``, in a folder that is gone afterwards with all that is left in it."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield folder / "draft"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
