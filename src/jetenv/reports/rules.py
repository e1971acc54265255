"""The rules of `jetenv validate` and of `jetenv verify`: a list of them, and one explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

from jetenv.reports.report import Report
from jetenv.reports.style import Style

if TYPE_CHECKING:
    from jetenv.access.rulebook import HistoryRule
    from jetenv.schemas.rulebook import Rule

_WIDEST = 100


@dataclass(frozen=True, slots=True)
class RulesListed(Report):
    """What `jetenv explain` prints: every rule with its title, those of validate with their severity.

    ``of_history`` are those of verify; whatever breaks one is an error.
    """

    rules: tuple[Rule, ...]
    of_history: tuple[HistoryRule, ...]

    def text(self, style: Style) -> str:
        """A line for each rule, below the command that it belongs to."""
        ids = [*(rule.id for rule in self.rules), *(rule.id for rule in self.of_history)]
        width = max(map(len, ids))

        def line(rule: Rule | HistoryRule, severity: str) -> str:
            name = f"  {style.paint(rule.id, 'bold')}{' ' * (width - len(rule.id))}"
            return f"{name}  {_painted(severity, style)}{' ' * (9 - len(severity))}{rule.title}\n"

        return "".join(
            (
                "Of `jetenv validate`:\n",
                *(line(rule, rule.severity) for rule in self.rules),
                "\nOf `jetenv verify`:\n",
                *(line(rule, "error") for rule in self.of_history),
            )
        )

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "rules": [_data(rule) for rule in self.rules],
            "verify": [_history_data(rule) for rule in self.of_history],
        }


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


@dataclass(frozen=True, slots=True)
class HistoryRuleExplained(Report):
    """What `jetenv explain RULE` prints of a rule of `jetenv verify`."""

    rule: HistoryRule

    def text(self, style: Style) -> str:
        """What breaks the rule, and what to do then."""
        rule = self.rule
        paragraphs = [
            f"{style.paint(rule.id, 'bold')} ({_painted('error', style)}): {rule.title}\n",
            _wrapped(rule.meaning, style),
            _wrapped(rule.remedy, style),
        ]
        return "\n".join(paragraphs)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"rule": _history_data(self.rule)}


def history_rules_markdown(rules: tuple[HistoryRule, ...]) -> str:
    """The part of docs/rules.md that lists and explains the rules of `jetenv verify`."""
    table = "".join(f"| [`{rule.id}`](#{_anchor(rule)}) | {rule.title} |\n" for rule in rules)
    sections = "".join(f"\n## {rule.id}\n\n{rule.meaning}\n\n{rule.remedy}\n" for rule in rules)
    return f"| rule | holds where |\n|---|---|\n{table}{sections}"


def _anchor(rule: HistoryRule) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    return rule.id.replace(".", "")


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
    return _painted(rule.severity, style)


def _painted(severity: str, style: Style) -> str:
    return style.paint(severity, "red" if severity == "error" else "yellow")


def _wrapped(text: str, style: Style) -> str:
    from textwrap import fill

    return fill(text, min(style.width or _WIDEST, _WIDEST)) + "\n"


def _history_data(rule: HistoryRule) -> dict[str, object]:
    return {"id": rule.id, "severity": "error", "title": rule.title, "meaning": rule.meaning, "remedy": rule.remedy}


def _data(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "meaning": rule.meaning,
        "why": rule.why,
        "example": {"path": rule.path, "bad": rule.bad, "good": rule.good},
    }
