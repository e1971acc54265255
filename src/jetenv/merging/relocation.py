"""A version of a document with some entries where another version has them, as text.

A merge in which moved entries stand at one place in every version is a merge like any other. So a move of one side is
made in the base and on the other side first, by cutting each entry out of the text and putting it in again, with
everything in it as that version has it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from jetenv.diffing.identity import item_of
from jetenv.diffing.sides import Side, Unit, shift
from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, Entry, Node, Source, walk
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.values import key_text, scalar_data
from jetenv.merging.moves import Name, Parent, Place, Version
from jetenv.merging.writing import UnmergeableError, emptied
from jetenv.schemas.rules import Rules


class NoPlaceError(Exception):
    """An entry cannot be put where another version has it."""


def relocate(
    versions: Sequence[Version], model: Version, names: Iterable[Name], moved: Container[Name], rules: Rules
) -> list[Source]:
    """Each of ``versions`` with the entries ``names`` where ``model`` has them, which ``moved`` some since the base.

    What it moved of the entries above them is put where it has that too. A collection or entry above them that it alone
    has comes along. Raises NoPlaceError where a version has no such entry or no place for it, or where the text cannot
    be taken apart.
    """
    wanted = _with_anchors(versions, model, names, moved)
    known = {name for version in versions for name in version.places if name not in wanted}
    relocations = [_Relocation(version, model, versions, wanted, known) for version in versions]
    grafts = [each.grafts for each in relocations]
    if any(each != grafts[0] for each in grafts):
        raise NoPlaceError("what is to hold the entry is not new everywhere")
    return [_checked(each, rules) for each in relocations]


def _with_anchors(
    versions: Sequence[Version], model: Version, names: Iterable[Name], moved: Container[Name]
) -> dict[Name, None]:
    """``names`` with those entries above them that ``model`` moved and other versions have elsewhere, in order."""
    wanted: dict[Name, None] = {}
    pending = list(names)
    while pending:
        name = pending.pop(0)
        if name in wanted:
            continue
        if name not in model.places:
            raise NoPlaceError("the entry is not there, or more than once")
        wanted[name] = None
        anchor = model.places[name].parent.anchor
        while anchor is not None and anchor in model.places:
            above = model.places[anchor]
            elsewhere = (each.places[anchor].parent != above.parent for each in versions if anchor in each.places)
            if anchor in moved and any(elsewhere):
                pending.append(anchor)
            anchor = above.parent.anchor
    return wanted


def _checked(relocation: _Relocation, rules: Rules) -> Source:
    """The new version, with everything where it was to come."""
    model = relocation.model
    try:
        source = parse(relocation.text())
    except (DocumentError, UnmergeableError) as error:
        raise NoPlaceError("the text cannot be taken apart") from error
    places = Version(Side(source, {}), rules).places
    for name in relocation.names:
        if name not in places or places[name].parent != model.places[name].parent:
            raise NoPlaceError("the entry would not be where it was to come")
    return source


@dataclass(slots=True)
class _Splice:
    """Text of a version from ``start`` to ``end`` that is replaced; ``rank`` orders what is put in at one offset."""

    start: int
    end: int
    rank: tuple[int, ...]
    write: Callable[[], str]


@dataclass(frozen=True, slots=True)
class _Site:
    """Where ``unit``, an entry of the model's collection ``home``, goes: into ``node`` of the version.

    There it takes the place of ``replaced``, an empty entry with the same key, where there is one.
    """

    node: Node
    home: Node
    unit: Unit
    fields: tuple[str, ...]
    replaced: Unit | None = None


class _Relocation:
    """The relocation of one version. ``grafts`` says which entries of the model come along with which of ``names``.

    None of ``known`` comes along: a version has those elsewhere, or did without them.
    """

    def __init__(
        self,
        version: Version,
        model: Version,
        others: Sequence[Version],
        wanted: Iterable[Name],
        known: Collection[Name],
    ) -> None:
        self.version = version
        self.model = model
        self.others = others
        self.known = known
        self.names = [name for name in wanted if name in version.places]
        if len(self.names) < len(list(wanted)):
            raise NoPlaceError("the entry is not there, or more than once")
        self.moved = [name for name in self.names if version.places[name].parent != model.places[name].parent]
        self.grafts: dict[Name, int] = {}
        self._splices: dict[Name | None, list[_Splice]] = {}
        self._grafted: dict[int, tuple[_Site, list[Name]]] = {}
        self._filled: set[int] = set()
        for name in self.moved:
            self._check(version.places[name])
            self._send(name)
        for site, names in self._grafted.values():
            self._put(site, partial(self._graft, site, names))
        self._cut()

    def text(self) -> str:
        """The text of the version with everything moved."""
        return self._written(None, 0, len(self.version.side.text))

    # Where things go

    def _send(self, name: Name) -> None:
        place = self.model.places[name]
        site = self._site(place)
        if site.unit is place.unit:
            self._put(site, partial(self._item, name))
            return
        self._check_unit(site.unit)
        if (holder := self._holder(site.unit.entry, place)) is not None:
            self.grafts[name] = id(holder)
        self._grafted.setdefault(id(site.unit.entry), (site, []))[1].append(name)

    def _site(self, place: Place) -> _Site:
        anchor, unit, fields = place.parent.anchor, place.unit, place.fields
        if anchor is not None and anchor not in self.version.places:
            return self._site(self.model.places[anchor])
        if anchor is None:
            node, there = self.version.root, self.model.root
            if node is None or there is None:
                raise NoPlaceError("the document is empty")
        else:
            node, there = self.version.places[anchor].unit.value, self.model.places[anchor].unit.value
        for key in place.parent.keys:
            own, other = self._entry(self.version, node, key), self._entry(self.model, there, key)
            if other is None:
                raise NoPlaceError("the collection is not there")
            if own is None or _is_empty(own.value):
                return _Site(node, there, other, (), own)
            node, there = own.value, other.value
        return _Site(node, place.node, unit, fields)

    @staticmethod
    def _entry(version: Version, node: Node, key: str) -> Unit | None:
        if node.kind is not MAPPING:
            return None
        units = version.side.units(node)
        return next((unit for unit in units if unit.entry.key is not None and key_text(unit.entry.key) == key), None)

    def _put(self, site: _Site, write: Callable[[int], str]) -> None:
        """Note that ``write(column)``, whole lines, goes to ``site``."""
        node = site.node
        if not node.is_block or not node.entries or site.unit.flow:
            raise NoPlaceError("flow style")
        column, rank = node.column, (-node.column, site.unit.entry.start)
        if site.replaced is not None:
            start, end = site.replaced.entry.start, site.replaced.entry.end
            self._check_line(site.replaced.entry)
        else:
            start = end = self._behind(site)
        self._filled.add(id(node))
        splice = _Splice(start, end, rank, partial(write, column))
        self._splices.setdefault(self._inside(node), []).append(splice)

    def _behind(self, site: _Site) -> int:
        """The offset behind the nearest entry that stands before the unit in the model and that the version has too."""

        def label(entry: Entry) -> object:
            return key_text(entry.key) if entry.key is not None else item_of(entry.value, site.fields)

        leaving = {id(self.version.places[name].unit.entry) for name in self.moved}
        known = {label(entry): entry for entry in site.node.entries if id(entry) not in leaving}
        for entry in reversed(site.home.entries[: site.unit.position]):
            found = known.get(label(entry))
            if found is not None:
                return found.end
        self._check_line(site.node.entries[0])
        return site.node.entries[0].start

    def _inside(self, node: Node) -> Name | None:
        """The nearest entry on the move that holds ``node``."""
        holding = [
            (place.unit.entry.start, name)
            for name in self.moved
            if (place := self.version.places[name]).unit.entry.head < node.start < place.unit.entry.end
        ]
        return max(holding, key=lambda each: each[0])[1] if holding else None

    def _cut(self) -> None:
        leaving = {id(self.version.places[name].unit.entry) for name in self.moved}
        for name in self.moved:
            place = self.version.places[name]
            inside = self._inside(place.node)
            entry = place.unit.entry
            splices = self._splices.setdefault(inside, [])
            splices.append(_Splice(entry.start, entry.end, (1,), str))
        places = {id(place.node): place for place in (self.version.places[name] for name in self.moved)}
        for place in places.values():
            if id(place.node) not in self._filled and all(id(entry) in leaving for entry in place.node.entries):
                self._empty(place)

    def _empty(self, place: Place) -> None:
        """Leave an empty collection where every entry goes, or nothing where the model has none there."""
        owner, node = place.owner, place.node
        if owner is None or owner.flow:
            raise NoPlaceError("the document would be empty")
        splices = self._splices[self._inside(node)]
        start, end = node.entries[0].start, node.entries[-1].end
        splices[:] = [each for each in splices if not (start <= each.start and each.end <= end and each.rank == (1,))]
        if place.parent.keys and start > owner.entry.head and self._is_dropped(place.parent):
            self._check_line(owner.entry)
            splices.append(_Splice(owner.entry.start, owner.entry.end, (1,), str))
            return
        header = owner.header()
        if not header.endswith("\n"):
            raise NoPlaceError("the first entry stands behind a dash")
        splices.append(_Splice(owner.entry.head, end, (1,), lambda: emptied(owner, header)))

    def _is_dropped(self, parent: Parent) -> bool:
        """Whether a side has what holds a collection, but not the collection: then the emptied one goes as well."""
        for version in (self.model, *self.others):
            above = self._collection(version, parent)
            if above is not None and self._entry(version, above, parent.keys[-1]) is None:
                return True
        return False

    def _collection(self, version: Version, parent: Parent) -> Node | None:
        """The mapping in ``version`` that has the collection ``parent`` under the last of its keys."""
        if parent.anchor is None:
            node = version.root
        else:
            node = version.places[parent.anchor].unit.value if parent.anchor in version.places else None
        for key in parent.keys[:-1]:
            unit = self._entry(version, node, key) if node is not None else None
            node = unit.value if unit is not None else None
        return node

    # Checks

    def _check(self, place: Place) -> None:
        self._check_unit(place.unit)
        if place.unit.flow:
            raise NoPlaceError("flow style")
        self._check_line(place.unit.entry)

    @staticmethod
    def _check_unit(unit: Unit) -> None:
        if any(node.anchor or node.kind is ALIAS for node in walk(unit.value)):
            raise NoPlaceError("what is anchored belongs where it is")

    def _check_line(self, entry: Entry) -> None:
        text = self.version.side.text
        if text[text.rfind("\n", 0, entry.head) + 1 : entry.head].strip():
            raise NoPlaceError("the entry shares its line with a dash")

    # Text

    def _written(self, inside: Name | None, start: int, end: int) -> str:
        """The version's text from ``start`` to ``end`` with what was noted for it."""
        text, parts, at = self.version.side.text, [], start
        for splice in sorted(self._splices.get(inside, ()), key=lambda each: (each.start, each.rank)):
            if splice.start < at:
                raise NoPlaceError("two moves overlap")
            parts += [text[at : splice.start], splice.write()]
            at = splice.end
        return "".join([*parts, text[at:end]])

    def _item(self, name: Name, column: int) -> str:
        """A moved entry with its comments as whole lines at ``column``."""
        place = self.version.places[name]
        text = self._written(name, place.unit.entry.start, place.unit.entry.end)
        return _shifted(text, column - place.node.column)

    def _graft(self, site: _Site, names: Sequence[Name], column: int) -> str:
        """An entry of the model with the version's own ``names`` in it, as whole lines at ``column``."""
        unit = site.unit
        lead = site.replaced.lead(column) if site.replaced is not None else unit.lead(column)
        own = {id(self.model.places[name].unit.entry): name for name in names}
        return lead + _shifted(" " * unit.column + self._along(unit.entry, own), column - unit.column)

    def _along(self, entry: Entry, own: Mapping[int, Name]) -> str:
        """The entry of a mapping of the model, of which nothing comes but what holds the version's ``own`` entries.

        Those are known by the entry of the model. An item of a list comes with everything but what stays.
        """
        if entry.key is None:
            return self._with(entry, own)
        text = self.model.side.text
        parts = [text[entry.head : entry.value.entries[0].start]]
        if not parts[0].endswith("\n"):
            raise NoPlaceError("the first entry stands behind a dash")
        for each in entry.value.entries:
            below = {key: name for key, name in own.items() if self._holds(each, self.model.places[name])}
            if id(each) in own:
                parts.append(self._item(own[id(each)], entry.value.column))
            elif below:
                parts += [text[each.start : each.head], self._along(each, below)]
        return "".join(parts)

    def _with(self, item: Entry, own: Mapping[int, Name]) -> str:
        """An item of the model without what stays, and with the version's ``own`` entries in place of the model's."""
        text = self.model.side.text
        inner = [self.model.places[name].unit.entry for name in own.values()]
        parts, at = [], item.head
        for each in sorted([*inner, *self._staying(item, own)], key=lambda each: each.start):
            line = text.rfind("\n", 0, each.head) + 1
            if text[line : each.head].strip() or each.start < at:
                raise NoPlaceError("the entry shares its line with a dash")
            parts.append(text[at : each.start])
            if id(each) in own:
                parts.append(self._item(own[id(each)], each.head - line))
            at = each.end
        return "".join([*parts, text[at : item.end]])

    @staticmethod
    def _holds(entry: Entry, place: Place) -> bool:
        return entry.head < place.unit.entry.start and place.unit.entry.end <= entry.end

    def _holder(self, entry: Entry, place: Place) -> Entry | None:
        """The outermost item of a list that comes along with ``place``, as it or what holds it stands at ``entry``."""
        while entry.key is not None and entry is not place.unit.entry:
            start = place.unit.entry.start
            below = next((each for each in entry.value.entries if each.start <= start < each.end), None)
            if below is None:
                raise NoPlaceError("the entry does not stand in what would come along")
            entry = below
        return None if entry is place.unit.entry else entry

    def _staying(self, holder: Entry, own: Container[int]) -> list[Entry]:
        """The outermost entries in one of the model that do not come with it, beside those that are the version's."""
        inside = [
            place
            for name, place in self.model.places.items()
            if self._holds(holder, place) and (name in self.known or id(place.unit.entry) in own)
        ]
        outermost: list[Place] = []
        for place in sorted(inside, key=lambda each: each.unit.entry.start):
            if not outermost or place.unit.entry.start >= outermost[-1].unit.entry.end:
                outermost.append(place)
        staying = [place for place in outermost if id(place.unit.entry) not in own]
        for place in staying:
            if all(any(entry is each.unit.entry for each in staying) for entry in place.node.entries):
                raise NoPlaceError("an entry that comes along would be empty")
        return [place.unit.entry for place in staying]


def _shifted(lines: str, delta: int) -> str:
    return shift("\n" + lines, delta)[1:]


def _is_empty(node: Node) -> bool:
    return not node.entries and (node.kind is not SCALAR or scalar_data(node) is None)
