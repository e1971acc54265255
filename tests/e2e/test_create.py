"""``jetenv create`` through the installed command."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jetenv.environments.project import open_project
from jetenv.environments.starting.create import create


@pytest.fixture
def root(minimal: Path) -> Path:
    """A project with production checked out."""
    return minimal


def state(git, root: Path) -> str:
    """Every ref, what is checked out and what is uncommitted."""
    return "\n".join(
        (git("for-each-ref", cwd=root), git("rev-parse", "HEAD", cwd=root), git("status", "--porcelain", cwd=root))
    )


def test_a_copy_is_one_signed_commit_with_a_folder_of_its_own(jetenv, git, root):
    done = jetenv("create", "staging", cwd=root)
    assert "staging" in done.stdout
    assert git("diff", "--stat", "--format=", "production", "staging", cwd=root).count("environments/staging/") == 4
    assert git("rev-list", "--count", "production..staging", cwd=root) == "1"
    assert git("merge-base", "production", "staging", cwd=root) == git("rev-parse", "production", cwd=root)
    git("verify-commit", "staging", cwd=root)
    assert jetenv("validate", "staging", cwd=root).code == 0


def test_json_has_the_new_environment(jetenv, git, root):
    data = json.loads(jetenv("create", "eu", "--name", "EU staging", "--color", "teal", "--json", cwd=root).stdout)
    assert data["environment"]["id"] == "eu"
    assert data["environment"]["name"] == "EU staging"
    assert data["environment"]["color"] == "teal"
    assert data["commit"] == git("rev-parse", "eu", cwd=root)


def test_switch_goes_there_with_uncommitted_edits(jetenv, git, root):
    (root / "menu.yaml").write_text("primary: []\n")
    jetenv("create", "staging", "--switch", cwd=root)
    assert jetenv("current", cwd=root).stdout == "staging\n"
    assert git("status", "--porcelain", cwd=root) == " M menu.yaml"


def test_after_a_plain_clone_list_and_switch_work(jetenv, git, root, tmp_path):
    jetenv("create", "staging", cwd=root)
    git("clone", "-q", root, "copy")
    assert "staging" in jetenv("list", cwd=tmp_path / "copy").stdout
    jetenv("switch", "staging", cwd=tmp_path / "copy")
    assert jetenv("current", cwd=tmp_path / "copy").stdout == "staging\n"


@pytest.mark.parametrize("place", ["bare", "worktree", "detached", "feature", "dirty"])
def test_wherever_one_is(jetenv, git, root, clone, tmp_path, place):
    where = root
    if place == "bare":
        where = clone("--bare", root, "bare.git")
    elif place == "worktree":
        git("worktree", "add", "-q", "-b", "side", tmp_path / "side", cwd=root)
        where = tmp_path / "side"
    elif place == "detached":
        git("switch", "-q", "--detach", cwd=root)
    elif place == "feature":
        git("switch", "-qc", "feature", cwd=root)
    else:
        (root / "menu.yaml").unlink()
    jetenv("create", "staging", cwd=where)
    assert git("rev-parse", "staging^", cwd=where) == git("rev-parse", "production", cwd=where)


class TestRefusals:
    """One clear error with a hint and its exit code; refs and files stay as they were."""

    @pytest.fixture(autouse=True)
    def unchanged(self, git, root):
        create(open_project(root), "staging")
        git("branch", "feature", cwd=root)
        git("branch", "Release", cwd=root)
        git("branch", "team/x", cwd=root)
        before = state(git, root)
        yield
        assert state(git, root) == before

    @pytest.mark.parametrize(
        ("arguments", "code", "said", "hint"),
        [
            (["staging"], 1, "environment 'staging' exists already", "jetenv switch staging"),
            (["STAGING"], 1, "environment 'staging' exists already, which differs", "jetenv switch staging"),
            (["Feature"], 1, "branch 'feature' exists already, which differs", "choose another name"),
            (["Qa"], 2, "cannot be an environment's id", "try 'qa'"),
            (["feature"], 1, "branch 'feature' exists already", "choose another name"),
            (["release"], 1, "differs from 'release' by case only", "choose another name"),
            (["team"], 1, "beside branch 'team/x'", "choose another name"),
            (["../x"], 2, "cannot be an environment's id", "try 'x'"),
            (["a b"], 2, "cannot be an environment's id", "try 'a-b'"),
            (["größe"], 2, "cannot be an environment's id", "hint:"),
            (["x" * 300], 2, "it has 300 characters and may have 63", "hint:"),
            (["HEAD"], 2, "cannot be an environment's id", "hint:"),
            (["qa", "--from", "stagin"], 2, "there is no environment 'stagin'", "did you mean 'staging'?"),
            (["qa", "--from", "feature"], 2, "branch 'feature' is not an environment", "jetenv list"),
            (["qa", "--name", "Staging"], 1, "is taken by environment 'staging'", "--name"),
            (["qa", "--name", "two\nlines"], 2, "display name", ""),
            (["qa", "--color", "mauve"], 2, "'mauve' is not a colour", "hex colour"),
        ],
    )
    def test_of_what_cannot_be(self, jetenv, root, arguments, code, said, hint):
        done = jetenv("create", *arguments, cwd=root, check=False)
        assert done.code == code, done
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert said in done.stderr
        assert hint in done.stderr
        assert "Traceback" not in done.stderr

    def test_without_a_name(self, jetenv, root):
        assert jetenv("create", cwd=root, check=False).code == 2

    def test_as_json(self, jetenv, root):
        done = jetenv("create", "Test Ing", "--json", cwd=root, check=False)
        assert done.code == 2
        error = json.loads(done.stdout)["error"]
        assert "cannot be an environment's id" in error["message"]
        assert error["hint"] == "try 'test-ing'"


def test_a_branch_that_appears_meanwhile_is_not_overwritten(jetenv, git, root, tmp_path):
    """Somebody makes the branch while the commit is being signed."""
    tools = tmp_path / "tools"
    tools.mkdir()
    real = shutil.which("ssh-keygen")
    (tools / "ssh-keygen").write_text(f'#!/bin/sh\ngit -C "{root}" branch staging\nexec {real} "$@"\n')
    (tools / "ssh-keygen").chmod(0o755)
    path = f"{tools}:{Path(shutil.which('git') or '').parent}:/usr/bin:/bin"
    done = jetenv("create", "staging", cwd=root, check=False, env={"PATH": path})
    assert done.code in (1, 3)
    assert "staging" in done.stderr
    assert git("rev-parse", "staging", cwd=root) == git("rev-parse", "production", cwd=root)


def test_a_full_disk_changes_nothing(git, root):
    before = state(git, root)
    command = f"ulimit -f 0; exec {sys.executable} -m jetenv create staging"
    done = subprocess.run(["bash", "-c", command], check=False, cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert state(git, root) == before


def test_without_an_identity_nothing_is_created(jetenv, git, root):
    before = state(git, root)
    git("config", "--global", "--unset", "user.email")
    done = jetenv("create", "staging", cwd=root, check=False)
    assert done.code == 3
    assert "git config --global user.email" in done.stderr
    assert state(git, root) == before


@pytest.mark.parametrize("delay", [0.15, 0.3, 0.45])
def test_an_interrupt_leaves_nothing_or_everything(git, jetenv, root, delay):
    before = state(git, root)
    process = subprocess.Popen(
        [sys.executable, "-m", "jetenv", "create", "staging", "--switch"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode in (0, 130, -signal.SIGINT), stderr
    if git("branch", "--list", "staging", cwd=root):
        assert jetenv("validate", "staging", cwd=root).code == 0
        assert git("status", "--porcelain", cwd=root) == ""
    else:
        assert state(git, root) == before
        jetenv("create", "staging", "--switch", cwd=root)
