"""Violations: what is wrong with a merged whole, and the changes of both sides that led to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jetenv.reports.findings import findings_data, findings_text
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.merges.causes import Cause, Violation


def violations_text(violations: Sequence[Violation], names: Mapping[str, str], style: Style) -> str:
    """Each finding, then a line for each change behind it; ``names`` is what the sides are called."""
    parts = []
    for each in violations:
        parts.append(findings_text([each.finding], style))
        parts += [f"  {names[cause.side]} {_done(cause)}\n" for cause in each.causes]
    return "".join(parts)


def violations_data(violations: Sequence[Violation]) -> list[dict[str, object]]:
    """The same for a program: findings with their ``causes``."""
    found = findings_data([each.finding for each in violations])
    return [
        {**data, "causes": [_cause_data(cause) for cause in each.causes]}
        for data, each in zip(found, violations, strict=True)
    ]


def _done(cause: Cause) -> str:
    place = printable(cause.path) + (f"#{printable(cause.field)}" if cause.field else "")
    return f"{cause.action} {place}" + (f" to {printable(cause.new_path)}" if cause.new_path else "")


def _cause_data(cause: Cause) -> dict[str, object]:
    return {
        "side": cause.side,
        "action": cause.action,
        "path": cause.path,
        "field": cause.field,
        "new_path": cause.new_path,
    }
