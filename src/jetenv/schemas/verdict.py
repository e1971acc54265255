"""What the check of one file alone comes to: all that the checks across files need of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from jetenv.schemas.findings import Finding
from jetenv.schemas.survey import Definition, Need, Reference


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What is known of one file: what is wrong in it, what it refers to elsewhere, what it defines, what it needs."""

    path: str
    findings: tuple[Finding, ...] = ()
    references: tuple[Reference, ...] = ()
    definitions: tuple[Definition, ...] = ()
    needs: tuple[Need, ...] = ()
    claims: tuple[Reference, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON; ``from_data`` reads it back."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> FileVerdict:
        """The verdict that ``to_data`` wrote."""
        return cls(
            data["path"],
            tuple(Finding(**each) for each in data["findings"]),
            tuple(Reference(**each) for each in data["references"]),
            tuple(Definition(**each) for each in data["definitions"]),
            tuple(Need(**each) for each in data["needs"]),
            tuple(Reference(**each) for each in data["claims"]),
        )
