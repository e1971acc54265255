"""Commits: what jetenv reads and writes is what git reads and verifies."""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.objects import EMPTY_TREE, Commit, Oid
from jetenv.repository.opening import open_repository


def test_a_commit_is_the_one_that_git_would_make(opened, repo: Path, git):
    first = opened.commits.create(EMPTY_TREE, (), "First: é 😀\n\nbody", None)
    assert first == git("commit-tree", EMPTY_TREE, "-m", "First: é 😀", "-m", "body", cwd=repo)
    second = opened.commits.create(EMPTY_TREE, (first, first), "two\r\nlines\n\n\n", None)
    assert opened.commits.get(second) == Commit(
        second, EMPTY_TREE, (first, first), "two\nlines\n", "Ada Lovelace", "ada@example.org", 1767225600
    )
    assert git("log", "-1", "--format=%an <%ae> %ad|%cn <%ce> %cd", "--date=raw", first, cwd=repo) == (
        "Ada Lovelace <ada@example.org> 1767225600 +0000|Ada Lovelace <ada@example.org> 1767225600 +0000"
    )
    git("fsck", "--strict", cwd=repo)


def test_identity_and_dates_come_from_where_git_takes_them(opened, repo: Path, git, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Bob")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1000000000 -0730")
    git("config", "committer.email", "bot@example.org", cwd=repo)
    oid = opened.commits.create(EMPTY_TREE, (), "x", None)
    assert (
        git("log", "-1", "--format=%an %ad|%ce", "--date=raw", oid, cwd=repo) == "Bob 1000000000 -0730|bot@example.org"
    )


def test_without_an_identity_nothing_is_guessed(opened, home: Path):
    (home / ".gitconfig").write_text("")
    with pytest.raises(JetenvError, match="git does not know who you are") as caught:
        opened.commits.create(EMPTY_TREE, (), "x", None)
    assert "user.name" in (caught.value.hint or "")


@pytest.mark.parametrize("message", ["", "\n \n", "a\0b", "a\x1b[31mb", "a\x08", "a\rb", "\udcff", "a\x7f"])
def test_messages_that_could_deceive_a_reader_are_refused(opened, message: str):
    with pytest.raises(JetenvError, match="commit message"):
        opened.commits.create(EMPTY_TREE, (), message, None)


