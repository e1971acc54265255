"""The index: what is staged, the tree that a commit would hold, and commits made as `git commit` makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.objects import EXECUTABLE, FILE, SYMLINK, Oid
from jetenv.repository.opening import open_repository
from jetenv.repository.repository import Repository


def commit_all(opened: Repository, signing_key: Path, *new: str, message: str = "x") -> None:
    """Commit all that is in the tracked files, and the files ``new``."""
    tree = opened.index.tree_with([*opened.worktree.status().unstaged, *new])
    opened.index.commit(tree, [opened.refs.head().oid], message, f"{signing_key}.pub")


def test_what_is_staged_is_told_from_what_conflicts_and_from_what_is_left_out(opened, fill, commit, repo: Path, git):
    fill({"a": "1", "far/b": "1"})
    git("branch", "staging", cwd=repo)
    fill({"a": "2"})
    commit("staging", {"a": "3"})
    (repo / "run").write_text("x")
    (repo / "run").chmod(0o755)
    (repo / "link").symlink_to("a")
    git("add", "run", "link", cwd=repo)
    git("sparse-checkout", "set", "--no-cone", "/*", "!/far/", cwd=repo)
    staged = opened.index.read()
    assert {path: entry.mode for path, entry in staged.files.items()} == {
        "a": FILE,
        "far/b": FILE,
        "link": SYMLINK,
        "run": EXECUTABLE,
    }
    assert staged.files["a"].oid == git("rev-parse", "main:a", cwd=repo)
    assert (staged.unresolved, staged.absent) == ((), {"far/b"})
    git("commit", "-qm", "more", cwd=repo)
    with pytest.raises(AssertionError):
        git("merge", "staging", cwd=repo)
    staged = opened.index.read()
    assert (sorted(staged.files), staged.unresolved) == (["far/b", "link", "run"], ("a",))


def test_the_tree_of_a_commit_to_come_leaves_the_index_alone(opened, fill, repo: Path, git):
    fill({"changed": "1", "staged": "1", "gone": "1", "loose": "1"})
    for name in ("changed", "staged", "loose", "new [x]"):
        (repo / name).write_text("2")
    (repo / "gone").unlink()
    git("add", "staged", cwd=repo)
    before = (repo / ".git/index").read_bytes()
    tree = opened.index.tree_with(["changed", "gone", "new [x]"])
    assert (repo / ".git/index").read_bytes() == before
    assert {path: opened.trees.read(entry.oid) for path, entry in opened.trees.files(tree)} == {
        "changed": b"2",
        "loose": b"1",
        "new [x]": b"2",
        "staged": b"2",
    }
    assert opened.index.tree_with([]) == git("write-tree", cwd=repo)
    assert not list((repo / ".git/jetenv").iterdir())


def test_a_commit_takes_tracked_changes_and_the_new_files_that_are_named(opened, fill, repo: Path, git, signing_key):
    fill({"a": "1", "b": "1"})
    (repo / "a").write_text("2")
    (repo / "b").unlink()
    for name in ("new", "other"):
        (repo / name).write_text("1")
    commit_all(opened, signing_key, "new", message="change\n\n# not a comment")
    assert git("show", "--no-patch", "--format=%B", cwd=repo).strip() == "change\n\n# not a comment"
    assert git("show", "--no-renames", "--name-status", "--format=", cwd=repo).split("\n") == ["M\ta", "D\tb", "A\tnew"]
    assert opened.worktree.status().untracked == ("other",)
    assert "-----BEGIN SSH SIGNATURE-----" in git("cat-file", "commit", "HEAD", cwd=repo)


def test_a_commit_holds_the_tree_that_is_named_and_later_edits_stay_uncommitted(
    opened, fill, repo: Path, git, signing_key
):
    head = fill({"a": "1", "b": "1", "c": "1"})
    (repo / "a").write_text("2")
    (repo / "c").write_text("staged")
    git("add", "c", cwd=repo)
    (repo / "c").write_text("2")
    tree = opened.index.tree_with(["a", "c"])
    (repo / "a").write_text("3")
    (repo / "b").write_text("3")
    opened.index.commit(tree, [head], "x", f"{signing_key}.pub")
    assert git("rev-parse", "HEAD^{tree}", cwd=repo) == tree
    status = opened.worktree.status()
    assert (status.staged, status.unstaged) == ((), ("a", "b"))


@pytest.mark.parametrize("other", ["commit", "merge"])
def test_a_commit_on_something_else_than_was_named_is_refused(opened, fill, repo: Path, git, signing_key, other: str):
    head = fill({"a": "1"})
    (repo / "a").write_text("2")
    tree = opened.index.tree_with(["a"])
    if other == "commit":
        git("commit", "-q", "--allow-empty", "-m", "theirs", cwd=repo)
    else:
        (repo / ".git/MERGE_HEAD").write_text(f"{head}\n")
    before = (repo / ".git/index").read_bytes(), opened.refs.head()
    with pytest.raises(JetenvError, match="changed meanwhile"):
        opened.index.commit(tree, [head], "x", f"{signing_key}.pub")
    assert ((repo / ".git/index").read_bytes(), opened.refs.head()) == before
    assert not (repo / ".git/index.lock").exists()


def test_a_commit_waits_for_no_lock_that_stays(opened, fill, repo: Path, signing_key):
    fill({"a": "1"})
    (repo / "a").write_text("2")
    (repo / ".git/index.lock").write_text("another's")
    with pytest.raises(JetenvError) as refused:
        commit_all(opened, signing_key)
    assert "remove the lock" in (refused.value.hint or "")
    assert (repo / ".git/index.lock").read_text() == "another's"


@pytest.fixture
def hook(repo: Path):
    """Makes ``body`` the pre-commit hook."""

    def make(body: str) -> None:
        file = repo / ".git/hooks/pre-commit"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    return make


@pytest.mark.parametrize(
    "said",
    [
        "sha256 of page.png differs",
        "error: Permission denied by policy",
        "object not found in the schema",
        "no bad object",
    ],
)
def test_what_a_hook_says_is_told_as_it_stands(opened, fill, hook, repo: Path, signing_key, said: str):
    fill({"a": "1"})
    (repo / "a").write_text("2")
    hook(f"echo '{said}' >&2; exit 1")
    with pytest.raises(JetenvError) as refused:
        commit_all(opened, signing_key)
    assert refused.value.message == f"committing failed: {said.removeprefix('error: ')}"
    assert "see whether a hook refused it" in (refused.value.hint or "")


def test_hooks_run_as_they_do_under_git_commit(opened, fill, hook, repo: Path, signing_key, monkeypatch):
    """Their pathspecs are patterns, and they have the locale of the person."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    fill({"a.yaml": "1", "b [x].yaml": "1"})
    (repo / "b [x].yaml").write_text("2")
    (repo / "new [x]").write_text("1")
    hook('git ls-files "*.yaml" >seen; echo "$LC_ALL" >>seen')
    commit_all(opened, signing_key, "new [x]")
    assert (repo / "seen").read_text().splitlines() == ["a.yaml", "b [x].yaml", "C.UTF-8"]
    assert opened.worktree.status().untracked == ("seen",)


