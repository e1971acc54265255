"""Risks as the annotations that a host shows at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.formats.diagnostics import Diagnostic

if TYPE_CHECKING:
    from jetenv.diffing.records import Risk


def diagnostics(risks: Iterable[Risk]) -> tuple[Diagnostic, ...]:
    """A warning for each risk."""
    return tuple(
        Diagnostic(risk.rule, "warning", risk.reason, risk.path, risk.line, field=format_path(risk.field))
        for risk in risks
    )


def github(risks: Iterable[Risk]) -> str:
    """Workflow commands of GitHub Actions, one for each risk."""
    from jetenv.reports.formats.diagnostics import Run
    from jetenv.reports.formats.github import render

    return render(Run("diff", "risks", (), diagnostics(risks)))
