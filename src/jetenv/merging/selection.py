"""Which changes of theirs a merge takes: patterns over paths and fields, and what theirs is with those changes alone.

A selective merge merges the base, ours, and a version of theirs that has the selected changes and is the base
elsewhere. So it is a merge like any other, and a later merge with the whole of theirs finds the same changes on both
sides. Mappings and keyed lists can be taken in part; any other value, a removed one, and one whose kind or style
changed, is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import Enum

from jetenv.diffing.documents import diff_documents
from jetenv.diffing.identity import Identified, identify
from jetenv.diffing.sides import Side, Unit, narrowed, shift, sides
from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Document, Kind, Node, Source, walk
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, format_path
from jetenv.documents.values import scalar_data
from jetenv.merging.flow import join
from jetenv.merging.order import merge_order
from jetenv.merging.writing import Piece, UnmergeableError, assemble, emptied
from jetenv.schemas.globs import matches
from jetenv.schemas.rules import Rules

_SUFFIXES = (".yaml", ".yml")
_COLLECTIONS = (MAPPING, SEQUENCE)


class Extent(Enum):
    """How much of a place is selected."""

    ALL = "all"
    EXCEPT = "except"  # all but places below
    BELOW = "below"  # nothing but places below
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a person wrote after ``--only`` or ``--exclude``: a glob over paths, and a field (empty for the file).

    ``glob`` may leave out ``.yaml``; without wildcards it may name a folder, which stands for everything below it.
    """

    glob: str
    field: FieldPath = ()

    def __str__(self) -> str:
        return self.glob + (f"#{format_path(self.field)}" if self.field else "")

    def names(self, path: str) -> bool:
        """Whether the file at ``path`` is meant."""
        stem = next((path.removesuffix(suffix) for suffix in _SUFFIXES if path.endswith(suffix)), path)
        if matches(path, self.glob) or matches(stem, self.glob):
            return True
        return not self.field and path.startswith(self.glob + "/")

    def concerns(self, path: str, field: FieldPath) -> bool:
        """Whether a change at ``field`` of the file at ``path`` is at, below or above the place that is meant."""
        shared = min(len(field), len(self.field))
        return self.names(path) and field[:shared] == self.field[:shared]


@dataclass(frozen=True, slots=True)
class Selection:
    """The changes that ``only`` names (all where it is empty), without those that ``exclude`` names."""

    only: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.only or self.exclude)

    def fields(self, *paths: str) -> Callable[[FieldPath], Extent]:
        """How much is selected of each place of the file at one of ``paths``: the names that a renamed file had."""
        only = [pattern.field for pattern in self.only if any(map(pattern.names, paths))]
        exclude = [pattern.field for pattern in self.exclude if any(map(pattern.names, paths))]

        def extent(place: FieldPath) -> Extent:
            if any(place[: len(field)] == field for field in exclude):
                return Extent.NONE
            if not self.only or any(place[: len(field)] == field for field in only):
                below = any(field[: len(place)] == place for field in exclude)
                return Extent.EXCEPT if below else Extent.ALL
            return Extent.BELOW if any(field[: len(place)] == place for field in only) else Extent.NONE

        return extent


@dataclass(frozen=True, slots=True)
class Part:
    """A file with the selected changes alone; ``taken`` are the places at which they stand."""

    content: bytes
    taken: tuple[FieldPath, ...]


def select_fields(
    base: bytes, theirs: bytes, ours: bytes | None, rules: Rules, extent: Callable[[FieldPath], Extent], *, path: str
) -> Part:
    """``base`` with those changes of ``theirs`` that are selected by ``extent``; an empty base stands for no file.

    ``ours`` has a say in whether a list without a schema has keys, as it has in the merge. Raises DocumentError for
    what is not YAML, and UnmergeableError for files that cannot be taken in part: with aliases, with several
    documents, with mixed line endings.
    """
    crlf = b"\r\n" in (base or theirs)
    versions = [_unix(version, path) for version in (base, theirs, ours or b"")]
    sources = [parse(version, path=path) for version in versions]
    if max(len(source.documents) for source in sources) > 1:
        raise UnmergeableError("it holds several documents")
    _refuse_aliases(sources[:2])
    old, new, own = sides(*sources)
    restriction = _Restriction(old, new, own, extent)
    text = restriction.document(rules)
    _check(text, sources[0], rules, extent, path)
    if base and not base.endswith(b"\n"):
        text = text.removesuffix("\n")
    content = (text.replace("\n", "\r\n") if crlf else text).encode("utf-8")
    bom = b"\xef\xbb\xbf" * (base or theirs).startswith(b"\xef\xbb\xbf")
    return Part(bom + content, tuple(restriction.taken))


