"""Three-way merge of one file: by structure where it parses, and never worse than git's line merge."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Protocol, TypeVar

from jetenv.documents.nodes import SCALAR, Node, Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, Index
from jetenv.merging.account import closes, discrepancies, holds_twice
from jetenv.merging.aliases import strayed
from jetenv.merging.conflicts import (
    DEFAULT_MARKERS,
    Choose,
    Chunk,
    Conflict,
    ConflictKind,
    Markers,
    Region,
    Written,
    leave_open,
    open_lines,
    render,
    settle_marked,
)
from jetenv.merging.documents import DocumentMerge
from jetenv.merging.moves import Moves
from jetenv.merging.moving import ContestedError, merge_moving
from jetenv.merging.writing import UnmergeableError
from jetenv.schemas.rules import Rules

_BOM = "\ufeff"
_SUFFIXES = (".yaml", ".yml", ".json")


class LineMerge(Protocol):
    """What git's own line merge answers."""

    @property
    def content(self) -> bytes:
        """The merged file, with conflict markers where it is not clean."""

    @property
    def conflicts(self) -> int:
        """How many stretches conflict."""


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
        text = _Text(base, ours, theirs, path)
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


class _Text:
    """Three versions brought to common line endings and a final line break, and the way back.

    Line endings, the final line break and the byte order mark are merged as properties of the file. A version that
    mixes line endings keeps them as they are. ``aligned`` are the versions that a result is held against: with entries
    that a side moved in their new places; ``moves`` are those that it has to have made.
    """

    def __init__(self, base: bytes, ours: bytes, theirs: bytes, path: str) -> None:
        versions = (base, ours, theirs)
        endings = [_ending(version) for version in versions]
        common = endings[1] or "\n"
        prepared = [
            _prepared(version, common if ending and endings[1] else None)
            for version, ending in zip(versions, endings, strict=True)
        ]
        self.sources: tuple[Source, Source, Source] = tuple(parse(version, path=path) for version in prepared)  # type: ignore[assignment]
        self.aligned = self.sources
        self.moves: Moves | None = None
        self._common = common
        self._is_uniform = endings[1] is not None
        self._ending = _merged(*endings) or common
        self._final = _merged(*(version.endswith(b"\n") or not version for version in versions))
        self._unended = {
            source.text.rstrip("\r\n").rpartition("\n")[2]
            for source, version in zip(self.sources, versions, strict=True)
            if not version.endswith(b"\n")
        }
        self._bom = _merged(*(source.bom for source in self.sources))

    @property
    def is_one_text(self) -> bool:
        """Whether every version is one scalar, or holds nothing but comments: what is no YAML can be read as that."""
        roots = [document.root for source in self.sources for document in source.documents]
        kinds = {root.kind for root in roots if root is not None}
        return kinds <= {SCALAR}

    def encode(self, text: str) -> bytes:
        """The bytes of a merged text."""
        return self._encoded(_BOM * self._bom + (text if self._final else self._without_final_break(text)))

    def _encoded(self, text: str) -> bytes:
        if self._ending != self._common:
            text = text.replace("\r\n", "\n").replace("\n", self._ending)
        return text.encode("utf-8")

    def _without_final_break(self, text: str) -> str:
        """``text`` without its last line break, unless that belongs to a block scalar whose author had one there."""
        without = text.removesuffix("\n").removesuffix("\r")
        last = without.rpartition("\n")[2]
        if last not in self._unended:
            source = _parsed(text.encode("utf-8"))
            root = source.documents[-1].root if source is not None and source.documents else None
            if root is not None and _last_leaf(root).style in ("|", ">"):
                return text
        return without

    def accepts(self, content: bytes, rules: Rules, settled: Sequence[Conflict]) -> bool:
        """Whether ``content`` parses and holds every change of both sides, but where conflicts were ``settled``."""
        result = self._parsed(content)
        if result is None or strayed(*self.sources, result, settled=bool(settled)) is not None:
            return False

        def is_settled(place: FieldPath) -> bool:
            return any(_reaches(conflict.field, place) for conflict in settled)

        twice = self.moves.twice_in(result, rules) if self.moves is not None else ()
        return all(any(map(is_settled, places)) for places in twice) and all(
            map(is_settled, discrepancies(*self.aligned, result, rules))
        )

    def accepts_lines(self, lines: LineMerge, rules: Rules) -> bool:
        """Whether a line merge is clean, parses, and holds every change of both sides."""
        result = None if lines.conflicts else self._parsed(lines.content)
        if result is None or not closes(*self.aligned, result, rules, lines=True):
            return False
        if strayed(*self.sources, result) is not None:
            return False
        return self.moves is None or self.moves.made_in(result, rules)

    def marked(self, merge: DocumentMerge, lines: LineMerge, rules: Rules, markers: Markers) -> bytes:
        """The text of ``merge`` with conflict markers, or that of git where less of it is between them.

        git's text is only taken if both ways to resolve all of it give YAML that has nothing twice.
        """
        text = self._rendered(merge.chunks, markers)
        if lines.conflicts and markers.style == "merge":
            other = lines.content.decode("utf-8", "surrogateescape")
            if open_lines(other, markers.size) < open_lines(text, markers.size):
                sides = (settle_marked(other, side, markers.size) for side in ("ours", "theirs"))
                if all(self._is_sound(side.encode("utf-8", "surrogateescape"), rules) for side in sides):
                    return lines.content
        return self._encoded(text)

    def written(self, merge: DocumentMerge, markers: Markers) -> bytes:
        """The text of ``merge`` with conflict markers."""
        return self._encoded(self._rendered(merge.chunks, markers))

    def _rendered(self, chunks: Iterable[Chunk], markers: Markers) -> str:
        """``chunks`` with conflict markers, which the byte order mark does not stand before."""
        return render([_BOM * self._bom, *chunks], markers)

    def _parsed(self, content: bytes) -> Source | None:
        """A result brought to the line endings of ``sources``, or None where it does not parse."""
        return _parsed(_prepared(content, self._common if self._is_uniform and _ending(content) else None))

    def _is_sound(self, content: bytes, rules: Rules) -> bool:
        result = self._parsed(content)
        return result is not None and not holds_twice(*self.aligned, result, rules)

    def whole(self, lines: LineMerge, markers: Markers) -> bytes:
        """The file with the conflict markers of git; with one around it all where git sees no conflict."""
        if lines.conflicts:
            return lines.content
        region = Region((), *(source.text for source in self.sources))
        return self._encoded(self._rendered([region], markers))


