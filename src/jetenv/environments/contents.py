"""The files of a commit, of the index or of the working tree, read alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import FILE, SUBMODULE, SYMLINK, Oid, TreeEntry


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


def staged(project: Project) -> Contents:
    """The files of the index."""
    files, unresolved, _ = _index(project)
    return Contents(files, project.repo.trees.read, unresolved)


def working(project: Project) -> Contents:
    """The files of the working tree, committed or not, without those that git ignores.

    What a sparse checkout leaves out is read from the index.
    """
    from jetenv.repository.process import run_git

    repo, root = project.repo, project.repo.worktree.path
    indexed, unresolved, absent = _index(project)
    done = run_git(
        "ls-files", "--others", "--exclude-standard", "-z",
        git_dir=repo.path, work_tree=root, doing="listing the working tree", read_only=True,
    )  # fmt: skip
    others = [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]
    files: dict[str, TreeEntry] = {path: indexed[path] for path in absent}
    loose: dict[Oid, bytes] = {}
    links: dict[str, bool] = {}
    for path in (*indexed, *unresolved, *(other for other in others if not other.endswith("/"))):
        if path in absent or _behind_link(root, path, links):
            continue
        file = root / path
        if file.is_symlink():
            files[path] = TreeEntry(repo.trees.blob_id(b""), SYMLINK)
        elif file.is_file():
            data = _bytes(file, path)
            oid = repo.trees.blob_id(data)
            loose[oid] = data
            files[path] = TreeEntry(oid, FILE)
        elif path in indexed and indexed[path].mode == SUBMODULE:
            files[path] = indexed[path]

    def read(oid: Oid) -> bytes:
        return loose[oid] if oid in loose else repo.trees.read(oid)

    return Contents(dict(sorted(files.items())), read)


def _index(project: Project) -> tuple[dict[str, TreeEntry], tuple[str, ...], frozenset[str]]:
    """The resolved entries of the index, the paths in conflict, and the paths that a sparse checkout leaves out."""
    files: dict[str, TreeEntry] = {}
    unresolved: dict[str, None] = {}
    absent: set[str] = set()
    for tag, mode, oid, stage, path in _entries(project):
        if stage != "0":
            unresolved[path] = None
            continue
        files[path] = TreeEntry(Oid(oid), int(mode, 8))
        if tag == "S":
            absent.add(path)
    return files, tuple(unresolved), frozenset(absent)


def _entries(project: Project) -> Iterator[tuple[str, str, str, str, str]]:
    from jetenv.repository.process import run_git

    repo = project.repo
    done = run_git(
        "ls-files", "--stage", "-t", "-z",
        git_dir=repo.path, work_tree=repo.worktree.path, doing="reading the index", read_only=True,
    )  # fmt: skip
    for record in done.stdout.split(b"\0"):
        if record:
            head, _, path = record.partition(b"\t")
            tag, mode, oid, stage = head.decode("ascii").split(" ")
            yield tag, mode, oid, stage, os.fsdecode(path)


def _behind_link(root: Path, path: str, links: dict[str, bool]) -> bool:
    """Whether a folder above ``path`` is a symbolic link: git does not look behind it either."""
    folder = path.rpartition("/")[0]
    if not folder:
        return False
    if folder not in links:
        links[folder] = (root / folder).is_symlink() or _behind_link(root, folder, links)
    return links[folder]


def _bytes(file: Path, path: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise JetenvError(f"the file cannot be read: {error.strerror}", where=path) from error