def test_a_name_cannot_bring_in_a_header(opened, repo: Path, git, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve\nparent 1111111111111111111111111111111111111111\n<x>")
    oid = opened.commits.create(EMPTY_TREE, (), "x", None)
    assert opened.commits.get(oid).parents == ()
    git("fsck", "--strict", cwd=repo)


def test_relations_agree_with_git(opened, commit, repo: Path, git):
    base = commit("main", {"a": "1"})
    git("branch", "staging", "main", cwd=repo)
    left, right = commit("main", {"a": "2"}), commit("staging", {"b": "1"})
    assert opened.commits.merge_bases(left, right) == (base,)
    assert opened.commits.ahead_behind(left, right) == (1, 1)
    assert opened.commits.is_ancestor(base, left)
    assert opened.commits.is_ancestor(left, left)
    assert not opened.commits.is_ancestor(left, right)
    tree = opened.commits.get(left).tree
    cross_a = opened.commits.create(tree, (left, right), "a", None)
    cross_b = opened.commits.create(tree, (right, left), "b", None)
    assert set(opened.commits.merge_bases(cross_a, cross_b)) == {left, right}
    assert opened.commits.ahead_behind(cross_a, cross_b) == (1, 1)


def test_unrelated_histories_have_no_base(opened, commit):
    one, other = commit("one", {"a": "1"}), commit("other", {"b": "1"})
    assert opened.commits.merge_bases(one, other) == ()
    assert opened.commits.ahead_behind(one, other) == (1, 1)


def test_a_malformed_commit_is_an_error_and_not_a_crash(opened, repo: Path, git):
    for broken in (b"tree 123\n\nx", b"", b"tree " + EMPTY_TREE.encode() + b"\nauthor nobody\ncommitter\n\nx"):
        oid = git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", cwd=repo, input=broken)
        with pytest.raises(JetenvError):
            opened.commits.get(Oid(oid))
        with pytest.raises(JetenvError):
            opened.commits.ahead_behind(Oid(oid), opened.commits.create(EMPTY_TREE, (), "x", None))
    with pytest.raises(JetenvError):
        opened.commits.get(Oid("1" * 40))
    with pytest.raises(JetenvError):
        opened.commits.get(opened.trees.write_blob(b"x"))


def test_text_in_another_encoding_is_read_without_failing(opened, repo: Path, git):
    raw = (
        f"tree {EMPTY_TREE}\nauthor Andr\\xe9 <a@b> 1 +0000\ncommitter x <x@y> 2 +0000\nencoding latin1\n\nsch\\xf6n\n"
    ).encode("ascii")
    raw = raw.replace(b"\\xe9", b"\xe9").replace(b"\\xf6", b"\xf6")
    oid = Oid(git("hash-object", "-t", "commit", "-w", "--stdin", cwd=repo, input=raw))
    assert opened.commits.get(oid).author == "André"
    assert opened.commits.get(oid).message == "schön\n"


@pytest.mark.parametrize("encoding", ["idna", "undefined", "no-such-thing"])
def test_an_encoding_that_replaces_nothing_is_no_error(opened, repo: Path, git, encoding: str):
    tree = git("write-tree", cwd=repo)
    person = "Me <me@example.org> 1 +0000"
    text = f"tree {tree}\nauthor {person}\ncommitter {person}\nencoding {encoding}\n\nWörter\n"
    oid = git("hash-object", "-t", "commit", "-w", "--stdin", cwd=repo, input=text)
    assert opened.commits.get(oid).message == "Wörter\n"


def test_a_shallow_history_says_what_is_missing(commit, repo: Path, git, tmp_path: Path):
    commit("main", {"a": "1"})
    git("branch", "staging", "main", cwd=repo)
    left, right = commit("main", {"a": "2"}), commit("staging", {"b": "1"})
    git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo}", tmp_path / "shallow")
    shallow = open_repository(tmp_path / "shallow")
    for question in (shallow.commits.merge_bases, shallow.commits.ahead_behind):
        with pytest.raises(JetenvError, match="was not fetched") as caught:
            question(left, right)
        assert "git fetch --unshallow" in (caught.value.hint or "")


def test_a_partial_clone_says_what_is_missing_and_how_to_fetch_it(commit, repo: Path, git, tmp_path: Path):
    tip = commit("main", {"a": "1"})
    git("config", "uploadpack.allowFilter", "true", cwd=repo)
    git("clone", "-q", "--bare", "--filter=blob:none", f"file://{repo}", tmp_path / "partial.git")
    partial = open_repository(tmp_path / "partial.git")
    entry = partial.trees.entry(partial.commits.get(tip).tree, "a")
    assert entry is not None
    with pytest.raises(JetenvError, match="missing from the repository") as caught:
        partial.trees.read(entry.oid)
    assert "git fetch --refetch --no-filter" in (caught.value.hint or "")
    git("fetch", "-q", "--refetch", "--no-filter", cwd=tmp_path / "partial.git")
    assert open_repository(tmp_path / "partial.git").trees.read(entry.oid) == b"1"


def test_commits_that_no_other_tip_has_are_listed_latest_first(opened, commit, git, repo: Path):
    base = commit("main", {"a": "1"})
    git("branch", "staging", "main", cwd=repo)
    first, second = commit("staging", {"b": "1"}), commit("staging", {"b": "2"})
    assert opened.commits.reachable_from(second, without=[base]) == [second, first]
    assert opened.commits.reachable_from(second) == [second, first, base]
    assert opened.commits.reachable_from(base, without=[second]) == []
