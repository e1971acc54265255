"""``jetenv merge``: what was brought and kept back, or why nothing was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.actions import stale_notes
from jetenv.reports.columns import columns
from jetenv.reports.environments import environment_data, named, tracking_data
from jetenv.reports.findings import findings_data, findings_text
from jetenv.reports.objects import count, object_data, object_row
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.merge import MergeResult, MergeSource
    from jetenv.merging.conflicts import Conflict


@dataclass(frozen=True, slots=True)
class MergeReport(Report):
    """What `jetenv merge` prints."""

    result: MergeResult

    def text(self, style: Style) -> str:
        """How it ended, then the objects, then what is in the way or was kept back."""
        result = self.result
        parts = [self._outcome(style) + "\n"]
        if result.brought and not result.violations:
            rows = [object_row(each, style) for each in result.brought if each.action != "conflicted"]
            parts.append(columns(rows, style, indent=2, flexible=2))
        if result.conflicts:
            parts += [f"\n{line}\n" for line in (self._conflict(each, style) for each in result.conflicts)]
        if result.violations:
            parts.append("\n" + findings_text(result.violations, style))
        if result.kept_back:
            parts.append(self._kept_back(style))
        return "".join(parts)

    def _outcome(self, style: Style) -> str:
        result = self.result
        source, target = _source(result.source, style), named(result.target, style)
        match result.outcome.value:
            case "merged":
                return f"Merged {source} into {target} as {(result.commit or '')[:10]}, {self._tally()}"
            case "clean":
                return f"{source} would merge into {target} (nothing was changed), {self._tally()}"
            case "up-to-date":
                return f"{target} has everything of {source} already"
            case "conflicts":
                found = count(len(result.conflicts), "conflict")
                unaffected = " Without conflicts:" if any(e.action != "conflicted" for e in result.brought) else ""
                return f"{source} does not merge into {target}: {found}. Nothing was changed.{unaffected}"
            case _:
                found = count(len(result.violations), "violation")
                return f"{source} does not merge into {target}: {found}. Nothing was changed."

    def _tally(self) -> str:
        brought = len(self.result.brought)
        return f"{count(brought, 'object')}:" if brought else "no object differs"

    def _conflict(self, conflict: Conflict, style: Style) -> str:
        """The place and kind of one conflict, and its three versions."""
        place = printable(conflict.path) + (f"#{printable(format_path(conflict.field))}" if conflict.field else "")
        head = f"{style.paint('conflict', 'red')} {style.paint(place, 'bold')} ({conflict.kind.value})"
        versions = (
            ("base", conflict.base),
            (self.result.target.id, conflict.ours),
            (self.result.source.name, conflict.theirs),
        )
        rows = [(style.paint(printable(name), "dim"), _value(value, style)) for name, value in versions]
        return head + "\n" + columns(rows, style, indent=4, flexible=1).rstrip("\n")

    def _kept_back(self, style: Style) -> str:
        folders = sorted({path.rpartition("/")[0] for path in self.result.kept_back})
        files = count(len(self.result.kept_back), "file")
        return (
            f"\nKept back, for {named(self.result.target, style)} owns its environments/: "
            f"{files} in {', '.join(map(printable, folders))}\n"
        )

    def notes(self, style: Style) -> tuple[str, ...]:
        """Branches that lack commits of their remote, and what to do about a conflict."""
        result = self.result
        notes = list(stale_notes(result.target, result.target_tracking, style))
        if result.source.environment is not None:
            notes += stale_notes(result.source.environment, result.source.tracking, style)
        if result.conflicts:
            notes.append("change one of the two so that they agree, commit, then merge again")
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
            "same": list(result.same),
            "kept_back": list(result.kept_back),
            "conflicts": [
                {
                    "id": each.id,
                    "path": each.path,
                    "field": format_path(each.field),
                    "kind": each.kind,
                    "base": each.base,
                    "ours": each.ours,
                    "theirs": each.theirs,
                }
                for each in result.conflicts
            ],
            "violations": findings_data(result.violations),
        }


def _source(source: MergeSource, style: Style) -> str:
    return named(source.environment, style) if source.environment else style.paint(printable(source.name), "bold")


def _value(value: str | None, style: Style) -> str:
    """One version on one line; of a longer value the first line and how many there are."""
    if value is None:
        return style.paint("(not there)", "dim")
    lines = value.strip("\n").split("\n")
    shown = printable(lines[0].strip())
    return shown if len(lines) == 1 else f"{shown} {style.paint(f'({len(lines)} lines)', 'dim')}"
