"""``jetenv switch`` through the installed command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def root(on_staging: Path, git) -> Path:
    """A project with production and staging, whose themes differ; production is checked out."""
    theme = on_staging / "theme.yaml"
    theme.write_text(theme.read_text().replace("mode: auto", "mode: dark"))
    git("commit", "-qam", "dark", cwd=on_staging)
    git("switch", "-q", "production", cwd=on_staging)
    return on_staging


def test_there_and_back(root: Path, jetenv, git) -> None:
    jetenv("switch", "staging", cwd=root)
    assert jetenv("current", cwd=root).stdout == "staging\n"
    assert jetenv("get", "theme#mode", cwd=root).stdout == "dark\n"
    told = json.loads(jetenv("switch", "production", "--json", cwd=root).stdout)
    assert told["environment"]["id"] == "production"
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_plain_clone_lists_and_switches(root: Path, jetenv, git, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "-q", root, clone)
    assert "staging" in jetenv("list", cwd=clone).stdout
    jetenv("switch", "staging", cwd=clone)
    assert jetenv("current", cwd=clone).stdout == "staging\n"
    assert git("rev-parse", "HEAD", cwd=clone) == git("rev-parse", "staging", cwd=root)
    assert git("rev-parse", "--abbrev-ref", "@{upstream}", cwd=clone) == "origin/staging"


def test_an_edit_that_would_be_lost_is_kept_and_named(root: Path, jetenv, git) -> None:
    jetenv("set", "theme#mode", "light", cwd=root)
    done = jetenv("switch", "staging", cwd=root, check=False)
    assert done.code == 1, done
    assert "theme.yaml" in done.stderr
    assert "jetenv commit" in done.stderr
    assert jetenv("current", cwd=root).stdout == "production\n"
    assert jetenv("get", "theme#mode", cwd=root).stdout == "light\n"


def test_an_edit_that_is_not_in_the_way_comes_along(root: Path, jetenv, git) -> None:
    jetenv("set", "menu#primary[home].label", "Start", cwd=root)
    jetenv("switch", "staging", cwd=root)
    assert jetenv("get", "menu#primary[home].label", cwd=root).stdout == "Start\n"
    assert git("status", "--porcelain", cwd=root) == " M menu.yaml"


@pytest.mark.parametrize(
    ("name", "said"),
    [("stagin", "did you mean 'staging'?"), ("feature", "git switch feature"), ("../x", "there is no environment")],
)
def test_a_name_that_is_no_environment(root: Path, jetenv, git, name: str, said: str) -> None:
    git("branch", "feature", cwd=root)
    done = jetenv("switch", name, cwd=root, check=False)
    assert done.code == 2, done
    assert said in done.stderr
