"""JUnit XML as Jenkins, GitLab and others read it: a rule that holds is a test that passes.

The form is that of the schema ``junit-10.xsd`` of the Jenkins xUnit plugin.
"""

from __future__ import annotations

from html import escape

from jetenv.reports.formats.diagnostics import Diagnostic, Run
from jetenv.reports.style import printable


def render(run: Run) -> str:
    """One suite: a failing test for each error, a passing one for each warning and for each rule that holds.

    The names of tests hold no line, so that a build server knows them again when lines move.
    """
    failures = sum(each.severity == "error" for each in run.diagnostics)
    broken = {each.rule for each in run.diagnostics}
    held = [rule for rule in run.rules if rule.id not in broken]
    counts = f'tests="{len(run.diagnostics) + len(held)}" failures="{failures}" errors="0"'
    name = _attribute(f"jetenv {run.command} {run.subject}")
    cases = [*map(_case, run.diagnostics), *(_passed(f"{rule.id}: {rule.title}") for rule in held)]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites name={name} {counts}>\n"
        f"  <testsuite name={name} {counts}>\n{''.join(cases)}  </testsuite>\n"
        "</testsuites>\n"
    )


def _case(each: Diagnostic) -> str:
    place = each.path or ""
    name = f"{each.rule}: {place}" + (f"#{each.field}" if each.field else "")
    where = f"{place}:{each.line}:{each.column}" if each.path is not None else ""
    lines = [line for line in (where, each.message, *each.advice.splitlines()) if line]
    text = "\n".join(_text(line) for line in lines)
    if each.severity == "error":
        rule = _attribute(each.rule)
        inside = f"<failure message={_attribute(each.message)} type={rule}>{text}</failure>"
    else:
        inside = f"<system-out>warning: {text}</system-out>"
    return f'    <testcase classname="jetenv" name={_attribute(name)}>\n      {inside}\n    </testcase>\n'


def _passed(name: str) -> str:
    return f'    <testcase classname="jetenv" name={_attribute(name)}/>\n'


def _text(text: str) -> str:
    return escape(printable(text), quote=True)  # which leaves nothing that XML 1.0 has no character for


def _attribute(text: str) -> str:
    return f'"{_text(text)}"'
