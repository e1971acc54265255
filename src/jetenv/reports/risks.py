"""What a reviewer has to look at, the gravest first, the same in every report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jetenv.diffing.risks import RULES
from jetenv.documents.paths import format_path
from jetenv.reports.objects import count
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.diffing.records import ObjectDiff, Risk

MOST_SHOWN = 50
"""Risks that are told to a person at once."""


def risks_of(objects: Iterable[ObjectDiff]) -> list[Risk]:
    """All risks, the gravest first."""
    order = {rule: at for at, rule in enumerate(RULES)}
    found = [risk for each in objects for risk in each.risks]
    return sorted(found, key=lambda risk: (order[risk.rule], risk.path, risk.line))


def risks_text(risks: Sequence[Risk], style: Style) -> str:
    """A line for each risk below a title, with a line for its place; empty where there is none."""
    if not risks:
        return ""
    lines = [style.paint(f"{count(len(risks), 'risk')} to look at:", "bold")]
    for risk in risks[:MOST_SHOWN]:
        sign = style.paint("!", "red" if risk.risk == "destructive" else "yellow")
        lines.append(f"{sign} {printable(risk.reason)} {style.paint(f'[{risk.rule}]', 'dim')}")
        lines.append(f"    {printable(risk.path)}:{risk.line}")
    if len(risks) > MOST_SHOWN:
        lines.append(f"  and {len(risks) - MOST_SHOWN} more")
    return "\n".join(lines) + "\n"


def risks_data(risks: Iterable[Risk]) -> list[dict[str, object]]:
    """The same for a program."""
    return [
        {
            "id": risk.id,
            "rule": risk.rule,
            "risk": risk.risk,
            "reason": risk.reason,
            "path": risk.path,
            "line": risk.line,
            "field": format_path(risk.field),
            "users": [
                {"path": user.path, "field": user.field, "line": user.line, "still": user.still} for user in risk.users
            ],
        }
        for risk in risks
    ]