def _reaches(settled: FieldPath, place: FieldPath) -> bool:
    """Whether settling a conflict at ``settled`` explains a difference at ``place``: one stands at or below the other.

    Positions differ from version to version, so that any two stand for the same item.
    """
    return all(a == b or (isinstance(a, Index) and isinstance(b, Index)) for a, b in zip(settled, place, strict=False))


def _last_leaf(node: Node) -> Node:
    while node.is_block:
        node = node.entries[-1].value
    return node


def _parsed(content: bytes) -> Source | None:
    try:
        return parse(content)
    except DocumentError:
        return None


def _ending(data: bytes) -> str | None:
    """The line ending of a version; None where it mixes them."""
    crlf, lf = data.count(b"\r\n"), data.count(b"\n")
    if crlf == lf:
        return "\r\n" if crlf else "\n"
    return None if crlf else "\n"


def _prepared(data: bytes, ending: str | None) -> bytes:
    if ending is not None:
        data = data.replace(b"\r\n", b"\n")
    if data and not data.endswith(b"\n"):
        data += b"\n"
    return data.replace(b"\n", b"\r\n") if ending == "\r\n" else data


_Property = TypeVar("_Property", str | None, bool)


def _merged(base: _Property, ours: _Property, theirs: _Property) -> _Property:
    return theirs if ours == base else ours
