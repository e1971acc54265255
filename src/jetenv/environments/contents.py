"""The files of a commit, of the index or of the working tree, read alike."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import EXECUTABLE, FILE, SUBMODULE, SYMLINK, Oid, TreeEntry


@dataclass(frozen=True, slots=True)
class Contents:
    """Files by path. ``read`` returns the bytes of an entry; those of the working tree need not be stored in git.

    ``unresolved`` are paths whose conflicts are not resolved yet; they are not among ``files``.
    """

    files: Mapping[str, TreeEntry]
    read: Callable[[Oid], bytes]
    unresolved: tuple[str, ...] = ()

    def get(self, path: str) -> bytes | None:
        """The bytes of the regular file at ``path``, or None."""
        entry = self.files.get(path)
        return self.read(entry.oid) if entry is not None and entry.is_file else None


def in_tree(project: Project, tree: Oid) -> Contents:
    """The files of a tree."""
    return Contents(dict(project.repo.trees.files(tree)), project.repo.trees.read)


def staged(project: Project, file: Path | None = None) -> Contents:
    """The files of the index; ``file`` is another index than that of the working tree."""
    index = project.repo.index.read(file)
    return Contents(index.files, project.repo.trees.read, index.unresolved)


def working(project: Project) -> Contents:
    """The files of the working tree, committed or not, without those that git ignores.

    What a sparse checkout leaves out is read from the index; and files that git knows to hold what is staged are not
    read here, so that this costs what was edited.
    """
    repo, root = project.repo, project.repo.worktree.path
    compared = repo.index.compared()
    index, unchanged = compared.staged, compared.unchanged
    files: dict[str, TreeEntry] = {path: index.files[path] for path in index.absent}
    loose: dict[Oid, bytes] = {}
    known: dict[Oid, str] = {}
    links: dict[str, bool] = {}
    top = str(root)
    modes_count = repo.config.get("core.filemode") != "false"
    for path in (*index.files, *index.unresolved, *compared.untracked):
        if path in index.absent or path.endswith("/") or _behind_link(root, path, links):
            continue
        if path in unchanged:
            entry = files[path] = index.files[path]
            known[entry.oid] = path
            continue
        mode = _mode(f"{top}/{path}")
        if stat.S_ISLNK(mode):
            files[path] = TreeEntry(repo.trees.blob_id(_target(f"{top}/{path}", path)), SYMLINK)
        elif stat.S_ISREG(mode):
            data = _bytes(f"{top}/{path}", path)
            oid = repo.trees.blob_id(data)
            loose[oid] = data
            executable = mode & stat.S_IXUSR if modes_count else _is_executable(index.files.get(path))
            files[path] = TreeEntry(oid, EXECUTABLE if executable else FILE)
        elif path in index.files and index.files[path].mode == SUBMODULE:
            files[path] = index.files[path]

    def read(oid: Oid) -> bytes:
        if oid in loose:
            return loose[oid]
        if oid in known:  # a file is read faster than an object, but it may be another by now
            with suppress(JetenvError):
                data = _bytes(f"{top}/{known[oid]}", known[oid])
                if repo.trees.blob_id(data) == oid:
                    return data
        return repo.trees.read(oid)

    return Contents(dict(sorted(files.items())), read)


def _behind_link(root: Path, path: str, links: dict[str, bool]) -> bool:
    """Whether a folder above ``path`` is a symbolic link: git does not look behind it either."""
    folder = path.rpartition("/")[0]
    if not folder:
        return False
    if folder not in links:
        links[folder] = (root / folder).is_symlink() or _behind_link(root, folder, links)
    return links[folder]


def _mode(file: str) -> int:
    """The kind of what stands there, as ``stat`` has it; 0 for nothing. Plain calls, for there are thousands."""
    try:
        return os.lstat(file).st_mode
    except (OSError, ValueError):
        return 0


def _is_executable(entry: TreeEntry | None) -> bool:
    """What git goes by where the modes of files say nothing: see ``core.fileMode``."""
    return entry is not None and entry.mode == EXECUTABLE


def _target(file: str, path: str) -> bytes:
    """Where a symbolic link points, which git keeps as its content."""
    try:
        return os.fsencode(os.readlink(file))  # noqa: PTH115  as below
    except OSError as error:
        raise JetenvError(f"the link cannot be read: {error.strerror}", where=path) from error


def _bytes(file: str, path: str) -> bytes:
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  a Path costs as much as reading
            return stream.read()
    except OSError as error:
        raise JetenvError(f"the file cannot be read: {error.strerror}", where=path) from error
