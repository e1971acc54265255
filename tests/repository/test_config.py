"""Git's configuration: what is in force, and what is the repository's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.config import Config
from jetenv.repository.opening import open_repository


def test_the_value_in_force_is_told_from_the_repositorys_own(opened, repo: Path, git):
    assert (opened.config.get("user.name"), opened.config.own("user.name")) == ("Ada Lovelace", None)
    opened.config.set("user.name", "Bob\nthe builder")
    assert opened.config.get("user.name") == opened.config.own("user.name") == "Bob\nthe builder"
    assert git("config", "--local", "user.name", cwd=repo) == "Bob\nthe builder"


def test_what_is_unset_falls_back_to_the_users(opened):
    opened.config.set("user.name", "Bob")
    opened.config.unset("user.name")
    opened.config.unset("user.name")
    assert (opened.config.get("user.name"), opened.config.own("user.name")) == ("Ada Lovelace", None)


def test_several_are_changed_at_once_or_not_at_all(opened, repo: Path, git):
    git("config", "a.b", "1", cwd=repo)
    file = repo / ".git/config"
    file.chmod(0o640)
    opened.config.change({"a.b": None, "a.c": "x\ny", "a.none": None})
    assert (opened.config.get("a.b"), opened.config.get("a.c")) == (None, "x\ny")
    assert file.stat().st_mode & 0o777 == 0o640
    before = file.read_bytes()
    with pytest.raises(JetenvError):
        opened.config.change({"a.c": "2", "no key": "1"})
    (repo / ".git/config.lock").touch()
    with pytest.raises(JetenvError, match="holds the lock"):
        opened.config.change({"a.c": "2"})
    assert file.read_bytes() == before


def test_a_linked_working_tree_changes_the_configuration_of_all(opened, commit, repo: Path, git, tmp_path: Path):
    commit("main", {"a": "1"})
    git("worktree", "add", "-q", "-b", "other", tmp_path / "linked", "main", cwd=repo)
    open_repository(tmp_path / "linked").config.change({"a.b": "1"})
    assert git("config", "--local", "a.b", cwd=repo) == "1"


def test_the_user_alone_has_a_configuration_too(home: Path):
    assert Config(None).get("user.email") == "ada@example.org"
