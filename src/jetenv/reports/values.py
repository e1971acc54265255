"""``jetenv get``, ``set`` and ``unset``: one value of a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from jetenv.reports.findings import findings_data, findings_text
from jetenv.reports.objects import sign
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.values import EditResult, GetResult

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Value(Report):
    """What `jetenv get` prints."""

    verbatim: ClassVar[bool] = True
    result: GetResult

    def text(self, style: Style) -> str:
        """The content of a text, the YAML source of anything else; line by line, so that a value stays usable."""
        del style
        lines = self.result.text.removesuffix("\n").split("\n")
        return "".join(_line(line.removesuffix("\r")) + "\n" for line in lines)

    def data(self) -> Mapping[str, object]:
        """The value as plain data."""
        return {"path": self.result.path, "field": self.result.field, "value": self.result.data}


@dataclass(frozen=True, slots=True)
class Edited(Report):
    """What `jetenv set` or `jetenv unset` did."""

    result: EditResult

    def text(self, style: Style) -> str:
        """The place with the value before and after, or why nothing was written."""
        result = self.result
        place = printable(f"{result.path}#{result.field}" if result.field else result.path)
        if result.findings:
            title = f"{place} was not changed, for that would be invalid:"
            return f"{style.paint(title, 'red')}\n{findings_text(result.findings, style)}"
        if not result.changed:
            return f"{place} is {_short(result.new)} already\n"
        if result.new is None:
            return f"{sign('removed', style)} {place}: {style.paint(_short(result.old), 'red')}\n"
        new = style.paint(_short(result.new), "green")
        if result.old is None:
            return f"{sign('added', style)} {place}: {new}\n"
        arrow = style.symbol("→", "->")
        return f"{sign('changed', style)} {place}: {style.paint(_short(result.old), 'red')} {arrow} {new}\n"

    def data(self) -> Mapping[str, object]:
        """The same for a program; the values are plain data, and a refused one, which may be a secret, is left out."""
        result = self.result
        return {
            "path": result.path,
            "field": result.field,
            "old": result.old,
            "new": result.new if not result.findings else None,
            "changed": result.changed,
            "findings": findings_data(result.findings),
        }


def _line(line: str) -> str:
    return "\t".join(map(printable, line.split("\t")))


def _short(value: Any) -> str:
    """A value on one line; what is long is cut, for the file has it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return printable(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")
