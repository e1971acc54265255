"""Environments written to plain files, and brought back from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.actions import listed
from jetenv.reports.columns import columns
from jetenv.reports.environments import environment_data, named
from jetenv.reports.findings import findings_data, findings_text
from jetenv.reports.objects import count, object_data, object_row
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.backups.export import ExportResult
    from jetenv.environments.backups.restore import RestoreResult


@dataclass(frozen=True, slots=True)
class Exported(Report):
    """What `jetenv export` did."""

    result: ExportResult

    def text(self, style: Style) -> str:
        """What was written, and where."""
        result = self.result
        files = count(result.files, "file")
        told = f"Exported {named(result.environment, style)} to {printable(str(result.path))}, {files}\n"
        return told if result.digest is None else f"{told}  sha256 {result.digest}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """What is no file and was left out."""
        del style
        left = self.result.left_out
        return (f"left out, for it is a submodule: {listed(left)}",) if left else ()

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "path": str(result.path),
            "files": result.files,
            "left_out": list(result.left_out),
            "sha256": result.digest,
        }


@dataclass(frozen=True, slots=True)
class Imported(Report):
    """What `jetenv import` did."""

    result: RestoreResult

    def text(self, style: Style) -> str:
        """The commit and its objects, or why there is none."""
        result = self.result
        here, source = named(result.environment, style), printable(str(result.source))
        if result.findings:
            title = f"{source} was not imported into {here}, for this is in the way:"
            return f"{title}\n{findings_text(result.findings, style)}"
        if not result.objects:
            return f"{here} has the content of {source} already\n"
        if result.commit is None:
            head = f"{source} would be imported into {here} (nothing was changed)"
        else:
            head = f"Imported {source} into {here} as {result.commit[:10]}"
        rows = [object_row(each, style) for each in result.objects]
        return f"{head}, {count(len(rows), 'object')}:\n" + columns(rows, style, indent=2, flexible=2)

    def notes(self, style: Style) -> tuple[str, ...]:
        """What stays as the environment has it."""
        result = self.result
        if not (result.kept and result.objects):
            return ()
        files = count(len(result.kept), "file")
        return (f"{named(result.environment, style)} keeps its own settings: {files} in environments/ not imported",)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "source": str(result.source),
            "commit": result.commit,
            "objects": object_data(result.objects),
            "kept": list(result.kept),
            "findings": findings_data(result.findings),
        }
