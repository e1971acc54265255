"""The settings of an environment as people speak of them: members by name, role and number of keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jetenv.documents.paths import Item, Key
from jetenv.reports.objects import count

if TYPE_CHECKING:
    from jetenv.diffing.records import Change, ObjectDiff

# What every new version of a members file has different: told by its history, not by a review.
_CHAIN = frozenset({"project", "environment", "version", "previous"})


def readable(each: ObjectDiff) -> ObjectDiff:
    """A members file with what people decided alone: who came and went, roles, keys and the threshold."""
    if each.kind != "members":
        return each
    changes = tuple(change for change in each.changes if not (change.path[:1] and str(change.path[0]) in _CHAIN))
    return replace(each, changes=changes, note=each.note or ("signed file" if not changes else None))


def settings_line(change: Change) -> str | None:
    """A member who came or went, on one line; None for anything else."""
    if len(change.path) != 2 or change.path[0] != Key("members") or not isinstance(change.path[1], Item):
        return None
    text = change.new if change.old is None else change.old if change.new is None else None
    data = _data(text) if text is not None else None
    if data is None:
        return None
    keys = data.get("keys")
    parts = [data.get("name"), data.get("role"), count(len(keys), "key") if isinstance(keys, list) else None]
    return ", ".join(str(part) for part in parts if part)


def _data(text: str) -> Mapping[str, Any] | None:
    from jetenv.documents.parsing import DocumentError, parse
    from jetenv.documents.values import to_data

    try:
        data = to_data(parse(text).root)
    except DocumentError:
        return None
    return data if isinstance(data, dict) and "role" in data else None
