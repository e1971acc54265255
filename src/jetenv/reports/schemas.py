"""``jetenv schema``: which schemas there are, and what was written for editors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.installing.schema_export import SchemaExport


@dataclass(frozen=True, slots=True)
class SchemasReport(Report):
    """The schemas by the kind of object that they describe: globs of its files, and what it is."""

    schemas: tuple[tuple[str, str, str], ...]

    def text(self, style: Style) -> str:
        """A row for each."""
        rows = [(kind, glob, printable(about)) for kind, glob, about in self.schemas]
        return columns(rows, style, header=("KIND", "FILES", "WHAT IT IS"), flexible=2)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"schemas": [{"kind": kind, "files": glob, "about": about} for kind, glob, about in self.schemas]}


@dataclass(frozen=True, slots=True)
class SchemaExportReport(Report):
    """What was written for editors."""

    result: SchemaExport

    def text(self, style: Style) -> str:
        """The files that were written, those of one folder together."""
        if not self.result.written:
            return "Everything is as it would be written\n"
        folders: dict[str, int] = {}
        for path in self.result.written:
            folder = path.rpartition("/")[0] + "/" if path.count("/") > 1 else path
            folders[folder] = folders.get(folder, 0) + 1
        lines = [
            f"  {style.paint('+', 'green')} {printable(folder)}" + (f"  {count} files" if count > 1 else "")
            for folder, count in folders.items()
        ]
        return "\n".join(["Wrote", *lines]) + "\n"

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"written": list(self.result.written), "kept": list(self.result.kept)}
