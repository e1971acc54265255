"""What `jetenv fmt` did, or would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from jetenv.reports.objects import count, sign
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.format import Formatting


@dataclass(frozen=True, slots=True)
class FormattingReport(Report):
    """The files that were laid out anew, those that could not be read, and how many there are."""

    result: Formatting

    def text(self, style: Style) -> str:
        """A line for each file, then the count."""
        result = self.result
        lines = [f"{sign('changed', style)} {printable(path)}" for path in result.changed]
        for each in result.unreadable:
            place = style.paint(f"{printable(each.path)}:{each.line}:{each.column}:", "bold")
            lines.append(f"{place} left as it is: {printable(each.message)}")
        if result.changed:
            done = "would be laid out anew" if result.check else "laid out anew"
            lines.append(f"{count(len(result.changed), 'file')} of {result.files} {done}")
        else:
            readable = result.files - len(result.unreadable)
            lines.append(f"{count(readable, 'file')} in canonical layout, nothing to change")
        return "".join(line + "\n" for line in lines)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "check": result.check,
            "files": result.files,
            "changed": list(result.changed),
            "unreadable": [asdict(each) for each in result.unreadable],
        }
