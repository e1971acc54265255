"""What Python programs may call; everything here is reached from ``jetenv`` itself, as ``jetenv.merge_yaml``.

Nothing is read but the arguments: no file, no repository, no configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jetenv.environments.merges.merge_file import merge_versions, schema_called, schema_rules
from jetenv.merging.conflicts import Conflict
from jetenv.schemas.rules import Rules


@dataclass(frozen=True, slots=True)
class MergeResult:
    """A merged document.

    ``content`` has git's conflict markers where ``conflicts`` is not empty. ``method`` is ``trivial`` (at most one side
    changed anything), ``structure`` or ``lines``; ``note`` says why it was done by lines, where it was.
    """

    content: bytes
    conflicts: tuple[Conflict, ...]
    method: str
    note: str | None = None

    @property
    def clean(self) -> bool:
        """Whether nothing conflicts."""
        return not self.conflicts


def merge_yaml(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    *,
    schema: bytes | str | Mapping[str, object] | None = None,
    path: str | None = None,
) -> MergeResult:
    """Merge into ``ours`` what ``theirs`` changed since ``base``: three versions of a YAML file, as bytes.

    ``schema`` is a JSON Schema with merge annotations (``x-jetenv``, ``x-kubernetes-list-type`` …) as JSON or YAML, or
    as data. Without one, ``path`` says which file of a project this is, such as ``pages/orders.yaml``, and the schema
    that jetenv has for it applies. Without either, lists are merged by key fields that are present and unique in all
    versions.

    What cannot be read as YAML is merged line by line, as git does it. Raises jetenv.errors.JetenvError for a schema
    that is none and for binary content, TypeError for versions that are not bytes.
    """
    for name, version in (("base", base), ("ours", ours), ("theirs", theirs)):
        if not isinstance(version, bytes):
            raise TypeError(f"{name} is {type(version).__name__}, and has to be bytes")
    with schema_called("schema" if schema is not None else None):
        merge = merge_versions(base, ours, theirs, _rules(schema, path), path=path or "")
    return MergeResult(merge.content, merge.conflicts, merge.method.value, merge.note)


def _rules(schema: bytes | str | Mapping[str, object] | None, path: str | None) -> Rules:
    if isinstance(schema, Mapping):
        import json

        schema = json.dumps(schema)
    if isinstance(schema, str):
        schema = schema.encode("utf-8")
    if schema is not None:
        return schema_rules(schema, "schema")
    if path is not None:
        from jetenv.schemas.catalog import Catalog

        return Catalog.builtin().rules_for(path)
    return Rules.NONE
