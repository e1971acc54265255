"""Branches: full names only, compare-and-swap under racing processes, and what git shows afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.current import file_of_head, setting
from jetenv.repository.failures import MalformedCommitError, RefMovedError
from jetenv.repository.objects import Branch, Head
from jetenv.repository.opening import open_repository
from jetenv.repository.receiving import every_ref
from jetenv.repository.remote_tags import remote_tags
from jetenv.repository.visibility import refs_holding, tags_of_commits


def test_head_is_told_on_a_branch_unborn_and_detached(opened, commit, repo: Path, git):
    assert opened.refs.head() == Head("main", None)
    first = commit("main", {"a": "1"})
    assert opened.refs.head() == Head("main", first)
    git("checkout", "-q", "--detach", first, cwd=repo)
    assert opened.refs.head() == Head(None, first)


def test_branches_lists_local_and_remote_ones_without_symbolic_refs(opened, commit, repo: Path, git, tmp_path: Path):
    first = commit("main", {"a": "1"})
    second = commit("team/staging", {"a": "2"})
    clone = tmp_path / "clone"
    git("clone", "-q", "-o", "our/hub", repo, clone)
    assert opened.refs.branches() == [
        Branch("main", None, "refs/heads/main", first),
        Branch("team/staging", None, "refs/heads/team/staging", second),
    ]
    assert open_repository(clone).refs.branches() == [
        Branch("main", None, "refs/heads/main", first),
        Branch("main", "our/hub", "refs/remotes/our/hub/main", first),
        Branch("team/staging", "our/hub", "refs/remotes/our/hub/team/staging", second),
    ]


@pytest.mark.parametrize("name", ["a\u2028b", "a\u0085b", "a\u2029"])
def test_what_unicode_takes_for_a_line_break_may_stand_in_a_name(opened, commit, repo: Path, git, name: str):
    """git refuses control characters of ASCII in a ref, and no others."""
    first = commit("main", {"a": "1"})
    git("branch", name, first, cwd=repo)
    git("tag", name, first, cwd=repo)
    assert [branch.name for branch in opened.refs.branches()] == sorted([name, "main"])
    assert every_ref(opened) == {
        "refs/heads/main": first, f"refs/heads/{name}": first, f"refs/tags/{name}": first
    }  # fmt: skip
    assert tags_of_commits(opened) == {f"refs/tags/{name}"}
    assert refs_holding(opened, [first], []) == every_ref(opened).keys()
    assert remote_tags(str(repo), repo) == {name: first}


def test_packed_refs_are_read_like_loose_ones(opened, commit, repo: Path, git):
    first = commit("main", {"a": "1"})
    git("pack-refs", "--all", cwd=repo)
    assert opened.refs.tip("main") == first
    second = commit("main", {"a": "2"})
    assert opened.refs.tip("main") == second


def test_a_tag_of_the_same_name_does_not_stand_in_for_the_branch(opened, commit, repo: Path, git):
    first = commit("staging", {"a": "1"})
    second = commit("staging", {"a": "2"})
    git("tag", "staging", first, cwd=repo)
    assert opened.refs.tip("staging") == opened.refs.resolve("staging") == second
    assert opened.refs.resolve("staging~1") == first
    third = commit("other", {"a": "3"})
    opened.refs.move("staging", third, second, "x")
    assert git("rev-parse", "refs/heads/staging", "refs/tags/staging", cwd=repo).split() == [third, first]
    git("tag", "only-a-tag", first, cwd=repo)
    assert opened.refs.tip("only-a-tag") is None


def test_replaced_objects_are_ignored(opened, commit, repo: Path, git):
    honest = commit("main", {"a": "1"})
    lie = commit("evil", {"a": "2"})
    git("replace", honest, lie, cwd=repo)
    fresh = open_repository(repo)
    assert fresh.commits.get(honest).message == "on main\n"
    assert fresh.commits.merge_bases(honest, lie) == ()
    assert fresh.commits.ahead_behind(honest, lie) == (1, 1)


def test_resolve_takes_what_git_takes_and_refuses_the_rest(opened, commit, repo: Path, git):
    first = commit("main", {"a": "1"})
    git("tag", "-a", "-m", "x", "v1", first, cwd=repo)
    for rev in ("main", "HEAD", "v1", first, first[:10], "refs/heads/main", "main@{0}", "v1^{commit}"):
        assert opened.refs.resolve(rev) == first
    for rev in ("none", "", "main~5", "main:a", "../../etc/passwd", "a\0b", "\udcff", "-q", "0" * 40):
        with pytest.raises(UsageError, match="names no commit") as caught:
            opened.refs.resolve(rev)
        assert caught.value.hint


def test_resolve_tells_a_commit_that_cannot_be_read_from_one_that_is_not_there(opened, commit, repo: Path, git):
    text = git("cat-file", "commit", commit("main", {"a": "1"}), cwd=repo) + "\n"
    (repo / "malformed").write_text(text.replace("author ", "nobody "))
    bad = git("hash-object", "-t", "commit", "--literally", "-w", "malformed", cwd=repo)
    (repo / ".git/refs/heads/bad").write_text(f"{bad}\n")
    (repo / ".git/refs/heads/gone").write_text("1" * 40 + "\n")
    for rev in ("bad", bad, "bad~1"):
        with pytest.raises(MalformedCommitError, match=bad):
            opened.refs.resolve(rev)
    with pytest.raises(JetenvError, match="missing"):
        opened.refs.resolve("gone")


def test_create_makes_a_branch_with_a_reflog_and_only_once(opened, commit, repo: Path, git):
    first = commit("main", {"a": "1"})
    opened.refs.create("staging", first, "jetenv create:\n staging")
    assert git("reflog", "show", "--format=%gs", "staging", cwd=repo) == "jetenv create: staging"
    with pytest.raises(RefusedError, match="branch 'staging' exists already"):
        opened.refs.create("staging", first, "again")


@pytest.mark.parametrize(
    "name", ["", "a..b", "a b", "-a", "a.lock", "HEAD", "a\0b", "@{", "é\udcff", "x" * 300, "a/", "/a", ".a", "a~1"]
)
def test_names_that_git_refuses_are_usage_errors(opened, commit, name: str):
    first = commit("main", {"a": "1"})
    with pytest.raises(UsageError, match="cannot be the name of a branch"):
        opened.refs.create(name, first, "x")
    assert opened.refs.tip(name) is None


def test_a_branch_cannot_be_a_folder_of_another(opened, commit):
    first = commit("staging", {"a": "1"})
    with pytest.raises(JetenvError, match="cannot exist beside") as caught:
        opened.refs.create("staging/eu", first, "x")
    assert caught.value.hint


def test_move_refuses_a_branch_that_moved_meanwhile(opened, commit):
    first = commit("main", {"a": "1"})
    second = commit("main", {"a": "2"})
    third = commit("other", {"a": "3"})
    with pytest.raises(RefMovedError, match="branch 'main' moved meanwhile"):
        opened.refs.move("main", third, first, "stale")
    assert opened.refs.tip("main") == second
    with pytest.raises(RefMovedError):
        opened.refs.move("main", third, None, "not there")
    with pytest.raises(RefMovedError):
        opened.refs.move("gone", third, first, "not there")
    opened.refs.move("gone", third, None, "made")
    assert opened.refs.tip("gone") == third


def test_a_lock_held_by_another_process_is_named(opened, commit, repo: Path):
    first = commit("staging", {"a": "1"})
    second = commit("other", {"a": "2"})
    lock = repo / ".git/refs/heads/staging.lock"
    lock.touch()
    for attempt in (
        lambda: opened.refs.move("staging", second, first, "x"),
        lambda: opened.refs.delete("staging", first),
    ):
        with pytest.raises(JetenvError, match="another git process holds the lock") as caught:
            attempt()
        assert not isinstance(caught.value, RefMovedError)
        assert "remove the lock" in (caught.value.hint or "")
    assert opened.refs.tip("staging") == first


RACER = """
import sys
from pathlib import Path
from jetenv.repository.opening import open_repository
from jetenv.repository.failures import RefMovedError
repo = open_repository(Path(sys.argv[1]))
won = 0
while won < int(sys.argv[2]):
    tip = repo.refs.tip("main")
    child = repo.commits.create(repo.commits.get(tip).tree, (tip,), sys.argv[3], None)
    try:
        repo.refs.move("main", child, tip, "race")
        won += 1
    except RefMovedError:
        pass
