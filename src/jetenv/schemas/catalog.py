"""The schemas that describe the files of a project: the bundled ones by the layout, further ones by glob."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jetenv.documents.locate import find, find_key
from jetenv.documents.nodes import Node, Source
from jetenv.documents.paths import format_path
from jetenv.schemas import bundled, globs, objects
from jetenv.schemas.failures import SchemaError
from jetenv.schemas.findings import Finding
from jetenv.schemas.objects import ObjectRef
from jetenv.schemas.resolving import Library, Schema
from jetenv.schemas.rules import Rules
from jetenv.schemas.validation import CompiledSchema

RulesFor = Callable[[str], Rules]
"""The rules at the root of the file at a path."""


class Catalog:
    """Which schemas describe which file. Everything is loaded, compiled and remembered when first needed."""

    def __init__(self, library: Library, extra: tuple[tuple[str, CompiledSchema], ...] = ()) -> None:
        self._library = library
        self._extra = extra
        self._compiled: dict[str, CompiledSchema] = {}
        self._rules: dict[tuple[str, ...], Rules] = {}
        self._by_path: dict[str, tuple[CompiledSchema, ...]] = {}

    @classmethod
    def builtin(cls) -> Catalog:
        """The catalog of the schemas that come with jetenv; always the same instance."""
        return _builtin()

    def with_project(self, extra: Mapping[str, bytes]) -> Catalog:
        """This catalog with the schemas of a project: glob of the files → bytes of the schema, JSON or YAML.

        They apply beside the bundled ones. They may refer to those and to each other by ``$id``. Raises SchemaError
        for bytes that hold no schema; that a schema is valid is checked when a file is checked with it, or by
        ``verify``.
        """
        if not extra:
            return self
        read = {glob: _read_schema(glob, data) for glob, data in extra.items()}
        uris = {glob: str(schema.get("$id", f"urn:jetenv:project:{glob}")) for glob, schema in read.items()}
        uris = {glob: uri.partition("#")[0] for glob, uri in uris.items()}
        documents: dict[str, Schema] = {}
        for glob, uri in uris.items():
            if bundled.load(uri) is not None or documents.setdefault(uri, read[glob]) != read[glob]:
                raise SchemaError(
                    f"the $id '{uri}' belongs to another schema",
                    where=f"schema for {glob}",
                    hint="give each schema an $id of its own",
                )
        library = Library(documents, bundled.load)
        compiled: dict[str, CompiledSchema] = {}
        for glob, uri in uris.items():
            compiled.setdefault(uri, CompiledSchema(library.root(uri), library, f"schema for {glob}"))
        return Catalog(library, tuple((glob, compiled[uri]) for glob, uri in uris.items()))

    def verify(self) -> None:
        """Raise SchemaError where a schema of the project is no JSON Schema, or refers to what is not here."""
        for _, schema in self._extra:
            schema.check_schema()

    def kind_of(self, path: str) -> str | None:
        """The kind of object that the file at ``path`` holds; None where the layout knows no such file."""
        found = objects.object_of(path)
        return found.kind if found else None

    def object_of(self, path: str) -> ObjectRef | None:
        """The object that the file at ``path`` holds; None where the layout knows no such file."""
        return objects.object_of(path)

    def describes(self, path: str) -> bool:
        """Whether a schema describes the file at ``path``."""
        return bool(self._schemas(path))

    def rules_for(self, path: str) -> Rules:
        """The rules at the root of the file at ``path``; ``Rules.NONE`` where no schema describes it."""
        schemas = self._schemas(path)
        if not schemas:
            return Rules.NONE
        key = tuple(schema.root.place for schema in schemas)
        found = self._rules.get(key)
        if found is None:
            for schema in schemas:
                if schema.root.base not in _bundled_uris():
                    schema.check_schema()
            found = self._rules[key] = Rules.of(self._library, [schema.root for schema in schemas])
        return found

    def check(self, path: str, source: Source) -> list[Finding]:
        """The findings of all schemas that describe ``path`` in the file's documents, by place.

        A file of a kind that jetenv knows holds exactly one document. Raises SchemaError for an unusable schema.
        """
        schemas = self._schemas(path)
        if not schemas:
            return []
        if objects.object_of(path) is not None and len(source.documents) > 1:
            line, column = source.place(source.documents[1].start)
            return [Finding("yaml", "a second document; the file holds one object", path, line, column)]
        roots = [document.root for document in source.documents] or [None]
        return sorted(
            {finding for root in roots for each in schemas for finding in self._findings(path, source, root, each)}
        )

    def _findings(self, path: str, source: Source, root: Node | None, schema: CompiledSchema) -> list[Finding]:
        from jetenv.documents.values import to_data

        data = to_data(root)
        if schema.accepts(data):
            return []
        if root is None:
            return [Finding("schema", "the file is empty", path, hint="write the object, or delete the file")]
        return _explained(path, source, root, data, schema, self.rules_for(path))

    def _schemas(self, path: str) -> tuple[CompiledSchema, ...]:
        found = self._by_path.get(path)
        if found is None:
            kind = self.kind_of(path)
            own = (self._of_kind(kind),) if kind else ()
            more = dict.fromkeys(schema for glob, schema in self._extra if globs.matches(path, glob))
            found = self._by_path[path] = (*own, *more)
        return found

    def _of_kind(self, kind: str) -> CompiledSchema:
        if kind not in self._compiled:
            uri = bundled.uri_of(bundled.FILE_OF_KIND[kind])
            self._compiled[kind] = CompiledSchema(self._library.root(uri), self._library, uri)
        return self._compiled[kind]


def builtin_rules(path: str) -> Rules:
    """What the schemas that come with jetenv say of the file at ``path``."""
    return Catalog.builtin().rules_for(path)


@cache
def _builtin() -> Catalog:
    return Catalog(bundled.library())


@cache
def _bundled_uris() -> frozenset[str]:
    return frozenset(map(bundled.uri_of, bundled.FILE_OF_KIND.values()))


def builtin_digest() -> bytes:
    """A digest of everything that the built-in catalog says: equal digests, equal verdicts."""
    return bundled.digest(bundled.FILE_OF_KIND.values())


def _explained(path: str, source: Source, root: Node, data: Any, schema: CompiledSchema, rules: Rules) -> list[Finding]:
    from jetenv.schemas.explanation import explain
    from jetenv.schemas.tracing import Trace

    trace = Trace(rules, data)
    findings = []
    for mistake in explain(schema, data, rules):
        node = find_key(root, mistake.path) if mistake.at_key else find(root, mistake.path)
        line, column = source.place(node.start)
        field = format_path(trace.field(mistake.path))
        findings.append(Finding("schema", mistake.message, path, line, column, field, mistake.expected, mistake.hint))
    return findings


def _read_schema(glob: str, data: bytes) -> Schema:
    label = f"schema for {glob}"
    try:
        schema = json.loads(data)
    except (ValueError, RecursionError):
        schema = _read_yaml(data, label)
    if isinstance(schema, bool):
        schema = {} if schema else {"not": {}}
    if not isinstance(schema, Mapping):
        raise SchemaError("no JSON Schema: it is not an object", where=label)
    return schema


def _read_yaml(data: bytes, label: str) -> Any:
    from jetenv.documents.parsing import DocumentError, parse
    from jetenv.documents.values import to_data

    try:
        return to_data(parse(data, path=label).root)
    except DocumentError as error:
        raise SchemaError(f"no JSON Schema: {error.message}", where=error.where) from None
