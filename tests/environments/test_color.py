"""Giving an environment another colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.environments.color import color
from jetenv.environments.project import Project, open_project
from jetenv.environments.starting.create import create
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.failures import RefMovedError

Opened = Callable[[], Project]
FILE = "environments/staging/environment.yaml"


@pytest.fixture
def staging(opened: Opened) -> str:
    """The environment staging, checked out nowhere."""
    create(opened(), "staging", color="green")
    return "staging"


def test_it_is_one_signed_commit_on_that_environment(opened: Opened, staging: str, root: Path, git) -> None:
    tip = git("rev-parse", staging, cwd=root)
    result = color(opened(), staging, "Teal")
    assert (result.old, result.environment.color, result.environment.tip) == ("green", "teal", result.commit)
    assert git("rev-parse", "staging^", cwd=root) == tip
    assert git("diff", "--name-only", tip, staging, cwd=root) == FILE
    assert "gpgsig" in git("cat-file", "commit", staging, cwd=root)
    assert git("log", "-1", "--format=%s", staging, cwd=root) == "Change the colour of environment staging to teal"


def test_comments_and_every_other_line_stay(opened: Opened, root: Path, git, commit) -> None:
    path = "environments/production/environment.yaml"
    text = (root / path).read_text()
    head = [line for line in text.splitlines() if not line.startswith("color:")]
    commented = "# ours\n" + "\n".join(head) + "\n\n# seen at once\ncolor: 'red'   # alarm\n"
    commit(path, commented)
    color(opened(), "production", "#2E7D32")
    assert (root / path).read_text() == commented.replace("'red'", "'#2e7d32'")
    assert git("status", "--porcelain", cwd=root) == ""


def test_the_same_colour_needs_no_commit(opened: Opened, staging: str, root: Path, git) -> None:
    tip = git("rev-parse", staging, cwd=root)
    assert color(opened(), staging, "green").commit is None
    assert git("rev-parse", staging, cwd=root) == tip


@pytest.mark.parametrize("value", ["greeen", "#12345", "", "red\n- x", "#ggg"])
def test_what_is_no_colour_is_refused(opened: Opened, staging: str, root: Path, value: str, snapshot) -> None:
    before = snapshot(root)
    with pytest.raises(UsageError, match="not a colour"):
        color(opened(), staging, value)
    assert snapshot(root) == before


def test_an_uncommitted_edit_of_that_file_is_not_overwritten(opened: Opened, root: Path, snapshot) -> None:
    file = root / "environments/production/environment.yaml"
    file.write_text(file.read_text() + "# mine\n")
    before = snapshot(root)
    with pytest.raises(RefusedError, match=r"environment\.yaml"):
        color(opened(), "production", "blue")
    assert snapshot(root) == before


def test_an_edit_elsewhere_stays(opened: Opened, root: Path) -> None:
    (root / "theme.yaml").write_text("mode: dark\n")
    assert color(opened(), "production", "blue").commit
    assert (root / "theme.yaml").read_text() == "mode: dark\n"
    assert "blue" in (root / "environments/production/environment.yaml").read_text()


def test_one_that_only_a_remote_has_gets_its_branch(opened: Opened, staging: str, root: Path, git, clone) -> None:
    copy = clone(root, "copy")
    result = color(open_project(copy), staging, "blue")
    assert result.environment.remote is None
    assert git("rev-parse", "staging^", cwd=copy) == git("rev-parse", staging, cwd=root)
    assert git("rev-parse", "--abbrev-ref", "staging@{upstream}", cwd=copy) == "origin/staging"


def test_a_branch_that_moved_meanwhile_is_left_alone(opened: Opened, staging: str, root: Path, git) -> None:
    project = opened()
    project.environments()
    color(opened(), staging, "blue")
    tip = git("rev-parse", staging, cwd=root)
    with pytest.raises(RefMovedError):
        color(project, staging, "lime")
    assert git("rev-parse", staging, cwd=root) == tip


def test_a_broken_file_is_not_touched(opened: Opened, root: Path, commit) -> None:
    commit("environments/production/environment.yaml", "uid: [\n")
    create_failed = opened()
    with pytest.raises(JetenvError, match="cannot be changed") as error:
        color(create_failed, "production", "blue")
    assert "environment.yaml" in (error.value.hint or "")
