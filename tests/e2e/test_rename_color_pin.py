"""``jetenv rename``, ``color`` and ``pin`` through the installed command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def root(with_staging: Path) -> Path:
    """A project with production (checked out) and staging."""
    return with_staging


def test_each_is_one_signed_commit_on_that_environment(root: Path, jetenv, git) -> None:
    start = git("rev-parse", "staging", cwd=root)
    production = git("rev-parse", "production", cwd=root)
    jetenv("rename", "staging", "EU staging", cwd=root)
    jetenv("color", "staging", "#00897B", cwd=root)
    jetenv("pin", "EU staging", "3.12", cwd=root)
    log = git("log", "--reverse", "--format=%s", f"{start}..staging", cwd=root).splitlines()
    assert log == [
        "Rename environment staging to EU staging",
        "Change the colour of environment staging to #00897b",
        "Pin environment staging to 3.12",
    ]
    for commit in git("rev-list", f"{start}..staging", cwd=root).split():
        assert git("verify-commit", commit, cwd=root) == ""
    assert git("rev-parse", "production", cwd=root) == production
    told = json.loads(jetenv("show", "staging", "--json", cwd=root).stdout)["environment"]
    assert (told["name"], told["color"], told["version"]) == ("EU staging", "#00897b", "3.12")


def test_the_working_tree_follows_on_the_environment_itself(root: Path, jetenv, git) -> None:
    jetenv("pin", "production", "3.12.4", cwd=root)
    assert 'version: "3.12.4"' in (root / "environments/production/environment.yaml").read_text()
    assert git("status", "--porcelain", cwd=root) == ""


def test_the_id_moves_branch_and_folder(root: Path, jetenv, git) -> None:
    uid = json.loads(jetenv("show", "staging", "--json", cwd=root).stdout)["environment"]["uid"]
    jetenv("switch", "staging", cwd=root)
    jetenv("rename", "staging", "eu", "--id", cwd=root)
    assert jetenv("current", cwd=root).stdout == "eu\n"
    assert json.loads(jetenv("show", "eu", "--json", cwd=root).stdout)["environment"]["uid"] == uid
    assert (root / "environments/eu/members.yaml").is_file()
    assert git("branch", "--format=%(refname:short)", cwd=root).split() == ["eu", "production"]
    assert git("status", "--porcelain", cwd=root) == ""


def test_the_remote_branch_of_the_old_id_is_told(root: Path, jetenv, clone) -> None:
    done = jetenv("rename", "staging", "eu", "--id", cwd=clone(root, "copy"))
    assert "origin" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("color", "staging", "greenish"), 2, "not a colour"),
        (("pin", "staging", "newest"), 2, "not a version"),
        (("pin", "stagin", "3.12"), 2, "did you mean 'staging'?"),
        (("rename", "staging", "production"), 1, "taken"),
        (("rename", "production", "live", "--id"), 1, "keeps its id"),
        (("rename", "staging", "EU Staging", "--id"), 2, "eu-staging"),
    ],
)
def test_what_cannot_be_leaves_everything_as_it_was(
    root: Path, jetenv, git, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = git("for-each-ref", cwd=root)
    done = jetenv(*arguments, cwd=root, check=False)
    assert done.code == code, done
    assert said in done.stderr, done
    assert git("for-each-ref", cwd=root) == before
