"""What a command did, in a sentence: created, switched, renamed …"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.environments import environment_data, named, tracking_data
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.create import CreateResult


@dataclass(frozen=True, slots=True)
class Created(Report):
    """What `jetenv create` did."""

    result: CreateResult

    def text(self, style: Style) -> str:
        """The new environment and what it is a copy of."""
        result = self.result
        tail = ", and switched to it" if result.switched else ""
        return f"Created {named(result.environment, style)} as a copy of {named(result.source, style)}{tail}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """That the source was stale, and a key that had to be made."""
        stale = self.result.stale
        if stale is None:
            return ()
        remote = printable(stale.copy.remote)
        return (
            f"{named(self.result.source, style)} lacks {stale.behind} commits of {remote}: the copy lacks them too",
        )

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "source": result.source.id,
            "commit": result.commit,
            "member": result.member,
            "stale": tracking_data(result.stale),
            "switched": result.switched,
        }