def test_what_a_hook_stages_goes_in_and_where_it_refuses_the_index_is_as_it_was(
    opened, fill, hook, repo: Path, git, signing_key
):
    fill({"a": "1", "b": "1"})
    (repo / "a").write_text("2")
    hook("echo made >made; git add made; exit 1")
    before = (repo / ".git/index").read_bytes()
    with pytest.raises(JetenvError):
        commit_all(opened, signing_key)
    assert (repo / ".git/index").read_bytes() == before
    hook("echo made >made; git add made")
    commit_all(opened, signing_key)
    assert git("show", "--name-only", "--format=", cwd=repo).split() == ["a", "made"]
    assert git("status", "--porcelain", cwd=repo) == ""


def test_a_commit_that_a_hook_refuses_leaves_new_files_untracked(opened, fill, repo: Path, signing_key):
    fill({"a": "1"})
    (repo / "new").write_text("1")
    hook = repo / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(JetenvError, match="not today") as refused:
        commit_all(opened, signing_key, "new")
    assert f"({hook})" in (refused.value.hint or "")
    status = opened.worktree.status()
    assert (status.staged, status.untracked) == ((), ("new",))


def test_a_bare_repository_has_no_index(git, tmp_path: Path):
    git("init", "-q", "--bare", tmp_path / "bare")
    index = open_repository(tmp_path / "bare").index
    for use in (index.read, lambda: index.tree_with([]), lambda: index.commit(Oid("0" * 40), [], "x", "key")):
        with pytest.raises(JetenvError, match="bare"):
            use()


