"""Giving an environment another display name or another id."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.environments.project import Project, open_project
from jetenv.environments.rename import rename
from jetenv.environments.starting.create import create
from jetenv.environments.switch import switch
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.reports.actions import Renamed
from jetenv.reports.style import PLAIN

Opened = Callable[[], Project]


@pytest.fixture
def staging(opened: Opened) -> str:
    """The environment staging, checked out nowhere."""
    create(opened(), "staging")
    return "staging"


def test_the_display_name_changes_in_one_signed_commit(opened: Opened, staging: str, root: Path, git) -> None:
    tip, uid = git("rev-parse", staging, cwd=root), opened().environment(staging).uid
    result = rename(opened(), staging, "EU staging")
    now = result.environment
    assert (result.old_id, result.old_name, now.id, now.name, now.uid) == (
        "staging",
        "Staging",
        "staging",
        "EU staging",
        uid,
    )
    assert git("rev-parse", "staging^", cwd=root) == tip
    assert git("diff", "--numstat", tip, staging, cwd=root) == "1\t1\tenvironments/staging/environment.yaml"
    assert "gpgsig" in git("cat-file", "commit", staging, cwd=root)
    assert rename(opened(), "eu staging", "EU staging").commit is None


def test_the_default_environment_may_get_another_name(opened: Opened, root: Path, git) -> None:
    assert rename(opened(), "production", "Live").environment.name == "Live"
    assert "name: Live" in (root / "environments/production/environment.yaml").read_text()
    assert git("status", "--porcelain", cwd=root) == ""


@pytest.mark.parametrize("name", ["Production", "production", "PRODUCTION"])
def test_a_name_that_another_environment_goes_by_is_refused(opened: Opened, staging: str, root, snapshot, name) -> None:
    before = snapshot(root)
    with pytest.raises(RefusedError, match="taken") as error:
        rename(opened(), staging, name)
    assert error.value.hint == "choose another name"
    assert snapshot(root) == before


@pytest.mark.parametrize("name", ["", " a", "a\nb", "x" * 101, "\x1b[31mred"])
def test_what_is_no_display_name_is_refused(opened: Opened, staging: str, name: str) -> None:
    with pytest.raises(UsageError):
        rename(opened(), staging, name)


def test_the_id_moves_branch_and_folder_and_keeps_the_uid(opened: Opened, staging: str, root: Path, git) -> None:
    before = opened().environment(staging)
    result = rename(opened(), staging, "eu-test", change_id=True)
    now = result.environment
    assert (result.old_id, now.id, now.uid, now.name) == ("staging", "eu-test", before.uid, before.name)
    assert now.tip == result.commit
    assert result.remotes == ()
    assert git("for-each-ref", "--format=%(refname)", "refs/heads", cwd=root).split() == [
        "refs/heads/eu-test",
        "refs/heads/production",
    ]
    assert git("rev-parse", "eu-test^", cwd=root) == before.tip
    changes = git("diff", "-M", "--name-status", before.tip, "eu-test", cwd=root).splitlines()
    assert {line.split("\t")[0] for line in changes} == {"R100"}
    assert git("ls-tree", "--name-only", "eu-test", "environments/", cwd=root).split() == [
        "environments/.gitattributes",
        "environments/eu-test",
        "environments/production",
    ]
    assert "Create environment staging" in git("reflog", "show", "eu-test", cwd=root)
    assert [each.id for each in opened().environments()] == ["production", "eu-test"]


def test_the_working_trees_on_it_follow(opened: Opened, staging: str, root: Path, git, tmp_path: Path) -> None:
    switch(opened(), staging)
    (root / "theme.yaml").write_text("mode: dark\n")
    rename(opened(), staging, "test", change_id=True)
    assert git("symbolic-ref", "HEAD", cwd=root) == "refs/heads/test"
    assert (root / "environments/test/environment.yaml").is_file()
    assert not (root / "environments/staging").exists()
    assert git("status", "--porcelain", cwd=root) == "M theme.yaml".rjust(13)
    git("stash", "-q", cwd=root)
    switch(opened(), "production")
    git("worktree", "add", "-q", tmp_path / "other", "test", cwd=root)
    rename(opened(), "test", "other", change_id=True)
    assert git("symbolic-ref", "HEAD", cwd=tmp_path / "other") == "refs/heads/other"
    assert git("status", "--porcelain", cwd=tmp_path / "other") == ""


def test_an_edit_that_would_be_lost_keeps_everything_as_it_was(opened: Opened, staging: str, root, snapshot) -> None:
    switch(opened(), staging)
    file = root / "environments/staging/environment.yaml"
    file.write_text(file.read_text() + "# mine\n")
    before = snapshot(root)
    with pytest.raises(RefusedError, match=r"environment\.yaml"):
        rename(opened(), staging, "test", change_id=True)
    assert snapshot(root) == before


@pytest.mark.parametrize("new", ["production", "Test", "a..b", "feature", "head", "x" * 64])
def test_an_id_that_cannot_be_is_refused(opened: Opened, staging: str, root: Path, git, snapshot, new: str) -> None:
    git("branch", "feature", cwd=root)
    before = snapshot(root)
    with pytest.raises((UsageError, RefusedError)):
        rename(opened(), staging, new, change_id=True)
    assert snapshot(root) == before


def test_the_default_environment_keeps_its_id(opened: Opened, root: Path, snapshot) -> None:
    before = snapshot(root)
    with pytest.raises(RefusedError, match="keeps its id") as error:
        rename(opened(), "production", "live", change_id=True)
    assert "jetenv rename production" in (error.value.hint or "")
    assert snapshot(root) == before


def test_the_same_id_is_no_change(opened: Opened, staging: str, root: Path, snapshot) -> None:
    before = snapshot(root)
    assert rename(opened(), staging, "staging", change_id=True).commit is None
    assert snapshot(root) == before


def test_a_folder_that_an_environment_deleted_since_has_left_is_replaced(opened: Opened, root: Path, git) -> None:
    create(opened(), "test")
    git("merge", "-q", "--no-edit", "test", cwd=root)
    git("branch", "-D", "-q", "test", cwd=root)
    create(opened(), "staging")
    uid = opened().environment("staging").uid
    rename(opened(), "staging", "test", change_id=True)
    assert opened().environment("test").uid == uid


def test_what_a_remote_still_has_is_told_and_no_longer_pushed_to(
    opened: Opened, staging: str, root: Path, git, clone
) -> None:
    copy = clone(root, "copy")
    switch(open_project(copy), staging)
    result = rename(open_project(copy), staging, "test", change_id=True)
    assert [(each.remote, each.ref) for each in result.remotes] == [("origin", "refs/remotes/origin/staging")]
    assert "branch.test" not in git("config", "--list", "--local", cwd=copy)
    git("push", "-q", "origin", "test", ":staging", cwd=copy)
    assert [each.id for each in opened().environments()] == ["production", "test"]


def test_one_that_only_a_remote_has_gets_a_branch_of_the_new_id(opened, staging: str, root: Path, git, clone) -> None:
    copy = clone(root, "copy")
    result = rename(open_project(copy), staging, "test", change_id=True)
    assert result.environment.remote is None
    assert git("rev-parse", "test^", cwd=copy) == git("rev-parse", staging, cwd=root)
    assert len(result.remotes) == 1


@pytest.mark.parametrize("step", ["jetenv.repository.renaming.rename_branch", "jetenv.repository.refs.Refs.delete"])
def test_a_crash_between_folder_and_branch_is_completed_by_the_same_command(
    opened: Opened, staging: str, root: Path, git, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Be it before the new branch is made, or when only the old one is left to be deleted."""
    switch(opened(), staging)
    ended = os.fork()
    if not ended:
        monkeypatch.setattr(step, lambda *_, **__: os._exit(9))
        rename(opened(), staging, "test", change_id=True)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(ended, 0)[1]) == 9
    rename(opened(), staging, "test", change_id=True)
    assert opened().environment("test").id == "test"
    assert git("symbolic-ref", "HEAD", cwd=root) == "refs/heads/test"
    assert git("for-each-ref", "--format=%(refname)", cwd=root).split() == ["refs/heads/production", "refs/heads/test"]
    assert git("status", "--porcelain", cwd=root) == ""


@pytest.mark.parametrize("lock", ["refs/heads/test.lock", "packed-refs.lock"])
def test_a_branch_that_git_does_not_rename_is_taken_back(
    opened: Opened, staging: str, root: Path, git, snapshot, lock: str
) -> None:
    git("config", "core.packedRefsTimeout", "0", cwd=root)
    (root / ".git" / lock).touch()
    before = snapshot(root)
    with pytest.raises(JetenvError, match="lock"):
        rename(opened(), staging, "test", change_id=True)
    assert snapshot(root) == before


def test_an_id_that_is_taken_is_refused_and_another_one_asked_for(opened: Opened, staging: str) -> None:
    with pytest.raises(RefusedError, match="environment 'production' exists already") as error:
        rename(opened(), staging, "production", change_id=True)
    assert error.value.hint == "choose another id"


def test_the_id_that_it_has_changes_nothing_and_is_told_as_an_id(opened: Opened, staging: str) -> None:
    result = rename(opened(), staging, "staging", change_id=True)
    assert result.commit is None
    assert Renamed(result).text(PLAIN) == "staging has that id already\n"
    assert Renamed(rename(opened(), staging, "Staging")).text(PLAIN) == "staging has that name already\n"
