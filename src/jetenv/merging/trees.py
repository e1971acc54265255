"""Three-way merge of trees on object ids: only files that both sides changed are ever read.

Trees come as what each side changed since the merge base, so the cost follows what changed and not what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from jetenv.diffing.trees import Entry, EntryChange, Read
from jetenv.merging.conflicts import DEFAULT_MARKERS, Choose, Conflict, ConflictKind, Markers, Written, leave_open
from jetenv.merging.files import FileMerge, LineMerge, MergeContent, merge_file
from jetenv.schemas.rules import Rules

FILE_TYPE = 0o170000
REGULAR = 0o100000
PLAIN = 0o100644

MergeBytes = Callable[[bytes, bytes, bytes], LineMerge | None]
"""git's line merge of base, ours and theirs; None for binary content, which it refuses to merge."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What the merge puts at a path of ours' tree: an object of theirs by its id, or merged content; None deletes."""

    mode: int
    oid: str | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class MergedFile:
    """A file that both sides changed, and how it was merged."""

    path: str
    merge: FileMerge


@dataclass(frozen=True, slots=True)
class TreeMerge:
    """The merge of two trees: ``edits`` turn ours' tree into the result where nothing conflicts.

    Every path that theirs changed is in exactly one of ``taken`` (as theirs has it), ``same`` (both made the same
    change), ``merged``, ``kept_back`` (ours keeps it by right), or among ``conflicts`` by its path.
    """

    edits: Mapping[str, Edit | None]
    taken: tuple[str, ...]
    same: tuple[str, ...]
    merged: tuple[MergedFile, ...]
    kept_back: tuple[str, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is left open."""
        return not self.conflicts


def merge_trees(
    ours: Mapping[str, EntryChange],
    theirs: Mapping[str, EntryChange],
    read: Read,
    rules_for: Callable[[str], Rules],
    merge_bytes: MergeBytes,
    *,
    keeps: Callable[[str], bool] = lambda _: False,
    choose: Choose = leave_open,
    markers: Markers = DEFAULT_MARKERS,
    merge_content: MergeContent = merge_file,
) -> TreeMerge:
    """Merge what ``theirs`` changed since the merge base into ours, which changed ``ours`` since then.

    ``keeps`` says of a path that ours keeps what it has there whatever theirs did. Files that both sides changed are
    merged by ``merge_content``.
    """
    merger = _TreeMerger(ours, theirs, read, rules_for, merge_bytes, choose, markers, merge_content)
    for path in sorted(theirs):
        if keeps(path):
            merger.kept_back.append(path)
        else:
            merger.path(path)
    return TreeMerge(
        merger.edits,
        tuple(merger.taken),
        tuple(merger.same),
        tuple(merger.merged),
        tuple(merger.kept_back),
        tuple(merger.conflicts),
    )


class _BinaryContentError(Exception):
    pass


class _TreeMerger:
    def __init__(
        self,
        ours: Mapping[str, EntryChange],
        theirs: Mapping[str, EntryChange],
        read: Read,
        rules_for: Callable[[str], Rules],
        merge_bytes: MergeBytes,
        choose: Choose,
        markers: Markers,
        merge_content: MergeContent,
    ) -> None:
        self.ours = ours
        self.theirs = theirs
        self.read = read
        self.rules_for = rules_for
        self.merge_bytes = merge_bytes
        self.choose = choose
        self.markers = markers
        self.merge_content = merge_content
        self.edits: dict[str, Edit | None] = {}
        self.taken: list[str] = []
        self.same: list[str] = []
        self.merged: list[MergedFile] = []
        self.kept_back: list[str] = []
        self.conflicts: list[Conflict] = []
        # A path that ours made a file stands in the way of what theirs adds below it, and the reverse.
        self._ours_files = {path for path, change in ours.items() if change.new is not None}
        self._ours_folders = {folder for path in self._ours_files for folder in _folders(path)}

    def path(self, path: str) -> None:
        change = self.theirs[path]
        own = self.ours.get(path)
        if own is None:
            if change.new is not None and self._blocked(path):
                self._entry_conflict(path, ConflictKind.TYPE, None, None, change.new)
            else:
                self._take(path, change.new)
        elif _equal(own.new, change.new):
            self.same.append(path)
        elif own.new is None or change.new is None:
            self._entry_conflict(path, ConflictKind.EDIT_DELETE, change.old, own.new, change.new)
        elif _regular(own.new) and _regular(change.new) and (change.old is None or _regular(change.old)):
            self._content(path, change.old, own.new, change.new)
        else:
            self._entry_conflict(path, ConflictKind.TYPE, change.old, own.new, change.new)

    def _blocked(self, path: str) -> bool:
        return path in self._ours_folders or any(folder in self._ours_files for folder in _folders(path))

    def _take(self, path: str, entry: Entry | None) -> None:
        self.taken.append(path)
        self.edits[path] = None if entry is None else Edit(entry.mode, oid=entry.oid)

    def _content(self, path: str, base: Entry | None, ours: Entry, theirs: Entry) -> None:
        mode = theirs.mode if base is not None and base.mode == ours.mode else ours.mode
        old = self.read(base.oid) if base is not None else b""
        left, right = self.read(ours.oid), self.read(theirs.oid)
        try:
            merge = self.merge_content(
                old, left, right, self.rules_for(path), self._lines, path=path, choose=self.choose, markers=self.markers
            )
        except _BinaryContentError:
            self._entry_conflict(path, ConflictKind.EDIT_EDIT, base, ours, theirs)
            return
        self.merged.append(MergedFile(path, merge))
        self.conflicts += merge.conflicts
        self.edits[path] = Edit(mode, content=merge.content)

    def _lines(self, base: bytes, ours: bytes, theirs: bytes) -> LineMerge:
        merge = self.merge_bytes(base, ours, theirs)
        if merge is None:
            raise _BinaryContentError
        return merge

    def _entry_conflict(
        self, path: str, kind: ConflictKind, base: Entry | None, ours: Entry | None, theirs: Entry | None
    ) -> None:
        """A conflict over a file as a whole; its values are the content of regular files, else the object's id."""
        versions = {"base": base, "ours": ours, "theirs": theirs}
        conflict = Conflict(path, (), kind, *(self._described(entry) for entry in versions.values()))
        side = self.choose(conflict)
        if side is None:
            self.conflicts.append(conflict)
        elif isinstance(side, Written):
            mode = next((each.mode for each in (ours, theirs) if each is not None and _regular(each)), PLAIN)
            self.edits[path] = Edit(mode, content=side.text.encode("utf-8", "surrogateescape"))
        elif not _equal(versions[side], ours):
            self._take(path, versions[side])
            if versions[side] is not None:
                self._make_way(path)

    def _make_way(self, path: str) -> None:
        """Remove the files of ours that cannot stand beside a file at ``path``."""
        for each in self._ours_files:
            if each.startswith(path + "/") or path.startswith(each + "/"):
                self.edits[each] = None

    def _described(self, entry: Entry | None) -> str | None:
        if entry is None:
            return None
        if not _regular(entry):
            return f"{entry.mode:o} {entry.oid}"
        content = self.read(entry.oid)
        return f"binary {entry.oid}" if b"\0" in content else content.decode("utf-8", "surrogateescape")


def _regular(entry: Entry) -> bool:
    return entry.mode & FILE_TYPE == REGULAR


def _equal(a: Entry | None, b: Entry | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.oid == b.oid and a.mode == b.mode


def _folders(path: str) -> Iterator[str]:
    """The folders above ``path``, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
