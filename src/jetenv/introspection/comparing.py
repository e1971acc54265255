"""What a database and the collections of the configuration say differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from jetenv.introspection.columns import WITH_LENGTH, fits
from jetenv.introspection.configured import ConfiguredCollection
from jetenv.introspection.description import Column, Table


class Kind(Enum):
    """How the two differ."""

    TABLE_GONE = "table-not-in-database"
    TABLE_NEW = "table-not-configured"
    COLUMN_GONE = "column-not-in-database"
    COLUMN_NEW = "column-not-configured"
    TYPE = "type"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``configured`` and ``actual`` are types or lengths, ``path`` the file of the collection."""

    kind: Kind
    table: str
    column: str | None = None
    path: str | None = None
    field: str | None = None
    configured: str | None = None
    actual: str | None = None


def compare(tables: Sequence[Table], configured: Iterable[ConfiguredCollection]) -> tuple[Difference, ...]:
    """Every difference, by table and in the order of its columns.

    Collections that are read by a query of their own are no tables.
    """
    by_table: dict[str, list[ConfiguredCollection]] = {}
    for each in sorted(configured, key=lambda each: each.id):
        if not each.has_queries:
            by_table.setdefault(each.table, []).append(each)
    known = {table.name: table for table in tables}
    found: list[Difference] = []
    for name in sorted(known.keys() | by_table.keys()):
        collections = by_table.get(name, [])
        if name not in known:
            found += [Difference(Kind.TABLE_GONE, name, path=each.path) for each in collections]
        elif not collections:
            found.append(Difference(Kind.TABLE_NEW, name))
        else:
            found += _columns(known[name], collections)
    return tuple(found)


def _columns(table: Table, collections: Sequence[ConfiguredCollection]) -> Iterator[Difference]:
    columns = {each.name: each for each in table.columns}
    for collection in collections:
        for field in collection.fields:
            column = columns.get(field.column)
            if column is None:
                yield Difference(Kind.COLUMN_GONE, table.name, field.column, collection.path, field.name, field.type)
            elif not fits(field.type, column.type):
                yield Difference(
                    Kind.TYPE, table.name, field.column, collection.path, field.name, field.type, column.type
                )
            elif field.length is not None and (longest := _longest(column)) is not None and field.length > longest:
                yield Difference(
                    Kind.LENGTH, table.name, field.column, collection.path, field.name, str(field.length),
                    str(longest),
                )  # fmt: skip
    shown = frozenset[str]().union(*(each.columns for each in collections))
    for column in table.columns:
        if column.name not in shown:
            yield Difference(Kind.COLUMN_NEW, table.name, column.name, collections[0].path, actual=column.type)


def _longest(column: Column) -> int | None:
    """How many characters a column takes, where it says so."""
    return column.length if column.type in WITH_LENGTH else None
