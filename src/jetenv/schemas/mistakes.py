"""What a validator complains about, and what of it the author has to mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DataPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """An error without further causes: the keyword that failed with its value, on which data, of which schema."""

    path: DataPath
    keyword: str | None
    value: Any
    instance: Any
    schema: Any
    message: str
    key: str | None = None

    def same(self, other: Leaf) -> bool:
        """Whether the two say the same about the same place."""
        if (self.path, self.keyword, self.key) != (other.path, other.keyword, other.key):
            return False
        return self.message == other.message if self.keyword == "required" else bool(self.value == other.value)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend at a path into the data; at the key of the last step where ``at_key``."""

    path: DataPath
    message: str
    expected: str | None = None
    hint: str | None = None
    at_key: bool = False
