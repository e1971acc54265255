"""Commands that only look write nothing into the git directory, and so work where nothing can be written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

LOOKING = (
    ("list",),
    ("status",),
    ("show", "staging"),
    ("diff",),
    ("validate",),
    ("validate", "staging"),
    ("merge", "staging", "production", "--dry-run", "--only", "pages/**"),
    ("merge", "staging", "other", "--dry-run", "--theirs"),
    ("revert", "staging", "staging", "--dry-run"),
    ("members", "list", "staging"),
    ("members", "show", "staging", "ada"),
    ("whoami",),
)


@pytest.fixture
def project(on_staging: Path, jetenv) -> Path:
    """Staging and production differ, staging and other conflict, and something is not committed."""
    page = next((on_staging / "pages").glob("*.yaml"))
    text = page.read_text()
    for environment, title in (("staging", "Of staging"), ("other", "Of other")):
        if environment == "other":
            jetenv("create", "other", "--switch", cwd=on_staging)
        page.write_text(text.replace("title: ", f"title: {title} ", 1) if "title: " in text else text + f"# {title}\n")
        jetenv("commit", cwd=on_staging)
    jetenv("switch", "production", cwd=on_staging)
    page.write_text(text + "# a note\n")
    (page.parent / "new.yaml").write_text(text)
    return on_staging


def test_they_leave_every_file_of_the_git_directory_as_it_is(project: Path, jetenv):
    for command in LOOKING:
        before = kept(project)
        ran = jetenv(*command, cwd=project, check=False)
        assert ran.code in {0, 1}, ran
        assert kept(project) == before, f"{command}: {ran}"


def kept(repo: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in (repo / ".git").rglob("*")}


def test_they_work_where_nothing_can_be_written(project: Path, disk: Path, jetenv):
    copy = Path(shutil.copytree(project, disk / "project", symlinks=True))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for command in LOOKING:
        ran = jetenv(*command, cwd=copy, check=False)
        assert ran.code in {0, 1}, ran
    refused = jetenv("merge", "staging", "production", cwd=copy, check=False)
    assert refused.code == 3
    assert "read-only" in refused.stderr
