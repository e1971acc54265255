"""A revert with conflicts: kept like a merge in progress, resolved, completed or dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.environments.merges import resolve as resolving
from jetenv.environments.merges.merge import continue_merge, merge
from jetenv.environments.merges.merging_state import drop, merge_in_progress
from jetenv.environments.merges.resolve import list_conflicts
from jetenv.environments.merges.revert import Outcome, continue_revert, revert
from jetenv.environments.platform.pin import pin
from jetenv.errors import RefusedError
from jetenv.merging.resolutions import Resolution

MENU = "items: [a, b]\nhome: {home}\nfooter: {footer}\n"
OURS, THEIRS = Resolution("ours"), Resolution("theirs")


@pytest.fixture
def contested(root: Path, commit: Callable[..., str]) -> str:
    """A commit that changed two places, of which one was changed again since."""
    commit("notes/menu.yaml", MENU.format(home="first", footer="first"))
    undone = commit("notes/menu.yaml", MENU.format(home="second", footer="second"))
    commit("notes/menu.yaml", MENU.format(home="third", footer="second"))
    return undone


def settle(opened, resolution: Resolution) -> None:
    listed = list_conflicts(opened())
    resolving.resolve(opened(), listed, listed.conflicts, resolution)


def test_it_is_kept_and_nothing_else_changes(root, opened, contested, snapshot) -> None:
    before = snapshot(root)
    result = revert(opened(), contested)
    assert (result.outcome, result.kept) == (Outcome.CONFLICTS, True)
    assert snapshot(root) == before
    (only,) = list_conflicts(opened()).conflicts
    versions = (only.conflict.base, only.conflict.ours, only.conflict.theirs)
    assert [(each or "").strip() for each in versions] == ["home: second", "home: third", "home: first"]


def test_a_dry_run_keeps_nothing(opened, contested) -> None:
    assert not revert(opened(), contested, dry_run=True).kept
    assert merge_in_progress(opened()) is None


@pytest.mark.parametrize(("resolution", "expected"), [(THEIRS, "first"), (OURS, "third"), (Resolution(value="x"), "x")])
def test_it_lands_what_was_resolved_beside_what_did_not_conflict(
    resolution, expected, root, opened, contested, git
) -> None:
    """One signed commit of one parent, with the conflict in its trailers."""
    tip = git("rev-parse", "HEAD", cwd=root)
    revert(opened(), contested, message="Undo it")
    (only,) = list_conflicts(opened()).conflicts
    assert continue_revert(opened()).outcome is Outcome.CONFLICTS
    settle(opened, resolution)
    assert continue_revert(opened()).outcome is Outcome.REVERTED
    assert (root / "notes/menu.yaml").read_text() == MENU.format(home=expected, footer="first")
    assert git("rev-list", "--parents", "-n1", "HEAD", cwd=root).split()[1:] == [tip]
    message = git("log", "-1", "--format=%B", cwd=root)
    assert message.startswith("Undo it\n")
    assert f"Jetenv-Resolved: {only.conflict.id}" in message
    assert merge_in_progress(opened()) is None


def test_nothing_is_left_where_all_is_resolved_as_it_is(root, opened, commit, snapshot) -> None:
    """No empty commit is made, and the revert is over."""
    commit("notes/a.yaml", "a: 1\n")
    undone = commit("notes/a.yaml", "a: 2\n")
    commit("notes/a.yaml", "a: 3\n")
    before = snapshot(root)
    revert(opened(), undone)
    settle(opened, OURS)
    assert continue_revert(opened()).outcome is Outcome.NOTHING
    assert snapshot(root) == before
    assert merge_in_progress(opened()) is None


def test_it_cannot_go_on_where_the_environment_moved(root, opened, contested, commit) -> None:
    """What was resolved is offered when it is asked for again."""
    revert(opened(), contested)
    settle(opened, THEIRS)
    commit("notes/other.yaml", "a: 1\n")
    with pytest.raises(RefusedError) as refused:
        continue_revert(opened())
    assert "moved" in refused.value.message
    assert f"jetenv revert {contested[:10]} production" in (refused.value.hint or "")
    drop(opened())
    assert len(revert(opened(), contested).remembered) == 1


def test_it_cannot_go_on_where_the_commit_is_gone_from_the_environment(root, opened, contested, git) -> None:
    revert(opened(), contested)
    git("reset", "-q", "--hard", f"{contested}~1", cwd=root)
    with pytest.raises(RefusedError, match="cannot go on"):
        continue_revert(opened())


def test_nothing_else_begins_and_the_other_verb_says_what_completes_it(opened, contested) -> None:
    revert(opened(), contested)
    for begin in (lambda: merge(opened(), "HEAD~1", "production"), lambda: revert(opened(), None)):
        with pytest.raises(RefusedError) as refused:
            begin()
        assert "jetenv revert --continue" in (refused.value.hint or "")
    with pytest.raises(RefusedError) as refused:
        continue_merge(opened())
    assert "jetenv revert --continue" in (refused.value.hint or "")


def test_a_result_that_breaks_the_project_is_an_answer_and_the_revert_goes_on(root, opened, commit, snapshot) -> None:
    """Another resolution can still be given."""
    page = "name: {}\nurl: /stock\ncomponents: []\n"
    commit("pages/stock.yaml", page.format("Stock"))
    undone = commit("pages/stock.yaml", page.format("The stock"))
    commit("pages/stock.yaml", page.format("Our stock"))
    revert(opened(), undone)
    settle(opened, Resolution(value="[1]"))
    before = snapshot(root)
    result = continue_revert(opened())
    assert (result.outcome, result.kept) == (Outcome.VIOLATIONS, True)
    assert snapshot(root) == before
    settle(opened, THEIRS)
    assert continue_revert(opened()).outcome is Outcome.REVERTED


def test_a_setting_of_the_environment_is_resolved_too(root, opened, git) -> None:
    """Its own folder takes part in a revert."""
    pin(opened(), "production", "3.11")
    undone = git("rev-parse", "HEAD", cwd=root)
    pin(opened(), "production", "3.12")
    revert(opened(), undone)
    settle(opened, THEIRS)
    continue_revert(opened())
    assert "version: latest" in (root / "environments/production/environment.yaml").read_text()
