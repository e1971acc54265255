"""What a Jet Bridge tells of a database, as records: ``GET /api/model_descriptions/`` of jet-bridge 1.12.

It tells every column of a foreign key by itself, and of one with several columns a relation between two that need not
belong together. Such foreign keys are left out as relations, and named in ``Table.composite``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jetenv.errors import JetenvError
from jetenv.introspection.columns import choices, column_type, digits_of


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``type`` is the type of field that shows it as it is, None where nothing is known of it.

    ``related`` is the table and column that it points to, ``digits`` all digits and those behind the point.
    """

    name: str
    type: str | None
    null: bool = False
    required: bool = False
    generated: bool = False
    length: int | None = None
    digits: tuple[int, int] | None = None
    choices: tuple[str, ...] = ()
    related: tuple[str, str] | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """How records of a table belong to those of another; see the relations of a collection."""

    name: str
    direction: str
    column: str
    table: str
    related_column: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. ``has_key`` is False where ``key`` is a guess, for the database has no primary key there.

    ``composite`` are tables that foreign keys of several columns point to.
    """

    name: str
    columns: tuple[Column, ...]
    key: str
    has_key: bool = True
    is_view: bool = False
    hidden: bool = False
    relations: tuple[Relation, ...] = ()
    composite: tuple[str, ...] = ()


def read_description(data: Any) -> tuple[Table, ...]:
    """The tables in the parsed answer of a Jet Bridge, by name. Raises JetenvError where it is no such answer."""
    if not isinstance(data, list):
        raise _unknown("it is no list of tables")
    raw: dict[str, Mapping[str, Any]] = {}
    for each in data:
        if not isinstance(each, dict):
            raise _unknown("it is no list of tables")
        raw[_text(each, "model")] = each
    keys = {name: str(each.get("primary_key_field") or "") for name, each in raw.items()}
    tables = {name: _table(name, each, keys) for name, each in raw.items()}
    composite = {(table.name, other) for table in tables.values() for other in table.composite}
    return tuple(_sound(tables[name], tables, composite) for name in sorted(tables))


def _table(name: str, raw: Mapping[str, Any], keys: Mapping[str, str]) -> Table:
    key = keys[name]
    columns = tuple(_column(each, key, keys) for each in _list(raw, "fields"))
    relations = tuple(
        Relation(
            *(_text(each, part) for part in ("name", "direction", "local_field", "related_model", "related_field"))
        )
        for each in _list(raw, "relations")
    )
    pointing = Counter(each.related[0] for each in columns if each.related is not None)
    told = Counter(each.table for each in relations if each.direction == "MANYTOONE")
    composite = tuple(sorted(table for table, number in pointing.items() if 1 < number != told[table]))
    return Table(
        name,
        columns,
        key or (columns[0].name if columns else ""),
        not raw.get("primary_key_auto") and bool(key),
        bool(raw.get("is_view")),
        bool(raw.get("hidden")),
        relations,
        composite,
    )


def _column(raw: Mapping[str, Any], key: str, keys: Mapping[str, str]) -> Column:
    name = str(raw.get("db_column") or _text(raw, "name"))
    given = raw.get("params")
    params = given if isinstance(given, dict) else {}
    told = str(params.get("db_internal_type") or "")
    kind = column_type(str(raw.get("db_field") or raw.get("field") or ""), told)
    values = choices(params.get("options"))
    if kind == "SelectField" and not values:
        kind = "CharField"
    length = params.get("length")
    model = params.get("related_model")
    other = str(model.get("model")) if isinstance(model, dict) else ""
    related = (other, str(params.get("custom_primary_key") or keys[other])) if other in keys else None
    is_key = name == key
    default = raw.get("default_type")
    return Column(
        name,
        kind,
        null=raw.get("null") is True and not is_key,
        required=raw.get("required") is True and not is_key,
        generated=default == "sequence",
        length=length if isinstance(length, int) and length > 0 else None,
        digits=digits_of(told) if kind == "DecimalField" else None,
        choices=values,
        related=related,
        default=default if default in ("datetime_now", "uuid") else None,
    )


def _sound(table: Table, tables: Mapping[str, Table], composite: set[tuple[str, str]]) -> Table:
    """``table`` without what it says of foreign keys of several columns, and of what is not there."""
    own = {each.name for each in table.columns}
    relations = []
    for each in table.relations:
        pair = (table.name, each.table) if each.direction == "MANYTOONE" else (each.table, table.name)
        other = tables.get(each.table)
        there = other is not None and each.related_column in {column.name for column in other.columns}
        if there and each.column in own and pair not in composite:
            relations.append(each)
    columns = tuple(
        replace(each, related=None) if each.related is not None and each.related[0] in table.composite else each
        for each in table.columns
    )
    return replace(table, columns=columns, relations=tuple(relations))


def _list(raw: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = raw.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise _unknown(f"'{name}' of a table is no list")
    return found


def _text(raw: Mapping[str, Any], name: str) -> str:
    found = raw.get(name)
    if not isinstance(found, str) or not found:
        raise _unknown(f"something in it has no '{name}'")
    return found


def _unknown(why: str) -> JetenvError:
    return JetenvError(
        f"this is no description of a database that jetenv knows: {why}",
        hint="it reads what jet-bridge 1.12 answers; is the URL that of a Jet Bridge?",
    )
