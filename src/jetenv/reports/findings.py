"""Findings: what is wrong with a project, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.validate import Validation
    from jetenv.reports.formats.diagnostics import Run, Severity
    from jetenv.schemas.findings import Finding


def findings_text(findings: Sequence[Finding], style: Style) -> str:
    """For each finding its place, what is wrong and its rule; then what to do, once for all that say the same."""
    lines = []
    told = set()
    for each, following in zip_longest(findings, findings[1:]):
        place = style.paint(f"{printable(each.where)}:", "bold")
        if each.severity == "warning":
            place += f" {style.paint('warning:', 'yellow')}"
        rule = style.paint(f"[{printable(each.rule)}]", "dim")
        lines.append(f"{place} {printable(each.message)} {rule}")
        if each.hint and each.hint not in told and (following is None or following.hint != each.hint):
            told.add(each.hint)
            lines.append(f"  {style.paint('hint:', 'cyan')} {printable(each.hint)}")
    return "".join(line + "\n" for line in lines)


def findings_data(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """The same for a program."""
    return [
        {
            "rule": each.rule,
            "severity": each.severity,
            "message": each.message,
            "path": each.path,
            "line": each.line,
            "column": each.column,
            "end_line": each.end_line,
            "end_column": each.end_column,
            "field": each.field,
            "expected": each.expected,
            "hint": each.hint,
        }
        for each in findings
    ]


@dataclass(frozen=True, slots=True)
class ValidationReport(Report):
    """What `jetenv validate` prints."""

    result: Validation

    def text(self, style: Style) -> str:
        """The findings, then how many; one sentence where there is none."""
        result = self.result
        checked = f"{count(result.files, 'file')} of {printable(result.subject)}"
        if result.since is not None:
            checked += f", changes since {printable(result.since)},"
        if not result.findings:
            return f"{style.paint('Valid:', 'green')} {checked} checked, no problems\n"
        bad = len({each.path for each in result.findings})
        errors = len(result.errors)
        numbers = [count(errors, "problem")] if errors else []
        if warnings := len(result.findings) - errors:
            numbers.append(count(warnings, "warning"))
        word = style.paint("Valid:", "yellow") if result.is_valid else style.paint("Invalid:", "red")
        verdict = f"{word} {' and '.join(numbers)} in {count(bad, 'file')}; {checked} checked"
        return f"{findings_text(result.findings, style)}\n{verdict}\n"

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "subject": result.subject,
            "commit": result.commit,
            "environment": result.environment,
            "files": result.files,
            "valid": result.is_valid,
            "strict": result.strict,
            "since": result.since,
            "findings": findings_data(result.findings),
        }

    def run(self) -> Run:
        """The same for the formats of hosts and build servers; warnings that count are errors in it."""
        from jetenv.reports.formats.diagnostics import Diagnostic, RuleText, Run
        from jetenv.schemas.rulebook import RULES

        def severity(own: Severity) -> Severity:
            return "error" if self.result.strict else own

        return Run(
            "validate",
            self.result.subject,
            tuple(RuleText(rule.id, severity(rule.severity), rule.title, rule.help) for rule in RULES.values()),
            tuple(
                Diagnostic(
                    each.rule,
                    severity(each.severity),
                    each.message,
                    each.path,
                    each.line,
                    each.column,
                    each.end_line,
                    each.end_column,
                    each.field,
                    each.expected,
                    each.hint,
                )
                for each in self.result.findings
            ),
        )
