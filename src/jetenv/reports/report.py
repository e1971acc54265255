"""What every report is: a result that can be read as text and as data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from jetenv.reports.style import Style


class Report(ABC):
    """A result in the two forms that a command can print it in."""

    __slots__ = ()
    verbatim: ClassVar[bool] = False
    """Whether the text is content that is read on, and is left as it is on a narrow terminal too."""

    @abstractmethod
    def text(self, style: Style) -> str:
        """Lines for a person, each ending in a newline; empty when there is nothing to say."""

    @abstractmethod
    def data(self) -> Mapping[str, object]:
        """The same for a program, as plain data or records that ``reports.json.plain`` knows."""

    def notes(self, style: Style) -> tuple[str, ...]:
        """What a person should know beside the result, a line each; the data holds the same."""
        del style
        return ()
