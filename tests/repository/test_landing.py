"""Landing: a branch and the working trees that have it checked out move together, or nothing moves."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.failures import EditsInTheWayError, RefMovedError
from jetenv.repository.journal import land
from jetenv.repository.locking import file_lock
from jetenv.repository.objects import Oid
from jetenv.repository.opening import init_repository, open_repository
from jetenv.repository.worktree import WorktreeStatus


@pytest.fixture
def prepare(opened, repo: Path, commit, git):
    """``prepare(files) -> Oid``: a child of main that is on no branch."""

    def make(files: dict[str, str | None]) -> Oid:
        git("branch", "-f", "draft", "main", cwd=repo)
        oid = commit("draft", files)
        git("update-ref", "-d", "refs/heads/draft", cwd=repo)
        return oid

    return make


def leftovers(repo: Path) -> list[str]:
    return sorted(
        str(path.relative_to(repo))
        for path in (repo / ".git").rglob("*")
        if path.name.endswith(".lock") or (path.parent.name == "jetenv" and path.name != "lock")
    )


def test_the_working_tree_follows_and_is_clean(opened, fill, prepare, repo: Path, git):
    old = fill({"page": "1", "gone/x": "1", "file": "1", "folder/x": "1", "same": "1"})
    new = prepare(
        {"page": "2", "gone/x": None, "file": None, "file/x": "2", "folder/x": None, "folder": "2", "new": "2"}
    )
    land(opened, "main", old, new, "jetenv merge: staging")
    assert opened.refs.tip("main") == new
    assert opened.worktree.status().is_clean
    assert (repo / "file/x").read_text() == (repo / "folder").read_text() == "2"
    assert not (repo / "gone").exists()
    assert git("reflog", "-1", "--format=%gs", cwd=repo) == "jetenv merge: staging"
    assert git("reflog", "-1", "--format=%gs", "main", cwd=repo) == "jetenv merge: staging"
    assert leftovers(repo) == []


def test_a_branch_that_is_not_checked_out_moves_alone(opened, fill, prepare, repo: Path):
    old = fill({"page": "1"})
    new = prepare({"page": "2"})
    opened.refs.create("staging", old, "x")
    (repo / "page").write_text("mine")
    land(opened, "staging", old, new, "x")
    assert opened.refs.tip("staging") == new
    assert (repo / "page").read_text() == "mine"


def test_the_first_commit_lands_on_an_unborn_branch(opened, commit, repo: Path, git):
    first = commit("elsewhere", {"a": "1"})
    land(opened, "main", None, first, "jetenv init")
    assert opened.refs.tip("main") == first
    assert opened.worktree.status().is_clean


@pytest.mark.parametrize(
    ("at", "lost"), [("new", "new"), ("deep", "deep"), ("folder/.env", "folder/.env"), ("other", None)]
)
def test_files_that_git_ignores_are_not_overwritten(opened, fill, prepare, repo: Path, git, at: str, lost: str | None):
    """In the place of a file, of a folder, and in a folder where a file is to come; elsewhere they do no harm."""
    old = fill({"page": "1", "folder/x": "1"})
    new = prepare({"page": "2", "new": "theirs", "deep/er": "theirs", "folder/x": None, "folder": "theirs"})
    (repo / ".git/info/exclude").write_text("*\n")
    (repo / at).write_text("mine")
    if lost is None:
        land(opened, "main", old, new, "x")
        assert opened.refs.tip("main") == new
    else:
        with pytest.raises(RefusedError, match=f"would overwrite files that git ignores: {lost}$"):
            land(opened, "main", old, new, "x")
        assert opened.refs.tip("main") == old
        assert (repo / "page").read_text() == "1"
    assert (repo / at).read_text() == "mine"
    assert leftovers(repo) == []


def test_edits_that_are_not_in_the_way_are_carried(opened, fill, prepare, repo: Path, git):
    old = fill({"page": "1", "note": "1", "staged": "1"})
    new = prepare({"page": "2"})
    (repo / "note").write_text("mine")
    (repo / "staged").write_text("mine")
    git("add", "staged", cwd=repo)
    (repo / "untracked").write_text("mine")
    land(opened, "main", old, new, "x")
    assert opened.worktree.status() == WorktreeStatus(("staged",), ("note",), ("untracked",))
    assert (repo / "page").read_text() == "2"


def test_what_was_staged_and_then_committed_lands(opened, fill, repo: Path, git):
    """This is how a commit of the working tree lands: index and files already are what the new commit holds."""
    old = fill({"a": "1", "b": "1"})
    (repo / "a").write_text("2")
    (repo / "b").unlink()
    git("add", "--all", cwd=repo)
    new = opened.commits.create(Oid(git("write-tree", cwd=repo)), (old,), "mine", None)
    (repo / "a").write_text("3")
    land(opened, "main", old, new, "commit")
    assert opened.worktree.status() == WorktreeStatus(unstaged=("a",))
    assert (repo / "a").read_text() == "3"


@pytest.mark.parametrize("how", ["edited", "staged", "removed", "untracked", "untracked folder", "untracked parent"])
def test_an_edit_in_the_way_stops_everything(opened, fill, prepare, repo: Path, git, how: str):
    old = fill({"page": "1", "other": "1"})
    new = prepare({"page": "2", "other": "2", "new": "2", "deep/er": "2"})
    name = {"untracked": "new", "untracked folder": "new/mine", "untracked parent": "deep"}.get(how, "page")
    if how == "removed":
        git("rm", "-q", "--cached", "page", cwd=repo)
    (repo / name).parent.mkdir(exist_ok=True)
    (repo / name).write_text("mine")
    if how == "staged":
        git("add", "page", cwd=repo)
    before = opened.worktree.status()
    with pytest.raises(EditsInTheWayError, match=name) as caught:
        land(opened, "main", old, new, "x")
    assert caught.value.paths == (name,)
    assert opened.refs.tip("main") == old
    assert opened.worktree.status() == before
    assert (repo / name).read_text() == "mine"
    assert (repo / "other").read_text() == "1"
    assert leftovers(repo) == []


def test_a_touched_file_is_no_edit(opened, fill, prepare, repo: Path):
    old = fill({"page": "1"})
    os.utime(repo / "page", (1, 1))
    land(opened, "main", old, prepare({"page": "2"}), "x")
    assert opened.worktree.status().is_clean


def test_a_branch_that_moved_meanwhile_is_left(opened, fill, prepare, commit, repo: Path, git):
    old = fill({"page": "1"})
    new = prepare({"page": "2"})
    moved = fill({"page": "3"})
    with pytest.raises(RefMovedError):
        land(opened, "main", old, new, "x")
    assert opened.refs.tip("main") == moved
    assert opened.worktree.status().is_clean
    assert leftovers(repo) == []


def test_every_working_tree_that_has_the_branch_follows(opened, fill, prepare, repo: Path, git, tmp_path: Path):
    old = fill({"page": "1", "note": "1"})
    git("switch", "-q", "-c", "elsewhere", cwd=repo)
    git("worktree", "add", "-q", tmp_path / "one", "main", cwd=repo)
    git("worktree", "add", "-q", "--force", tmp_path / "two", "main", cwd=repo)
    (tmp_path / "two/note").write_text("mine")
    new = prepare({"page": "2"})
    land(opened, "main", old, new, "x")
    for name in ("one", "two"):
        assert (tmp_path / name / "page").read_text() == "2"
    assert open_repository(tmp_path / "one").worktree.status().is_clean
    assert open_repository(tmp_path / "two").worktree.status() == WorktreeStatus(unstaged=("note",))
    assert (repo / "page").read_text() == "1"
    (tmp_path / "two/page").write_text("mine")
    later = prepare({"page": "3"})
    with pytest.raises(EditsInTheWayError) as caught:
        land(opened, "main", new, later, "x")
    assert str(tmp_path / "two") in caught.value.message
    assert opened.refs.tip("main") == new
    assert (tmp_path / "one/page").read_text() == "2"
    assert leftovers(repo) == []


def test_a_working_tree_that_was_switched_while_another_landing_went_on_stays(opened, fill, prepare, repo: Path, git):
    old = fill({"page": "1"})
    new = prepare({"page": "2"})
    with ThreadPoolExecutor() as pool:
        with file_lock(opened.room / "lock", 0, "landing"):
            landing = pool.submit(land, opened, "main", old, new, "x")
            time.sleep(0.3)  # it has looked where the branch is checked out, and waits
            git("switch", "-q", "-c", "elsewhere", cwd=repo)
        landing.result()
    assert opened.refs.tip("main") == new
    assert (repo / "page").read_text() == "1"
    assert open_repository(repo).worktree.status().is_clean


def test_a_working_tree_that_is_gone_is_passed_over(opened, fill, prepare, repo: Path, git, tmp_path: Path):
    old = fill({"page": "1"})
    git("switch", "-q", "-c", "elsewhere", cwd=repo)
    git("worktree", "add", "-q", tmp_path / "one", "main", cwd=repo)
    (tmp_path / "one").rename(tmp_path / "moved")
    new = prepare({"page": "2"})
    land(opened, "main", old, new, "x")
    assert opened.refs.tip("main") == new


def test_landing_in_a_bare_repository_moves_the_branch(commit, repo: Path, git, tmp_path: Path):
    commit("main", {"page": "1"})
    git("clone", "-q", "--bare", repo, tmp_path / "bare.git")
    bare = open_repository(tmp_path / "bare.git")
    old = bare.refs.tip("main")
    new = bare.commits.create(bare.commits.get(old).tree, (old,), "x", None)
    land(bare, "main", old, new, "x")
    assert bare.refs.tip("main") == new
    git("worktree", "add", "-q", tmp_path / "linked", "main", cwd=tmp_path / "bare.git")
    linked = open_repository(tmp_path / "linked")
    assert not linked.is_bare
    land(linked, "main", new, old, "back")
    assert open_repository(tmp_path / "linked").worktree.status().is_clean


def test_the_folder_around_a_bare_repository_is_no_working_tree(commit, repo: Path, git, tmp_path: Path):
    """git keeps ``core.bare`` where only the main one reads it, once a linked working tree has settings of its own."""
    old = commit("main", {"page": "1"})
    bare, linked = tmp_path / "around/.bare", tmp_path / "linked"
    git("clone", "-q", "--bare", repo, bare)
    git("worktree", "add", "-q", "-b", "work", linked, cwd=bare)
    git("config", "extensions.worktreeConfig", "true", cwd=bare)
    git("config", "--unset", "core.bare", cwd=bare)
    git("config", "--file", bare / "config.worktree", "core.bare", "true", cwd=bare)
    opened = open_repository(linked)
    assert [checkout.path for checkout in opened.checkouts()] == [linked]
    land(opened, "main", old, opened.commits.create(opened.commits.get(old).tree, (old,), "x", None), "x")
    assert [path.name for path in bare.parent.iterdir()] == [".bare"]


@pytest.mark.parametrize("operation", ["merge", "rebase"])
def test_nothing_lands_under_an_operation(opened, fill, commit, prepare, repo: Path, git, operation: str):
    fill({"a": "1"})
    git("branch", "staging", cwd=repo)
    old = fill({"a": "2"})
    commit("staging", {"a": "3"})
    new = prepare({"b": "1"})
    with pytest.raises(AssertionError):
        git(operation, "staging", cwd=repo)
    with pytest.raises(RefusedError, match=f"a {operation} is in progress"):
        land(opened, "main", old, new, "x")
    assert opened.refs.tip("main") == old
    git(operation, "--abort", cwd=repo)
    land(opened, "main", old, new, "x")
    assert opened.worktree.status().is_clean


def test_unresolved_conflicts_hold_back_a_landing(opened, fill, prepare, repo: Path, git):
    fill({"a": "1\n"})
    (repo / "a").write_text("2\n")
    git("stash", "-q", cwd=repo)
    old = fill({"a": "3\n"})
    with pytest.raises(AssertionError):
        git("stash", "pop", cwd=repo)
    with pytest.raises(RefusedError, match="unresolved conflicts: a"):
        land(opened, "main", old, prepare({"b": "1"}), "x")
    assert opened.refs.tip("main") == old


def test_an_index_lock_of_another_process_is_respected(opened, fill, prepare, repo: Path):
    old = fill({"page": "1"})
    new = prepare({"page": "2"})
    (repo / ".git/index.lock").write_text("another's")
    with pytest.raises(JetenvError, match=r"holds the lock .*index\.lock"):
        land(opened, "main", old, new, "x")
    assert opened.refs.tip("main") == old
    assert (repo / ".git/index.lock").read_text() == "another's"
    assert not (repo / ".git/jetenv/landing.json").exists()


def test_sparse_working_trees_stay_sparse(opened, fill, prepare, repo: Path, git):
    old = fill({"pages/a": "1", "workflows/a": "1", "top": "1"})
    git("sparse-checkout", "set", "--cone", "--sparse-index", "pages", cwd=repo)
    new = prepare({"pages/a": "2", "workflows/a": "2", "workflows/new": "2", "top": "2"})
    land(open_repository(repo), "main", old, new, "x")
    assert sorted(path.name for path in repo.iterdir()) == [".git", "pages", "top"]
    assert (repo / "pages/a").read_text() == "2"
    assert opened.worktree.status().is_clean


def test_line_endings_and_filters_are_applied_as_git_does(opened, fill, prepare, repo: Path, git):
    git("config", "core.autocrlf", "true", cwd=repo)
    git("config", "filter.shout.smudge", "tr a-z A-Z", cwd=repo)
    git("config", "filter.shout.clean", "tr A-Z a-z", cwd=repo)
    old = fill({".gitattributes": "*.loud filter=shout\n", "a": "1\n", "b.loud": "hello\n"})
    land(opened, "main", old, prepare({"a": "2\n", "b.loud": "bye\n"}), "x")
    assert (repo / "a").read_bytes() == b"2\r\n"
    assert (repo / "b.loud").read_text() == "BYE\n"
    assert opened.worktree.status().is_clean


def test_a_failing_filter_takes_everything_back(opened, fill, prepare, repo: Path, git):
    old = fill({".gitattributes": "*.x filter=broken\n", "a": "1\n", "z": "1\n"})
    new = prepare({"a": "2\n", "b.x": "2\n", "z": None, "new/file": "2\n"})
    git("config", "filter.broken.smudge", "exit 1", cwd=repo)
    git("config", "filter.broken.required", "true", cwd=repo)
    with pytest.raises(JetenvError, match="filter broken failed"):
        land(opened, "main", old, new, "x")
    assert opened.refs.tip("main") == old
    assert opened.worktree.status().is_clean
    assert sorted(path.name for path in repo.iterdir()) == [".git", ".gitattributes", "a", "z"]
    assert leftovers(repo) == []


def test_a_first_commit_that_cannot_be_written_is_taken_back(opened, commit, repo: Path, git):
    git("config", "filter.broken.smudge", "exit 1", cwd=repo)
    git("config", "filter.broken.required", "true", cwd=repo)
    first = commit("elsewhere", {".gitattributes": "*.x filter=broken\n", "a": "1\n", "b.x": "2\n"})
    with pytest.raises(JetenvError, match="filter broken failed"):
        land(opened, "main", None, first, "jetenv init")
    assert opened.refs.tip("main") is None
    assert opened.worktree.status().is_clean
    assert [path.name for path in repo.iterdir()] == [".git"]
    assert leftovers(repo) == []


def test_names_of_any_bytes_land(opened, fill, prepare, repo: Path):
    old = fill({"plain": "1"})
    names = ["\udcff", "with\nnewline", "é", '"quoted"', "-dash", ":colon", "*"]
    new = prepare(dict.fromkeys(names, "2"))
    land(opened, "main", old, new, "x")
    assert opened.worktree.status().is_clean
    assert all((repo / name).read_text() == "2" for name in names)


def test_landing_from_a_linked_working_tree_of_a_new_repository(tmp_path: Path, git):
    repo = init_repository(tmp_path / "new", "production")
    tree = repo.trees.edit(None, {})
    first = repo.commits.create(tree, (), "first", None)
    land(repo, "production", None, first, "init")
    assert repo.worktree.status().is_clean
