"""One walk over a file along its rules: what it refers to, what it defines, and which keys it gives twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index, Item, Key, format_path
from jetenv.documents.values import MERGE_KEY, key_text, scalar_data
from jetenv.schemas.formulas import is_formula, names_in
from jetenv.schemas.rules import Rules

LOCAL_LISTS = {"components": "component", "queries": "query", "steps": "step", "parameters": "parameter"}
"""Keyed lists whose items the formulas of the same file name, by their property or their name under ``$defs``."""

FIELD_LISTS = ("fields", "flex_fields", "relations")
UNIQUE_IN_FILE = ("component", "step")


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A place where a file names something. ``of`` is the collection of a field, empty where it cannot be told.

    ``kind`` is a kind of object, ``field``, or a kind that is local to the file: ``component``, ``query``, ``step``,
    ``parameter``. ``offset`` counts characters in the text; ``line`` and ``column`` say the same, from 1.
    """

    kind: str
    target: str
    path: str
    offset: int
    field: str
    line: int = 1
    column: int = 1
    of: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """Something that a file defines and others, or the file itself, may name."""

    kind: str
    id: str
    of: str = ""


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
    """What the walk over one file found. ``local`` holds the kinds that its formulas can name."""

    references: list[Reference] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    definitions: dict[Definition, int] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)
    local: frozenset[str] = frozenset()


def survey(path: str, source: Source, rules: Rules, own: str = "") -> Survey:
    """Walk all documents of ``source``; ``own`` is the id of the collection that the file holds, if it holds one."""
    walker = _Walker(path, source, own)
    walker.found.local = frozenset(kind for name, kind in LOCAL_LISTS.items() if name in rules.declared)
    for document in source.documents:
        if document.root is not None:
            walker.walk(document.root, rules, (), document.root.start)
    return walker.found


class _Walker:
    def __init__(self, path: str, source: Source, own: str) -> None:
        self.found = Survey()
        self._path = path
        self._source = source
        self._own = own
        self._around: list[tuple[Node, Rules]] = []

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
        self._around.append((node, rules))
        key_refs = rules.key().ref
        for name, key, value in members(node):
            below = (*path, Key(name))
            for kind in key_refs:
                self._refer(kind, name, key.start, below)
            self.walk(value, rules.property(name), below, value.start)
        self._around.pop()

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
            definition = Definition(local, values[0], self._own if local == "field" else "")
            again = again or (local in UNIQUE_IN_FILE and definition in self.found.definitions)
            self.found.definitions.setdefault(definition, offset)
        if again:
            self.found.duplicates.append(Duplicate(local or "item", ", ".join(values), offset, format_path(path)))

    def _local_kind(self, rules: Rules, path: FieldPath) -> str | None:
        if rules.list != "keyed" or not path:
            return None
        last = path[-1]
        name = last.name if isinstance(last, Key) else ""
        if self._own and len(path) == 1 and name in FIELD_LISTS:
            return "field"
        names = {name, *(place.rpartition("/")[2] for place in rules.places)}
        return next((kind for each, kind in LOCAL_LISTS.items() if each in names), None)

    def _scalar(self, node: Node, rules: Rules, path: FieldPath, offset: int) -> None:
        computed = is_formula(node.value)
        if not (computed or rules.ref) or not isinstance(scalar_data(node), str):
            return
        if computed:
            seen = set()
            for kind, name, snippet in names_in(node.value):
                if kind in self.found.local and (kind, name) not in seen:
                    seen.add((kind, name))
                    inside = self._source.text.find(snippet, offset, node.end)
                    self._add(kind, name, max(inside, offset), path)
            return
        for kind in rules.ref:
            self._refer(kind, node.value, offset, path, rules)

    def _refer(self, kind: str, target: str, offset: int, path: FieldPath, rules: Rules = Rules.NONE) -> None:
        if is_formula(target):
            return
        kind = SINGULAR.get(kind, kind)
        self._add(kind, target, offset, path, self._collection(rules) if kind == "field" else "")

    def _add(self, kind: str, target: str, offset: int, path: FieldPath, of: str = "") -> None:
        line, column = self._source.place(offset)
        self.found.references.append(Reference(kind, target, self._path, offset, format_path(path), line, column, of))

    def _collection(self, rules: Rules) -> str:
        """The collection that a field belongs to; empty where it cannot be told."""
        wanted = rules.annotations.of
        if wanted is None and self._own:
            return self._own
        for node, around in reversed(self._around):
            for name, _, value in members(node):
                named = wanted == name or (wanted is None and "collection" in around.property(name).ref)
                target = resolved(value)
                if named and target.kind is Kind.SCALAR:
                    return "" if is_formula(target.value) else target.value
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


def resolved(node: Node) -> Node:
    """The node that an alias stands for; any other node itself."""
    return node.target if node.kind is Kind.ALIAS and node.target is not None else node


def members(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Name, key and value of the entries of a mapping, those of merged mappings after its own."""
    if node.kind is not Kind.MAPPING:
        return
    merged: list[Node] = []
    names: set[str] = set()
    for entry in node.entries:
        key = entry.key
        assert key is not None
        if key.kind is Kind.SCALAR and key.value == MERGE_KEY and not key.style:
            value = resolved(entry.value)
            merged.extend(each.value for each in value.entries if each.key is None)
            merged.append(value)
            continue
        name = key_text(key)
        names.add(name)
        yield name, key, entry.value
    for other in merged:
        for name, key, value in members(resolved(other)):
            if name not in names:
                names.add(name)
                yield name, key, value


def scalars(node: Node) -> Callable[[str], str | None]:
    """The text of the scalar under a key of a mapping node, for ``Rules.narrow``."""

    values: dict[str, str] = {}
    read = False

    def scalar(name: str) -> str | None:
        nonlocal read
        if not read:
            read = True
            for each, _, value in members(node):
                target = resolved(value)
                if target.kind is Kind.SCALAR:
                    values[each] = target.value
        return values.get(name)

    return scalar


def key_values(node: Node, keys: tuple[str, ...]) -> tuple[str, ...] | None:
    """The key of an item of a keyed list; None where it lacks one of the key fields."""
    if not keys:
        return None
    scalar = scalars(resolved(node))
    values = tuple(scalar(name) for name in keys)
    return None if None in values else tuple(value for value in values if value is not None)
