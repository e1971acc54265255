"""``jetenv revert``, and what a merge says and does after one, through the installed command; git is the witness."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

ORDERS = "pages/orders.yaml"
INTERVAL = "refresh_interval: 120"
NAME = "name: Orders\nurl:"
STOCK = "name: Stock\nurl: /stock\ncomponents:\n  - {id: hello, type: text, text: Hello}\n"


@pytest.fixture
def merged(root: Path, edit, jetenv, git) -> str:
    """The merge of three changes of staging into production: a query, a page's name, a new page."""
    edit("staging", ORDERS, INTERVAL, "refresh_interval: 90")
    edit("staging", "theme.yaml", "radius: 8", "radius: 4")
    edit("staging", "pages/stock.yaml", None, STOCK)
    jetenv("merge", "staging", "production", cwd=root)
    return git("rev-parse", "production", cwd=root)


def trailers(git, root: Path, revision: str) -> list[str]:
    return git("log", "-1", "--format=%(trailers:only,unfold)", revision, cwd=root).splitlines()


def held(jetenv, root: Path, *arguments: str) -> list[dict]:
    done = jetenv("merge", "staging", "production", "--json", *arguments, cwd=root, check=False)
    return json.loads(done.stdout)["held_back"]


def test_reverting_a_merge_keeps_what_came_after_it(merged, root, edit, jetenv, git, show) -> None:
    """One signed commit of one parent that names the merge; other lines of the same file stay as they are now."""
    later = edit("production", ORDERS, NAME, "name: The orders\nurl:")
    done = jetenv("revert", merged, "production", cwd=root)
    assert merged[:10] in done.stdout
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == [later]
    git("verify-commit", "production", cwd=root)
    assert f"Jetenv-Reverts: {merged}" in trailers(git, root, "production")
    assert git("status", "--porcelain", cwd=root) == ""
    assert show("production", ORDERS) == show(f"{merged}^1", ORDERS).replace(NAME, "name: The orders\nurl:")
    changed = git("diff", "--name-only", f"{merged}^1", "production", cwd=root)
    assert changed == ORDERS


def test_the_last_commit_of_the_current_or_a_named_environment(root, edit, jetenv, git, show) -> None:
    """Both forms; a dry run before them changes nothing."""
    edit("production", ORDERS, INTERVAL, "refresh_interval: 60")
    edit("staging", ORDERS, INTERVAL, "refresh_interval: 90")
    before = git("for-each-ref", cwd=root)
    assert "would be reverted" in jetenv("revert", "--last", "--dry-run", cwd=root).stdout
    assert git("for-each-ref", cwd=root) == before
    jetenv("revert", "--last", cwd=root)
    jetenv("revert", "--last", "staging", cwd=root)
    for environment in ("production", "staging"):
        assert INTERVAL in show(environment, ORDERS)
        assert git("log", "-1", "--format=%s", environment, cwd=root) == f'Revert "edit {ORDERS}"'


def test_a_merge_after_a_revert_says_what_is_held_back(merged, root, edit, jetenv, git, show) -> None:
    """Newer changes of the source come, what was reverted does not, and the answer says so."""
    assert held(jetenv, root) == []
    jetenv("revert", "--last", "production", cwd=root)
    revert = git("rev-parse", "production", cwd=root)
    (answer,) = held(jetenv, root)
    assert answer["revert"] == revert
    assert answer["reverted"] == [merged]
    assert [each["path"] for each in answer["objects"]] == [ORDERS, "pages/stock.yaml", "theme.yaml"]
    edit("staging", "menu.yaml", "home: dashboard", "home: orders")
    done = jetenv("merge", "staging", "production", cwd=root)
    assert "home: orders" in show("production", "menu.yaml")
    assert "Held back by a revert" in done.stdout
    assert "--reland" in done.stderr
    assert INTERVAL in show("production", ORDERS)


@pytest.mark.parametrize("kind", ["fixed", "perl"])
def test_reverts_are_found_however_a_person_has_git_search(merged, root, jetenv, git, kind: str) -> None:
    jetenv("revert", "--last", "production", cwd=root)
    git("config", "--global", "grep.patternType", kind, cwd=root)
    assert len(held(jetenv, root)) == 1


