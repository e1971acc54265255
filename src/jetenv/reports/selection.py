"""What a merge did not bring: changes that were not selected, and those that a revert holds back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.objects import count, cut, object_data, object_row
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.merges.held_back import HeldBack
    from jetenv.environments.merges.selection import LeftOut

_SHOWN = 10


def left_out_text(left_out: Sequence[LeftOut], style: Style) -> str:
    """How many changes were not selected, and the first of them."""
    if not left_out:
        return ""
    rows = [
        (printable(each.path) + (f"#{printable(each.field)}" if each.field else ""), each.action) for each in left_out
    ]
    shown, more = cut(rows, _SHOWN)
    files = count(len({each.path for each in left_out}), "file")
    rest = f"  and {more} more, all with --json\n" if more else ""
    head = f"\nLeft out, for it was not selected: {count(len(left_out), 'change')} in {files}\n"
    return head + columns(shown, style, indent=2, flexible=0) + rest


def held_back_text(held: Sequence[HeldBack], target: str, source: str, style: Style) -> str:
    """Each revert that keeps something of the source away, with the objects in question."""
    parts = []
    for each in held:
        subject = f"{style.paint(each.revert[:10], 'yellow')} {printable(each.subject)}"
        rows, more = cut([object_row(changed, style) for changed in each.objects], _SHOWN)
        objects = count(len(each.objects), "object")
        parts.append(f"\nHeld back by a revert on {target}, of what {source} has: {objects}\n  {subject}\n")
        parts.append(columns(rows, style, indent=4, flexible=2))
        if more:
            parts.append(f"    and {more} more, all with --json\n")
    return "".join(parts)


def left_out_data(left_out: Sequence[LeftOut]) -> list[dict[str, object]]:
    """Changes that were not selected, for a program."""
    return [{"path": each.path, "field": each.field, "action": each.action} for each in left_out]


def held_back_data(held: Sequence[HeldBack]) -> list[dict[str, object]]:
    """Reverts that hold something back, or did until now, for a program."""
    return [
        {
            "revert": each.revert,
            "subject": each.subject,
            "reverted": list(each.undone),
            "objects": object_data(each.objects),
        }
        for each in held
    ]
