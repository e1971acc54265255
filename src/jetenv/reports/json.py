"""Results as JSON: plain data, one document, ``schema_version`` first."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from itertools import islice
from typing import TypeGuard

from jetenv.documents.paths import FieldPath, Index, Item, Key, format_path
from jetenv.reports.style import SHOWS_NOTHING

SCHEMA_VERSION = 1
_AT_ONCE = 10_000

_UNSAFE = re.compile(f"[{SHOWS_NOTHING}]")  # JSON escapes what is below U+0020 by itself


class FileContent(str):
    """The content of a file that a program is given to write it: what is hidden elsewhere stays in it."""

    __slots__ = ()


def plain(value: object) -> object:
    """``value`` as what JSON can hold.

    Records become objects, enumerations their lower-case names or string values, field paths their text form,
    tuples and sets arrays (sets in order). Raises TypeError for anything else, bytes above all.
    """
    if value is None or (isinstance(value, str | bool | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name.lower()
    if isinstance(value, Key | Index | Item):
        return format_path((value,))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(item) for item in value), key=str)
    if _is_field_path(value):
        return format_path(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _is_field_path(value: object) -> TypeGuard[FieldPath]:
    return isinstance(value, tuple) and bool(value) and all(isinstance(step, Key | Index | Item) for step in value)


def document(data: Mapping[str, object], *, ascii_only: bool = False) -> str:
    """``data`` as the one JSON document that a command prints, with a final newline."""
    encoder = json.JSONEncoder(ensure_ascii=ascii_only, indent=2, default=plain)
    words = encoder.iterencode({"schema_version": SCHEMA_VERSION, **data})
    # Joined by and by: the words of a large document take many times the room of the document.
    text = "".join(iter(lambda: "".join(islice(words, _AT_ONCE)), ""))
    return _UNSAFE.sub(lambda match: json.dumps(match[0])[1:-1], text) + "\n"
