"""What the check of one file alone comes to: all that the checks across files need of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
        """Plain data for JSON; ``from_data`` reads it back. What is empty is left out, and its path in references."""
        data = {
            "path": self.path,
            "findings": [asdict(each) for each in self.findings],
            "references": [(each.kind, each.target, *each[3:]) for each in self.references],
            "definitions": [(each.kind, each.id, each.of, each.to) for each in self.definitions],
            "needs": [asdict(each) for each in self.needs],
            "claims": [(each.kind, each.target, *each[3:]) for each in self.claims],
        }
        return {name: value for name, value in data.items() if value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> FileVerdict:
        """The verdict that ``to_data`` wrote. Raises TypeError, ValueError or KeyError for other data."""
        path = data["path"]
        return cls(
            path,
            tuple(Finding(**each) for each in data.get("findings", ())),
            _references(path, data.get("references", ())),
            tuple(Definition(*each) for each in data.get("definitions", ())),
            tuple(Need(**each) for each in data.get("needs", ())),
            _references(path, data.get("claims", ())),
        )


def _references(path: str, rows: Iterable[Sequence[Any]]) -> tuple[Reference, ...]:
    # Hundreds of thousands in a large project: made without a call of Reference for each, which takes twice as long.
    new = tuple.__new__
    found = tuple([new(Reference, (kind, target, path, *rest)) for kind, target, *rest in rows])
    if any(len(each) != _PARTS for each in found):
        raise ValueError("no reference has so many parts")
    return found


_PARTS = len(Reference._fields)
