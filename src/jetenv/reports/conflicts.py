"""Conflicts: each with its place, its kind and its three versions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.documents.readable import unescaped
from jetenv.reports.columns import columns
from jetenv.reports.excerpts import Versions, on_one_line
from jetenv.reports.style import Style, printable
from jetenv.schemas.hiding import hidden_value
from jetenv.schemas.secrets import hidden_tokens

if TYPE_CHECKING:
    from jetenv.merging.conflicts import Conflict
    from jetenv.schemas.catalog import RulesFor


_LISTED = re.compile(r"\d{6} [0-9a-f]{40,64}\t(.*)")
"""An entry of a tree as git lists it."""

_NO_VALUES = ("order", "move/move", "comment", "rename/rename", "rename/delete")
"""Kinds of conflicts about keys, places, names and comments, not about values of the field."""


def place_text(conflict: Conflict) -> str:
    """``FILE#FIELD``, made printable."""
    field = f"#{format_path(conflict.field)}" if conflict.field else ""
    return printable(conflict.path + field)


def conflict_text(conflict: Conflict, ours: str, theirs: str, style: Style, rules_for: RulesFor) -> str:
    """The place and kind of one conflict, then its versions under the names ``base``, ``ours`` and ``theirs``."""
    head = f"{style.paint('conflict', 'red')} {style.paint(place_text(conflict), 'bold')} ({conflict.kind.value})"
    versions = on_one_line(read_versions(conflict, rules_for), style)
    rows = [
        (style.paint(printable(name), "dim"), version)
        for name, version in zip(("base", ours, theirs), versions, strict=True)
    ]
    return head + "\n" + columns(rows, style, indent=4, flexible=1)


def shown_versions(conflict: Conflict, rules_for: RulesFor) -> Versions:
    """Base, ours and theirs as they may be shown: see ``schemas.hiding``."""
    versions = (conflict.base, conflict.ours, conflict.theirs)
    base, ours, theirs = (None if text is None else shown_value(conflict, text, rules_for) for text in versions)
    return base, ours, theirs


def read_versions(conflict: Conflict, rules_for: RulesFor) -> Versions:
    """The same as a person reads them: texts with their lines below each other, folders with the files in them."""
    versions = shown_versions(conflict, rules_for)
    if not conflict.field and conflict.kind.value == "type":
        base, ours, theirs = (None if each is None else _folder_text(each) for each in versions)
        return base, ours, theirs
    if not conflict.field or conflict.kind.value in ("text", *_NO_VALUES):
        return versions
    base, ours, theirs = (None if each is None else unescaped(each) for each in versions)
    return base, ours, theirs


def _folder_text(version: str) -> str:
    """What a conflict says of a folder that stands against a file, in words; ``version`` itself where it is a file."""
    listed = [_LISTED.fullmatch(line) for line in version.splitlines()]
    paths = [entry[1] for entry in listed if entry is not None]
    if not paths or len(paths) < len(listed):
        return version
    return f"folder with {paths[0]}" if len(paths) == 1 else "\n  ".join((f"folder with {len(paths)} files", *paths))


def shown_value(conflict: Conflict, text: str, rules_for: RulesFor) -> str:
    """A text that stands, or is to stand, at the place of ``conflict``, as it may be shown."""
    if conflict.kind.value in _NO_VALUES:
        return hidden_tokens(text)
    return hidden_value(text, rules_for(conflict.path), conflict.field)


def conflicts_data(conflicts: Sequence[Conflict], rules_for: RulesFor) -> list[dict[str, object]]:
    """The same for a program. The versions are YAML source."""
    return [
        {
            "id": each.id,
            "path": each.path,
            "field": format_path(each.field),
            "kind": each.kind,
            **dict(zip(("base", "ours", "theirs"), shown_versions(each, rules_for), strict=True)),
        }
        for each in conflicts
    ]
