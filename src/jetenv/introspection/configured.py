"""Collections of one resource as the configuration has them, to be held against the tables of its database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jetenv.documents.nodes import Source
from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data
from jetenv.errors import JetenvError
from jetenv.introspection.columns import WITHOUT_COLUMN


@dataclass(frozen=True, slots=True)
class ConfiguredField:
    """A field that a column stands behind; ``length`` is the one that its parameters give."""

    name: str
    column: str
    type: str
    length: int | None = None


@dataclass(frozen=True, slots=True)
class ConfiguredCollection:
    """A collection. ``relations`` are (direction, local, related collection, field), each with its name.

    Several fields may show one column, and several relations may say the same.
    """

    id: str
    path: str
    table: str
    source: Source
    fields: tuple[ConfiguredField, ...]
    names: frozenset[str]
    relations: tuple[tuple[tuple[str, str, str, str], str], ...]
    has_queries: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """The columns that a field shows."""
        return frozenset(each.column for each in self.fields)


def read_collection(resource: str, path: str, data: bytes) -> ConfiguredCollection:
    """The collection in the file ``path``. Raises JetenvError where it is none, DocumentError where it is no YAML."""
    id_ = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    source = parse(data, path=path)
    content = to_data(source.root)
    if not isinstance(content, dict) or len(source.documents) > 1:
        raise JetenvError("the file holds no collection", where=path, hint="`jetenv validate` says more")
    fields = []
    for each in _items(content, "fields"):
        if each.get("field") in WITHOUT_COLUMN:
            continue
        name, params = str(each.get("name")), each.get("params")
        length = params.get("length") if isinstance(params, dict) else None
        column = str(each.get("db_column") or name)
        fields.append(
            ConfiguredField(name, column, str(each.get("field")), length if isinstance(length, int) else None)
        )
    relations = tuple((_relation(resource, each), str(each.get("name"))) for each in _items(content, "relations"))
    names = frozenset(str(each.get("name")) for part in ("fields", "flex_fields") for each in _items(content, part))
    table = content.get("db_table") or content.get("model") or id_
    queries = content.get("queries")
    return ConfiguredCollection(
        id_, path, str(table), source, tuple(fields), names, relations, isinstance(queries, dict) and "list" in queries
    )


def _items(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = content.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _relation(resource: str, said: Mapping[str, Any]) -> tuple[str, str, str, str]:
    direction, local, model, related = (
        str(said.get(name)) for name in ("direction", "local_field", "related_model", "related_field")
    )
    return direction, local, model.removeprefix(f"{resource}/"), related