def _unix(data: bytes, path: str) -> bytes:
    if b"\r\n" in data:
        if data.count(b"\r\n") != data.count(b"\n"):
            raise UnmergeableError(f"the line endings of {path} are mixed")
        data = data.replace(b"\r\n", b"\n")
    return data + b"\n" if data and not data.endswith(b"\n") else data


def _refuse_aliases(sources: list[Source]) -> None:
    # An anchor and its aliases are one value at several places: of two places, one cannot be taken alone.
    for source in sources:
        if source.root is not None and any(node.kind is ALIAS for node in walk(source.root)):
            raise UnmergeableError("it has aliases, and what they share belongs together")


def _check(text: str, base: Source, rules: Rules, extent: Callable[[FieldPath], Extent], path: str) -> None:
    """Raise UnmergeableError where what was written is not the base at the places that are not selected."""
    try:
        written = parse(text, path=path)
    except DocumentError as error:
        raise UnmergeableError(f"the selected part is no YAML by itself ({error.message})") from error
    for change in diff_documents(base, written, rules):
        if extent(change.path) is Extent.NONE:
            raise UnmergeableError(f"'{format_path(change.path)}' would change with the selected part")


class _Restriction:
    """One file with some changes of theirs. ``taken`` collects the places at which changes were taken."""

    def __init__(self, base: Side, theirs: Side, ours: Side, extent: Callable[[FieldPath], Extent]) -> None:
        self.base = base
        self.theirs = theirs
        self.ours = ours
        self.extent = extent
        self.taken: list[FieldPath] = []

    def document(self, rules: Rules) -> str:
        """The text of the whole file."""
        b, t, o = (_document(side.source) for side in (self.base, self.theirs, self.ours))
        extent = self.extent(())
        if extent is Extent.NONE or extent is Extent.ALL:
            return self._whole(extent)
        side, canvas = (self.base, b) if b.root is not None else (self.theirs, t)
        if t.root is None or canvas.root is None or not canvas.root.is_block or (self.base.text and b.root is None):
            return self._whole(self._undivided(extent, b.root, t.root, rules, ()))
        rules = narrowed(rules, t.root)
        found = self._identified(b.root, t.root, o.root, rules)
        if found is None:
            return self._whole(self._undivided(extent, b.root, t.root, rules, ()))
        body = self._block(found, canvas.root, side, rules, (), same_line=False)
        if not self.taken:
            return self.base.text
        if not body:
            body = "{}\n" if canvas.root.kind is MAPPING else "[]\n"
        return side.text[: canvas.body] + body + side.text[canvas.root.tail :]

    def _whole(self, extent: Extent) -> str:
        if extent is not Extent.ALL:
            return self.base.text
        self.taken.append(())
        return self.theirs.text

    def _undivided(self, extent: Extent, b: Node | None, t: Node | None, rules: Rules, path: FieldPath) -> Extent:
        """ALL or NONE for a value that cannot be taken in part: left out where anything in it is to be left out."""
        if extent is not Extent.EXCEPT:
            return extent if extent is Extent.ALL else Extent.NONE
        excluded = any(
            node is not None and self._excludes(side, node, rules, path)
            for side, node in ((self.base, b), (self.theirs, t))
        )
        return Extent.NONE if excluded else Extent.ALL

    def _excludes(self, side: Side, node: Node, rules: Rules, path: FieldPath) -> bool:
        if node.kind not in _COLLECTIONS:
            return False
        rules = narrowed(rules, node)
        found = identify(((side, node),), rules)
        if found is None:
            return False
        for unit in found.names[0].values():
            here = (*path, found.step(unit))
            extent = self.extent(here)
            if extent is Extent.NONE or (
                extent is Extent.EXCEPT and self._excludes(side, unit.value, _below(rules, unit), here)
            ):
                return True
        return False

    def _identified(self, b: Node | None, t: Node, o: Node | None, rules: Rules) -> Identified | None:
        """The entries of a collection by key or key fields; None where it cannot be taken in part."""
        others = [None if node is None or _is_empty(node, t.kind) else node for node in (b, o)]
        if any(node is not None and (node.kind is not t.kind or node.style != t.style) for node in others):
            return None
        found = identify(((self.base, others[0]), (self.theirs, t), (self.ours, others[1])), rules, renames=False)
        if found is None or (t.kind is SEQUENCE and not found.fields):
            return None
        return found

    def _block(
        self,
        found: Identified,
        canvas: Node,
        side: Side,
        rules: Rules,
        path: FieldPath,
        *,
        same_line: bool,
        keys: tuple[str, ...] = (),
    ) -> str:
        """The entries of a block collection as ``canvas`` is indented; those under ``keys`` come in any case."""
        pieces: dict[Hashable, Piece] = {}
        for name, here, units in _entries(found, path):
            piece = self._piece(units, found.fields, rules, here, canvas.column, named=_is_key(units[1], keys))
            if piece is not None:
                pieces[name] = piece
        base, theirs, _ = found.names
        order, _ = merge_order([], list(base), list(theirs), pieces.keys())
        text = "".join(map(str, assemble([pieces[name] for name in order], canvas.column, same_line)))
        return text + side.text[canvas.entries[-1].end : canvas.tail] if text else ""

    def _piece(
        self, units: _Units, fields: tuple[str, ...], rules: Rules, path: FieldPath, column: int, *, named: bool
    ) -> Piece | None:
        """The entry at ``path``; None where there is none."""
        b, t, _ = units
        if named and t is not None and b is None:
            return Piece([t.lead(column)], [t.body(column)])
        unchanged = b is not None and t is not None and b.body(0) == t.body(0) and b.lead(0) == t.lead(0)
        extent = Extent.NONE if unchanged else self.extent(path)
        if extent in (Extent.EXCEPT, Extent.BELOW):
            body = self._inside(units, fields, rules, path, column)
            if body is not None:
                canvas = b or t
                assert canvas is not None
                return Piece([canvas.lead(column)], [body]) if body else None
            extent = self._undivided(
                extent, b.value if b else None, t.value if t else None, _below(rules, b or t), path
            )
        unit = t if extent is Extent.ALL else b
        if extent is Extent.ALL:
            self.taken.append(path)
        return None if unit is None else Piece([unit.lead(column)], [unit.body(column)])

    def _inside(self, units: _Units, fields: tuple[str, ...], rules: Rules, path: FieldPath, column: int) -> str | None:
        """The body of an entry of which parts are selected, ``""`` for no entry; None where it has no parts."""
        b, t, o = units
        if t is None or t.value.kind not in _COLLECTIONS:
            return None
        rules = narrowed(_below(rules, t), t.value)
        found = self._identified(b.value if b else None, t.value, o.value if o else None, rules)
        if found is None:
            return None
        # A base that holds nothing there gives no place to put an entry: theirs' way of writing is taken over.
        unit = b if b is not None and not _is_empty(b.value, t.value.kind) else t
        header, keys = unit.header(), fields if b is None else ()
        before = len(self.taken)
        if unit.value.is_block:
            same_line = not header.endswith("\n")
            text = self._block(found, unit.value, unit.side, rules, path, same_line=same_line, keys=keys)
        else:
            text = self._flow(found, unit.value, unit.side, rules, path, keys)
        if len(self.taken) == before:
            return b.body(column) if b is not None else ""
        if not unit.value.is_block:
            body = header + text + unit.trailer()
        else:
            body = header + text if text else emptied(unit, header)
        return body if unit.flow else shift(body, column - unit.column)

    def _flow(
        self, found: Identified, canvas: Node, side: Side, rules: Rules, path: FieldPath, keys: tuple[str, ...]
    ) -> str:
        written: dict[Hashable, tuple[Unit, str]] = {}
        for name, here, units in _entries(found, path):
            piece = self._piece(units, found.fields, rules, here, 0, named=_is_key(units[1], keys))
            unit = units[0] or units[1]
            if piece is not None and unit is not None:
                written[name] = (unit, "".join(map(str, piece.body)).removesuffix("\n"))
        base, theirs, _ = found.names
        order, _ = merge_order([], list(base), list(theirs), written.keys())
        return join([written[name] for name in order], canvas, side.text)


