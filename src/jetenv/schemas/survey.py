"""One walk over a file along its rules: what it refers to, what it defines, and which keys it gives twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index, Item, Key, format_path
from jetenv.documents.values import scalar_data
from jetenv.schemas.formulas import is_formula, names_in, routes_in
from jetenv.schemas.objects import object_of
from jetenv.schemas.rules import Rules
from jetenv.schemas.surroundings import Surroundings
from jetenv.schemas.values import inside, key_values, members, resolved, scalars

LOCAL_LISTS = {"components": "component", "queries": "query", "steps": "step", "parameters": "parameter"}
"""Keyed lists whose items the formulas of the same file name, by their property or their name under ``$defs``."""

FIELD_LISTS = ("fields", "flex_fields", "relations")
MEMBER_LISTS = {**dict.fromkeys(FIELD_LISTS, "field"), "segments": "segment", "actions": "action"}
"""Keyed lists of a collection whose items other files name."""

MEMBERS = frozenset(MEMBER_LISTS.values())
"""The kinds of what belongs to a collection."""

UNIQUE_IN_FILE = ("component", "step")


Name = tuple[str, str, str, bool]
"""What a reference says wherever it stands: its kind, target, ``of`` and ``grants``."""


class Reference(NamedTuple):
    """A place where a file names something. ``of`` is the collection of a field, segment or action, empty where it
    cannot be told, or for a parameter of another file that file's object: ``page order``.

    ``kind`` is a kind of object, ``field``, ``segment``, ``action``, ``route``, or a kind that is local to the file:
    ``component``, ``query``, ``step``, ``parameter``. ``offset`` counts characters in the text; ``line`` and ``column``
    say the same, from 1. What ``grants`` gives a right, and leads nobody to what it names.

    A tuple, for those of thousands of files are read from the cache in each run, and are made ten times as fast.
    """

    kind: str
    target: str
    path: str
    offset: int
    field: str
    line: int = 1
    column: int = 1
    of: str = ""
    grants: bool = False

    @property
    def name(self) -> Name:
        """What is named, without the place."""
        return self.kind, self.target, self.of, self.grants


class Definition(NamedTuple):
    """Something that a file defines and others, or the file itself, may name.

    ``of`` is what it belongs to, as in Reference; ``to`` the collection that a field leads to, empty where it leads to
    none.
    """

    kind: str
    id: str
    of: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The second item with the same key in a keyed list, or the second of a kind that is unique in its file."""

    kind: str
    id: str
    offset: int
    field: str


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """A place that needs a version of the platform at least. ``feature`` names what needs it, for people."""

    version: str
    feature: str
    path: str
    field: str
    line: int = 1
    column: int = 1


@dataclass(slots=True)
class Survey:
    """What the walk over one file found.

    ``local`` holds the kinds that its formulas can name, ``claims`` the values that are there once in a project, in
    the form of references whose ``kind`` is what the schema calls them.
    """

    references: list[Reference] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    definitions: dict[Definition, int] = field(default_factory=dict)
    claims: list[Reference] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    local: frozenset[str] = frozenset()


def survey(path: str, source: Source, rules: Rules, own: str = "") -> Survey:
    """Walk all documents of ``source``; ``own`` is the id of the collection that the file holds, if it holds one."""
    walker = _Walker(path, source, own)
    walker.found.local = frozenset(kind for name, kind in LOCAL_LISTS.items() if name in rules.declared)
    for document in source.documents:
        if document.root is not None:
            walker.walk(document.root, rules, (), document.root.start)
    walker.finish()
    return walker.found


class _Waiting(NamedTuple):
    """A field of the collections that components name, which may stand further down in the file."""

    kind: str
    target: str
    offset: int
    path: FieldPath
    grants: bool
    components: tuple[str, ...]
    of: str
    unless: tuple[str, ...]


