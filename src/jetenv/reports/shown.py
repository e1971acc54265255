"""``jetenv show``: everything about one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.environments import (
    change_data,
    divergence_data,
    environment_data,
    named,
    remarks,
    steps,
    time_text,
    tracking_data,
    version_text,
)
from jetenv.reports.objects import count
from jetenv.reports.protection import protection_text
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.history import Divergence, LastChange
    from jetenv.environments.show import ShownEnvironment


@dataclass(frozen=True, slots=True)
class Shown(Report):
    """What `jetenv show` prints."""

    shown: ShownEnvironment

    def text(self, style: Style) -> str:
        """A line for each setting, then members and bindings as tables."""
        shown = self.shown
        settings = [(style.paint(name, "dim"), value) for name, value in self._settings() if value]
        text = self._title(style) + columns(settings, style, indent=2)
        if shown.members:
            rows = [
                (printable(each.id), printable(each.role), printable(each.name), count(len(each.keys), "key"))
                for each in shown.members
            ]
            text += "\nMembers:\n" + columns(rows, style, indent=2)
        if shown.bindings:
            rows_of_bindings = [(printable(each.credential), printable(each.reference)) for each in shown.bindings]
            text += "\nCredentials:\n" + columns(rows_of_bindings, style, indent=2)
        return text

    def _title(self, style: Style) -> str:
        special = remarks(self.shown.environment, self.shown.tracking)
        if self.shown.is_current:
            special.insert(0, "current")
        phrases = f" ({', '.join(map(printable, special))})" if special else ""
        return f"{named(self.shown.environment, style)}{phrases}\n"

    def _settings(self) -> list[tuple[str, str]]:
        shown = self.shown
        environment = shown.environment
        change = shown.last_change
        return [
            ("name", printable(environment.name)),
            ("color", printable(environment.color or "")),
            ("version", version_text(environment)),
            ("credentials", printable(environment.credentials)),
            ("protection", protection_text(environment.protection)),
            ("expires", printable(environment.expires or "")),
            ("commits", _against_default(shown.divergence)),
            ("last change", _change_text(change)),
            ("contents", ", ".join(count(number, printable(kind)) for kind, number in shown.contents)),
            ("branch", printable(environment.ref)),
            ("commit", environment.tip),
            ("uid", printable(environment.uid)),
        ]

    def notes(self, style: Style) -> tuple[str, ...]:
        """What could not be read."""
        del style
        return tuple(map(printable, self.shown.problems))

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        shown = self.shown
        return {
            "environment": environment_data(shown.environment),
            "current": shown.is_current,
            "divergence": divergence_data(shown.divergence),
            "tracking": tracking_data(shown.tracking),
            "last_change": change_data(shown.last_change),
            "members": [
                {"id": each.id, "name": each.name, "role": each.role, "keys": list(each.keys)} for each in shown.members
            ],
            "bindings": {each.credential: each.reference for each in shown.bindings},
            "contents": dict(shown.contents),
            "problems": list(shown.problems),
        }


def _change_text(change: LastChange | None) -> str:
    if change is None:
        return ""
    return f"{time_text(change.time)}  {printable(change.author)}: {printable(change.subject)}"


def _against_default(divergence: Divergence | None) -> str:
    if divergence is None:
        return ""
    if not divergence.ahead and not divergence.behind:
        return "the same as the default"
    return f"{steps(divergence.ahead, divergence.behind)} against the default"
