"""The rules of `jetenv validate`: a list of them, and one explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

from jetenv.reports.report import Report
from jetenv.reports.style import Style

if TYPE_CHECKING:
    from jetenv.schemas.rulebook import Rule

_WIDEST = 100


@dataclass(frozen=True, slots=True)
class RulesListed(Report):
    """What `jetenv explain` prints: every rule with its severity and title."""

    rules: tuple[Rule, ...]

    def text(self, style: Style) -> str:
        """A line for each rule."""
        width = max(len(rule.id) for rule in self.rules)
        return "".join(
            f"{style.paint(rule.id, 'bold')}{' ' * (width - len(rule.id))}  {_severity(rule, style)}"
            f"{' ' * (9 - len(rule.severity))}{rule.title}\n"
            for rule in self.rules
        )

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"rules": [_data(rule) for rule in self.rules]}


@dataclass(frozen=True, slots=True)
class RuleExplained(Report):
    """What `jetenv explain RULE` prints."""

    rule: Rule

    def text(self, style: Style) -> str:
        """What the rule means and why it matters, then a file that breaks it and the same file mended."""
        rule = self.rule
        paragraphs = [
            f"{style.paint(rule.id, 'bold')} ({_severity(rule, style)}): {rule.title}\n",
            _wrapped(rule.meaning, style),
            _wrapped(rule.why, style),
            f"{rule.path} breaks it:\n\n{indent(rule.bad, '    ')}",
            f"Mended:\n\n{indent(rule.good, '    ')}" if rule.good else "Mended: the file is renamed or removed.\n",
        ]
        return "\n".join(paragraphs)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"rule": _data(self.rule)}


def rules_markdown(rules: tuple[Rule, ...]) -> str:
    """The part of docs/rules.md that lists and explains the rules."""
    table = "".join(f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {rule.title} |\n" for rule in rules)
    return f"| rule | severity | holds where |\n|---|---|---|\n{table}" + "".join(map(_section, rules))


def _section(rule: Rule) -> str:
    mended = f"```yaml\n{rule.good}```\n" if rule.good else "The file is renamed or removed.\n"
    return (
        f"\n## {rule.id}\n\n{rule.meaning}\n\n{rule.why}\n\n"
        f"`{rule.path}` breaks it:\n\n```yaml\n{rule.bad}```\n\nMended:\n\n{mended}"
    )


def _severity(rule: Rule, style: Style) -> str:
    return style.paint(rule.severity, "red" if rule.severity == "error" else "yellow")


def _wrapped(text: str, style: Style) -> str:
    from textwrap import fill

    return fill(text, min(style.width or _WIDEST, _WIDEST)) + "\n"


def _data(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "meaning": rule.meaning,
        "why": rule.why,
        "example": {"path": rule.path, "bad": rule.bad, "good": rule.good},
    }
