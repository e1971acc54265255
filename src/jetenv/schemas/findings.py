"""A finding: one thing that is wrong with a project, and the place to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.schemas.rulebook import Severity, severity_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in words for the person who wrote it.

    ``rule`` is the id of a rule of ``schemas.rulebook``. ``line`` and ``column`` count from 1, and so do ``end_line``
    and ``end_column``, the place behind the last character, where it is known. ``field`` is the text form of a field
    path, empty for the whole file; ``expected`` says what would have been right, ``hint`` what to do. Findings order
    by place.
    """

    rule: str
    message: str
    path: str
    line: int = 1
    column: int = 1
    field: str = ""
    expected: str | None = None
    hint: str | None = None
    end_line: int | None = None
    end_column: int | None = None

    @property
    def severity(self) -> Severity:
        """``error`` or ``warning``, as its rule says."""
        return severity_of(self.rule)

    @property
    def where(self) -> str:
        """``path:line:column``."""
        return f"{self.path}:{self.line}:{self.column}"

    @property
    def fault(self) -> tuple[str, ...]:
        """What is wrong and where, whatever line it stands in; the guess at what was meant hangs on other files."""
        return self.path, self.rule, self.field, self.message.partition("; did you mean")[0]

    def __lt__(self, other: Finding) -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[str, int, int, str, str, str]:
        return (self.path, self.line, self.column, self.field, self.rule, self.message)
