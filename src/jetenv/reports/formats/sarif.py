"""SARIF 2.1.0, which code scanning of GitHub, Azure DevOps and editors read.

Source: the OASIS Standard, sections 3.11 to 3.49.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from jetenv.reports.formats.diagnostics import Diagnostic, RuleText, Run, fingerprints
from jetenv.reports.style import printable
from jetenv.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "jetenvFinding/v1"
"""The name of the fingerprint; its number counts up when fingerprints are made in another way."""


def render(run: Run) -> str:
    """One log with one run: its rules with their help, and a result for each diagnostic."""
    rules = {rule.id: position for position, rule in enumerate(run.rules)}
    marks = fingerprints(run.diagnostics)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "jetenv",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in run.rules],
                    }
                },
                # Several commands may upload for one commit; each replaces its own results only.
                "automationDetails": {"id": f"jetenv/{run.command}/"},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(each, rules.get(each.rule), mark) for each, mark in zip(run.diagnostics, marks, strict=True)
                ],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: RuleText) -> dict[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": _message(rule.title)},
        "fullDescription": {"text": _message(rule.help)},
        "help": {"text": _message(rule.help)},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(each: Diagnostic, rule: int | None, mark: str) -> dict[str, object]:
    text = _message("\n".join(part for part in (each.message, each.advice) if part))
    result: dict[str, object] = {"ruleId": printable(each.rule)}
    if rule is not None:
        result["ruleIndex"] = rule
    result |= {"level": each.severity, "message": {"text": text}, "partialFingerprints": {FINGERPRINT: mark}}
    if each.path is not None:
        result["locations"] = [_location(each, each.path)]
    return result


def _location(each: Diagnostic, path: str) -> dict[str, object]:
    region: dict[str, object] = {"startLine": each.line, "startColumn": each.column}
    if each.end_line is not None and each.end_column is not None:
        region |= {"endLine": each.end_line, "endColumn": each.end_column}
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    physical = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}
    found: dict[str, object] = {"physicalLocation": physical}
    if each.field:
        found["logicalLocations"] = [{"fullyQualifiedName": printable(each.field), "kind": "member"}]
    return found


def _message(text: str) -> str:
    """A plain text message in which nothing reads as a link or a placeholder (sections 3.11.5 and 3.11.6)."""
    lines = "\n".join(map(printable, text.splitlines()))
    if "](" in lines:
        lines = lines.replace("[", "\\[")
    return lines.replace("{", "{{").replace("}", "}}")
