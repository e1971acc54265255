"""Three-way merge of trees on object ids: only files that both sides changed are ever read.

Trees come as what each side changed since the merge base, so the cost follows what changed and not what there is.
Files that a side moved are looked for only where the other side changed them too: elsewhere a move is a deletion and
an addition that merge by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jetenv.diffing.entries import Entry, EntryChange, Read, is_regular
from jetenv.errors import RefusedError
from jetenv.merging.conflicts import DEFAULT_MARKERS, Choose, Conflict, ConflictKind, Markers, Written, leave_open
from jetenv.merging.entries import Edit, described, edit_to, equal, holds_nothing, kind_of, merged_mode
from jetenv.merging.file_text import LineMerge
from jetenv.merging.files import FileMerge, MergeContent, Versions, merge_versions
from jetenv.merging.renames import contested_renames, folders_of
from jetenv.schemas.rules import Rules

MergeBytes = Callable[[bytes, bytes, bytes], LineMerge | None]
"""git's line merge of base, ours and theirs; None for binary content, which it refuses to merge."""


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
    merge_content: MergeContent = merge_versions,
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
            self.edits[path] = edit_to(change.new)
        elif equal(own.new, change.new):
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
            self.entry_conflict(path, into, kind_of(base, ours, theirs), base, ours, theirs)
            return None
        old = self.read(base.oid) if base is not None else b""
        left, right = self.read(ours.oid), self.read(theirs.oid)
        as_base: list[Conflict] = []

        def choose(conflict: Conflict) -> str | Written | None:
            side = self.choose(conflict)
            if side == "base":
                as_base.append(conflict)
            return side

        try:
            versions = Versions(old, left, right, self.rules_for(into), self._lines, path)
            merge = self.merge_content(versions, choose, self.markers)
        except _BinaryContentError:
            self.entry_conflict(path, into, kind_of(base, ours, theirs), base, ours, theirs)
            return None
        self.conflicts += merge.conflicts
        gone = base is None and as_base and merge.clean and holds_nothing(merge.content)
        self.edits[into] = None if gone else Edit(merged_mode(base, ours, theirs), content=merge.content)
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
        if ours == theirs and equal(ours_entry, theirs_entry):
            self.same += paths
            return paths
        kind = None
        if ours is None or theirs is None:
            kind = ConflictKind.RENAME_DELETE
        elif ours != theirs and old not in (ours, theirs):
            kind = ConflictKind.RENAME_RENAME
        into = theirs if ours == old else ours
        entry = ours_entry or theirs_entry
        if kind is not None:
            conflict = Conflict(old, (), kind, old, ours, theirs)
            side = self.choose(conflict)
            if side is None:
                self.conflicts.append(conflict)
                self.renamed.append(RenamedFile(old, ours, theirs, None))
                return paths
            into = self.free_name(conflict, side.text) if isinstance(side, Written) else _version(conflict, side)
            entry = base if side == "base" else entry
        if ours is not None and ours != into:
            self.edits[ours] = None
        merge = None
        if into is not None and ours_entry is not None and theirs_entry is not None:
            # Where the sides disagree about the name, conflicts inside of the file keep one place, whatever it will be.
            place = old if kind is not None and ours != theirs else into
            merge = self.content(place, into, base, ours_entry, theirs_entry)
        elif into is not None and into != ours:
            self.edits[into] = edit_to(entry)
        self.renamed.append(RenamedFile(old, ours, theirs, into, merge))
        return paths

    def free_name(self, conflict: Conflict, path: str) -> str:
        """``path``, a name that somebody gave the file in ``conflict``; what no side changed is not known here.

        Raises RefusedError where another file has it.
        """
        # What is deleted may come back where it is in conflict itself.
        taken = {*self.ours, *self.theirs} - {conflict.base, conflict.ours, conflict.theirs}
        if self.keeps(path) or path in taken or any(folder in taken for folder in folders_of(path)):
            raise RefusedError(
                f"the file cannot be named {path}: that name is taken", where=conflict.path, hint="give another name"
            )
        return path

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
            if not equal(entry, versions["ours"][each]):
                self.edits[each] = edit_to(entry)

    def _listed(self, path: str, entries: Mapping[str, Entry | None]) -> str | None:
        """The file at ``path``, or else the files below it, one a line as git lists them."""
        if entries[path] is not None:
            return described(self.read, entries[path])
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
        conflict = Conflict(path, (), kind, *(described(self.read, entry) for entry in versions.values()))
        side = self.choose(conflict)
        there = self.ours[into].new if into in self.ours else None
        if side is None:
            self.conflicts.append(conflict)
        elif isinstance(side, Written) and all(entry is None or is_regular(entry) for entry in versions.values()):
            mode = next(each.mode for each in (ours, theirs, base) if each is not None)
            self.edits[into] = Edit(mode, content=side.text.encode("utf-8", "surrogateescape"))
        elif not equal(versions[_side(conflict, side)], there):
            self.edits[into] = edit_to(versions[_side(conflict, side)])


def _version(conflict: Conflict, side: str) -> str | None:
    return {"base": conflict.base, "ours": conflict.ours, "theirs": conflict.theirs}[side]


def _side(conflict: Conflict, side: str | Written) -> str:
    """The side that was chosen where there is no place for a text of one's own."""
    if isinstance(side, Written):
        raise RefusedError(
            f"a conflict {conflict.kind.value} over this file as a whole takes no value",
            where=conflict.path,
            hint=f"choose a side: `jetenv resolve {conflict.id} --ours`, --theirs or --base",
        )
    return side
