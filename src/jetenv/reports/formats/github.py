"""Workflow commands of GitHub Actions: each diagnostic becomes an annotation at its line of the pull request.

The form is that of "Workflow commands for GitHub Actions": ``::error file=…,line=…,title=…::message``, in which ``%``,
carriage return and newline are percent-encoded, and ``:`` and ``,`` too in a property.
"""

from __future__ import annotations

from jetenv.reports.formats.diagnostics import Diagnostic, Run
from jetenv.reports.style import printable


def render(run: Run) -> str:
    """A workflow command for each diagnostic; empty where there is none."""
    return "".join(_command(each) for each in run.diagnostics)


def _command(each: Diagnostic) -> str:
    properties: dict[str, object] = {}
    if each.path is not None:
        properties = {"file": _path(each.path), "line": each.line, "col": each.column}
        if each.end_line is not None and each.end_column is not None:
            properties["endLine"] = each.end_line
            # The last column is meant, and only within one line.
            if each.end_line == each.line:
                properties["endColumn"] = max(each.end_column - 1, each.column)
    properties["title"] = f"jetenv: {printable(each.rule)}"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = "\n".join(printable(line) for line in (each.message, *each.advice.splitlines()))
    return f"::{each.severity} {listed}::{_data(text)}\n"


def _path(path: str) -> str:
    # A newline in a name can be said, so that the file is found; other characters that act on a terminal are shown.
    return "\r".join("\n".join(map(printable, part.split("\n"))) for part in path.split("\r"))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
