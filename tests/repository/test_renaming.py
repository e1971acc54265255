"""Renaming a branch: all that belongs to it goes along, and whatever happens meanwhile, nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.failures import RefMovedError
from jetenv.repository.objects import Head, Oid
from jetenv.repository.opening import open_repository
from jetenv.repository.renaming import rename_branch
from jetenv.repository.repository import Repository


@pytest.fixture
def tip(commit, repo: Path, git) -> Oid:
    """The tip of ``staging``, which is checked out, has a reflog and follows a remote."""
    commit("main", {"a": "1"})
    tip = commit("staging", {"a": "2"})
    git("config", "branch.staging.remote", "origin", cwd=repo)
    git("config", "branch.staging.description", "to try\nthings", cwd=repo)
    git("checkout", "-q", "staging", cwd=repo)
    return tip


@pytest.fixture
def state(repo: Path, git):
    """All that a renaming may change."""

    def read() -> tuple[str, ...]:
        logs = {str(each): each.read_text() for each in sorted((repo / ".git/logs").rglob("*")) if each.is_file()}
        logs.pop(str(repo / ".git/logs/HEAD"), None)  # where HEAD went and came back
        config = git("config", "--local", "--list", cwd=repo)
        return git("for-each-ref", cwd=repo), git("symbolic-ref", "HEAD", cwd=repo), config, str(logs)

    return read


def test_reflog_configuration_and_every_head_go_along(opened, tip: Oid, repo: Path, git, tmp_path: Path):
    git("commit", "-q", "--allow-empty", "-m", "one more", cwd=repo)
    tip = Oid(git("rev-parse", "staging", cwd=repo))
    git("worktree", "add", "-q", "--force", tmp_path / "linked", "staging", cwd=repo)
    git("worktree", "add", "-q", "--force", tmp_path / "away", "staging", cwd=repo)
    (tmp_path / "away").rename(tmp_path / "elsewhere")
    before = git("reflog", "show", "--format=%H %gs", "staging", cwd=repo).splitlines()

    rename_branch(opened, "staging", "qa", tip)

    assert opened.refs.head() == Head("qa", tip)
    assert open_repository(tmp_path / "linked").refs.head() == Head("qa", tip)
    assert (repo / ".git/worktrees/away/HEAD").read_text() == "ref: refs/heads/qa\n"
    assert git("config", "branch.qa.remote", cwd=repo) == "origin"
    assert git("config", "branch.qa.description", cwd=repo) == "to try\nthings"
    assert "staging" not in git("config", "--list", cwd=repo) + git("for-each-ref", cwd=repo)
    after = git("reflog", "show", "--format=%H %gs", "qa", cwd=repo).splitlines()
    assert after == [f"{tip} jetenv: renamed refs/heads/staging to refs/heads/qa", *before]
    assert git("rev-parse", "qa@{1}", cwd=repo) == tip
    assert not (repo / ".git/logs/refs/heads/staging").exists()
    git("fsck", "--strict", cwd=repo)


def test_the_head_of_a_bare_repository_goes_along(tip: Oid, repo: Path, git, tmp_path: Path):
    git("clone", "-q", "--bare", repo, tmp_path / "bare")
    rename_branch(open_repository(tmp_path / "bare"), "staging", "qa", tip)
    assert git("symbolic-ref", "HEAD", cwd=tmp_path / "bare") == "refs/heads/qa"


def test_a_name_that_is_taken_is_refused(opened, tip: Oid, state):
    before = state()
    with pytest.raises(RefusedError, match="exists already"):
        rename_branch(opened, "staging", "main", tip)
    assert state() == before


def test_a_branch_that_moved_is_left_alone(opened, tip: Oid, state):
    before = state()
    with pytest.raises(RefMovedError):
        rename_branch(opened, "staging", "qa", opened.refs.tip("main"))
    assert state() == before


def test_a_commit_that_comes_in_between_stays_where_it_is(
    opened: Repository, tip: Oid, state, commit, monkeypatch: pytest.MonkeyPatch
):
    """Somebody pushes to the branch after it was looked at."""
    found = []
    create = opened.refs.create

    def pushed_meanwhile(*arguments: str) -> None:
        found.append(commit("staging", {"a": "3"}))
        found.append(state())
        create(*arguments)

    monkeypatch.setattr(opened.refs, "create", pushed_meanwhile)
    with pytest.raises(RefMovedError):
        rename_branch(opened, "staging", "qa", tip)
    assert opened.refs.tip("staging") == found[0]
    assert state() == found[1]


@pytest.mark.parametrize(
    "lock",
    [
        "HEAD",
        "config",
        "refs/heads/staging",
        "refs/heads/qa",
        "worktrees/linked/HEAD",
        "packed-refs",
        "logs/refs/heads/qa",
    ],
)
def test_where_git_cannot_write_everything_is_as_it_was(
    opened, tip: Oid, repo: Path, git, state, tmp_path: Path, lock: str
):
    git("worktree", "add", "-q", "--force", tmp_path / "linked", "staging", cwd=repo)
    git("config", "core.packedRefsTimeout", "0", cwd=repo)
    (repo / ".git" / f"{lock}.lock").touch()
    before = state()
    with pytest.raises(JetenvError):
        rename_branch(opened, "staging", "qa", tip)
    assert state() == before


@pytest.mark.parametrize("operation", ["rebase", "bisect"])
def test_it_waits_for_what_is_to_end_on_the_branch(opened, tip: Oid, repo: Path, git, state, operation: str):
    if operation == "rebase":
        with pytest.raises(AssertionError, match="Could not apply"):
            git("rebase", "-q", "--force-rebase", "--exec", "false", "main", cwd=repo)
    else:
        git("bisect", "start", "staging", "main", cwd=repo)
    with pytest.raises(RefusedError, match=f"a {operation} is in progress"):
        rename_branch(opened, "staging", "qa", tip)
    assert opened.refs.tip("staging") == tip


KILLED = """
import os, subprocess, sys
from pathlib import Path
from jetenv.repository.opening import open_repository
from jetenv.repository.renaming import rename_branch
repo, left, run = open_repository(Path(sys.argv[1])), [int(sys.argv[3])], subprocess.run
def counted(*arguments, **options):
    if not left[0]:
        os.kill(os.getpid(), 9)
    left[0] -= 1
    return run(*arguments, **options)
subprocess.run = counted
rename_branch(repo, "staging", "qa", sys.argv[2], begun=True)
"""


def test_killed_before_any_of_its_steps_it_is_completed_by_the_same_call(tip: Oid, repo: Path, git, tmp_path: Path):
    steps, done = 0, False
    while not done:
        copy = tmp_path / f"copy-{steps}"
        shutil.copytree(repo, copy)
        done = subprocess.run([sys.executable, "-c", KILLED, copy, tip, str(steps)], check=False).returncode == 0
        assert git("rev-parse", "HEAD", cwd=copy) == tip
        assert git("status", "--porcelain", cwd=copy) == ""
        if open_repository(copy).refs.tip("staging") is not None:
            rename_branch(open_repository(copy), "staging", "qa", tip, begun=True)
        assert open_repository(copy).refs.head() == Head("qa", tip)
        assert git("reflog", "show", "--format=%H", "qa", cwd=copy).splitlines() == [tip, tip]
        assert git("config", "branch.qa.remote", cwd=copy) == "origin"
        assert git("for-each-ref", "--format=%(refname)", cwd=copy).split() == ["refs/heads/main", "refs/heads/qa"]
        steps += 1
    assert steps > 4
