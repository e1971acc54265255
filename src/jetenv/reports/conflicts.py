"""Conflicts: each with its place, its kind and its three versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.columns import columns
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.merging.conflicts import Conflict


def conflict_text(conflict: Conflict, ours: str, theirs: str, style: Style) -> str:
    """The place and kind of one conflict, then its versions under the names ``base``, ``ours`` and ``theirs``."""
    place = printable(conflict.path) + (f"#{printable(format_path(conflict.field))}" if conflict.field else "")
    head = f"{style.paint('conflict', 'red')} {style.paint(place, 'bold')} ({conflict.kind.value})"
    versions = (("base", conflict.base), (ours, conflict.ours), (theirs, conflict.theirs))
    rows = [(style.paint(printable(name), "dim"), value_text(value, style)) for name, value in versions]
    return head + "\n" + columns(rows, style, indent=4, flexible=1)


def value_text(value: str | None, style: Style) -> str:
    """One version on one line; of a longer value the first line and how many there are."""
    if value is None:
        return style.paint("(not there)", "dim")
    lines = value.strip("\n").split("\n")
    shown = printable(lines[0].strip())
    return shown if len(lines) == 1 else f"{shown} {style.paint(f'({len(lines)} lines)', 'dim')}"


def conflicts_data(conflicts: Sequence[Conflict]) -> list[dict[str, object]]:
    """The same for a program. The versions are YAML source."""
    return [
        {
            "id": each.id,
            "path": each.path,
            "field": format_path(each.field),
            "kind": each.kind,
            "base": each.base,
            "ours": each.ours,
            "theirs": each.theirs,
        }
        for each in conflicts
    ]
