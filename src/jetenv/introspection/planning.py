"""The files that make a database's tables the collections of a resource, with nothing lost that people added.

A table without a collection gets a new file. Of one that has a collection, what is missing is added at the end of
``fields`` and ``relations``; what is there stays byte for byte, so a second run finds nothing to do. Fields whose
column is gone are removed only where ``prune`` asks for it, with the relations that start or end there, and relations
to a table that is gone. No collection is removed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jetenv.documents.editing import encode, set_value, unset
from jetenv.documents.emitting import dump
from jetenv.documents.nodes import Source
from jetenv.documents.parsing import parse
from jetenv.documents.paths import FieldPath, Item, Key
from jetenv.errors import JetenvError
from jetenv.introspection.columns import WITH_LENGTH
from jetenv.introspection.comparing import Difference, Kind, compare
from jetenv.introspection.configured import ConfiguredCollection
from jetenv.introspection.description import Column, Table
from jetenv.introspection.naming import Named, name_tables, title, unique_name

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A file to write: ``old`` is what it has, None for a new one. The rest are names of what was added or removed."""

    path: str
    table: str
    old: bytes | None
    new: bytes
    fields: tuple[str, ...]
    relations: tuple[str, ...]
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of a table that a collection cannot say as the database does."""

    table: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write, what stays different all the same, and what is to be known of it. ``tables`` counts them all."""

    tables: int
    files: tuple[FilePlan, ...]
    differences: tuple[Difference, ...]
    remarks: tuple[Remark, ...]


def plan(
    resource: str, tables: Sequence[Table], configured: Sequence[ConfiguredCollection], *, prune: bool = False
) -> Plan:
    """What makes ``configured``, the collections of ``resource``, show every table.

    Raises RefusedError, with the path, for a file that cannot be edited in place.
    """
    shown = [table for table in tables if table.columns]
    named = name_tables(shown, configured)
    lost = _Lost.of(tables, configured) if prune else _Lost(frozenset(), frozenset())
    files = []
    for each in named.values():
        made = _new(resource, each, named) if each.collection is None else _edited(resource, each, named, lost)
        if made is not None:
            files.append(made)
    named_already = {each.collection.path for each in named.values() if each.collection is not None}
    for other in configured:
        if other.path not in named_already and not other.has_queries:
            made = _rewritten(other, [], [], lost)
            if made is not None:
                files.append(made)
    written = {Kind.TABLE_NEW, Kind.COLUMN_NEW} | ({Kind.COLUMN_GONE} if prune else set())
    left = tuple(each for each in compare(tables, configured) if each.kind not in written)
    return Plan(len(tables), tuple(sorted(files, key=lambda each: each.path)), left, _remarks(tables, named))


def _remarks(tables: Sequence[Table], named: Mapping[str, Named]) -> tuple[Remark, ...]:
    found = []
    for table in tables:
        if not table.columns:
            found.append(Remark(table.name, "has no columns, so it is no collection"))
        elif named[table.name].collection is None and not table.has_key:
            what = "is a view" if table.is_view else "has no primary key"
            found.append(Remark(table.name, f"{what}; '{table.key}' is taken for the key: set primary_key_field"))
        found += [
            Remark(table.name, f"points to {other} with several columns at once, which no relation can say")
            for other in table.composite
        ]
    return tuple(found)


def _new(resource: str, each: Named, named: Mapping[str, Named]) -> FilePlan:
    table = each.table
    content: Data = {"verbose_name": title(table.name)}
    if each.id != table.name:
        content |= {"model": table.name, "db_table": table.name}
    if table.hidden:
        content["hidden"] = True
    if table.is_view:
        content["read_only"] = True
    content["primary_key_field"] = each.fields[table.key]
    content["fields"] = [_field(resource, column, each, named) for column in table.columns]
    relations = _relations(resource, each, named)
    if relations:
        content["relations"] = relations
    return FilePlan(
        f"collections/{resource}/{each.id}.yaml",
        table.name,
        None,
        dump(content).encode(),
        tuple(field["name"] for field in content["fields"]),
        tuple(relation["name"] for relation in relations),
    )


