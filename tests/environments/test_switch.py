"""Checking out an environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.environments.project import Project, open_project
from jetenv.environments.starting.create import create
from jetenv.environments.switch import switch
from jetenv.errors import JetenvError, RefusedError, UsageError

Opened = Callable[[], Project]


@pytest.fixture
def staging(opened: Opened, commit: Callable[..., str], git, root: Path) -> str:
    """The environment staging, whose theme differs from production's."""
    create(opened(), "staging", display="EU staging")
    switch(opened(), "staging")
    commit("theme.yaml", "mode: dark\n")
    git("switch", "-q", "production", cwd=root)
    return "staging"


def test_the_environment_is_checked_out(opened: Opened, staging: str, root: Path, git) -> None:
    result = switch(opened(), staging)
    assert (result.environment.id, result.previous, result.already) == ("staging", "production", False)
    assert (result.created, result.carried, result.stale) == (False, (), None)
    assert git("symbolic-ref", "HEAD", cwd=root) == "refs/heads/staging"
    assert (root / "theme.yaml").read_text() == "mode: dark\n"
    assert git("status", "--porcelain", cwd=root) == ""


def test_the_display_name_will_do(opened: Opened, staging: str) -> None:
    assert switch(opened(), "eu STAGING").environment.id == "staging"


def test_being_there_already_is_said(opened: Opened, staging: str, root: Path, git) -> None:
    before = git("reflog", cwd=root)
    assert switch(opened(), "production").already
    assert git("reflog", cwd=root) == before


def test_an_uncommitted_edit_comes_along_where_it_can(opened: Opened, staging: str, root: Path) -> None:
    (root / "menu.yaml").write_text("home: home\nprimary: []\n")
    (root / "notes.txt").write_text("mine\n")
    assert switch(opened(), staging).carried == ("menu.yaml", "notes.txt")
    assert (root / "menu.yaml").read_text() == "home: home\nprimary: []\n"


@pytest.mark.parametrize("staged", [False, True])
def test_an_edit_that_would_be_lost_is_named_and_nothing_changes(
    opened: Opened, staging: str, root: Path, git, snapshot: Callable[[Path], object], staged: bool
) -> None:
    (root / "theme.yaml").write_text("mode: light\n")
    if staged:
        git("add", "theme.yaml", cwd=root)
    before = snapshot(root)
    with pytest.raises(RefusedError, match=r"theme\.yaml") as error:
        switch(opened(), staging)
    assert "jetenv commit" in (error.value.hint or "")
    assert snapshot(root) == before


def test_a_new_file_in_the_way_is_named(opened: Opened, staging: str, root: Path, commit, git, snapshot) -> None:
    switch(opened(), staging)
    commit("pages/new.yaml", "id: new\nname: New\n")
    git("switch", "-q", "production", cwd=root)
    (root / "pages" / "new.yaml").write_text("id: new\nname: Mine\n")
    before = snapshot(root)
    with pytest.raises(RefusedError, match=r"pages/new\.yaml"):
        switch(opened(), staging)
    assert snapshot(root) == before


def test_a_merge_in_progress_has_to_be_ended_first(opened: Opened, staging: str, root: Path, commit, git) -> None:
    commit("theme.yaml", "mode: light\n")
    with pytest.raises(AssertionError):
        git("merge", "-q", staging, cwd=root)
    with pytest.raises(RefusedError, match="merge is in progress") as error:
        switch(opened(), staging)
    assert "git merge --continue" in (error.value.hint or "")


def test_an_environment_that_only_a_remote_has_gets_a_branch_that_tracks_it(
    opened: Opened, staging: str, root: Path, git, tmp_path: Path
) -> None:
    git("clone", "-q", root, tmp_path / "clone")
    project = open_project(tmp_path / "clone")
    assert project.environment(staging).remote == "origin"
    result = switch(project, staging)
    assert result.created
    assert result.environment.remote is None
    assert git("rev-parse", "--abbrev-ref", "@{upstream}", cwd=tmp_path / "clone") == "origin/staging"
    assert git("rev-parse", "HEAD", cwd=tmp_path / "clone") == git("rev-parse", staging, cwd=root)


def test_no_branch_is_left_where_the_switch_is_refused(
    opened: Opened, staging: str, root: Path, git, tmp_path: Path, snapshot
) -> None:
    clone = tmp_path / "clone"
    git("clone", "-q", root, clone)
    (clone / "theme.yaml").write_text("mode: light\n")
    before = snapshot(clone)
    with pytest.raises(RefusedError):
        switch(open_project(clone), staging)
    assert snapshot(clone) == before


def test_a_local_branch_behind_its_remote_is_told(
    opened: Opened, staging: str, root: Path, git, commit, tmp_path
) -> None:
    clone = tmp_path / "clone"
    git("clone", "-q", root, clone)
    switch(open_project(clone), staging)
    switch(opened(), staging)
    commit("menu.yaml", "home: home\nprimary: []\n")
    git("fetch", "-q", cwd=clone)
    stale = switch(open_project(clone), staging).stale
    assert stale is not None
    assert (stale.ahead, stale.behind) == (0, 1)


def test_an_unknown_name_says_what_was_meant(opened: Opened, staging: str, root: Path, git) -> None:
    with pytest.raises(UsageError) as error:
        switch(opened(), "stagin")
    assert error.value.hint == "did you mean 'staging'?"
    git("branch", "feature", cwd=root)
    with pytest.raises(UsageError, match="not an environment") as error:
        switch(opened(), "feature")
    assert "git switch feature" in (error.value.hint or "")


def test_from_a_detached_head_too(opened: Opened, staging: str, root: Path, git) -> None:
    git("switch", "-q", "--detach", cwd=root)
    assert switch(opened(), staging).previous is None


def test_one_working_tree_at_a_time(opened: Opened, staging: str, root: Path, git, tmp_path: Path) -> None:
    git("worktree", "add", "-q", tmp_path / "other", staging, cwd=root)
    with pytest.raises(JetenvError, match="another working tree"):
        switch(opened(), staging)


def test_a_bare_repository_has_nothing_to_switch(opened: Opened, staging: str, root: Path, git, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", root, tmp_path / "bare.git")
    with pytest.raises(JetenvError, match="bare"):
        switch(open_project(tmp_path / "bare.git"), staging)
