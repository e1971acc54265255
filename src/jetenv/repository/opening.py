"""Finding, opening and making a repository."""

from __future__ import annotations

import os
from pathlib import Path

import pygit2

from jetenv.errors import JetenvError
from jetenv.repository.current import not_a_repository
from jetenv.repository.failures import git_errors
from jetenv.repository.process import run_git
from jetenv.repository.repository import Repository

# libgit2 refuses partial clones by default, although only objects that were never fetched are out of its reach.
pygit2.settings.set_extensions(["partialclone"])


def open_repository(start: Path, *, beside: Path | None = None) -> Repository:
    """The repository that ``start`` (a folder or file) belongs to, after what a crash left in it was mended.

    ``beside`` is a folder of objects that are read too.

    Raises JetenvError where there is none, or none that can be read: SHA-256 ids, reftables, another's ownership.
    """
    if not start.exists():
        raise JetenvError("there is no such folder", where=str(start), hint="check the path, as that given with -C")
    with git_errors("opening the repository"):
        ceilings = os.environ.get("GIT_CEILING_DIRECTORIES", "")
        found = pygit2.discover_repository(str(start), False, ceilings)
        if found is None:
            raise not_a_repository(start)
        native = pygit2.Repository(found)
        path = Path(native.path)
        workdir = Path(native.workdir) if native.workdir is not None else None
        if beside is not None:
            native.odb.add_disk_alternate(str(beside))
        repo = Repository(native, path, _common_dir(path), workdir)
    if repo.journal.exists():
        from jetenv.repository.journal import recover  # rare, and start-up counts

        recover(repo)
    return repo


def init_repository(path: Path, branch: str) -> Repository:
    """Make ``path`` a repository whose unborn branch is ``branch``; one that exists already is opened as it is."""
    with git_errors(f"creating a repository in {path}"):
        path.mkdir(parents=True, exist_ok=True)
    run_git(
        "init", "--quiet", f"--initial-branch={branch}", str(path), cwd=path, doing=f"creating a repository in {path}"
    )
    return open_repository(path)


def _common_dir(path: Path) -> Path:
    link = path / "commondir"
    return (path / link.read_text(encoding="utf-8").strip()).resolve() if link.is_file() else path
