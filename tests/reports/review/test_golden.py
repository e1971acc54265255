"""What `jetenv diff` says in each format of each kind of change: folders ``base`` and ``new``, and what is expected.

A case is run in a real repository: its branch ``production`` holds ``base``, its branch ``feature`` holds ``new``.
``UPDATE_GOLDEN=1`` writes what is expected anew; read the difference.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from jetenv.environments.project import open_project
from jetenv.environments.reviewing.diff import DiffResult, diff
from jetenv.reports.diff import DiffReport
from jetenv.reports.diff_markdown import diff_markdown
from jetenv.reports.json import document
from jetenv.reports.risk_diagnostics import github
from jetenv.reports.risks import risks_of
from jetenv.reports.style import Depth, Style

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())


def compared(case: Path, root: Path, git) -> DiffResult:
    """The comparison of the two folders of a case, which ``root`` becomes a repository for."""
    root.mkdir()
    git("init", "-q", "-b", "production", cwd=root)
    for side in ("base", "new"):
        if side == "new":
            git("switch", "-qc", "feature", cwd=root)
            git("rm", "-rqf", "--ignore-unmatch", ".", cwd=root)
        shutil.copytree(case / side, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".gitkeep"))
        git("add", "-A", cwd=root)
        git("commit", "-qm", side, "--allow-empty", cwd=root)
    return diff(open_project(root, any_branch=True), "production", "feature")


def told(result: DiffResult) -> Mapping[str, str]:
    """The name of each expected file, and what should be in it."""
    report = DiffReport(result)
    data = document(report.data())
    return {
        "expected.txt": report.text(Style(width=80)),
        "expected.ansi": report.text(Style(Depth.STANDARD, width=80)),
        "expected.json": re.sub(r'"commit": "[0-9a-f]{40}"', '"commit": "…"', data),
        "expected.md": diff_markdown(result),
        "expected.github": github(risks_of((*result.shared, *result.own))),
    }


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_format_is_as_the_golden_file_has_it(case: Path, tmp_path: Path, git) -> None:
    found = told(compared(case, tmp_path / "repository", git))
    assert json.loads(found["expected.json"])["schema_version"] == 1
    for name, text in found.items():
        if os.environ.get("UPDATE_GOLDEN"):
            (case / name).write_text(text)
        assert text == (case / name).read_text(), name


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_colours_add_nothing_but_colours(case: Path) -> None:
    colored = (case / "expected.ansi").read_text()
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == (case / "expected.txt").read_text()
    for line in colored.splitlines():
        assert line.count("\x1b[0m") * 2 == line.count("\x1b["), "a line leaves no colour behind"
