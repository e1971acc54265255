"""Trees and blobs: reading, comparing and editing them at a cost in proportion to what is touched.

Paths are strings with ``/`` between names and no ``/`` at either end; bytes that are not UTF-8 stand in them as
surrogate escapes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pygit2

from jetenv.errors import JetenvError
from jetenv.repository.failures import git_errors
from jetenv.repository.objects import EMPTY_TREE, FOLDER, Oid, TreeChange, TreeEntry
from jetenv.repository.tree_format import RawEntry, RawTree, format_tree, is_valid_name, parse_tree

_BLOB = int(pygit2.enums.ObjectType.BLOB)
_TREE = int(pygit2.enums.ObjectType.TREE)
_NOTHING: RawTree = {}
_Edits = dict[bytes, "TreeEntry | _Edits | None"]


def encode_path(path: str) -> bytes:
    """``path`` as the bytes that git keeps."""
    return path.encode("utf-8", "surrogateescape")


def decode_path(path: bytes) -> str:
    """The bytes that git keeps as a path, reversibly."""
    return path.decode("utf-8", "surrogateescape")


def _tree_id(content: bytes) -> Oid:
    return Oid(hashlib.sha1(b"tree %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest())


def _entry(raw: RawEntry) -> TreeEntry:
    return TreeEntry(Oid(raw[1].hex()), raw[0])


def _only_removes(edits: _Edits) -> bool:
    return all(edit is None or (isinstance(edit, dict) and _only_removes(edit)) for edit in edits.values())


class Trees:
    """The trees and blobs of one repository."""

    def __init__(self, repo: pygit2.Repository) -> None:
        self._repo = repo
        self._unsaved: dict[str, tuple[int, bytes]] | None = None
        self._load = lru_cache(maxsize=4096)(self._read_tree)

    @contextmanager
    def unsaved(self) -> Iterator[None]:
        """Keep what is written inside of the block in memory, from where it is read; afterwards it is gone."""
        before, self._unsaved = self._unsaved, dict(self._unsaved or {})
        try:
            yield
        finally:
            self._unsaved = before
            self._load.cache_clear()

    def _read_object(self, oid: str, kind: int, name: str) -> bytes:
        with git_errors(f"reading {name} {oid}"):
            unsaved = self._unsaved or {}
            found, data = unsaved[oid] if oid in unsaved else self._repo.odb.read(oid)
            if int(found) != kind:
                raise JetenvError(f"object {oid} is not a {name}", hint="run `git fsck` to see what is wrong")
            return bytes(data)

    def _read_tree(self, oid: str) -> RawTree:
        if oid == EMPTY_TREE:
            return _NOTHING
        return parse_tree(self._read_object(oid, _TREE, "tree"), oid)

    def read(self, oid: Oid) -> bytes:
        """The content of a blob.

        Raises JetenvError when it is missing (as in a partial clone) or not a blob.
        """
        return self._read_object(oid, _BLOB, "blob")

    def size(self, oid: Oid) -> int:
        """How many bytes a blob has. Raises JetenvError when it is missing."""
        with git_errors(f"reading blob {oid}"):
            return int(self._repo.odb.read_header(oid)[1])

    def beside(self, objects: Path) -> Callable[[Oid], bytes]:
        """``read`` for blobs that stand in the folder of objects ``objects`` or in the repository."""
        scratch = pygit2.Odb(str(objects))

        def read(oid: Oid) -> bytes:
            with git_errors(f"reading blob {oid}"):
                return bytes(scratch.read(oid)[1]) if oid in scratch else self.read(oid)

        return read

    def entry(self, tree: Oid, path: str) -> TreeEntry | None:
        """What stands at ``path`` in ``tree``, or None. The empty path is the tree itself."""
        raw: RawEntry = (FOLDER, bytes.fromhex(tree))
        if path:
            for name in encode_path(path).split(b"/"):
                if raw[0] != FOLDER:
                    return None
                found = self._load(raw[1].hex()).get(name)
                if found is None:
                    return None
                raw = found
        return _entry(raw)

    def _folder(self, tree: Oid, folder: str) -> RawTree:
        entry = self.entry(tree, folder)
        return self._load(entry.oid) if entry is not None and entry.is_folder else _NOTHING

    def children(self, tree: Oid, folder: str = "") -> dict[str, TreeEntry]:
        """What stands directly in ``folder``, by name; empty where there is no such folder."""
        return {decode_path(name): _entry(raw) for name, raw in self._folder(tree, folder).items()}

    def files(self, tree: Oid, folder: str = "") -> Iterator[tuple[str, TreeEntry]]:
        """Everything below ``folder`` that is not a folder itself (files, links, submodules), with its full path."""
        prefix = encode_path(folder) + b"/" if folder else b""
        for path, raw in self._leaves(self._folder(tree, folder), prefix):
            yield decode_path(path), _entry(raw)

    def _leaves(self, entries: RawTree, prefix: bytes) -> Iterator[tuple[bytes, RawEntry]]:
        stack = [(prefix, iter(entries.items()))]
        while stack:
            prefix, rest = stack[-1]
            for name, raw in rest:
                if raw[0] == FOLDER:
                    stack.append((prefix + name + b"/", iter(self._load(raw[1].hex()).items())))
                    break
                yield prefix + name, raw
            else:
                stack.pop()

    def changes(self, old: Oid | None, new: Oid | None) -> dict[str, TreeChange]:
        """What differs between two trees, by path and in path order; None is the empty tree.

        Both are walked by object id, so that equal folders are never opened. A file that became a folder is the
        file removed and the files in the folder added.
        """
        found: dict[bytes, tuple[RawEntry | None, RawEntry | None]] = {}
        stack = [(b"", old or EMPTY_TREE, new or EMPTY_TREE)]
        while stack:
            prefix, before, after = stack.pop()
            if before == after:
                continue
            left, right = self._load(before), self._load(after)
            for name in left.keys() | right.keys():
                was, now = left.get(name), right.get(name)
                if was == now:
                    continue
                path = prefix + name
                was_folder, now_folder = was is not None and was[0] == FOLDER, now is not None and now[0] == FOLDER
                if was_folder or now_folder:
                    stack.append(
                        (
                            path + b"/",
                            Oid(was[1].hex()) if was is not None and was_folder else EMPTY_TREE,
                            Oid(now[1].hex()) if now is not None and now_folder else EMPTY_TREE,
                        )
                    )
                if (was is not None and not was_folder) or (now is not None and not now_folder):
                    found[path] = (None if was_folder else was, None if now_folder else now)
        return {
            decode_path(path): TreeChange(_entry(was) if was else None, _entry(now) if now else None)
            for path, (was, now) in sorted(found.items())
        }

    @staticmethod
    def blob_id(content: bytes) -> Oid:
        """The id that ``content`` has as an object, whether it is stored or not."""
        return Oid(str(pygit2.hash(content)))

    def write_blob(self, content: bytes) -> Oid:
        """Keep ``content`` and return its id."""
        return self._write_object(_BLOB, content, "a file's content")

    def _write_object(self, kind: int, content: bytes, name: str) -> Oid:
        with git_errors(f"writing {name}"):
            if self._unsaved is None:
                return Oid(str(self._repo.odb.write(kind, content)))
            oid = self.blob_id(content) if kind == _BLOB else _tree_id(content)
            self._unsaved[oid] = (kind, content)
            return oid

    def edit(self, tree: Oid | None, edits: Mapping[str, TreeEntry | None]) -> Oid:
        """The tree that results from ``edits`` on ``tree``; only the folders on the way are rewritten.

        An entry replaces what stands at its path (a folder entry brings its whole content); None removes it, a folder
        with all it holds, and is no error where nothing stands. Folders left empty vanish. Raises JetenvError for paths
        that git refuses and where a file stands, or is put, in the place of a folder that other edits need.
        """
        nested: _Edits = {}
        for path, entry in sorted(edits.items(), key=lambda item: item[0].count("/")):
            self._nest(nested, path, entry)
        return Oid(self._write(self._apply(self._load(tree or EMPTY_TREE), nested, b"")))

    def _nest(self, nested: _Edits, path: str, entry: TreeEntry | None) -> None:
        *folders, last = encode_path(path).split(b"/")
        if not all(is_valid_name(name) for name in (*folders, last)):
            raise JetenvError(f"'{path}' cannot be a path in a git tree")
        for name in folders:
            below = nested.setdefault(name, {})
            if not isinstance(below, dict):
                if entry is None and below is not None and not below.is_folder:
                    return  # what was below goes with the folder that the file replaces
                below = nested[name] = self._replaced(below, path)
            nested = below
        nested[last] = entry

    def _replaced(self, entry: TreeEntry | None, path: str) -> _Edits:
        """The edits that make a folder out of nothing, as another edit replaces what stands there."""
        if entry is None:
            return {b"": None}
        if not entry.is_folder:
            raise JetenvError(f"'{path}' cannot be written: a folder above it is to be a file")
        return {b"": entry}

    def _apply(self, entries: RawTree, edits: _Edits, prefix: bytes) -> RawTree:
        result = dict(entries)
        if b"" in edits:
            start = edits.pop(b"")
            result = dict(self._load(start.oid)) if isinstance(start, TreeEntry) else {}
        for name, edit in edits.items():
            if edit is None:
                result.pop(name, None)
            elif isinstance(edit, TreeEntry):
                result[name] = (edit.mode, bytes.fromhex(edit.oid))
            else:
                self._apply_below(result, name, edit, prefix)
        return result

    def _apply_below(self, result: RawTree, name: bytes, edits: _Edits, prefix: bytes) -> None:
        path = prefix + name
        current = result.get(name)
        if current is not None and current[0] != FOLDER and b"" not in edits:
            if _only_removes(edits):
                return
            raise JetenvError(f"'{decode_path(path)}' is a file, so nothing can be written below it")
        before = self._load(current[1].hex()) if current is not None and current[0] == FOLDER else _NOTHING
        below = self._apply(before, edits, path + b"/")
        if below:
            result[name] = (FOLDER, bytes.fromhex(self._write(below)))
        else:
            result.pop(name, None)

    def _write(self, entries: RawTree) -> str:
        return self._write_object(_TREE, format_tree(entries), "a folder")
