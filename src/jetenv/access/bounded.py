"""A store for what strangers send: objects too large, and trees too wide or deep, are refused before they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jetenv.access.store import Store
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid, TreeChange, TreeEntry

MAX_OBJECT = 16 * 1024 * 1024
"""Bytes of one object that is read: a commit, a folder, a members file, a file that a merge put together."""
MAX_PATHS = 1_000_000
"""Files and folders of one commit. A few small trees that hold each other many times can have billions."""
MAX_DEPTH = 100
"""Folders inside of each other."""


class BoundedStore:
    """``store`` within bounds; ``size`` tells the bytes of an object. Raises JetenvError beyond them."""

    def __init__(self, store: Store, size: Callable[[Oid], int]) -> None:
        self._store = store
        self.size = size
        self._extents: dict[Oid, tuple[int, int]] = {}
        self.shallow = store.shallow
        self.any_merge_base = store.any_merge_base
        self.merge_bases = store.merge_bases
        self.is_ancestor = store.is_ancestor

    def commit(self, oid: Oid) -> bytes:
        """As in Store."""
        self._refuse_large(oid)
        return self._store.commit(oid)

    def read(self, oid: Oid) -> bytes:
        """As in Store."""
        self._refuse_large(oid)
        return self._store.read(oid)

    def entry(self, tree: Oid, path: str) -> TreeEntry | None:
        """As in Store."""
        return self._store.entry(tree, path)

    def children(self, tree: Oid, folder: str = "") -> Mapping[str, TreeEntry]:
        """As in Store."""
        return self._store.children(tree, folder)

    def changes(self, old: Oid | None, new: Oid | None) -> Mapping[str, TreeChange]:
        """As in Store."""
        for tree in (old, new):
            if tree is not None:
                self._refuse_vast(tree)
        return self._store.changes(old, new)

    def _refuse_large(self, oid: Oid) -> None:
        size = self.size(oid)
        if size > MAX_OBJECT:
            raise JetenvError(f"object {oid[:12]} has {size} bytes, and at most {MAX_OBJECT} are read")

    def _refuse_vast(self, tree: Oid) -> None:
        """Count what is below ``tree``, each folder once however often it stands there."""
        stack = [tree]
        while stack:
            at = stack[-1]
            if at in self._extents:
                stack.pop()
                continue
            if len(stack) > MAX_DEPTH:
                raise JetenvError(f"a commit has folders more than {MAX_DEPTH} deep")
            self._refuse_large(at)
            entries = self._store.children(at).values()
            folders = [each.oid for each in entries if each.is_folder]
            missing = next((each for each in folders if each not in self._extents), None)
            if missing is not None:
                stack.append(missing)
                continue
            inside = [self._extents[each] for each in folders]
            paths = len(entries) + sum(each for each, _ in inside)
            depth = 1 + max((each for _, each in inside), default=0)
            if paths > MAX_PATHS or depth > MAX_DEPTH:
                raise JetenvError(f"a commit has more than {MAX_PATHS} files, or folders more than {MAX_DEPTH} deep")
            self._extents[at] = (paths, depth)
