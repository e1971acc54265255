"""Schemas by their URI, and references between them. Nothing is ever fetched: what is not here is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jetenv.schemas.failures import SchemaError

Schema = Mapping[str, Any]

NOT_FETCHED = "schemas are never fetched: keep it in the repository and name it in jetenv.yaml"
"""What to do about a schema that is not here."""


@dataclass(frozen=True, slots=True)
class Located:
    """A subschema with the URI that its relative references start from and its place for messages."""

    schema: Schema
    base: str
    place: str

    def child(self, *steps: str | int) -> Located | None:
        """The subschema below ``steps``; None where there is none, or only true or false."""
        found: Any = self.schema
        place = self.place
        for step in steps:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
            place = f"{place}/{escape(step)}"
        return Located(found, _rebase(self.base, found), place) if isinstance(found, Mapping) else None


def escape(step: str | int) -> str:
    """One step of a JSON pointer."""
    return str(step).replace("~", "~0").replace("/", "~1")


def pointer_to(at: Located) -> Located:
    """A schema that is a reference to ``at``, so that what ``at`` refers to is found from where it stands."""
    from urllib.parse import quote

    uri, _, pointer = at.place.partition("#")
    return Located({"$ref": f"{uri}#{quote(pointer)}"}, "", at.place)


def _rebase(base: str, schema: Schema) -> str:
    own = schema.get("$id")
    return _join(base, own) if isinstance(own, str) else base


def _join(base: str, reference: str) -> str:
    if not reference or ":" in reference.split("/", 1)[0]:
        return reference or base
    from urllib.parse import urljoin

    return urljoin(base, reference)


class Library:
    """The schemas that may refer to each other: given ones by URI, further ones from ``load`` when first needed."""

    def __init__(self, documents: Mapping[str, Schema], load: Callable[[str], Schema | None] = lambda _: None) -> None:
        self._documents: dict[str, Schema | None] = dict(documents)
        self._load = load
        self._indexes: dict[str, dict[str, Located]] = {}

    def root(self, uri: str) -> Located:
        """The whole schema of ``uri``. Raises SchemaError where it is not known."""
        document = self._document(uri)
        if document is None:
            raise SchemaError(f"the schema '{uri}' is not known", where=uri, hint=NOT_FETCHED)
        return Located(document, uri, f"{uri}#")

    def _document(self, uri: str) -> Schema | None:
        if uri not in self._documents:
            self._documents[uri] = self._load(uri)
        return self._documents[uri]

    def resolve(self, reference: str, origin: Located) -> Located | None:
        """The subschema that ``reference``, written at ``origin``, names; None where that is true or false.

        Raises SchemaError for a reference to something that is not here.
        """
        uri, _, fragment = reference.partition("#")
        uri = _join(origin.base, uri).partition("#")[0]
        document = self._document(uri)
        start = Located(document, uri, f"{uri}#") if document is not None else self._embedded(uri, origin)
        if start is None:
            raise SchemaError(f"'$ref' to '{reference}', which is not here", where=origin.place, hint=NOT_FETCHED)
        if not fragment:
            return start
        if not fragment.startswith("/"):
            found = self._index(start).get(f"{uri}#{fragment}")
            if found is None:
                raise SchemaError(f"'$ref' to '{reference}', which does not exist", where=origin.place)
            return found
        return self._pointed(start, fragment, reference, origin)

    def _pointed(self, start: Located, pointer: str, reference: str, origin: Located) -> Located | None:
        if "%" in pointer:
            from urllib.parse import unquote

            pointer = unquote(pointer)
        found: Any = start.schema
        base = start.base
        for raw in pointer.split("/")[1:]:
            step = raw.replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(step)] if isinstance(found, list) else found[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise SchemaError(f"'$ref' to '{reference}', which does not exist", where=origin.place) from None
            if isinstance(found, Mapping):
                base = _rebase(base, found)
        return Located(found, base, start.place + pointer) if isinstance(found, Mapping) else None

    def _embedded(self, uri: str, origin: Located) -> Located | None:
        document = origin.place.partition("#")[0]
        schema = self._document(document)
        if schema is None:
            return None
        return self._index(Located(schema, document, f"{document}#")).get(uri)

    def _index(self, start: Located) -> dict[str, Located]:
        """Subschemas of a document by the ``$id`` and ``$anchor`` that they give themselves."""
        key = start.place
        if key not in self._indexes:
            index: dict[str, Located] = {}
            for each in _subschemas(start):
                if isinstance(each.schema.get("$id"), str):
                    index.setdefault(each.base, each)
                for name in ("$anchor", "$dynamicAnchor"):
                    anchor = each.schema.get(name)
                    if isinstance(anchor, str):
                        index.setdefault(f"{each.base}#{anchor}", each)
            self._indexes[key] = index
        return self._indexes[key]

    def needed_by(self, root: Located) -> dict[str, Schema]:
        """The other documents of this library that ``root`` refers to, directly or through each other."""
        found: dict[str, Schema] = {}
        waiting = [root]
        while waiting:
            for each in _subschemas(waiting.pop()):
                reference = each.schema.get("$ref")
                if not isinstance(reference, str) or reference.startswith("#"):
                    continue
                uri = _join(each.base, reference.partition("#")[0]).partition("#")[0]
                document = self._document(uri)
                if document is not None and uri != root.base and uri not in found:
                    found[uri] = document
                    waiting.append(Located(document, uri, f"{uri}#"))
        return found


def _subschemas(start: Located) -> Iterator[Located]:
    """Every object of a schema document; those inside ``const``, ``enum`` and the like are data and do no harm."""
    stack: list[tuple[Any, str, str]] = [(start.schema, start.base, start.place)]
    while stack:
        value, base, place = stack.pop()
        if isinstance(value, Mapping):
            if place != start.place:
                base = _rebase(base, value)
            yield Located(value, base, place)
            stack.extend((each, base, f"{place}/{escape(name)}") for name, each in value.items())
        elif isinstance(value, list):
            stack.extend((each, base, f"{place}/{position}") for position, each in enumerate(value))
