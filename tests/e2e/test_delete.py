"""``jetenv delete`` through the installed command."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def root(with_staging: Path) -> Path:
    """A project with production (checked out) and staging."""
    return with_staging


def test_without_a_terminal_it_needs_yes(root: Path, jetenv, git) -> None:
    done = jetenv("delete", "staging", cwd=root, check=False)
    assert done.code == 2, done
    assert "--yes" in done.stderr
    assert "staging" in git("for-each-ref", cwd=root)


def test_what_was_just_created_goes_without_force(root: Path, jetenv, git) -> None:
    tip = git("rev-parse", "staging", cwd=root)
    done = jetenv("delete", "staging", "--yes", cwd=root)
    assert f"git branch staging {tip[:10]}" in done.stdout
    assert git("for-each-ref", "--format=%(refname)", cwd=root) == "refs/heads/production"
    jetenv("create", "staging", cwd=root)


def test_unmerged_work_needs_force(root: Path, jetenv, git) -> None:
    jetenv("switch", "staging", cwd=root)
    jetenv("set", "theme#mode", "dark", cwd=root)
    jetenv("commit", cwd=root)
    jetenv("switch", "production", cwd=root)
    done = jetenv("delete", "staging", "--yes", cwd=root, check=False)
    assert done.code == 1, done
    assert "Change theme" in done.stderr
    assert "jetenv merge staging production" in done.stderr
    assert "staging" in git("for-each-ref", cwd=root)
    jetenv("delete", "staging", "--yes", "--force", cwd=root)
    assert "staging" not in git("for-each-ref", cwd=root)


def test_merged_work_does_not(root: Path, jetenv, git) -> None:
    jetenv("switch", "staging", cwd=root)
    jetenv("set", "theme#mode", "dark", cwd=root)
    jetenv("commit", cwd=root)
    jetenv("switch", "production", cwd=root)
    jetenv("merge", "staging", "production", cwd=root)
    jetenv("delete", "staging", "--yes", cwd=root)
    assert jetenv("get", "theme#mode", cwd=root).stdout == "dark\n"


@pytest.mark.parametrize("name", ["production", "staging"])
def test_neither_the_default_nor_the_current_one_goes(root: Path, jetenv, git, name: str) -> None:
    jetenv("switch", "staging", cwd=root)
    before = git("for-each-ref", cwd=root)
    done = jetenv("delete", name, "--yes", "--force", cwd=root, check=False)
    assert done.code == 1, done
    assert git("for-each-ref", cwd=root) == before
