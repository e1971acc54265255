"""Changed objects as rows and counts, the same in every report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.objects import ChangedObject, KindCount

_SIGNS = {
    "added": ("+", "green"),
    "changed": ("~", "yellow"),
    "removed": ("-", "red"),
    "moved": (">", "cyan"),
    "renamed": (">", "cyan"),
    "conflicted": ("!", "red"),
}


def sign(action: str, style: Style) -> str:
    """The sign of ``action``, in its colour."""
    mark, color = _SIGNS.get(action, (" ", "dim"))
    return style.paint(mark, color)


def count(number: int, noun: str) -> str:
    """``1 object``, ``3 objects``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def object_row(changed: ChangedObject, style: Style) -> tuple[str, str, str]:
    """Sign, kind and id, of a renamed object also where it was; a kind of which there is one only has no id."""
    was = f" (was {printable(changed.old_path)})" if changed.old_path else ""
    return sign(changed.action, style), printable(changed.kind), printable(changed.id) + was


def kind_rows(counts: Iterable[KindCount], style: Style) -> list[tuple[str, ...]]:
    """Kind, then how many of it were added, changed, removed, renamed and are in conflict; nothing where none were."""
    return [
        (
            printable(each.kind),
            *(
                style.paint(f"{number} {action}", _SIGNS[action][1]) if number else ""
                for action, number in (
                    ("added", each.added),
                    ("changed", each.changed),
                    ("removed", each.removed),
                    ("renamed", each.renamed),
                    ("conflicted", each.conflicted),
                )
            ),
        )
        for each in counts
    ]


def object_data(changed: Iterable[ChangedObject]) -> list[dict[str, object]]:
    """Changed objects for a program."""
    found: list[dict[str, object]] = []
    for each in changed:
        data: dict[str, object] = {"kind": each.kind, "id": each.id, "action": each.action, "path": each.path}
        found.append({**data, "old_path": each.old_path} if each.old_path else data)
    return found


def cut(rows: Sequence[tuple[str, ...]], limit: int) -> tuple[Sequence[tuple[str, ...]], int]:
    """At most ``limit`` rows and how many were left out; one row more is shown rather than announced."""
    if len(rows) <= limit + 1:
        return rows, 0
    return rows[:limit], len(rows) - limit
