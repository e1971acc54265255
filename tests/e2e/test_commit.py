"""``jetenv commit`` through the installed command, held against what git says of the result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def root(minimal: Path) -> Path:
    """A new project."""
    return minimal


def test_a_commit_that_git_verifies(root: Path, jetenv, git) -> None:
    jetenv("set", "theme#mode", "dark", cwd=root)
    (root / "pages/about.yaml").write_text("id: about\nname: About\ncomponents: []\n")
    (root / "notes.txt").write_text("mine\n")
    done = jetenv("commit", cwd=root)
    assert "Add page about, change theme" in done.stdout
    assert "notes.txt" in done.stdout + done.stderr
    assert git("log", "-1", "--format=%s %an", cwd=root) == "Add page about, change theme Ada Lovelace"
    assert git("verify-commit", "HEAD", cwd=root) == ""
    assert git("status", "--porcelain", cwd=root) == "?? notes.txt"


def test_a_message_of_several_lines(root: Path, jetenv, git) -> None:
    jetenv("set", "theme#mode", "dark", cwd=root)
    jetenv("commit", "-m", "Darken\n\n# of the night\nmore", cwd=root)
    assert git("log", "-1", "--format=%B", cwd=root).strip() == "Darken\n\n# of the night\nmore"


def test_what_is_invalid_is_placed_and_not_committed(root: Path, jetenv, git) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)
    theme = root / "theme.yaml"
    theme.write_text(theme.read_text().replace("mode: auto", "mode: dim"))
    done = jetenv("commit", "-m", "Dim", cwd=root, check=False)
    assert done.code == 1, done
    assert "theme.yaml:1:7" in done.stdout + done.stderr
    told = json.loads(jetenv("commit", "--json", cwd=root, check=False).stdout)
    assert [finding["path"] for finding in told["findings"]] == ["theme.yaml"]
    assert git("rev-parse", "HEAD", cwd=root) == tip
    assert git("status", "--porcelain", cwd=root) == " M theme.yaml"


def test_a_detached_head_is_refused(root: Path, jetenv, git) -> None:
    git("switch", "-q", "--detach", cwd=root)
    jetenv("set", "theme#mode", "dark", cwd=root)
    done = jetenv("commit", cwd=root, check=False)
    assert done.code == 1, done
    assert "detached" in done.stderr


def test_nothing_to_commit_is_said(root: Path, jetenv, git) -> None:
    tip = git("rev-parse", "HEAD", cwd=root)
    done = jetenv("commit", cwd=root, check=False)
    assert "othing to commit" in done.stdout + done.stderr
    assert git("rev-parse", "HEAD", cwd=root) == tip
