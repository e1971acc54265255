"""Files that a crash left between two commits: telling them from somebody's edits, and bringing them to one side."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from jetenv.repository.failures import git_errors
from jetenv.repository.objects import SUBMODULE, SYMLINK, TreeChange, TreeEntry
from jetenv.repository.process import Finished
from jetenv.repository.trees import encode_path


class Settling:
    """The files of one working tree on their way to the ``new`` side of ``changes``."""

    def __init__(
        self, root: Path, changes: Mapping[str, TreeChange], git: Callable[..., Finished], interrupted: bool
    ) -> None:
        """``git`` runs git there with the index that holds the new side; ``interrupted`` as in ``Follow.settle``."""
        self._root = root
        self._changes = {
            path: change
            for path, change in changes.items()
            if not any(entry is not None and entry.mode == SUBMODULE for entry in (change.old, change.new))
        }
        self._git = git
        self._interrupted = interrupted

    def run(self) -> None:
        """Remove and write the files; those that hold somebody's edit stay as they are."""
        doing = f"updating the working tree {self._root}"
        with git_errors(doing):
            ours = [path for path in self._changes if self._is_known(path)]
            for path in ours:
                if self._changes[path].new is None:
                    self._remove(path)
            wanted = [path for path in ours if self._changes[path].new is not None and self._is_free(path)]
            if wanted:
                names = b"\0".join(encode_path(path) for path in wanted)
                self._git("checkout-index", "-u", "-f", "-z", "--stdin", data=names, doing=doing)

    def _is_known(self, path: str) -> bool:
        """Whether the file holds one of the two versions, or nothing at all."""
        file = self._root / path
        change = self._changes[path]
        try:
            mode = file.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return True
        entries = [entry for entry in (change.old, change.new) if entry is not None]
        if stat.S_ISLNK(mode):
            target = os.fsencode(file.readlink())
            return any(entry.mode == SYMLINK and self._blob(entry) == target for entry in entries)
        if not stat.S_ISREG(mode):
            return stat.S_ISDIR(mode)
        content = file.read_bytes()
        kept = self._git("hash-object", "--stdin", f"--path={path}", data=content).stdout.decode("ascii").strip()
        if any(entry.oid == kept for entry in entries):
            return True
        return self._interrupted and any(self._written(path, entry).startswith(content) for entry in entries)

    def _blob(self, entry: TreeEntry) -> bytes:
        return self._git("cat-file", "blob", entry.oid, doing="reading a file's content").stdout

    def _written(self, path: str, entry: TreeEntry) -> bytes:
        """The bytes that git writes into the working tree, after filters and line endings."""
        filtered = self._git("cat-file", "--filters", f"--path={path}", entry.oid, doing="reading a file's content")
        return filtered.stdout

    def _remove(self, path: str) -> None:
        file = self._root / path
        if file.is_dir() and not file.is_symlink():
            return
        file.unlink(missing_ok=True)
        for folder in self._folders_above(path):
            try:
                folder.rmdir()
            except OSError:
                return

    def _is_free(self, path: str) -> bool:
        """Whether writing ``path`` would remove nothing but a version of itself."""
        file = self._root / path
        if file.is_dir() and not file.is_symlink():
            return False
        return not any(folder.is_symlink() or folder.is_file() for folder in self._folders_above(path))

    def _folders_above(self, path: str) -> Iterator[Path]:
        folder = (self._root / path).parent
        while folder != self._root:
            yield folder
            folder = folder.parent
