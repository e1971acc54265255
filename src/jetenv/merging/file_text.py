"""The text of three versions of a file in a merge: brought to one form, and a result held against them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from jetenv.documents.nodes import SCALAR, Node, Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, Index
from jetenv.merging.account import closes, discrepancies, holds_twice
from jetenv.merging.aliases import strayed
from jetenv.merging.conflicts import Chunk, Conflict, Markers, Region, open_lines, render, settle_marked
from jetenv.merging.documents import DocumentMerge
from jetenv.merging.moves import Moves
from jetenv.schemas.rules import Rules

_BOM = "\ufeff"


class LineMerge(Protocol):
    """What git's own line merge answers."""

    @property
    def content(self) -> bytes:
        """The merged file, with conflict markers where it is not clean."""

    @property
    def conflicts(self) -> int:
        """How many stretches conflict."""


class FileText:
    """Three versions brought to common line endings and a final line break, and the way back.

    Line endings, the final line break and the byte order mark are merged as properties of the file. A version that
    mixes line endings keeps them as they are. ``aligned`` are the versions that a result is held against: with entries
    that a side moved in their new places; ``moves`` are those that it has to have made.

    Raises DocumentError where a version is no YAML or has a key twice.
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