class _Walker:
    def __init__(self, path: str, source: Source, own: str) -> None:
        self.found = Survey()
        self._path = path
        self._source = source
        self._own = own
        self._itself = str(object_of(path) or "")
        self._around = Surroundings(own)
        self._components: dict[str, Node] = {}
        self._waiting: list[_Waiting] = []

    def walk(self, node: Node, rules: Rules, path: FieldPath, offset: int) -> None:
        """``offset`` is the place to report: that of the alias where ``node`` is reached through one."""
        if node.kind is Kind.ALIAS:
            if node.target is not None:
                self.walk(node.target, rules, path, node.start)
            return
        if node.kind is Kind.MAPPING:
            rules = rules.narrow(scalars(node))
        if rules.since is not None:
            self._need(rules, path, offset)
        if node.kind is Kind.SCALAR:
            self._scalar(node, rules, path, offset)
        elif node.kind is Kind.MAPPING:
            self._mapping(node, rules, path)
        else:
            self._sequence(node, rules, path)

    def _need(self, rules: Rules, path: FieldPath, offset: int) -> None:
        said = rules.annotations
        place = format_path(path)
        line, column = self._source.place(offset)
        self.found.needs.append(Need(said.since or "", said.feature or place, self._path, place, line, column))

    def _mapping(self, node: Node, rules: Rules, path: FieldPath) -> None:
        self._around.enter(node, rules)
        key_rules = rules.key()
        for name, key, value in members(node):
            below = (*path, Key(name))
            for kind in key_rules.ref:
                self._refer(kind, name, key.start, below, key_rules)
            self.walk(value, rules.property(name), below, value.start)
        self._around.leave()

    def _sequence(self, node: Node, rules: Rules, path: FieldPath) -> None:
        item_rules, keys = rules.item(), rules.keys
        # A list of references may carry the annotation itself instead of its items.
        refs = () if item_rules.ref else rules.ref
        local = self._local_kind(rules, path)
        seen: set[tuple[str, ...]] = set()
        for position, entry in enumerate(node.entries):
            values = key_values(entry.value, keys)
            step = Index(position) if values is None else Item(values)
            if values is not None:
                self._item(values, values in seen, local, entry.value, keys[0], (*path, step))
                seen.add(values)
            target = resolved(entry.value)
            if refs and target.kind is Kind.SCALAR:
                for kind in refs:
                    self._refer(kind, target.value, entry.value.start, (*path, step))
            self.walk(entry.value, item_rules, (*path, step), entry.value.start)

    def _item(
        self, values: tuple[str, ...], twice: bool, local: str | None, node: Node, key: str, path: FieldPath
    ) -> None:
        offset = next((value.start for name, _, value in members(resolved(node)) if name == key), node.start)
        if node.kind is Kind.ALIAS:
            offset = node.start
        again = twice
        if local is not None:
            of = self._own if local in MEMBERS else self._itself if local == "parameter" and len(path) == 2 else ""
            definition = Definition(local, values[0], of, _leads_to(resolved(node)) if local == "field" else "")
            if local == "component":
                self._components.setdefault(values[0], resolved(node))
            again = again or (local in UNIQUE_IN_FILE and definition in self.found.definitions)
            self.found.definitions.setdefault(definition, offset)
        if again:
            self.found.duplicates.append(Duplicate(local or "item", ", ".join(values), offset, format_path(path)))

    def _local_kind(self, rules: Rules, path: FieldPath) -> str | None:
        if rules.list != "keyed" or not path:
            return None
        last = path[-1]
        name = last.name if isinstance(last, Key) else ""
        if self._own and len(path) == 1 and name in MEMBER_LISTS:
            return MEMBER_LISTS[name]
        names = {name, *(place.rpartition("/")[2] for place in rules.places)}
        return next((kind for each, kind in LOCAL_LISTS.items() if each in names), None)

    def _scalar(self, node: Node, rules: Rules, path: FieldPath, offset: int) -> None:
        computed = is_formula(node.value)
        annotations = rules.annotations
        if annotations.unique is not None and not computed:
            self._add(annotations.unique, node.value, offset, path, into=self.found.claims)
        if not (computed or annotations.ref or "](/" in node.value) or not isinstance(scalar_data(node), str):
            return
        for route in routes_in(node.value, "route" in annotations.ref):
            self._add("route", route, offset, path)
        if computed:
            seen = set()
            for kind, name, snippet in names_in(node.value):
                if kind in self.found.local and (kind, name) not in seen:
                    seen.add((kind, name))
                    inside = self._source.text.find(snippet, offset, node.end)
                    self._add(kind, name, max(inside, offset), path)
            return
        for kind in annotations.ref:
            if kind != "route":
                self._refer(kind, node.value, offset, path, rules)

    def _refer(self, kind: str, target: str, offset: int, path: FieldPath, rules: Rules = Rules.NONE) -> None:
        said, around = rules.annotations, self._around
        if is_formula(target) or any(around.value(other, innermost=True) for other in said.unless):
            return
        kind = SINGULAR.get(kind, kind)
        if said.through is not None:
            relation = around.value(said.through)
            if relation is None or relation.kind is not Kind.SCALAR:
                return
            target = f"{relation.value}.{target}"
        grants = said.risk == "permission"
        place = around.find(said.of) if said.of is not None else None
        if said.where is not None and not (place is not None and place.meets(said.where)):
            return
        if place is not None and (components := place.components()):
            head = (said.of or "").removesuffix(place.rest)
            unless = tuple(each.removeprefix(head) for each in said.unless if each.startswith(head))
            self._waiting.append(_Waiting(kind, target, offset, path, grants, components, place.rest, unless))
            return
        of = around.collection(said.of) if kind in MEMBERS else place.object() if place is not None else ""
        if of or kind in MEMBERS or said.of is None:
            self._add(kind, target, offset, path, of, grants=grants)

    def finish(self) -> None:
        """Tell what could not be told before the whole file was seen."""
        for each in self._waiting:
            for node in (self._components[name] for name in each.components if name in self._components):
                of = inside(node, each.of)
                if of is None or of.kind is not Kind.SCALAR or is_formula(of.value):
                    continue
                if not any(inside(node, other) for other in each.unless):
                    self._add(each.kind, each.target, each.offset, each.path, of.value, grants=each.grants)

    def _add(
        self,
        kind: str,
        target: str,
        offset: int,
        path: FieldPath,
        of: str = "",
        *,
        grants: bool = False,
        into: list[Reference] | None = None,
    ) -> None:
        line, column = self._source.place(offset)
        found = Reference(kind, target, self._path, offset, format_path(path), line, column, of, grants)
        (self.found.references if into is None else into).append(found)


def _leads_to(item: Node) -> str:
    """The collection that an item of a list of fields or relations names."""
    parameters = inside(item, "params")
    for holder in (item, *([parameters] if parameters is not None else [])):
        found = inside(holder, "related_model")
        if found is not None and found.kind is Kind.SCALAR and not is_formula(found.value):
            return found.value
    return ""


SINGULAR = {
    "resources": "resource",
    "collections": "collection",
    "pages": "page",
    "workflows": "workflow",
    "teams": "team",
    "credentials": "credential",
    "environments": "environment",
    "fields": "field",
    **LOCAL_LISTS,
}
