"""``jetenv revert``: what was undone, or why nothing was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.actions import stale_notes
from jetenv.reports.columns import columns
from jetenv.reports.conflicts import conflict_text, conflicts_data
from jetenv.reports.environments import environment_data, named, tracking_data
from jetenv.reports.line_merges import line_merge_data, line_merge_notes
from jetenv.reports.objects import count, object_data, object_row
from jetenv.reports.report import Report
from jetenv.reports.resolving import settled_data
from jetenv.reports.style import Style, printable
from jetenv.reports.violations import violations_data, violations_text
from jetenv.reports.waiting import kept_steps

if TYPE_CHECKING:
    from jetenv.environments.merges.revert import RevertResult


@dataclass(frozen=True, slots=True)
class RevertReport(Report):
    """What `jetenv revert` prints."""

    result: RevertResult

    def text(self, style: Style) -> str:
        """How it ended, then the objects, then what is in the way or stays."""
        result = self.result
        parts = [self._outcome(style) + "\n"]
        if not result.violations:
            rows = [object_row(each, style) for each in result.changed if each.action != "conflicted"]
            parts.append(columns(rows, style, indent=2, flexible=2))
        parts += [
            "\n" + conflict_text(each, result.environment.id, f"before {result.undone[:10]}", style, result.rules_for)
            for each in result.conflicts
        ]
        if result.violations:
            sides = {"ours": named(result.environment, style), "theirs": "the revert"}
            parts.append("\n" + violations_text(result.violations, sides, style))
        if result.kept_back:
            shown = ", ".join(map(printable, result.kept_back))
            parts.append(f"\nStays, for a revert does not change it: {shown}\n")
        return "".join(parts)

    def _outcome(self, style: Style) -> str:
        result = self.result
        here = named(result.environment, style)
        commit = f"{style.paint(result.undone[:10], 'yellow')} ({printable(result.subject)})"
        objects = count(len(result.changed), "object")
        match result.outcome.value:
            case "reverted":
                resolved = f"{count(len(result.resolved), 'conflict')} resolved, " if result.resolved else ""
                return f"Reverted {commit} on {here} as {(result.commit or '')[:10]}, {resolved}{objects}:"
            case "clean":
                return f"{commit} would be reverted on {here} (nothing was changed), {objects}:"
            case "nothing":
                if result.resolved:
                    return f"Nothing is left to revert of {commit}: all is resolved as {here} has it"
                return f"{here} has nothing of {commit} that a revert would undo"
            case "conflicts":
                found = count(len(result.conflicts), "conflict")
                unaffected = " Without conflicts:" if any(e.action != "conflicted" for e in result.changed) else ""
                kept = "The revert is in progress, and nothing else" if result.kept else "Nothing"
                return f"{commit} is not undone on {here}: {found}. {kept} was changed.{unaffected}"
            case _:
                found = count(len(result.violations), "violation")
                kept = "The revert is still in progress, and nothing" if result.kept else "Nothing"
                return f"{commit} is not undone on {here}: {found}. {kept} was changed."

    def notes(self, style: Style) -> tuple[str, ...]:
        """A branch that lacks commits of its remote, YAML merged by lines, and what to do about a conflict."""
        result = self.result
        notes = (*stale_notes(result.environment, result.tracking, style), *line_merge_notes(result.merged))
        return (*notes, *(kept_steps("revert", len(result.conflicts), len(result.remembered)) if result.kept else ()))

    def data(self) -> Mapping[str, object]:
        """The same for a program. The versions of a conflict are YAML source."""
        result = self.result
        return {
            "outcome": result.outcome,
            "environment": environment_data(result.environment),
            "tracking": tracking_data(result.tracking),
            "reverted": result.undone,
            "subject": result.subject,
            "commit": result.commit,
            "changed": object_data(result.changed),
            "merged_by_lines": line_merge_data(result.merged),
            "kept_back": list(result.kept_back),
            "conflicts": conflicts_data(result.conflicts, result.rules_for),
            "resolved": settled_data(result.resolved, result.rules_for),
            "remembered": [each.id for each in result.remembered],
            "in_progress": result.kept,
            "violations": violations_data(result.violations),
        }