def test_relanding_brings_it_again_and_nothing_is_held_back_after(merged, root, edit, jetenv, git, show) -> None:
    """Together with newer changes of the source, and with what the target changed meanwhile."""
    jetenv("revert", "--last", "production", cwd=root)
    revert = git("rev-parse", "production", cwd=root)
    edit("production", ORDERS, NAME, "name: The orders\nurl:")
    edit("staging", "menu.yaml", "home: dashboard", "home: orders")
    answer = json.loads(jetenv("merge", "staging", "production", "--reland", "--json", cwd=root).stdout)
    assert [each["revert"] for each in answer["relanded"]] == [revert]
    assert answer["held_back"] == []
    assert f"Jetenv-Relands: {revert}" in trailers(git, root, "production")
    assert len(git("rev-list", "--parents", "-n1", "production", cwd=root).split()) == 3
    git("verify-commit", "production", cwd=root)
    assert show("production", ORDERS) == show("staging", ORDERS).replace(NAME, "name: The orders\nurl:")
    for path in ("theme.yaml", "menu.yaml", "pages/stock.yaml"):
        assert show("production", path) == show("staging", path)
    assert held(jetenv, root) == []
    assert "already" in jetenv("merge", "staging", "production", "--reland", cwd=root).stdout


def test_relanding_where_the_source_has_nothing_new_is_a_commit_of_one_parent(merged, root, jetenv, git, show) -> None:
    """git has all of the source already, so it is no merge to it."""
    jetenv("revert", "--last", "production", cwd=root)
    jetenv("merge", "staging", "production", "--reland", cwd=root)
    assert len(git("rev-list", "--parents", "-n1", "production", cwd=root).split()) == 2
    assert show("production", ORDERS) == show("staging", ORDERS)
    assert held(jetenv, root) == []


def test_a_part_of_what_is_held_back_can_be_relanded(merged, root, jetenv, show) -> None:
    """The rest is held back on, and comes with the next --reland."""
    jetenv("revert", "--last", "production", cwd=root)
    done = jetenv("merge", "staging", "production", "--reland", "--only", "theme", cwd=root)
    assert "Brought again a part of what" in done.stdout
    assert "what staging has: 2 objects" in done.stdout
    assert "radius: 4" in show("production", "theme.yaml")
    assert INTERVAL in show("production", ORDERS)
    (answer,) = held(jetenv, root)
    assert [each["path"] for each in answer["objects"]] == [ORDERS, "pages/stock.yaml"]
    jetenv("merge", "staging", "production", "--reland", cwd=root)
    assert show("production", ORDERS) == show("staging", ORDERS)
    assert held(jetenv, root) == []


def test_a_part_that_was_never_held_back_relands_nothing(merged, root, edit, jetenv) -> None:
    jetenv("revert", "--last", "production", cwd=root)
    edit("staging", "menu.yaml", "home: dashboard", "home: orders")
    answer = json.loads(
        jetenv("merge", "staging", "production", "--reland", "--only", "menu", "--json", cwd=root).stdout
    )
    assert answer["relanded"] == []
    assert [len(each["objects"]) for each in answer["held_back"]] == [3]


@pytest.mark.parametrize("change", ["home: nowhere", "home: products"])
def test_a_reland_that_something_is_in_the_way_of_is_not_advised_again(change, merged, root, edit, jetenv) -> None:
    """What is to be relanded is not held back any more, also where violations or conflicts stop the merge."""
    jetenv("revert", "--last", "production", cwd=root)
    edit("staging", "menu.yaml", "home: dashboard", change)
    if change == "home: products":
        edit("production", "menu.yaml", "home: dashboard", "home: orders")
    done = jetenv("merge", "staging", "production", "--reland", cwd=root, check=False)
    assert done.code == 1
    assert "eld back by" not in done.stdout
    assert "--reland" not in done.stderr


def test_what_is_advised_can_be_run_whatever_the_branch_is_called(merged, root, jetenv, git) -> None:
    """The name is quoted for a shell, and stands as it is where it is only told."""
    name = "it's;$x"
    git("branch", name, "staging", cwd=root)
    jetenv("revert", "--last", "production", cwd=root)
    told = jetenv("merge", name, "production", cwd=root).stderr
    (command,) = re.findall(r"^note: `jetenv (.*)` brings again what is held back$", told, re.MULTILINE)
    assert "Brought again" in jetenv(*shlex.split(command), cwd=root).stdout


