"""A finding: one thing that is wrong with a project, and the place to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in words for the person who wrote it.

    ``rule`` is one of ``yaml``, ``schema``, ``id-mismatch``, ``duplicate-id``, ``dangling-ref``, ``unknown-file``.
    ``line`` and ``column`` count from 1; ``field`` is the text form of a field path, empty for the whole file;
    ``expected`` says what would have been right, ``hint`` what to do. Findings order by place.
    """

    rule: str
    message: str
    path: str
    line: int = 1
    column: int = 1
    field: str = ""
    expected: str | None = None
    hint: str | None = None

    @property
    def where(self) -> str:
        """``path:line:column``."""
        return f"{self.path}:{self.line}:{self.column}"

    def __lt__(self, other: Finding) -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[str, int, int, str, str, str]:
        return (self.path, self.line, self.column, self.field, self.rule, self.message)