def test_files_are_kept_as_git_takes_them_in_and_the_repository_stays_as_it_is(opened, fill, repo: Path, git):
    fill({"lines": "a\nb\n", "gone": "1", "same": "1", "unresolved": "1"})
    git("config", "core.autocrlf", "true", cwd=repo)
    (repo / "lines").write_bytes(b"a\r\nc\r\n")
    (repo / "gone").unlink()
    (repo / "new").write_text("n")
    (repo / "link").symlink_to("nowhere")
    git("init", "-q", "inner", cwd=repo)
    objects, index = set((repo / ".git/objects").rglob("*")), (repo / ".git/index").read_bytes()
    with opened.index.kept(["lines", "gone", "new", "link", "inner/"]) as kept:
        assert {path: (entry.mode, kept.read(entry.oid)) for path, entry in kept.entries.items()} == {
            "lines": (FILE, b"a\nc\n"),
            "new": (FILE, b"n"),
            "link": (SYMLINK, b"nowhere"),
        }
        assert kept.read(git("rev-parse", "HEAD:same", cwd=repo)) == b"1"
    assert (set((repo / ".git/objects").rglob("*")), (repo / ".git/index").read_bytes()) == (objects, index)


def test_files_of_a_linked_working_tree_are_kept_too(opened, fill, repo: Path, git, tmp_path):
    fill({"a": "1"})
    git("worktree", "add", "-q", "-b", "other", tmp_path / "linked", cwd=repo)
    (tmp_path / "linked/a").write_text("2")
    linked = open_repository(tmp_path / "linked")
    with linked.index.kept(["a"]) as kept:
        assert kept.read(kept.entries["a"].oid) == b"2"
        assert kept.read(git("rev-parse", "main:a", cwd=repo)) == b"1"


def test_a_new_file_outside_of_a_sparse_checkout_is_taken_in(opened, fill, repo: Path, git, signing_key):
    fill({"near/a": "1", "far/b": "1"})
    git("sparse-checkout", "set", "near", cwd=repo)
    (repo / "far").mkdir()
    (repo / "far/new").write_text("2")
    with opened.index.kept(["far/new"]) as kept:
        assert set(kept.entries) == {"far/new"}
    tree = opened.index.tree_with(["far/new"])
    assert {path for path, _ in opened.trees.files(tree)} == {"near/a", "far/b", "far/new"}
    commit_all(opened, signing_key, "far/new")
    assert git("rev-parse", "HEAD^{tree}", cwd=repo) == tree
    assert opened.index.read().absent == {"far/b"}
    assert git("status", "--porcelain", cwd=repo) == ""


def test_the_first_commit_needs_no_index(opened, repo: Path, git, signing_key):
    (repo / "a").write_text("1")
    tree = opened.index.tree_with(["a"])
    opened.index.commit(tree, [], "x", f"{signing_key}.pub")
    assert git("rev-parse", "HEAD^{tree}", cwd=repo) == tree
    assert git("status", "--porcelain", cwd=repo) == ""


def test_a_submodule_that_is_committed_anew_stays_where_it_is(opened, fill, repo: Path, git, signing_key, tmp_path):
    fill({"a": "1"})
    git("clone", "-q", repo, tmp_path / "other")
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", tmp_path / "other", "sub", cwd=repo)
    git("commit", "-qm", "sub", cwd=repo)
    git("config", "submodule.recurse", "true", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "new", cwd=repo / "sub")
    new = git("rev-parse", "HEAD", cwd=repo / "sub")
    branch = git("symbolic-ref", "HEAD", cwd=repo / "sub")
    commit_all(opened, signing_key)
    assert git("rev-parse", "HEAD:sub", cwd=repo) == git("rev-parse", "HEAD", cwd=repo / "sub") == new
    assert git("symbolic-ref", "HEAD", cwd=repo / "sub") == branch
    assert git("status", "--porcelain", cwd=repo) == ""