def test_what_was_brought_again_by_hand_is_settled_by_a_reland_without_changes(
    merged, root, edit, jetenv, show
) -> None:
    """The commit records that nothing is held back any more."""
    jetenv("revert", "--last", "production", cwd=root)
    edit("production", ORDERS, INTERVAL, "refresh_interval: 90")
    edit("production", "theme.yaml", "radius: 8", "radius: 4")
    edit("production", "pages/stock.yaml", None, STOCK)
    edit("production", ORDERS, NAME, "name: The orders\nurl:")
    assert held(jetenv, root)
    before = show("production", ORDERS)
    jetenv("merge", "staging", "production", "--reland", cwd=root)
    assert show("production", ORDERS) == before
    assert held(jetenv, root) == []


def test_reverting_a_revert_brings_it_back_and_nothing_is_held_back(merged, root, jetenv, git) -> None:
    """The tree is what it was after the merge; undoing that too holds it back again."""
    jetenv("revert", "--last", "production", cwd=root)
    jetenv("revert", "--last", "production", cwd=root)
    assert git("rev-parse", "production^{tree}", cwd=root) == git("rev-parse", f"{merged}^{{tree}}", cwd=root)
    assert held(jetenv, root) == []
    jetenv("revert", "--last", "production", cwd=root)
    assert len(held(jetenv, root)) == 1


def test_undoing_a_reland_holds_it_back_again(merged, root, edit, jetenv, show) -> None:
    """And it can be brought once more."""
    jetenv("revert", "--last", "production", cwd=root)
    edit("staging", "menu.yaml", "home: dashboard", "home: orders")
    jetenv("merge", "staging", "production", "--reland", cwd=root)
    jetenv("revert", "--last", "production", cwd=root)
    assert held(jetenv, root)
    assert "home: dashboard" in show("production", "menu.yaml")
    jetenv("merge", "staging", "production", "--reland", cwd=root)
    for path in ("theme.yaml", "menu.yaml", ORDERS):
        assert show("production", path) == show("staging", path)
    assert held(jetenv, root) == []


def test_a_revert_by_git_itself_holds_back_too(merged, root, jetenv, git) -> None:
    """What git writes into the message is understood."""
    git("revert", "-m", "1", "--no-edit", "production", cwd=root)
    assert [each["reverted"] for each in held(jetenv, root)] == [[merged]]
    jetenv("merge", "staging", "production", "--reland", cwd=root)
    assert held(jetenv, root) == []


def test_merging_the_reverted_target_back_undoes_it_at_the_source_and_holds_nothing_back(
    merged, root, jetenv, show
) -> None:
    """Then both agree: the revert is part of the source's history."""
    jetenv("revert", "--last", "production", cwd=root)
    jetenv("merge", "production", "staging", cwd=root)
    assert INTERVAL in show("staging", ORDERS)
    assert held(jetenv, root) == []


def test_a_pin_can_be_reverted(root, jetenv, git, show) -> None:
    """The environment's own folder takes part, but for its signed members file."""
    before = git("rev-parse", "production^{tree}", cwd=root)
    jetenv("pin", "production", "3.12", cwd=root)
    jetenv("revert", "--last", "production", cwd=root)
    assert git("rev-parse", "production^{tree}", cwd=root) == before
    assert "latest" in show("production", "environments/production/environment.yaml")


def test_the_members_file_stays(root, edit, jetenv, git, refs) -> None:
    """It counts its own versions; the answer says that it stays."""
    members = (root / "environments/production/members.yaml").read_text()
    edit("production", "environments/production/members.yaml", None, members + "# changed\n")
    before = refs()
    done = jetenv("revert", "--last", "production", "--dry-run", cwd=root)
    assert "environments/production/members.yaml" in done.stdout
    assert refs() == before