_Units = tuple[Unit | None, Unit | None, Unit | None]
"""An entry in the base, in theirs and in ours."""


def _entries(found: Identified, path: FieldPath) -> Iterator[tuple[Hashable, FieldPath, _Units]]:
    """Every entry of the base or theirs, with its place."""
    base, theirs, ours = found.names
    for name in dict.fromkeys([*base, *theirs]):
        units = (base.get(name), theirs.get(name), ours.get(name))
        present = units[0] or units[1]
        assert present is not None
        yield name, (*path, found.step(present)), units


def _is_key(unit: Unit | None, keys: tuple[str, ...]) -> bool:
    return unit is not None and unit.entry.key is not None and unit.entry.key.value in keys


def _is_empty(node: Node, kind: Kind) -> bool:
    """Whether ``node`` holds no value, or a collection of ``kind`` without entries."""
    return not node.entries if node.kind is kind else node.kind is SCALAR and scalar_data(node) is None


def _below(rules: Rules, unit: Unit | None) -> Rules:
    """The rules of the value of ``unit``, an entry of a collection that ``rules`` describe."""
    assert unit is not None
    return rules.property(unit.entry.key.value) if unit.entry.key is not None else rules.item()


def _document(source: Source) -> Document:
    return source.documents[0] if source.documents else Document(None, 0, len(source.text), len(source.text))
