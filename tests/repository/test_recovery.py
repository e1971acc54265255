"""Killed at any moment, a landing is finished or taken back by the next command, and no edit is lost."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.journal import land
from jetenv.repository.objects import Oid
from jetenv.repository.opening import open_repository
from jetenv.repository.repository import Repository
from jetenv.repository.worktree import WorktreeStatus

LANDER = """
import sys
from pathlib import Path
from jetenv.repository.journal import land
from jetenv.repository.opening import open_repository
repo = open_repository(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
land(repo, "main", sys.argv[2], sys.argv[3], "landing")
"""
COUNT = 12


class Case:
    """A landing of many files, some of them behind a slow filter, beside edits that are to survive."""

    def __init__(self, repo: Path, fill, commit, git) -> None:
        self.repo = repo
        git("config", "filter.slow.smudge", "sleep 0.005; cat", cwd=repo)
        files = {f"page-{n}": f"old {n}\n" for n in range(COUNT)}
        self.old = fill(
            {".gitattributes": "page-* filter=slow\n", "note": "1\n", **files, "gone/x": "1\n", "turned": "1\n"}
        )
        git("branch", "-f", "draft", "main", cwd=repo)
        files = {f"page-{n}": f"new {n}\n" for n in range(COUNT)}
        self.new = commit("draft", {**files, "gone/x": None, "turned/x": "2\n", "new/file": "2\n"})
        self.reset(git)

    def reset(self, git) -> None:
        for lock in (self.repo / ".git").rglob("*.lock"):  # of a ref, left by a git that was killed while it moved it
            lock.unlink()
        git("reset", "-q", "--hard", self.old, cwd=self.repo)
        git("clean", "-q", "-d", "-f", cwd=self.repo)
        (self.repo / "note").write_text("mine\n")
        (self.repo / "untracked").write_text("mine\n")

    def start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", LANDER, str(self.repo), self.old, self.new],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        return process

    def duration(self) -> float:
        process = self.start()
        began = time.monotonic()
        assert process.wait(timeout=60) == 0
        return time.monotonic() - began

    def is_old(self, name: str) -> bool:
        try:
            return (self.repo / name).read_text().startswith("old")
        except FileNotFoundError:  # git is about to write it
            return False

    def check(self, expected: set[Oid]) -> Oid:
        """Open the repository, which recovers, and check that it stands wholly on one side; returns which."""
        repo = open_repository(self.repo)
        tip = repo.refs.tip("main")
        assert tip in expected
        assert repo.worktree.status() == WorktreeStatus(unstaged=("note",), untracked=("untracked",))
        assert (self.repo / "note").read_text() == (self.repo / "untracked").read_text() == "mine\n"
        assert not (self.repo / ".git/index.lock").exists()
        assert not (self.repo / ".git/jetenv/landing.json").exists()
        assert not (self.repo / ".git/jetenv/index").exists()
        return tip


@pytest.fixture
def case(repo: Path, fill, commit, git) -> Case:
    return Case(repo, fill, commit, git)


def wait_until_free(repo: Path) -> None:
    """Until no process, git left behind included, holds the lock of landings."""
    lock = repo / ".git/jetenv/lock"
    if lock.exists():
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)


def sweep(case: Case, git, rounds: int, *, group: bool) -> set[Oid]:
    duration = case.duration()
    case.reset(git)
    ended = set()
    for n in range(rounds):
        process = case.start()
        time.sleep(duration * n / rounds)
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        if not group:
            open_repository(case.repo)  # while a git that was left behind may still be at work
        wait_until_free(case.repo)
        ended.add(case.check({case.old, case.new}))
        case.reset(git)
    return ended


@pytest.mark.parametrize("group", [True, False], ids=["with its children", "alone"])
def test_killed_at_any_time_it_recovers(case: Case, git, group: bool):
    assert sweep(case, git, 12, group=group) == {case.old, case.new}
    git("fsck", "--strict", cwd=case.repo)


@pytest.mark.long
@pytest.mark.parametrize("group", [True, False], ids=["with its children", "alone"])
def test_killed_at_many_times_it_recovers(case: Case, git, group: bool):
    sweep(case, git, 200, group=group)


def crash_while_following(case: Case) -> None:
    """Kill a landing, and its children, while git is writing the files."""
    process = case.start()
    deadline = time.monotonic() + 30
    while case.is_old("page-1"):
        assert time.monotonic() < deadline
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    wait_until_free(case.repo)
    assert (case.repo / ".git/index.lock").exists()
    assert (case.repo / ".git/jetenv/landing.json").exists()


def test_an_edit_made_after_the_crash_stays(case: Case):
    crash_while_following(case)
    (case.repo / "page-7").write_text("mine\n")
    (case.repo / "new").mkdir(exist_ok=True)
    (case.repo / "new/file").write_text("mine\n")
    repo = open_repository(case.repo)
    assert repo.refs.tip("main") == case.new
    assert repo.worktree.status() == WorktreeStatus(unstaged=("new/file", "note", "page-7"), untracked=("untracked",))
    assert (case.repo / "page-7").read_text() == (case.repo / "new/file").read_text() == "mine\n"


def test_a_folder_in_the_place_of_a_file_stays(case: Case):
    crash_while_following(case)
    (case.repo / "page-9").unlink()
    (case.repo / "page-9").mkdir()
    (case.repo / "page-9/mine").write_text("mine\n")
    open_repository(case.repo)
    assert (case.repo / "page-9/mine").read_text() == "mine\n"


def test_a_file_written_by_half_is_written_again(case: Case):
    crash_while_following(case)
    (case.repo / "page-3").write_text("new")
    (case.repo / "page-4").write_text("")
    (case.repo / "page-5").unlink(missing_ok=True)
    assert case.check({case.new}) == case.new


def test_what_somebody_committed_after_the_crash_is_not_touched(case: Case, git):
    crash_while_following(case)
    (case.repo / ".git/index.lock").unlink()
    git("commit", "-q", "-a", "-m", "went on", cwd=case.repo)
    tip = git("rev-parse", "main", cwd=case.repo)
    status = git("status", "--porcelain", cwd=case.repo)
    repo = open_repository(case.repo)
    assert repo.refs.tip("main") == tip
    assert git("status", "--porcelain", cwd=case.repo) == status
    assert not (case.repo / ".git/jetenv/landing.json").exists()


def test_a_crash_before_the_branch_moved_leaves_no_trace(case: Case):
    hook = case.repo / ".git/hooks/reference-transaction"
    hook.write_text("#!/bin/sh\ntest $1 = prepared && kill -9 0\n")
    hook.chmod(0o755)
    assert case.start().wait(timeout=60) == -signal.SIGKILL
    wait_until_free(case.repo)
    hook.unlink()
    (case.repo / ".git/refs/heads/main.lock").unlink(missing_ok=True)
    (case.repo / ".git/HEAD.lock").unlink(missing_ok=True)
    assert case.check({case.old}) == case.old


def test_landings_take_turns(case: Case, git):
    """Of two landings of the same branch at once one wins, and the other finds that the branch moved."""
    processes = [case.start(), case.start()]
    results = [process.communicate(timeout=60)[1] for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 1]
    assert sum("RefMovedError" in text for text in results) == 1
    assert case.check({case.new}) == case.new


def test_an_interrupt_waits_until_the_landing_is_whole(case: Case):
    process = case.start()
    deadline = time.monotonic() + 30
    while case.is_old("page-1"):
        assert time.monotonic() < deadline
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=60)
    assert not (case.repo / ".git/jetenv/landing.json").exists()
    assert case.check({case.new}) == case.new


def test_a_journal_that_cannot_be_read_is_named(opened: Repository, fill, repo: Path):
    fill({"a": "1"})
    journal = repo / ".git/jetenv/landing.json"
    journal.parent.mkdir(exist_ok=True)
    for text in ("", "[]", "{}", json.dumps({"format": 2})):
        journal.write_text(text)
        with pytest.raises(JetenvError, match="cannot be read") as caught:
            open_repository(repo)
        assert caught.value.where == str(journal)


def test_a_disk_that_fills_up_moves_nothing(opened: Repository, fill, commit, repo: Path, git):
    old = fill({"a": "1"})
    git("branch", "-f", "draft", "main", cwd=repo)
    new = commit("draft", {"a": "2", "big": "x" * 300_000})
    script = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n{LANDER}"
    done = subprocess.run(
        [sys.executable, "-c", script, str(repo), old, new], input="\n", capture_output=True, text=True, check=False
    )
    assert "JetenvError" in done.stderr
    fresh = open_repository(repo)
    assert fresh.refs.tip("main") == old
    assert fresh.worktree.status().is_clean
    land(fresh, "main", old, new, "x")
    assert fresh.worktree.status().is_clean


def test_a_git_that_outlives_a_killed_landing_is_waited_for(case: Case):
    """Killed while git moves the branch: until that git is done, nobody takes the landing for one that never began."""
    hook = case.repo / ".git/hooks/reference-transaction"
    entered = case.repo / ".git/entered"
    hook.write_text(f"#!/bin/sh\ntest $1 = prepared && touch '{entered}' && sleep 0.5\nexit 0\n")
    hook.chmod(0o755)
    process = case.start()
    deadline = time.monotonic() + 30
    while not entered.exists():
        assert time.monotonic() < deadline
    process.kill()
    process.wait()
    assert open_repository(case.repo).refs.tip("main") == case.old
    wait_until_free(case.repo)
    assert case.check({case.new}) == case.new
