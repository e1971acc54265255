"""Ids and names for what a database calls as it likes: collections are slugs, fields are plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jetenv.introspection.configured import ConfiguredCollection
from jetenv.introspection.description import Table
from jetenv.schemas.objects import is_slug

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_LONGEST_ID, _LONGEST_NAME = 63, 128


@dataclass(frozen=True, slots=True)
class Named:
    """A table with the id of its collection and the names of its fields by column.

    ``collection`` is the one that the configuration has for it, None where it has none.
    """

    table: Table
    id: str
    fields: Mapping[str, str]
    collection: ConfiguredCollection | None = None


def name_tables(tables: Sequence[Table], configured: Iterable[ConfiguredCollection]) -> dict[str, Named]:
    """Every table with its names: those that the configuration has, else new ones, the same for the same tables."""
    by_table: dict[str, ConfiguredCollection] = {}
    taken = set()
    for each in sorted(configured, key=lambda each: each.id):
        taken.add(each.id)
        if not each.has_queries and (each.table not in by_table or each.id == each.table):
            by_table[each.table] = each
    named = {}
    # Those that need no other id come first, so that no table takes the id of one that is called just so.
    for table in sorted(tables, key=lambda table: (not is_slug(table.name), table.name)):
        collection = by_table.get(table.name)
        id_ = collection.id if collection is not None else _free(_slug(table.name), taken, _LONGEST_ID)
        taken.add(id_)
        named[table.name] = Named(table, id_, _fields(table, collection), collection)
    return {table.name: named[table.name] for table in tables}


def _fields(table: Table, collection: ConfiguredCollection | None) -> dict[str, str]:
    names = {each.column: each.name for each in collection.fields} if collection is not None else {}
    taken = set(collection.names) if collection is not None else set()
    missing = [each.name for each in table.columns if each.name not in names]
    for column in sorted(missing, key=lambda name: _FIELD.match(name) is None):
        name = _free(field_name(column), taken, _LONGEST_NAME)
        taken.add(name)
        names[column] = name
    return names


def field_name(text: str) -> str:
    """The name of a field or relation that comes nearest to ``text``."""
    if _FIELD.match(text):
        return text
    word = re.sub(r"[^A-Za-z0-9_]", "_", _ascii(text))
    return (word if re.match(r"[A-Za-z_]", word) else f"_{word}")[:_LONGEST_NAME]


def unique_name(text: str, taken: Collection[str]) -> str:
    """``field_name`` of ``text`` that is not among those ``taken``."""
    return _free(field_name(text), taken, _LONGEST_NAME)


def title(name: str) -> str:
    """A name as people read it: ``order_items`` is Order items."""
    words = re.sub(r"[\s_.-]+", " ", name).strip()
    return (words[:1].upper() + words[1:])[:200] or "Table"


def _slug(name: str) -> str:
    if is_slug(name):
        return name
    return re.sub(r"[^a-z0-9_-]", "_", _ascii(name).lower()).lstrip("_-")[:_LONGEST_ID] or "table"


def _ascii(text: str) -> str:
    """Accents taken off, and what has no ASCII letters replaced by ``_``."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(each if each.isascii() else "_" for each in plain if not unicodedata.combining(each))


def _free(name: str, taken: Collection[str], longest: int) -> str:
    number, candidate = 2, name
    while candidate in taken:
        suffix = f"_{number}"
        candidate, number = name[: longest - len(suffix)] + suffix, number + 1
    return candidate
