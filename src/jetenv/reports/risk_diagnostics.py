"""Risks as the annotations that a host shows at the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.formats.diagnostics import Diagnostic

if TYPE_CHECKING:
    from jetenv.diffing.records import Risk
    from jetenv.environments.reviewing.places import Place
    from jetenv.environments.reviewing.plan import Plan


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


def plan_github(plan: Plan, places: Sequence[Place]) -> str:
    """The same for a merge, its conflicts, which stand at ``places``, and violations first, as errors."""
    from jetenv.reports.formats.diagnostics import Run
    from jetenv.reports.formats.github import render
    from jetenv.reports.risks import risks_of

    result = plan.result
    found = [
        Diagnostic(
            "conflict",
            "error",
            f"conflict ({each.kind.value}) with {result.target.id}",
            place.path,
            place.line,
            place.column,
            field=format_path(each.field),
        )
        for each, place in zip(result.conflicts, places, strict=True)
    ]
    found += [
        Diagnostic(
            each.rule, "error", each.message, each.path, each.line, each.column, field=each.field, hint=each.hint
        )
        for each in (violation.finding for violation in result.violations)
    ]
    if plan.arriving is not None:
        found += diagnostics(risks_of((*plan.arriving.shared, *plan.arriving.own)))
    return render(Run("plan", "merge", (), tuple(found)))
