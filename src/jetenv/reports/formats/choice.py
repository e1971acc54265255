"""The formats by name."""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jetenv.reports.formats.diagnostics import Run


class Format(Enum):
    """A format that a command can print its findings in; the first two are those of every report."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"


def render(form: Format, run: Run) -> str:
    """``run`` in one of the formats for machines, which hold nothing but printable text in UTF-8."""
    module = import_module(f"jetenv.reports.formats.{form.value}")
    return str(module.render(run))