"""


def test_racing_processes_never_lose_a_commit(opened, commit, repo: Path, git):
    commit("main", {"a": "1"})
    racers = [subprocess.Popen([sys.executable, "-c", RACER, str(repo), "15", f"racer {n}"]) for n in range(3)]
    assert [racer.wait(timeout=100) for racer in racers] == [0, 0, 0]
    subjects = git("log", "--format=%s", "main", cwd=repo).splitlines()
    assert sorted(subjects) == sorted(["on main", *(f"racer {n}" for n in range(3) for _ in range(15))])
    git("fsck", "--strict", cwd=repo)


def test_delete_takes_reflog_and_configuration_along(opened, commit, repo: Path, git):
    commit("main", {"a": "1"})
    tip = commit("staging", {"a": "2"})
    git("config", "branch.staging.remote", "origin", cwd=repo)
    with pytest.raises(RefMovedError):
        opened.refs.delete("staging", opened.refs.tip("main"))
    opened.refs.delete("staging", tip)
    assert opened.refs.tip("staging") is None
    assert not (repo / ".git/logs/refs/heads/staging").exists()
    assert "branch.staging" not in (repo / ".git/config").read_text()


def test_a_branch_that_a_working_tree_has_checked_out_is_not_deleted(opened, commit, repo: Path, git):
    tip = commit("main", {"a": "1"})
    with pytest.raises(RefusedError, match="checked out") as caught:
        opened.refs.delete("main", tip)
    assert caught.value.where == str(repo)
    commit("staging", {"a": "1"})
    git("worktree", "add", "-q", "../linked", "staging", cwd=repo)
    with pytest.raises(RefusedError, match="checked out"):
        opened.refs.delete("staging", opened.refs.tip("staging"))


def test_a_thousand_branches_are_read_from_one_listing(opened, commit, repo: Path, git):
    tip = commit("main", {"environments/main/environment.yaml": "name: x\n"})
    git("update-ref", "--stdin", cwd=repo, input="".join(f"create refs/heads/e{n} {tip}\n" for n in range(1000)))
    branches = opened.refs.branches()
    assert len(branches) == 1001
    for branch in branches:
        tree = opened.commits.get(branch.oid).tree
        entry = opened.trees.entry(tree, "environments/main/environment.yaml")
        assert opened.trees.read(entry.oid) == b"name: x\n"
        assert opened.commits.ahead_behind(branch.oid, tip) == (0, 0)


def test_head_can_be_pointed_at_a_branch_to_come(opened, fill, repo: Path):
    fill({"a": "1"})
    opened.refs.point_head("production")
    assert opened.refs.head() == Head("production", None)
    assert (repo / "a").read_text() == "1"


def test_the_default_branch_of_a_remote_is_known_after_a_clone(opened, commit, repo: Path, git, tmp_path: Path):
    commit("main", {"a": "1"})
    commit("team/live", {"a": "1"})
    git("symbolic-ref", "HEAD", "refs/heads/team/live", cwd=repo)
    git("clone", "-q", repo, tmp_path / "clone")
    assert open_repository(tmp_path / "clone").refs.remote_default("origin") == "team/live"
    assert opened.refs.remote_default("origin") is None


def test_the_repository_at_hand_tells_its_settings_and_the_files_of_head(fill, repo: Path, git, monkeypatch, tmp_path):
    fill({"a/b": "1\n"})
    (repo / "a/b").write_text("2\n")
    git("config", "merge.conflictStyle", "diff3", cwd=repo)
    monkeypatch.chdir(repo / "a")
    for git_dir in (None, repo / ".git"):
        assert (setting("merge.conflictStyle", git_dir), setting("merge.nothing", git_dir)) == ("diff3", None)
        assert (file_of_head("a/b", git_dir), file_of_head("a", git_dir), file_of_head("c", git_dir)) == (
            b"1\n",
            None,
            None,
        )
    monkeypatch.chdir(tmp_path)
    assert setting("user.email") == "ada@example.org"
