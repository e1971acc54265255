"""``jetenv merge``: what was brought and kept back, or why nothing was changed."""

from __future__ import annotations

import shlex
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
from jetenv.reports.resolving import favoured_text, settled_data
from jetenv.reports.selection import held_back_data, held_back_text, left_out_data, left_out_text
from jetenv.reports.style import Style, printable
from jetenv.reports.violations import violations_data, violations_text
from jetenv.reports.waiting import kept_steps

if TYPE_CHECKING:
    from jetenv.environments.merges.held_back import HeldBack
    from jetenv.environments.merges.merge import MergeResult
    from jetenv.environments.merges.preparation import MergeSource


@dataclass(frozen=True, slots=True)
class MergeReport(Report):
    """What `jetenv merge` prints. ``objects`` counts those that are listed elsewhere by the field, and not here."""

    result: MergeResult
    objects: int | None = None

    def text(self, style: Style) -> str:
        """How it ended, then the objects, then what is in the way or was kept back."""
        result = self.result
        parts = [self._outcome(style) + "\n"]
        if result.brought and not result.violations and self.objects is None:
            rows = [object_row(each, style) for each in result.brought if each.action != "conflicted"]
            parts.append(columns(rows, style, indent=2, flexible=2))
        if result.conflicts:
            names = (result.target.id, result.source.name)
            parts += ["\n" + conflict_text(each, *names, style, result.rules_for) for each in result.conflicts]
        if result.violations:
            sides = {"ours": named(result.target, style), "theirs": _source(result.source, style)}
            parts.append("\n" + violations_text(result.violations, sides, style))
        if result.favoured is not None:
            kept = named(result.target, style) if result.favoured == "ours" else _source(result.source, style)
            parts.append(favoured_text(result.resolved, kept, style, result.rules_for))
        if result.kept_back:
            parts.append(self._kept_back(style))
        if result.strategies:
            by_path = (f"{printable(path)} ({strategy})" for path, strategy in result.strategies.items())
            parts.append(f"\nBy the merge strategies in jetenv.yaml: {', '.join(by_path)}\n")
        parts.append(left_out_text(result.left_out, style))
        source, target = _source(result.source, style), named(result.target, style)
        parts += (self._relanded(each) for each in result.relanded)
        parts.append(held_back_text(result.held_back, target, source, style))
        return "".join(parts)

    def _outcome(self, style: Style) -> str:
        result = self.result
        source, target = _source(result.source, style), named(result.target, style)
        match result.outcome.value:
            case "merged":
                resolved = f"{count(len(result.resolved), 'conflict')} resolved, " if result.resolved else ""
                part = "a part of " if result.left_out else ""
                commit = (result.commit or "")[:10]
                return f"Merged {part}{source} into {target} as {commit}, {resolved}{self._tally()}"
            case "clean":
                return f"{source} would merge into {target} (nothing was changed), {self._tally()}"
            case "up-to-date":
                selected = " that was selected" if result.left_out else ""
                everything = "every commit" if result.held_back else "everything"
                return f"{target} has {everything} of {source}{selected} already"
            case "conflicts":
                found = count(len(result.conflicts), "conflict")
                others = self.objects is None and any(e.action != "conflicted" for e in result.brought)
                unaffected = " Without conflicts:" if others else ""
                kept = "The merge is in progress, and nothing else" if result.kept else "Nothing"
                return f"{source} does not merge into {target}: {found}. {kept} was changed.{unaffected}"
            case _:
                found = count(len(result.violations), "violation")
                kept = "The merge is still in progress, and nothing" if result.kept else "Nothing"
                return f"{source} does not merge into {target}: {found}. {kept} was changed."

    def _relanded(self, held: HeldBack) -> str:
        part = "a part of " if any(each.revert == held.revert for each in self.result.held_back) else ""
        brought = "Brings" if self.result.outcome.value == "clean" else "Brought"
        return f"\n{brought} again {part}what {held.revert[:10]} had undone\n"

    def _tally(self) -> str:
        if self.objects is not None:
            return count(self.objects, "object")
        brought = len(self.result.brought)
        return f"{count(brought, 'object')}:" if brought else "no object differs"

    def _kept_back(self, style: Style) -> str:
        folders = sorted({"/".join(path.split("/")[:-1][:2]) for path in self.result.kept_back})
        files = count(len(self.result.kept_back), "file")
        return (
            f"\nKept back, for {named(self.result.target, style)} owns its environments/: "
            f"{files} in {', '.join(map(printable, folders))}\n"
        )

    def notes(self, style: Style) -> tuple[str, ...]:
        """Branches that lack commits of their remote, YAML merged by lines, and what to do about a conflict."""
        result = self.result
        notes = list(stale_notes(result.target, result.target_tracking, style))
        if result.source.environment is not None:
            notes += stale_notes(result.source.environment, result.source.tracking, style)
        notes += line_merge_notes(each for each in result.merged if each.path not in result.strategies)
        if result.kept:
            notes += kept_steps("merge", len(result.conflicts), len(result.remembered))
        if result.held_back:
            command = shlex.join(("jetenv", "merge", result.source.name, result.target.id, "--reland"))
            notes.append(f"`{printable(command)}` brings again what is held back")
        return tuple(notes)

    def data(self) -> Mapping[str, object]:
        """The same for a program. The versions of a conflict are YAML source."""
        result = self.result
        return {
            "outcome": result.outcome,
            "source": {
                "name": result.source.name,
                "commit": result.source.tip,
                "environment": environment_data(result.source.environment) if result.source.environment else None,
                "tracking": tracking_data(result.source.tracking),
            },
            "target": environment_data(result.target),
            "target_tracking": tracking_data(result.target_tracking),
            "base": result.base,
            "commit": result.commit,
            "brought": object_data(result.brought),
            "merged": [each.path for each in result.merged],
            "merged_by_lines": line_merge_data(result.merged),
            "renamed": [
                {"base": each.old, "ours": each.ours, "theirs": each.theirs, "path": each.path}
                for each in result.renamed
            ],
            "same": list(result.same),
            "strategies": result.strategies,
            "kept_back": list(result.kept_back),
            "conflicts": conflicts_data(result.conflicts, result.rules_for),
            "resolved": settled_data(result.resolved, result.rules_for),
            "remembered": [each.id for each in result.remembered],
            "in_progress": result.kept,
            "violations": violations_data(result.violations),
            "left_out": left_out_data(result.left_out),
            "held_back": held_back_data(result.held_back),
            "relanded": held_back_data(result.relanded),
        }


def _source(source: MergeSource, style: Style) -> str:
    return named(source.environment, style) if source.environment else style.paint(printable(source.name), "bold")
