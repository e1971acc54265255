"""Code quality reports of GitLab: the JSON array that "Code Quality" documents for custom tools."""

from __future__ import annotations

import json

from jetenv.reports.formats.diagnostics import Run, fingerprints
from jetenv.reports.style import printable

_SEVERITIES = {"error": "major", "warning": "minor"}


def render(run: Run) -> str:
    """One array, ``[]`` where there is nothing to report: GitLab compares it with that of the target branch.

    What belongs to no file is told at the first line of the repository's root, for GitLab wants a place.
    """
    issues = [
        {
            "description": printable(each.message) + (f" ({printable(each.hint)})" if each.hint else ""),
            "check_name": printable(each.rule),
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[each.severity],
            "location": {"path": printable(each.path or "."), "lines": {"begin": each.line}},
        }
        for each, fingerprint in zip(run.diagnostics, fingerprints(run.diagnostics), strict=True)
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"
