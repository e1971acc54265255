"""The schemas that come with jetenv, read when first needed and once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache

import jetenv
from jetenv.schemas.objects import KINDS
from jetenv.schemas.resolving import Library, Schema

_URI = re.compile(r"urn:jetenv:schema:([a-z][a-z0-9-]*):1\Z")
_REFERENCE = re.compile(rb"urn:jetenv:schema:([a-z][a-z0-9-]*):1")
# In the wheel; in a checkout, where an editable installation has no copies of the schemas.
_FOLDERS = ("schemas/bundled", "../../schemas")


FILE_OF_KIND = {kind: "credentials" if kind == "bindings" else kind for kind in KINDS}
"""The name of the schema file, without ``.json``, for each kind of object."""


def uri_of(name: str) -> str:
    """The URI of the schema in the file ``<name>.json``."""
    return f"urn:jetenv:schema:{name}:1"


@cache
def schema_bytes(name: str) -> bytes | None:
    """The file ``<name>.json``; None where there is none."""
    spec = jetenv.__spec__
    read = getattr(spec.loader, "get_data", None) if spec is not None else None
    if spec is None or read is None:
        return None
    for location in spec.submodule_search_locations or ():
        for folder in _FOLDERS:
            try:
                data: bytes = read(f"{location}/{folder}/{name}.json")
            except OSError:
                continue
            return data
    return None


@cache
def load(uri: str) -> Schema | None:
    """The bundled schema of a URI; None for URIs that are not of jetenv."""
    match = _URI.match(uri)
    data = schema_bytes(match[1]) if match else None
    if data is None:
        return None
    schema: Schema = json.loads(data)
    return schema


def digest(names: Iterable[str]) -> bytes:
    """A digest of the schemas ``names`` and of all that they refer to."""
    waiting = sorted(set(names), reverse=True)
    seen = set(waiting)
    out = hashlib.sha256()
    while waiting:
        data = schema_bytes(waiting.pop()) or b""
        out.update(data)
        found = {match.decode() for match in _REFERENCE.findall(data)} - seen
        seen |= found
        waiting += sorted(found, reverse=True)
    return out.digest()


@cache
def library() -> Library:
    """The library of all bundled schemas."""
    return Library({}, load)
