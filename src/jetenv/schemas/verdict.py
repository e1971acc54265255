"""What the check of one file alone comes to: all that the checks across files need of it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from jetenv.schemas.findings import Finding
from jetenv.schemas.survey import Definition, Name, Need, Reference


class FileVerdict:
    """What is known of one file: what is wrong in it, what it refers to elsewhere, what it defines, what it needs.

    ``definitions`` begin with the object that the file holds, where it holds one.

    Thousands are read from the cache in each run, and the checks across files ask almost all of them for ``names``
    alone: the places of the references are read when asked for.
    """

    __slots__ = ("_names", "_places", "_references", "_text", "claims", "definitions", "findings", "needs", "path")

    def __init__(
        self,
        path: str,
        findings: Iterable[Finding] = (),
        references: Iterable[Reference] = (),
        definitions: Iterable[Definition] = (),
        needs: Iterable[Need] = (),
        claims: Iterable[Reference] = (),
    ) -> None:
        self.path = path
        self.findings = tuple(findings)
        self.definitions = tuple(definitions)
        self.needs = tuple(needs)
        self.claims = tuple(claims)
        self._references: tuple[Reference, ...] | None = tuple(references)
        self._names = tuple(dict.fromkeys(each.name for each in self._references))
        self._places = ""
        self._text: str | None = None

    @property
    def names(self) -> tuple[Name, ...]:
        """What the file refers to elsewhere, each once, in the order of the first places."""
        return self._names

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every place where the file refers to something elsewhere."""
        if self._references is None:
            self._references = _references(self.path, self._names, json.loads(self._places))
        return self._references

    def to_text(self) -> str:
        """Plain text of three lines that ``from_text`` reads back.

        A checksum of the others, all but the places of the references in JSON, and those places.
        """
        if self._text is None:
            numbers = {name: number for number, name in enumerate(self._names)}
            whole: dict[str, Any] = {
                "path": self.path,
                "names": self._names,
                "findings": [asdict(each) for each in self.findings],
                "definitions": self.definitions,
                "needs": [asdict(each) for each in self.needs],
                "claims": [(each.kind, each.target, *each[3:]) for each in self.claims],
            }
            places = [(numbers[r.name], r.offset, r.field, r.line, r.column) for r in self.references]
            told = f"{_json({name: value for name, value in whole.items() if value})}\n{_json(places)}"
            self._text = f"{_checksum(told)}\n{told}"
        return self._text

    @classmethod
    def from_text(cls, text: str) -> FileVerdict:
        """The verdict that ``to_text`` wrote. Raises ValueError for another text."""
        checksum, _, told = text.partition("\n")
        if checksum != _checksum(told):
            raise ValueError("this is no verdict, or a damaged one")
        head, _, places = told.partition("\n")
        data = json.loads(head)
        new = cls.__new__(cls)
        new.path = path = data["path"]
        new.findings = tuple([Finding(**each) for each in data["findings"]]) if "findings" in data else ()
        new.definitions = tuple([Definition(*each) for each in data["definitions"]]) if "definitions" in data else ()
        new.needs = tuple([Need(**each) for each in data["needs"]]) if "needs" in data else ()
        claims = data.get("claims", ())
        new.claims = tuple([Reference(kind, target, path, *rest) for kind, target, *rest in claims])
        new._names = tuple(map(tuple, data.get("names", ())))
        new._places = places
        new._references = None
        new._text = text
        return new

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileVerdict) and self.to_text() == other.to_text()

    def __hash__(self) -> int:
        return hash(self.to_text())

    def __repr__(self) -> str:
        return f"FileVerdict({self.to_text()!r})"


def _references(path: str, names: Sequence[Name], places: Iterable[Sequence[Any]]) -> tuple[Reference, ...]:
    found = []
    for number, offset, field, line, column in places:
        kind, target, of, grants = names[number]
        found.append(Reference(kind, target, path, offset, field, line, column, of, grants))
    return tuple(found)


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode('utf-8', 'replace')):08x}"


def _json(data: object) -> str:
    return json.dumps(data, separators=(",", ":"))