@dataclass(frozen=True, slots=True)
class _Lost:
    """What the database does not have any more: ids of collections, and fields of others as (collection, field)."""

    collections: frozenset[str]
    fields: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, tables: Sequence[Table], configured: Sequence[ConfiguredCollection]) -> _Lost:
        differences = compare(tables, configured)
        ids = {each.path: each.id for each in configured}
        return cls(
            frozenset(ids[each.path] for each in differences if each.kind is Kind.TABLE_GONE and each.path),
            frozenset(
                (ids[each.path], each.field)
                for each in differences
                if each.kind is Kind.COLUMN_GONE and each.path and each.field
            ),
        )

    def within(self, collection: ConfiguredCollection) -> list[tuple[Key, Item]]:
        """What of ``collection`` goes: the fields, and the relations that start or end at what is lost."""
        if collection.id in self.collections:
            return []
        relations = [
            (Key("relations"), Item((name,)))
            for (_, local, other, related), name in collection.relations
            if (collection.id, local) in self.fields or (other, related) in self.fields or other in self.collections
        ]
        names = sorted(field for id_, field in self.fields if id_ == collection.id)
        return relations + [(Key("fields"), Item((name,))) for name in names]


def _edited(resource: str, each: Named, named: Mapping[str, Named], lost: _Lost) -> FilePlan | None:
    collection = each.collection
    assert collection is not None
    fields = [
        _field(resource, column, each, named) for column in each.table.columns if column.name not in collection.columns
    ]
    return _rewritten(collection, fields, _relations(resource, each, named), lost)


def _rewritten(
    collection: ConfiguredCollection, fields: Sequence[Data], relations: Sequence[Data], lost: _Lost
) -> FilePlan | None:
    """The file of ``collection`` with ``fields`` and ``relations`` added and without what is lost; None if it is so."""
    gone = lost.within(collection)
    if not fields and not relations and not gone:
        return None
    source = collection.source
    try:
        for part, items in (("fields", fields), ("relations", relations)):
            for item in items:
                text = set_value(source, (Key(part), Item((item["name"],))), dump(item), _by_name)
                source = _reparsed(source, text, collection.path)
        # Last, so that a list which loses all that it had keeps its style.
        for path in gone:
            source = _reparsed(source, unset(source, path, _by_name), collection.path)
    except JetenvError as error:
        error.where = f"{collection.path}:{error.where}" if error.where else collection.path
        raise
    return FilePlan(
        collection.path,
        collection.table,
        encode(collection.source, collection.source.text),
        encode(collection.source, source.text),
        tuple(item["name"] for item in fields),
        tuple(item["name"] for item in relations),
        tuple(name for _, item in gone for name in item.values),
    )


def _reparsed(source: Source, text: str, path: str) -> Source:
    return source if text == source.text else parse(text, path=path)


def _by_name(_path: FieldPath) -> tuple[str, ...]:
    """The items of fields and relations are named by ``name``; nothing else is edited here."""
    return ("name",)


def _field(resource: str, column: Column, of: Named, named: Mapping[str, Named]) -> Data:
    name = of.fields[column.name]
    field: Data = {"name": name}
    other = named.get(column.related[0]) if column.related is not None else None
    points = other is not None and column.related is not None and column.related[1] in other.fields
    field["field"] = "ForeignKey" if points else column.type or "CharField"
    if name != column.name:
        field["db_column"] = column.name
    if column.required:
        field["required"] = True
    if column.null:
        field["null"] = True
    if column.generated:
        field["editable"] = False
    params: Data = {}
    if points and other is not None and column.related is not None:
        params = {"related_model": f"{resource}/{other.id}", "related_field": other.fields[column.related[1]]}
    elif column.type in WITH_LENGTH and column.length is not None:
        params = {"length": column.length}
    elif column.digits is not None:
        params = {"digits": column.digits[0], "decimals": column.digits[1]}
    elif column.choices:
        params = {"options": [{"value": value, "label": title(value)} for value in column.choices]}
    if params:
        field["params"] = params
    if not points and (column.default, column.type) in _DEFAULTS:
        field["default_type"] = column.default
    return field


_DEFAULTS = {("datetime_now", "DateTimeField"), ("datetime_now", "DateField"), ("uuid", "UUIDField")}


def _relations(resource: str, of: Named, named: Mapping[str, Named]) -> list[Data]:
    """The relations of the table that its collection lacks."""
    there = of.collection.relations if of.collection is not None else ()
    known, taken = {said for said, _ in there}, {name for _, name in there}
    found: list[Data] = []
    for each in sorted(of.table.relations, key=lambda each: each.name):
        other = named.get(each.table)
        if other is None:
            continue
        local, related = of.fields[each.column], other.fields[each.related_column]
        if (each.direction, local, other.id, related) in known:
            continue
        known.add((each.direction, local, other.id, related))
        name = unique_name(each.name, taken)
        taken.add(name)
        found.append(
            {
                "name": name,
                "direction": each.direction,
                "local_field": local,
                "related_model": f"{resource}/{other.id}",
                "related_field": related,
            }
        )
    return found
