"""Locking an environment to a version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.environments.platform.pin import pin
from jetenv.environments.project import Project
from jetenv.errors import UsageError

Opened = Callable[[], Project]
FILE = "environments/production/environment.yaml"


def test_a_version_is_pinned_in_one_commit_and_stays_a_text(opened: Opened, root: Path, git) -> None:
    before = (root / FILE).read_text()
    result = pin(opened(), "production", "3.10")
    assert (result.old.version, result.environment.version) == ("latest", "3.10")
    assert (root / FILE).read_text() == before.replace("version: latest", 'version: "3.10"')
    assert git("log", "-1", "--format=%s", cwd=root) == "Pin environment production to 3.10"
    assert "gpgsig" in git("cat-file", "commit", "HEAD", cwd=root)
    assert git("status", "--porcelain", cwd=root) == ""
    assert pin(opened(), "production", "latest").environment.version == "latest"
    assert pin(opened(), "production", "latest").commit is None


def test_a_comment_beside_the_version_stays(opened: Opened, root: Path, commit) -> None:
    text = (root / FILE).read_text().replace("version: latest", "version: latest  # until the fair")
    commit(FILE, text)
    pin(opened(), "production", "3.12.4")
    assert (root / FILE).read_text() == text.replace("latest", '"3.12.4"')


def test_a_file_without_a_version_gets_one(opened: Opened, root: Path, commit) -> None:
    text = "".join(line for line in (root / FILE).open() if not line.startswith("version:"))
    commit(FILE, text)
    assert pin(opened(), "production", "3.12").old.version == "latest"
    assert (root / FILE).read_text() == text + 'version: "3.12"\n'


@pytest.mark.parametrize("version", ["3.12", "v3", "3.12.4", "3.12.4-rc.1", "3.12.4+build.7", "1.2.3.4", " latest "])
def test_versions(opened: Opened, version: str) -> None:
    assert pin(opened(), "production", version).environment.version == version.strip()


@pytest.mark.parametrize("version", ["", "newest", "3.", "3..1", "1.2.3.4.5", "-1", "3.12 beta", "x" * 300])
def test_what_is_no_version_is_refused(opened: Opened, root: Path, version: str, snapshot) -> None:
    before = snapshot(root)
    with pytest.raises(UsageError, match="not a version"):
        pin(opened(), "production", version)
    assert snapshot(root) == before


def test_an_unknown_environment_says_what_was_meant(opened: Opened) -> None:
    with pytest.raises(UsageError) as error:
        pin(opened(), "prodution", "3.12")
    assert error.value.hint == "did you mean 'production'?"
