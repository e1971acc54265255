"""``jetenv status``: the current environment, what is uncommitted, and the drift from the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.environments import (
    divergence_data,
    environment_data,
    named,
    remarks,
    tracking_data,
    version_text,
)
from jetenv.reports.objects import count, cut, kind_rows, object_data, object_row
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable
from jetenv.reports.waiting import waiting_data, waiting_steps, waiting_text

if TYPE_CHECKING:
    from jetenv.environments.status import Status

_SHOWN = 30


@dataclass(frozen=True, slots=True)
class StatusReport(Report):
    """What `jetenv status` prints."""

    status: Status

    def text(self, style: Style) -> str:
        """Where one stands, then what is uncommitted, then the drift; each only where there is something to say."""
        parts = [self._head(style), self._uncommitted(style), self._drift(style)]
        if not self.status.uncommitted:
            parts.insert(1, "Nothing uncommitted.\n")
        return "\n".join(part for part in parts if part)

    def _head(self, style: Style) -> str:
        status = self.status
        environment = status.environment
        if environment is None:
            place = f"branch '{printable(status.branch)}'" if status.branch else "a detached HEAD"
            lines = [f"On {place}, which is not an environment"]
        else:
            special = ", ".join(map(printable, remarks(environment, status.tracking)))
            lines = [
                f"On {named(environment, style)}: {printable(environment.name)}, "
                f"version {version_text(environment)}" + (f" ({special})" if special else "")
            ]
            if status.divergence is not None and status.default is not None:
                ahead, behind = status.divergence.ahead, status.divergence.behind
                lines.append(
                    f"  {count(ahead, 'commit')} ahead of {named(status.default, style)}, {behind} behind"
                    if ahead or behind
                    else f"  no commits ahead of {named(status.default, style)} or behind it"
                )
        if status.commit is None:
            lines.append("  no commits yet")
        if status.operation is not None:
            lines.append(style.paint(f"  git's {status.operation} is in progress", "yellow"))
        if status.merge is not None:
            lines.append(style.paint(f"  {waiting_text(status.merge)}", "yellow"))
        return "\n".join(lines) + "\n"

    def _uncommitted(self, style: Style) -> str:
        changes = self.status.uncommitted
        if not changes:
            return ""
        rows = [
            (*object_row(each.object, style), style.paint("staged", "dim") if each.staged else "") for each in changes
        ]
        shown, hidden = cut(rows, _SHOWN)
        text = f"Uncommitted, {count(len(changes), 'object')}:\n" + columns(shown, style, indent=2, flexible=2)
        return text + (f"  and {hidden} more; `git status` lists the files\n" if hidden else "")

    def _drift(self, style: Style) -> str:
        from jetenv.environments.objects import count_by_kind

        status = self.status
        if status.default is None or status.environment is status.default or not status.drift:
            return ""
        text = f"Differs from {named(status.default, style)} in {count(len(status.drift), 'object')}:\n"
        if len(status.drift) > _SHOWN:
            text += columns(kind_rows(count_by_kind(status.drift), style), style, indent=2)
            return text + f"`jetenv diff {printable(status.default.id)}` shows them.\n"
        return text + columns([object_row(each, style) for each in status.drift], style, indent=2, flexible=2)

    def notes(self, style: Style) -> tuple[str, ...]:
        """How to go on with a merge in progress."""
        del style
        return waiting_steps(self.status.merge)

    def data(self) -> Mapping[str, object]:
        """The same for a program; every object is listed."""
        status = self.status
        return {
            "branch": status.branch,
            "commit": status.commit,
            "environment": environment_data(status.environment) if status.environment else None,
            "tracking": tracking_data(status.tracking),
            "divergence": divergence_data(status.divergence),
            "operation": status.operation,
            "merge": waiting_data(status.merge),
            "uncommitted": [{**object_data([each.object])[0], "staged": each.staged} for each in status.uncommitted],
            "default": status.default.id if status.default else None,
            "drift": object_data(status.drift),
        }
