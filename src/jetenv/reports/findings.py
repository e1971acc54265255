"""Findings: what is wrong with a project, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.schemas.findings import Finding


def findings_text(findings: Sequence[Finding], style: Style) -> str:
    """For each finding its place, what is wrong and its rule; then what to do."""
    lines = []
    for each in findings:
        place = style.paint(f"{printable(each.where)}:", "bold")
        rule = style.paint(f"[{printable(each.rule)}]", "dim")
        lines.append(f"{place} {printable(each.message)} {rule}")
        if each.hint:
            lines.append(f"  {style.paint('hint:', 'cyan')} {printable(each.hint)}")
    return "".join(line + "\n" for line in lines)


def findings_data(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """The same for a program."""
    return [
        {
            "rule": each.rule,
            "message": each.message,
            "path": each.path,
            "line": each.line,
            "column": each.column,
            "field": each.field,
            "expected": each.expected,
            "hint": each.hint,
        }
        for each in findings
    ]


@dataclass(frozen=True, slots=True)
class FindingsReport(Report):
    """What `jetenv validate` prints. ``subject`` names what was checked, ``files`` counts its files."""

    subject: str
    files: int
    findings: tuple[Finding, ...]

    def text(self, style: Style) -> str:
        """The findings, then how many; one sentence where there is none."""
        checked = f"{count(self.files, 'file')} of {printable(self.subject)}"
        if not self.findings:
            return f"{style.paint('Valid:', 'green')} {checked} checked, no problems\n"
        bad = len({each.path for each in self.findings})
        total = f"{count(len(self.findings), 'problem')} in {count(bad, 'file')}"
        return f"{findings_text(self.findings, style)}\n{style.paint('Invalid:', 'red')} {total}; {checked} checked\n"

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "subject": self.subject,
            "files": self.files,
            "valid": not self.findings,
            "findings": findings_data(self.findings),
        }
