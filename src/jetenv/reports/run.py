"""What a command is started with: names of variables, never their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.environments import environment_data, named
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.sources.run import Launch


@dataclass(frozen=True, slots=True)
class LaunchReport(Report):
    """``jetenv run --dry-run``."""

    launch: Launch

    def text(self, style: Style) -> str:
        """The variables that are added, and those that are not handed on."""
        launch = self.launch
        head = f"{named(launch.environment, style)}, resource {printable(launch.resource.id)}\n"
        added = "".join(f"  + {printable(name)}\n" for name in launch.added)
        return head + added + "".join(f"  - {printable(name)}\n" for name in launch.removed if name not in launch.added)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        launch = self.launch
        return {
            "environment": environment_data(launch.environment),
            "resource": launch.resource.id,
            "command": launch.command,
            "added": launch.added,
            "removed": launch.removed,
        }
