"""Three-way merge of trees on object ids: only files that both sides changed are ever read.

Trees come as what each side changed since the merge base, so the cost follows what changed and not what there is.
Files that a side moved are looked for only where the other side changed them too: elsewhere a move is a deletion and
an addition that merge by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jetenv.diffing.trees import Entry, EntryChange, Read
from jetenv.errors import RefusedError
from jetenv.merging.conflicts import DEFAULT_MARKERS, Choose, Conflict, ConflictKind, Markers, Written, leave_open
from jetenv.merging.files import FileMerge, LineMerge, MergeContent, merge_file
from jetenv.merging.renames import FILE_TYPE, contested_renames, folders_of, is_regular
from jetenv.schemas.rules import Rules

LINK = 0o120000
SUBMODULE = 0o160000
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
class RenamedFile:
    """A file that a side moved and that the other side changed, moved or deleted too.

    ``old`` is its path in the base; ``ours`` and ``theirs`` where each side has it, None where that deleted it.
    ``path`` is where the result has it, None where it has not or where that is open. ``merge`` is set where both sides
    have the file and its content was merged.
    """

    old: str
    ours: str | None
    theirs: str | None
    path: str | None
    merge: FileMerge | None = None


@dataclass(frozen=True, slots=True)
class TreeMerge:
    """The merge of two trees: ``edits`` turn ours' tree into the result where nothing conflicts.

    Every path that theirs changed is in exactly one of ``taken`` (as theirs has it), ``same`` (both made the same
    change), ``merged``, ``renamed`` (as the old or as theirs' path), ``kept_back`` (ours keeps it by right),
    ``settled`` (it was in conflict as a whole, and a choice was made), or is of such a conflict that is open: one at
    its path, or at that of a file in the place of a folder above it. Conflicts inside of files stand beside their paths
    in ``merged`` or ``renamed``.
    """

    edits: Mapping[str, Edit | None]
    taken: tuple[str, ...]
    same: tuple[str, ...]
    merged: tuple[MergedFile, ...]
    renamed: tuple[RenamedFile, ...]
    kept_back: tuple[str, ...]
    settled: tuple[str, ...]
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
    merged by ``merge_content``. Raises RefusedError for a choice that is a text where there is no place for one.
    """
    merger = _TreeMerger(ours, theirs, read, rules_for, merge_bytes, keeps, choose, markers, merge_content)
    merger.run()
    return TreeMerge(
        merger.edits,
        tuple(sorted(merger.taken)),
        tuple(sorted(merger.same)),
        tuple(sorted(merger.merged, key=lambda each: each.path)),
        tuple(merger.renamed),
        tuple(merger.kept_back),
        tuple(sorted(merger.settled)),
        tuple(sorted(merger.conflicts, key=lambda each: each.path)),
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
        keeps: Callable[[str], bool],
        choose: Choose,
        markers: Markers,
        merge_content: MergeContent,
    ) -> None:
        self.ours = ours
        self.theirs = theirs
        self.read = read
        self.rules_for = rules_for
        self.merge_bytes = merge_bytes
        self.keeps = keeps
        self.choose = choose
        self.markers = markers
        self.merge_content = merge_content
        self.edits: dict[str, Edit | None] = {}
        self.taken: list[str] = []
        self.same: list[str] = []
        self.merged: list[MergedFile] = []
        self.renamed: list[RenamedFile] = []
        self.kept_back: list[str] = []
        self.settled: list[str] = []
        self.conflicts: list[Conflict] = []

    def run(self) -> None:
        """Merge every path of theirs: what is kept, then moved files, then files against folders, then the rest."""
        kept = {path for path in (*self.ours, *self.theirs) if self.keeps(path)}
        # A file in the place of a folder would delete what is kept below it.
        kept |= {folder for path in kept for folder in folders_of(path)}
        self.kept_back = sorted(kept & self.theirs.keys())
        left = dict.fromkeys(sorted(self.theirs.keys() - kept))
        ours_moved, theirs_moved = contested_renames(self.ours, self.theirs, self.read, kept.__contains__)
        for old in sorted(ours_moved.keys() | theirs_moved.keys()):
            for path in self.rename(old, ours_moved.get(old), theirs_moved.get(old)):
                left.pop(path, None)
        for path, below in self.clashes(left):
            for each in (path, *below):
                left.pop(each, None)
            self.clash(path, below)
        for path in left:
            self.path(path)

    # Single paths

    def path(self, path: str) -> None:
        """A path that stands for itself on both sides."""
        change = self.theirs[path]
        own = self.ours.get(path)
        if own is None:
            self.taken.append(path)
            self.edits[path] = _edit(change.new)
        elif _equal(own.new, change.new):
            self.same.append(path)
        else:
            merge, open_before = None, len(self.conflicts)
            if own.new is None or change.new is None:
                self.entry_conflict(path, path, ConflictKind.EDIT_DELETE, change.old, own.new, change.new)
            else:
                merge = self.content(path, path, change.old, own.new, change.new)
            if merge is not None:
                self.merged.append(MergedFile(path, merge))
            elif len(self.conflicts) == open_before:
                self.settled.append(path)

    def content(self, path: str, into: str, base: Entry | None, ours: Entry, theirs: Entry) -> FileMerge | None:
        """The merge of a file that both sides have, put at ``into``; None where it is a conflict as a whole."""
        if not (is_regular(ours) and is_regular(theirs) and (base is None or is_regular(base))):
            self.entry_conflict(path, into, _kind(base, ours, theirs), base, ours, theirs)
            return None
        old = self.read(base.oid) if base is not None else b""
        left, right = self.read(ours.oid), self.read(theirs.oid)
        try:
            merge = self.merge_content(
                old, left, right, self.rules_for(into), self._lines, path=path, choose=self.choose, markers=self.markers
            )
        except _BinaryContentError:
            self.entry_conflict(path, into, _kind(base, ours, theirs), base, ours, theirs)
            return None
        self.conflicts += merge.conflicts
        self.edits[into] = Edit(_merged_mode(base, ours, theirs), content=merge.content)
        return merge

    def _lines(self, base: bytes, ours: bytes, theirs: bytes) -> LineMerge:
        merge = self.merge_bytes(base, ours, theirs)
        if merge is None:
            raise _BinaryContentError
        return merge

    # Moved files

    def rename(self, old: str, ours_new: str | None, theirs_new: str | None) -> tuple[str, ...]:
        """A file that one side has moved, or both; the paths of theirs that this accounts for."""
        base = self.theirs[old].old
        ours = ours_new or (old if self.ours[old].new is not None else None)
        theirs = theirs_new or (old if self.theirs[old].new is not None else None)
        paths = (old,) if theirs in (None, old) else (old, str(theirs))
        ours_entry = self.ours[ours].new if ours is not None else None
        theirs_entry = self.theirs[theirs].new if theirs is not None else None
        if ours == theirs and _equal(ours_entry, theirs_entry):
            self.same += paths
            return paths
        chosen: str | None = "theirs" if ours == old else "ours"
        if ours is None or theirs is None:
            chosen = self._named(old, ConflictKind.RENAME_DELETE, ours, theirs)
        elif ours != theirs and old not in (ours, theirs):
            chosen = self._named(old, ConflictKind.RENAME_RENAME, ours, theirs)
        if chosen is None:
            self.renamed.append(RenamedFile(old, ours, theirs, None))
            return paths
        into = {"base": old, "ours": ours, "theirs": theirs}[chosen]
        if ours is not None and ours != into:
            self.edits[ours] = None
        merge = None
        if into is not None and ours_entry is not None and theirs_entry is not None:
            # Where the sides disagree about the name, conflicts inside of the file keep one place, whatever it will be.
            place = old if old not in (ours, theirs) and ours != theirs else into
            merge = self.content(place, into, base, ours_entry, theirs_entry)
        elif into is not None and into != ours:
            self.edits[into] = _edit(base if chosen == "base" else theirs_entry)
        self.renamed.append(RenamedFile(old, ours, theirs, into, merge))
        return paths

    def _named(self, old: str, kind: ConflictKind, ours: str | None, theirs: str | None) -> str | None:
        """The version whose path a file gets on which the sides disagree; None where that stays open."""
        conflict = Conflict(old, (), kind, old, ours, theirs)
        side = self.choose(conflict)
        if side is None:
            self.conflicts.append(conflict)
            return None
        return _side(conflict, side)

    # Files against folders

    def clashes(self, left: Iterable[str]) -> list[tuple[str, list[str]]]:
        """Files of one side in the place of a folder of the other, with every path below that either side changed."""
        found: dict[str, list[str]] = {}
        removed = {path for path, edit in self.edits.items() if edit is None}
        ours = [path for path, change in self.ours.items() if change.new is not None and path not in removed]
        theirs = [path for path in left if self.theirs[path].new is not None]
        for files, others in ((set(theirs), ours), (set(ours), theirs)):
            for path in others if files else ():
                found.update({folder: [] for folder in folders_of(path) if folder in files})
        for path in {*self.ours, *left} if found else ():
            for folder in folders_of(path):
                if folder in found:
                    found[folder].append(path)
        return sorted(found.items())

    def clash(self, path: str, below: list[str]) -> None:
        """A file on one side, a folder on the other: one conflict at the path of the file."""
        versions: dict[str, dict[str, Entry | None]] = {"base": {}, "ours": {}, "theirs": {}}
        for each in (path, *below):
            own, change = self.ours.get(each), self.theirs.get(each)
            there = own or change
            versions["base"][each] = there.old if there is not None else None
            versions["ours"][each] = own.new if own is not None else versions["base"][each]
            versions["theirs"][each] = change.new if change is not None else versions["base"][each]
        conflict = Conflict(path, (), ConflictKind.TYPE, *(self._listed(path, each) for each in versions.values()))
        side = self.choose(conflict)
        if side is None:
            self.conflicts.append(conflict)
            return
        self.settled += [each for each in (path, *below) if each in self.theirs]
        for each, entry in versions[_side(conflict, side)].items():
            if not _equal(entry, versions["ours"][each]):
                self.edits[each] = _edit(entry)

    def _listed(self, path: str, entries: Mapping[str, Entry | None]) -> str | None:
        """The file at ``path``, or else the files below it, one a line as git lists them."""
        if entries[path] is not None:
            return self._described(entries[path])
        lines = [
            f"{entry.mode:o} {entry.oid}\t{each}\n" for each, entry in sorted(entries.items()) if entry is not None
        ]
        return "".join(lines) or None

    # Conflicts over files as a whole

    def entry_conflict(
        self,
        path: str,
        into: str,
        kind: ConflictKind,
        base: Entry | None,
        ours: Entry | None,
        theirs: Entry | None,
    ) -> None:
        """A conflict over a file as a whole; what settles it is put at ``into``."""
        versions = {"base": base, "ours": ours, "theirs": theirs}
        conflict = Conflict(path, (), kind, *(self._described(entry) for entry in versions.values()))
        side = self.choose(conflict)
        there = self.ours[into].new if into in self.ours else None
        if side is None:
            self.conflicts.append(conflict)
        elif isinstance(side, Written) and all(entry is None or is_regular(entry) for entry in versions.values()):
            mode = next(each.mode for each in (ours, theirs, base) if each is not None)
            self.edits[into] = Edit(mode, content=side.text.encode("utf-8", "surrogateescape"))
        elif not _equal(versions[_side(conflict, side)], there):
            self.edits[into] = _edit(versions[_side(conflict, side)])

    def _described(self, entry: Entry | None) -> str | None:
        if entry is None:
            return None
        if entry.mode & FILE_TYPE == SUBMODULE:
            return f"submodule at {entry.oid}"
        content = self.read(entry.oid)
        if entry.mode & FILE_TYPE == LINK:
            return f"link to {content.decode('utf-8', 'surrogateescape')}"
        return f"binary {entry.oid}" if b"\0" in content else content.decode("utf-8", "surrogateescape")


def _side(conflict: Conflict, side: str | Written) -> str:
    """The side that was chosen where there is no place for a text of one's own."""
    if isinstance(side, Written):
        raise RefusedError(
            f"a conflict {conflict.kind.value} over this file as a whole takes no value",
            where=conflict.path,
            hint="choose a side: --ours, --theirs or --base",
        )
    return side


def _kind(base: Entry | None, ours: Entry, theirs: Entry) -> ConflictKind:
    if ours.mode & FILE_TYPE != theirs.mode & FILE_TYPE:
        return ConflictKind.TYPE
    return ConflictKind.ADD_ADD if base is None else ConflictKind.EDIT_EDIT


def _merged_mode(base: Entry | None, ours: Entry, theirs: Entry) -> int:
    """The mode that a side changed; of two files added at one path the result is executable where one is."""
    if base is None:
        return max(ours.mode, theirs.mode)
    return theirs.mode if base.mode == ours.mode else ours.mode


def _edit(entry: Entry | None) -> Edit | None:
    return None if entry is None else Edit(entry.mode, oid=entry.oid)


def _equal(a: Entry | None, b: Entry | None) -> bool:
    if a is None or b is None:
        return a is b
    return a.oid == b.oid and a.mode == b.mode
