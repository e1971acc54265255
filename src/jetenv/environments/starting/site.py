"""The folder in which a project is started, and leaving it as it was where that fails."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError


@dataclass(frozen=True, slots=True)
class Site:
    """Where a project is to be.

    ``root`` is absolute. ``created`` is the topmost folder that has to be made for it, None where it exists.
    ``content`` is whether it holds anything beside a git directory.
    """

    root: Path
    is_repository: bool
    created: Path | None
    content: bool


def find_site(directory: Path) -> Site:
    """What stands at ``directory``. Nothing is made or changed.

    Raises RefusedError where it is a file, or a folder with content in the middle of another repository, and
    JetenvError where it cannot be read.
    """
    root = directory.absolute()
    missing = [folder for folder in (root, *root.parents) if not folder.exists()]
    above = missing[-1].parent if missing else root
    if not above.is_dir():
        raise RefusedError("a project needs a folder, and this is a file", where=str(above), hint="name another folder")
    if missing:
        return Site(root, is_repository=False, created=missing[-1], content=False)
    try:
        names = {path.name for path in root.iterdir()}
    except OSError as error:
        raise JetenvError(f"the folder cannot be read: {error.strerror}", where=str(root)) from error
    is_repository = ".git" in names or (names >= {"HEAD", "objects", "refs"})
    if names and not is_repository:
        _refuse_inside_another(root)
    return Site(root, is_repository, created=None, content=bool(names - {".git"}))


def _refuse_inside_another(root: Path) -> None:
    from jetenv.repository.opening import open_repository

    try:
        outer = open_repository(root).workdir
    except JetenvError:
        return
    if outer is not None:
        raise RefusedError(
            f"this folder belongs to the repository {outer}, and a project is a whole repository",
            where=str(root),
            hint=f"adopt that repository with `jetenv init {shlex.quote(str(outer))}`, or start in an empty folder",
        )


@contextmanager
def undo_on_failure(site: Site) -> Iterator[None]:
    """Where the block raises, remove the repository, files and folders that were made for ``site``."""
    adds_to_folder = site.created is None and not site.is_repository
    before = set(site.root.rglob("*")) if adds_to_folder else set()
    try:
        yield
    except BaseException:
        if site.created is not None:
            shutil.rmtree(site.created, ignore_errors=True)
        elif adds_to_folder:
            _remove_tracked(site.root, before)
            shutil.rmtree(site.root / ".git", ignore_errors=True)
        raise


def _remove_tracked(root: Path, before: Set[Path]) -> None:
    """Remove the files of the new repository's index that were not there before, and the folders made for them."""
    from jetenv.repository.listing import tracked_files

    for file in (root / path for path in tracked_files(root / ".git", root)):
        if file in before:
            continue
        with suppress(OSError):
            file.unlink(missing_ok=True)
            for folder in file.parents:
                if folder == root or folder in before:
                    break
                folder.rmdir()  # raises where it holds anything else
