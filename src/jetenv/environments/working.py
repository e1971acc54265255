"""The working tree as content: which of its files belong to the project, and the tree that a commit would have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from jetenv.environments.file_writing import write_file
from jetenv.environments.model import PROJECT_FILE
from jetenv.environments.project import Project, build_catalog
from jetenv.errors import RefusedError
from jetenv.repository.failures import from_os_error
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.repository.worktree import WorktreeStatus
    from jetenv.schemas.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a commit of the working tree would hold.

    ``tree`` is the tree, ``changed`` the paths in which it differs from HEAD, ``left`` the untracked paths that no
    schema or layout knows, which stay out.
    """

    tree: Oid
    changed: tuple[str, ...]
    left: tuple[str, ...]


def snapshot(project: Project, status: WorktreeStatus) -> Snapshot:
    """What is in the working tree as a tree object; the index stays as it is.

    Every tracked file counts, and every new one that the layout of a project or a schema of it knows.
    """
    catalog = working_catalog(project)
    new = tuple(path for path in status.untracked if belongs(path, catalog))
    left = tuple(sorted(set(status.untracked).difference(new)))
    repo = project.repo
    tree = repo.index.tree_with((*status.unstaged, *new))
    head = project.head.oid
    changed = repo.trees.changes(repo.commits.get(head).tree if head is not None else None, tree)
    return Snapshot(tree, tuple(sorted(changed)), left)


def belongs(path: str, catalog: Catalog) -> bool:
    """Whether an untracked file is one of the project: the layout or a schema of the project knows its path."""
    from jetenv.schemas.project_check import is_checked

    return is_checked(path, catalog)


def working_catalog(project: Project) -> Catalog:
    """The schemas in force for the working tree."""

    def read(path: str) -> bytes | None:
        file = project.repo.worktree.path / path
        return read_file(project, path) if file.is_file() else None

    return build_catalog(read(PROJECT_FILE), read)


def working_files(project: Project) -> Iterator[str]:
    """The paths of all files in the working tree that git tracks or would, in no order."""
    worktree = project.repo.worktree
    for path in worktree.files():
        if (worktree.path / path).is_file():
            yield path


def read_file(project: Project, path: str) -> bytes:
    """The bytes of a file in the working tree.

    Raises RefusedError where ``path`` or a folder on the way is a symbolic link or no regular file.
    """
    file = checked_file(project, path)
    try:
        return file.read_bytes()
    except OSError as error:
        raise from_os_error(error, f"reading {path}") from error


def checked_file(project: Project, path: str) -> Path:
    """Where ``path`` (with ``/``, relative to the project) stands, a regular file that is really inside the project.

    Raises RefusedError otherwise.
    """
    file = project.repo.worktree.path
    names = path.split("/")
    if ".." in names or "" in names:
        raise RefusedError(f"{path} is no file of the project", where=path)
    for name in names:
        file /= name
        if file.is_symlink():
            refuse_link(str(file.relative_to(project.repo.worktree.path)), path)
    if not file.is_file():
        raise RefusedError(f"{path} is {'a folder' if file.is_dir() else 'no file'}", where=path)
    return file


def refuse_link(link: str, path: str) -> NoReturn:
    """Raise RefusedError: ``link``, which is ``path`` or a folder on the way to it, is a symbolic link."""
    raise RefusedError(f"{link} is a symbolic link", where=path, hint="name the file that it points to")


def replace_file(project: Project, path: str, old: bytes, new: bytes) -> None:
    """Give a file of the working tree other content at once or not at all; its permissions stay.

    Raises JetenvError where it no longer holds ``old`` and where it cannot be written.
    """
    write_file(checked_file(project, path), new, expected=old, called=path)
