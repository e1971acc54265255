"""Deleting an environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.environments.color import color
from jetenv.environments.delete import delete, plan_delete
from jetenv.environments.project import Project, open_project
from jetenv.environments.rename import rename
from jetenv.environments.starting.create import create
from jetenv.environments.switch import switch
from jetenv.errors import RefusedError, UsageError
from jetenv.repository.failures import RefMovedError

Opened = Callable[[], Project]


@pytest.fixture
def staging(opened: Opened) -> str:
    """The environment staging, checked out nowhere."""
    create(opened(), "staging")
    return "staging"


@pytest.fixture
def worked(opened: Opened, staging: str, commit, git, root: Path) -> str:
    """staging with one commit that no other branch has."""
    switch(opened(), staging)
    commit("theme.yaml", "mode: dark\n")
    git("switch", "-q", "production", cwd=root)
    return staging


def test_creating_and_deleting_right_away_needs_no_force(opened: Opened, staging: str, root: Path, git) -> None:
    color(opened(), staging, "lime")
    tip = git("rev-parse", staging, cwd=root)
    project = opened()
    plan = plan_delete(project, "Staging")
    assert (plan.environment.id, plan.unmerged) == ("staging", ())
    result = delete(project, plan)
    assert (result.environment.tip, result.remotes) == (tip, ())
    assert [each.id for each in project.environments()] == ["production"]
    assert "staging" not in git("for-each-ref", cwd=root)


def test_settings_and_another_id_are_no_work(opened: Opened, staging: str) -> None:
    rename(opened(), staging, "Trial")
    rename(opened(), staging, "trial", change_id=True)
    assert plan_delete(opened(), "trial").unmerged == ()


def test_planning_changes_nothing(opened: Opened, staging: str, root: Path, snapshot) -> None:
    before = snapshot(root)
    plan_delete(opened(), staging)
    assert snapshot(root) == before


def test_unmerged_work_is_named_and_kept(opened: Opened, worked: str, root: Path, snapshot) -> None:
    before = snapshot(root)
    with pytest.raises(RefusedError, match=r"has 1 commit that no other branch has: \w{8} change theme.yaml") as error:
        plan_delete(opened(), worked)
    assert error.value.hint == "merge them with `jetenv merge staging production`, or delete them too with --force"
    assert snapshot(root) == before


def test_unmerged_work_goes_with_force_and_can_be_brought_back(opened: Opened, worked: str, root: Path, git) -> None:
    project = opened()
    result = delete(project, plan_delete(project, worked, force=True))
    assert [each.subject for each in result.unmerged] == ["change theme.yaml"]
    git("branch", result.environment.id, result.environment.tip, cwd=root)
    assert opened().environment(worked).uid == result.environment.uid


@pytest.mark.parametrize("how", ["merged", "squashed into a branch", "pushed"])
def test_work_that_is_somewhere_else_is_not_unmerged(
    opened: Opened, worked: str, root: Path, git, tmp_path: Path, how: str
) -> None:
    if how == "merged":
        git("merge", "-q", "--no-edit", worked, cwd=root)
    elif how == "pushed":
        git("init", "-q", "--bare", tmp_path / "remote.git")
        git("remote", "add", "origin", tmp_path / "remote.git", cwd=root)
        git("push", "-q", "-u", "origin", worked, cwd=root)
    else:
        git("branch", "feature", worked, cwd=root)
    project = opened()
    result = delete(project, plan_delete(project, worked))
    assert len(result.remotes) == (how == "pushed")
    assert "branch.staging" not in git("config", "--list", "--local", cwd=root)


def test_a_merge_from_the_default_environment_is_no_work(opened: Opened, staging: str, root: Path, commit, git) -> None:
    commit("theme.yaml", "mode: dark\n")
    switch(opened(), staging)
    git("merge", "-q", "--no-edit", "production", cwd=root)
    switch(opened(), "production")
    assert plan_delete(opened(), staging).unmerged == ()


def test_a_merge_that_was_edited_is_work(opened: Opened, staging: str, root: Path, commit, git) -> None:
    commit("theme.yaml", "mode: dark\n")
    switch(opened(), staging)
    git("merge", "-q", "--no-edit", "production", cwd=root)
    (root / "menu.yaml").write_text("home: home\nprimary: []\n")
    git("commit", "-q", "--amend", "--no-edit", "--all", cwd=root)
    switch(opened(), "production")
    with pytest.raises(RefusedError, match="1 commit"):
        plan_delete(opened(), staging)


def test_the_default_environment_is_never_deleted(opened: Opened, staging: str, root: Path) -> None:
    switch(opened(), staging)
    with pytest.raises(RefusedError, match="never deleted"):
        plan_delete(opened(), "production", force=True)


def test_one_that_is_checked_out_is_left_first(opened: Opened, staging: str, root: Path, git, tmp_path: Path) -> None:
    switch(opened(), staging)
    with pytest.raises(RefusedError, match="checked out") as error:
        plan_delete(opened(), staging, force=True)
    assert error.value.hint == "switch to another one first: `jetenv switch production`"
    switch(opened(), "production")
    git("worktree", "add", "-q", tmp_path / "other", staging, cwd=root)
    with pytest.raises(RefusedError, match="other"):
        plan_delete(opened(), staging, force=True)


def test_one_that_only_a_remote_has_is_not_deleted_here(
    opened: Opened, staging: str, root: Path, git, tmp_path
) -> None:
    git("clone", "-q", root, tmp_path / "clone")
    with pytest.raises(UsageError, match="on origin only") as error:
        plan_delete(open_project(tmp_path / "clone"), staging)
    assert error.value.hint == "delete it there with `git push origin :staging`"


def test_a_branch_that_moved_after_the_question_is_left_alone(opened: Opened, staging: str, root: Path, git) -> None:
    project = opened()
    plan = plan_delete(project, staging)
    color(opened(), staging, "lime")
    with pytest.raises(RefMovedError):
        delete(project, plan)
    assert git("rev-parse", "--verify", "-q", staging, cwd=root)


def test_a_bare_repository_keeps_the_one_that_its_head_names(opened: Opened, staging: str, root: Path, git, clone):
    bare = clone("--bare", root, "bare.git")
    git("symbolic-ref", "HEAD", "refs/heads/staging", cwd=bare)
    with pytest.raises(RefusedError, match="HEAD of this bare repository"):
        plan_delete(open_project(bare), staging)
    git("symbolic-ref", "HEAD", "refs/heads/production", cwd=bare)
    project = open_project(bare)
    delete(project, plan_delete(project, staging))
    assert "staging" not in git("for-each-ref", cwd=bare)
