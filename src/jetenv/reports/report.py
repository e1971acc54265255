"""What every report is: a result that can be read as text and as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from jetenv.reports.style import Style


class Report(Protocol):
    """A result in the two forms that a command can print it in."""

    def text(self, style: Style) -> str:
        """Lines for a person, each ending in a newline; empty when there is nothing to say."""
        ...

    def data(self) -> Mapping[str, object]:
        """The same for a program, as plain data or records that ``reports.json.plain`` knows."""
        ...
