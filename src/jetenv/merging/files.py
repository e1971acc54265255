"""Three-way merge of one file: by structure where it parses, and never worse than git's line merge."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache

from jetenv.documents.parsing import DocumentError
from jetenv.merging.conflicts import (
    DEFAULT_MARKERS,
    Choose,
    Conflict,
    ConflictKind,
    Markers,
    Written,
    leave_open,
    render,
)
from jetenv.merging.documents import DocumentMerge
from jetenv.merging.file_text import FileText, LineMerge
from jetenv.merging.moving import ContestedError, merge_moving
from jetenv.merging.writing import UnmergeableError
from jetenv.schemas.rules import Rules

_SUFFIXES = (".yaml", ".yml", ".json")

MergeLines = Callable[[bytes, bytes, bytes], LineMerge]
"""git's line merge of base, ours and theirs."""


class Method(Enum):
    """How a file was merged."""

    TRIVIAL = "trivial"
    STRUCTURE = "structure"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class FileMerge:
    """A merged file. ``content`` has conflict markers where ``conflicts`` is not empty.

    ``note`` says why the file was not merged by structure, where it was not.
    """

    content: bytes
    conflicts: tuple[Conflict, ...]
    method: Method
    note: str | None = None

    @property
    def clean(self) -> bool:
        """Whether nothing is left open."""
        return not self.conflicts


@dataclass(frozen=True, slots=True)
class Versions:
    """Three versions of the file ``path``, and what says how they merge."""

    base: bytes
    ours: bytes
    theirs: bytes
    rules: Rules
    merge_lines: MergeLines
    path: str = ""


MergeContent = Callable[[Versions, Choose, Markers], FileMerge]
"""``merge_versions``, or what does more than that."""


def merge_versions(versions: Versions, choose: Choose, markers: Markers = DEFAULT_MARKERS) -> FileMerge:
    """``merge_file`` of ``versions``, or git's line merge of files that neither name nor schema call YAML."""
    each = versions
    differ = each.ours != each.base and each.theirs not in (each.ours, each.base)
    if differ and each.rules is Rules.NONE and _is_other_than_yaml(each.path):
        note = "its name is not that of a YAML file"
        return merge_by_lines(each.base, each.ours, each.theirs, each.merge_lines, each.path, choose, note)
    return merge_file(
        each.base,
        each.ours,
        each.theirs,
        each.rules,
        each.merge_lines,
        path=each.path,
        choose=choose,
        markers=markers,
    )


def merge_file(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    rules: Rules,
    merge_lines: MergeLines,
    *,
    path: str = "",
    choose: Choose = leave_open,
    markers: Markers = DEFAULT_MARKERS,
) -> FileMerge:
    """Merge three versions of the file ``path``.

    What holds one text and no fields is merged by git's lines. A structural result is taken when it is clean, parses,
    and its account closes. Where it is not, git's line merge is taken if that is clean, parses as well as the inputs
    did, and closes the account; else the conflicts of the structural merge stand, or one for the whole file where there
    is no structure, or no way to keep every change.
    """
    if theirs in (ours, base):
        return FileMerge(ours, (), Method.TRIVIAL)
    if ours == base:
        return FileMerge(theirs, (), Method.TRIVIAL)
    with _no_garbage_collection():
        return _merge(base, ours, theirs, rules, merge_lines, path, choose, markers)


def _is_other_than_yaml(path: str) -> bool:
    """Whether the suffix of ``path`` says that it is something else."""
    name = path.rpartition("/")[2].lstrip(".")
    return "." in name and not name.endswith(_SUFFIXES)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Nodes make no cycles: looking for cycles again and again while they become many finds nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _merge(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    rules: Rules,
    merge_lines: MergeLines,
    path: str,
    choose: Choose,
    markers: Markers,
) -> FileMerge:
    settled: list[Conflict] = []

    def noting(conflict: Conflict) -> str | Written | None:
        choice = choose(conflict)
        if choice is not None:
            settled.append(conflict)
        return choice

    lines = cache(lambda: merge_lines(base, ours, theirs))
    try:
        text = FileText(base, ours, theirs, path)
    except DocumentError as error:
        return merge_by_lines(base, ours, theirs, merge_lines, path, choose, f"{error.message} ({error.where})")
    if text.is_one_text:
        return merge_by_lines(base, ours, theirs, merge_lines, path, choose, "it holds a text and no fields")
    merge: DocumentMerge | None = None
    contested = False
    try:
        moved = merge_moving(text.sources, rules, path=path, choose=noting)
        merge, contested, text.aligned = moved.merge, moved.contested, moved.sources
        text.moves = moved.moves
    except ContestedError as error:
        return as_a_whole(
            (base, ours, theirs), ConflictKind.MOVE_MOVE, text.whole(lines(), markers), path, choose, str(error)
        )
    except UnmergeableError as error:
        note = str(error)
    else:
        note = "the structural merge conflicts"
        if not merge.conflicts:
            content = text.encode(render(merge.chunks))
            if text.accepts(content, rules, settled):
                if merge.doubtful and not contested and text.accepts_lines(lines(), rules):
                    return FileMerge(lines().content, (), Method.LINES, "one side deleted what the other one moved")
                return FileMerge(content, (), Method.STRUCTURE)
            note = "the structural merge would lose a change or redirect an alias"
    if not contested and text.accepts_lines(lines(), rules):
        return FileMerge(lines().content, (), Method.LINES, note)
    if merge is None or not merge.conflicts:
        marked = text.whole(lines(), markers)
        if not lines().conflicts:
            note = "neither structure nor lines keep every change of both sides in what is still valid"
        return as_a_whole((base, ours, theirs), ConflictKind.TEXT, marked, path, choose, note)
    marked = text.written(merge, markers) if contested else text.marked(merge, lines(), rules, markers)
    return FileMerge(marked, merge.conflicts, Method.STRUCTURE)


def merge_by_lines(
    base: bytes, ours: bytes, theirs: bytes, merge_lines: MergeLines, path: str, choose: Choose, note: str
) -> FileMerge:
    """git's line merge of a file that has no structure; a conflict is one of the whole file."""
    lines = merge_lines(base, ours, theirs)
    if not lines.conflicts:
        return FileMerge(lines.content, (), Method.LINES, note)
    return as_a_whole((base, ours, theirs), ConflictKind.TEXT, lines.content, path, choose, note)


def as_a_whole(
    versions: tuple[bytes, bytes, bytes], kind: ConflictKind, marked: bytes, path: str, choose: Choose, note: str
) -> FileMerge:
    """A conflict over the whole file, settled by ``choose`` or left open with the content ``marked``."""
    conflict = Conflict(path, (), kind, *(version.decode("utf-8", "surrogateescape") for version in versions))
    side = choose(conflict)
    if isinstance(side, Written):
        return FileMerge(side.text.encode("utf-8", "surrogateescape"), (), Method.LINES, note)
    if side is not None:
        return FileMerge(versions[("base", "ours", "theirs").index(side)], (), Method.LINES, note)
    return FileMerge(marked, (conflict,), Method.LINES, note)