def test_places_that_changed_again_are_resolved_and_the_revert_is_completed(
    merged, root, edit, jetenv, refs, git, show
) -> None:
    """Exit code 1, with the three versions, and nothing has changed before it is completed."""
    edit("production", ORDERS, "refresh_interval: 90", "refresh_interval: 30")
    before = refs()
    done = jetenv("revert", merged, "production", cwd=root, check=False)
    assert done.code == 1
    for word in (f"{ORDERS}#queries[totals].refresh_interval", "90", "30", "120"):
        assert word in done.stdout
    assert refs() == before
    listed = jetenv("conflicts", cwd=root, check=False)
    assert f"Reverting {merged[:10]} on" in listed.stdout
    assert "jetenv revert --abort" in listed.stderr
    assert json.loads(jetenv("status", "--json", cwd=root).stdout)["merge"]["operation"] == "revert"
    jetenv("resolve", f"{ORDERS}#queries[totals].refresh_interval", "--value", "45", cwd=root)
    assert refs() == before
    answer = json.loads(jetenv("revert", "--continue", "--json", cwd=root).stdout)
    assert (answer["outcome"], len(answer["resolved"]), answer["in_progress"]) == ("reverted", 1, False)
    assert "refresh_interval: 45" in show("production", ORDERS)
    assert "radius: 8" in show("production", "theme.yaml")
    assert f"Jetenv-Reverts: {merged}" in trailers(git, root, "production")
    git("verify-commit", "production", cwd=root)


def test_a_revert_in_progress_is_ended_by_the_flags_of_merge_too(merged, root, edit, jetenv, refs) -> None:
    """There is one at a time, so both commands mean the same."""
    edit("production", ORDERS, "refresh_interval: 90", "refresh_interval: 30")
    before = refs()
    jetenv("revert", merged, "production", cwd=root, check=False)
    assert "the revert of" in jetenv("merge", "staging", "production", cwd=root, check=False).stderr
    assert jetenv("merge", "--continue", cwd=root, check=False).code == 1
    assert "Dropped the revert" in jetenv("merge", "--abort", cwd=root).stdout
    assert jetenv("revert", "--abort", cwd=root, check=False).code == 1
    assert refs() == before


def test_a_revert_that_would_break_the_project_is_refused(merged, root, edit, jetenv, refs) -> None:
    """A page that was reverted is needed by now."""
    edit(
        "production",
        "menu.yaml",
        "primary:\n",
        "primary:\n  - id: stock\n    type: link\n    label: Stock\n    page: stock\n",
    )
    before = refs()
    done = jetenv("revert", merged, "production", cwd=root, check=False)
    assert done.code == 1
    assert "menu.yaml:" in done.stdout
    assert "stock" in done.stdout
    assert refs() == before


def test_undoing_what_is_undone_already_does_nothing(merged, root, jetenv, refs) -> None:
    """No empty commit is made."""
    jetenv("revert", merged, "production", cwd=root)
    before = refs()
    assert "has nothing" in jetenv("revert", merged, "production", cwd=root).stdout
    assert refs() == before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--last", "staging"), 1, "began with"),
        (("production", "production"), 1, "began with"),
        (("staging", "production"), 1, "not on 'production'"),
        (("nothing", "production"), 2, "names no commit"),
        (("HEAD", "prodcution"), 2, "did you mean 'production'"),
        ((), 2, "--last"),
        (("--last", "HEAD", "production"), 2, "one of them"),
    ],
)
def test_what_cannot_be_reverted(arguments, code, words, root, jetenv, refs) -> None:
    """The commit that an environment began with, commits of others, and names that cannot be meant."""
    before = refs()
    done = jetenv("revert", *arguments, cwd=root, check=False)
    assert done.code == code
    assert words in done.stderr
    assert refs() == before


def test_a_merge_made_on_another_branch_is_not_reverted_here(root, edit, jetenv, git, refs) -> None:
    """Its inverse would undo what came from here."""
    edit("production", "menu.yaml", "home: dashboard", "home: orders")
    jetenv("merge", "production", "staging", cwd=root)
    merge = git("rev-parse", "staging", cwd=root)
    jetenv("merge", "staging", "production", cwd=root)
    before = refs()
    done = jetenv("revert", merge, "production", cwd=root, check=False)
    assert done.code == 1
    assert "made on another branch" in done.stderr
    assert refs() == before
