"""The working tree: what is uncommitted, and switching that never loses it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.failures import EditsInTheWayError
from jetenv.repository.opening import open_repository
from jetenv.repository.worktree import WorktreeStatus


def test_status_names_what_is_staged_edited_and_new(opened, fill, repo: Path, git):
    fill({"staged": "1", "edited": "1", "both": "1", "gone": "1", "clean": "1", ".gitignore": "*.log\n"})
    for name in ("staged", "both", "edited"):
        (repo / name).write_text("2")
    git("add", "staged", "both", cwd=repo)
    (repo / "both").write_text("3")
    (repo / "gone").unlink()
    (repo / "new folder").mkdir()
    (repo / "new folder/é").touch()
    (repo / os.fsdecode(b"\xff")).touch()
    (repo / "debug.log").touch()
    assert opened.worktree.status() == WorktreeStatus(
        staged=("both", "staged"),
        unstaged=("both", "edited", "gone"),
        untracked=("new folder/é", "\udcff"),
    )
    assert not opened.worktree.status().is_clean


def test_a_clean_tree_is_clean_from_any_folder(fill, repo: Path):
    fill({"a/b": "1"})
    assert open_repository(repo / "a").worktree.status() == WorktreeStatus()
    assert open_repository(repo / "a" / "b").worktree.status().is_clean


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick", "revert"])
def test_an_operation_under_way_is_told_and_holds_back_a_switch(opened, fill, commit, repo: Path, git, operation: str):
    fill({"a": "1"})
    git("branch", "staging", cwd=repo)
    fill({"a": "2"})
    other = commit("staging", {"a": "3"})
    target = "HEAD~1" if operation == "revert" else other
    with pytest.raises(AssertionError):
        git("-c", "core.editor=true", operation, target, cwd=repo)
    status = opened.worktree.status()
    assert (status.operation, status.conflicted) == (operation, ("a",))
    with pytest.raises(RefusedError, match=f"a {operation} is in progress") as caught:
        opened.worktree.switch("staging")
    assert f"git {operation} --continue" in (caught.value.hint or "")
    assert opened.worktree.status() == status


def test_patches_that_are_being_applied_are_no_rebase(opened, fill, repo: Path, git):
    fill({"a": "1\n"})
    patch = git("format-patch", "-1", "--stdout", cwd=repo)
    fill({"a": "2\n"})
    with pytest.raises(AssertionError):
        git("am", cwd=repo, input=patch + "\n")
    assert opened.worktree.operation() == "am"
    with pytest.raises(RefusedError, match="a am is in progress") as caught:
        opened.worktree.switch("main")
    assert "git am --continue" in (caught.value.hint or "")


def test_unresolved_conflicts_hold_back_a_switch(opened, fill, commit, repo: Path, git):
    fill({"a": "1\n"})
    git("branch", "staging", cwd=repo)
    (repo / "a").write_text("2\n")
    git("stash", "-q", cwd=repo)
    fill({"a": "3\n"})
    with pytest.raises(AssertionError):
        git("stash", "pop", cwd=repo)
    with pytest.raises(RefusedError, match="unresolved conflicts: a"):
        opened.worktree.switch("staging")


def test_switch_brings_files_and_carries_edits_that_are_not_in_the_way(opened, fill, commit, repo: Path, git):
    fill({"page": "1", "note": "1", "old/file": "1"})
    git("branch", "staging", cwd=repo)
    commit("staging", {"page": "2", "old/file": None, "new/file": "1"})
    (repo / "note").write_text("edited")
    (repo / "untracked").write_text("mine")
    opened.worktree.switch("staging")
    assert opened.refs.head().branch == "staging"
    assert (repo / "page").read_text() == "2"
    assert (repo / "new/file").exists()
    assert not (repo / "old").exists()
    assert opened.worktree.status() == WorktreeStatus(unstaged=("note",), untracked=("untracked",))
    assert git("rev-parse", "--abbrev-ref", "@{-1}", cwd=repo) == "main"


@pytest.mark.parametrize("how", ["edited", "staged", "untracked", "folder for file", "file for folder"])
def test_switch_refuses_to_lose_an_edit_and_names_the_file(opened, fill, commit, repo: Path, git, how: str):
    fill({"page é": "1", "note": "1"})
    git("branch", "staging", cwd=repo)
    commit("staging", {"page é": "2", "note": "2", "new": "theirs", "deep/er": "theirs"})
    name = {"untracked": "new", "folder for file": "new/mine", "file for folder": "deep"}.get(how, "page é")
    (repo / name).parent.mkdir(exist_ok=True)
    (repo / name).write_text("mine")
    if how == "staged":
        git("add", name, cwd=repo)
    with pytest.raises(EditsInTheWayError, match="switching to 'staging' would overwrite") as caught:
        opened.worktree.switch("staging")
    assert caught.value.paths == (name,)
    assert (repo / name).read_text() == "mine"
    assert (repo / "note").read_text() == "1"
    assert opened.refs.head().branch == "main"


def test_switch_overwrites_no_file_that_git_ignores(opened, fill, commit, repo: Path):
    fill({"page": "1"})
    commit("staging", {"page": "2", ".env": "theirs"})
    (repo / ".git/info/exclude").write_text(".env\n")
    (repo / ".env").write_text("mine")
    with pytest.raises(RefusedError, match=r"switching to 'staging' would overwrite files that git ignores: \.env$"):
        opened.worktree.switch("staging")
    assert (repo / ".env").read_text() == "mine"
    assert opened.refs.head().branch == "main"


def test_switch_takes_the_branch_and_never_a_tag_of_its_name(opened, fill, commit, repo: Path, git):
    first = fill({"a": "1"})
    git("branch", "staging", cwd=repo)
    commit("staging", {"a": "2"})
    git("tag", "staging", first, cwd=repo)
    opened.worktree.switch("staging")
    assert opened.refs.head().branch == "staging"
    assert (repo / "a").read_text() == "2"


def test_switch_leaves_a_detached_or_unborn_head(opened, fill, commit, repo: Path, git):
    commit("staging", {"a": "2"})
    opened.worktree.switch("staging")
    assert (repo / "a").read_text() == "2"
    git("checkout", "-q", "--detach", cwd=repo)
    commit("main", {"a": "1"})
    opened.worktree.switch("main")
    assert opened.refs.head().branch == "main"
    with pytest.raises(UsageError, match="there is no branch 'nowhere'"):
        opened.worktree.switch("nowhere")


def test_a_branch_in_another_working_tree_is_not_switched_to(opened, fill, repo: Path, git, tmp_path: Path):
    fill({"a": "1"})
    git("worktree", "add", "-q", "-b", "staging", tmp_path / "linked", cwd=repo)
    with pytest.raises(JetenvError, match="is checked out in another working tree") as caught:
        opened.worktree.switch("staging")
    assert str(tmp_path / "linked") in str(caught.value)
    linked = open_repository(tmp_path / "linked")
    assert linked.refs.head().branch == "staging"
    assert [item.path for item in linked.checkouts()] == [repo, tmp_path / "linked"]
    assert [item.branch for item in opened.checkouts()] == ["main", "staging"]


def test_a_held_index_lock_is_named(opened, fill, repo: Path, git):
    fill({"a": "1"})
    git("branch", "staging", cwd=repo)
    (repo / ".git/index.lock").touch()
    with pytest.raises(JetenvError, match=r"holds the lock .*index\.lock"):
        opened.worktree.switch("staging")
    assert opened.refs.head().branch == "main"


def test_a_bare_repository_has_no_working_tree(commit, repo: Path, git, tmp_path: Path):
    commit("main", {"a": "1"})
    git("clone", "-q", "--bare", repo, tmp_path / "bare.git")
    bare = open_repository(tmp_path / "bare.git")
    assert bare.is_bare
    assert bare.workdir is None
    for attempt in (bare.worktree.status, lambda: bare.worktree.switch("main"), lambda: bare.worktree.path):
        with pytest.raises(JetenvError, match="is bare") as caught:
            attempt()
        assert caught.value.hint


def test_links_and_submodules_are_left_alone(opened, fill, commit, repo: Path, git, tmp_path: Path):
    library = tmp_path / "library"
    git("init", "-q", "-b", "main", library)
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=library)
    fill({"a": "1"})
    git("-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "lib", cwd=repo)
    (repo / "link").symlink_to("a")
    git("add", "link", cwd=repo)
    git("commit", "-q", "-m", "x", cwd=repo)
    git("config", "submodule.recurse", "true", cwd=repo)
    git("branch", "staging", cwd=repo)
    commit("staging", {"a": "2"})
    (repo / "lib/edit").write_text("mine")
    opened.worktree.switch("staging")
    assert (repo / "lib/edit").read_text() == "mine"
    assert (repo / "link").is_symlink()
    assert opened.worktree.status().is_clean


SWITCHER = """
import sys
from pathlib import Path
from jetenv.repository.opening import open_repository
open_repository(Path(sys.argv[1])).worktree.switch("staging")
"""


def test_an_interrupt_waits_until_the_switch_is_whole(opened, fill, commit, repo: Path, git):
    git("config", "filter.slow.smudge", "sleep 0.02; cat", cwd=repo)
    fill({".gitattributes": "page-* filter=slow\n", **{f"page-{n}": "1" for n in range(10)}})
    git("branch", "staging", cwd=repo)
    commit("staging", {**{f"page-{n}": "2" for n in range(10)}, "a-new-file": "2"})
    process = subprocess.Popen(
        [sys.executable, "-c", SWITCHER, str(repo)], start_new_session=True, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 30
    while not (repo / "a-new-file").exists():
        assert time.monotonic() < deadline
    os.killpg(process.pid, signal.SIGINT)
    assert b"KeyboardInterrupt" in process.communicate(timeout=60)[1]
    assert opened.refs.head().branch == "staging"
    assert opened.worktree.status().is_clean


def test_a_switch_that_fails_half_way_takes_back_what_was_written(opened, fill, commit, repo: Path, git):
    fill({"a": "1", "m": "1", "kept": "1"})
    git("branch", "staging", cwd=repo)
    commit("staging", {"a": None, "b/new": "2", "m": "2", "z": "2"})
    git("config", "filter.broken.smudge", "false", cwd=repo)
    git("config", "filter.broken.required", "true", cwd=repo)
    (repo / ".git/info").mkdir(exist_ok=True)
    (repo / ".git/info/attributes").write_text("z filter=broken\n")
    (repo / "kept").write_text("edited")
    (repo / "mine").write_text("untracked")
    before = git("status", "--porcelain", cwd=repo)
    with pytest.raises(JetenvError, match="switching to 'staging' failed"):
        opened.worktree.switch("staging")
    assert git("status", "--porcelain", cwd=repo) == before
    assert git("symbolic-ref", "HEAD", cwd=repo) == "refs/heads/main"
    assert {path.name: path.read_text() for path in repo.iterdir() if path.is_file()} == {
        "a": "1",
        "m": "1",
        "kept": "edited",
        "mine": "untracked",
    }
    assert not (repo / "b").exists()
