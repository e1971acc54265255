"""``jetenv plan`` and ``jetenv merge --dry-run``: what a merge would do, by object and field."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.changes import objects_text
from jetenv.reports.diff_data import objects_data
from jetenv.reports.diff_markdown import content
from jetenv.reports.markdown import LIMIT, Bounded, code, table
from jetenv.reports.merge import MergeReport
from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.risks import risks_data, risks_of, risks_text
from jetenv.reports.settings import readable
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.diffing.records import ObjectDiff
    from jetenv.environments.reviewing.plan import Plan

MARKER = "<!-- jetenv plan -->"
"""The first line of the markdown: by it a later run finds the comment that it replaces."""

_OUTCOMES = {
    "clean": "would merge",
    "up-to-date": "has nothing new",
    "conflicts": "does not merge: conflicts",
    "violations": "does not merge: violations",
}


@dataclass(frozen=True, slots=True)
class PlanReport(Report):
    """What `jetenv plan` prints; ``saved`` is the file that the plan was written to."""

    plan: Plan
    saved: str | None = None

    @property
    def _arriving(self) -> tuple[ObjectDiff, ...]:
        found = self.plan.arriving
        return () if found is None else (*found.shared, *map(readable, found.own))

    def text(self, style: Style) -> str:
        """How the merge would end, as the merge itself tells it, then the risks, and what arrives by field."""
        parts = [MergeReport(self.plan.result, len(self._arriving) or None).text(style)]
        risks = risks_text(risks_of(self._arriving), style)
        changes = objects_text(self._arriving, style)
        if risks:
            parts += ["\n", risks]
        if changes:
            parts += [f"\n{style.paint('What arrives:', 'dim')}\n", changes]
        return "".join(parts)

    def notes(self, style: Style) -> tuple[str, ...]:
        """Those of the merge, and how to make exactly this one."""
        notes = MergeReport(self.plan.result).notes(style)
        if self.saved is None:
            return notes
        return (*notes, f"`jetenv merge --plan {printable(shlex.quote(self.saved))}` makes exactly this merge")

    def data(self) -> Mapping[str, object]:
        """The same for a program: what a merge says, and beside it what arrives and what is risky about that."""
        from jetenv.environments.reviewing.plan import plan_data

        return {
            **MergeReport(self.plan.result).data(),
            "arriving": objects_data(self._arriving),
            "risks": risks_data(risks_of(self._arriving)),
            "plan": plan_data(self.plan),
        }


def plan_markdown(plan: Plan, limit: int = LIMIT) -> str:
    """The same as a comment of a pull request, in at most ``limit`` characters."""
    result = plan.result
    document = Bounded(limit)
    title = f"### Merge of {code(result.source.name, 100)} into {code(result.target.id, 100)}"
    document.add([MARKER, title, "", f"**{_outcome(plan)}**"])
    left = 0
    if result.conflicts:
        rows = [(code(_place(each.path, format_path(each.field))), code(each.kind.value)) for each in result.conflicts]
        left += _rows(document, count(len(rows), "conflict"), ("Where", "Kind"), rows)
    if result.violations:
        found = [each.finding for each in result.violations]
        rows = [(code(f"{each.path}:{each.line}"), code(each.message, 500)) for each in found]
        left += _rows(document, count(len(rows), "violation"), ("Where", "What"), rows)
    if plan.arriving is not None:
        left += content(document, plan.arriving, limit)
    if result.kept_back:
        document.add(["", f"Kept back, for the target owns its settings: {count(len(result.kept_back), 'file')}."])
    if not left:
        return document.text([])
    command = code(f"jetenv plan {result.source.name} {result.target.id}", 200)
    return document.text(["", f"{count(left, 'part')} left out here, for want of room. All of it: {command}"])


def _rows(document: Bounded, title: str, header: tuple[str, ...], rows: list[tuple[str, str]]) -> int:
    head = ["", f"#### {title}", "", *table(header, [])]
    return document.add_rows(head, [f"| {' | '.join(row)} |" for row in rows])


def _outcome(plan: Plan) -> str:
    result = plan.result
    arriving = plan.arriving
    objects = len(result.brought) if arriving is None else len(arriving.shared) + len(arriving.own)
    return f"{_OUTCOMES[result.outcome.value].capitalize()}; {count(objects, 'object')}"


def _place(path: str, field: str) -> str:
    return f"{path}#{field}" if field else path
