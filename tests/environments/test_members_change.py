"""Changes of the members: in force by one commit, or proposed until enough admins have signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from jetenv.access.public_keys import fingerprint, read_public_key
from jetenv.environments.delete import delete, plan_delete
from jetenv.environments.people.invitations import add, join
from jetenv.environments.people.members_change import (
    MembersResult,
    change_role,
    change_threshold,
    plan_sign,
    remove,
    sign_proposal,
)
from jetenv.environments.people.membership import list_members
from jetenv.environments.people.proposals import State
from jetenv.environments.platform.pin import pin
from jetenv.environments.project import Project, open_project
from jetenv.environments.rename import rename
from jetenv.environments.starting.create import create
from jetenv.errors import DeniedError, JetenvError, RefusedError, UsageError
from jetenv.repository.failures import RefMovedError

from .members_helpers import PRODUCTION, in_force, prove, sign_it, versions_by_hand

Opened = Callable[[], Project]


@pytest.fixture
def admit(opened: Opened, keys: Mapping[str, Path], tmp_path: Path) -> Callable[..., MembersResult]:
    """``admit(name, role, environment)``: ``name`` asks to join, and who is here adds that."""

    def run(name: str, role: str, environment: str = PRODUCTION) -> MembersResult:
        file = tmp_path / f"{name}.join"
        file.unlink(missing_ok=True)
        join(opened(), name=environment, id_=name, key=keys[name], file=file)
        return add(opened(), environment, str(file), role=role)

    return run


def test_a_whole_life_is_proven_by_the_verifier_and_by_hand(opened: Opened, root: Path, admit, be, git, keys, by_hand):
    assert admit("bob", "editor").commit == git("rev-parse", PRODUCTION, cwd=root)
    change_role(opened(), PRODUCTION, "bob", "admin")
    change_threshold(opened(), PRODUCTION, 2)
    assert change_threshold(opened(), PRODUCTION, 1).commit is None
    be("bob")
    assert sign_it(opened()).commit is not None
    add(opened(), PRODUCTION, "bob", key=keys["ecdsa"])
    be("ecdsa")
    remove(opened(), PRODUCTION, "bob", key=fingerprint(read_public_key(keys["bob"].with_suffix(".pub"))))
    remove(opened(), PRODUCTION, "ada")
    assert [(each.id, each.role) for each in in_force(root).members] == [("bob", "admin")]
    assert by_hand() == 8
    assert git("status", "--porcelain", cwd=root) == ""


def test_each_change_is_one_signed_commit_that_says_what_it_does(opened: Opened, root: Path, admit, git):
    before = git("rev-parse", PRODUCTION, cwd=root)
    admit("bob", "editor")
    change_role(opened(), PRODUCTION, "bob", "viewer")
    subjects = git("log", "--format=%s", f"{before}..{PRODUCTION}", cwd=root).splitlines()
    assert subjects == ["Make bob viewer of production", "Add bob to the members of production as editor"]
    files = git("ls-tree", "-r", "--name-only", PRODUCTION, "environments/production/signatures/", cwd=root)
    assert files == "environments/production/signatures/ada.sig"


def test_only_admins_change_members(opened: Opened, root: Path, admit, be, snapshot):
    admit("bob", "editor")
    before = snapshot(root)
    for who, message in (("bob", "'bob' is an editor"), ("carol", "belongs to no member")):
        be(who)
        kept = snapshot(root)
        for change in (
            lambda: change_role(opened(), PRODUCTION, "bob", "admin"),
            lambda: change_threshold(opened(), PRODUCTION, 1),
            lambda: remove(opened(), PRODUCTION, "ada"),
            lambda: plan_sign(opened(), PRODUCTION),
            lambda: admit("carol", "admin"),
        ):
            with pytest.raises(DeniedError, match=message):
                change()
        assert snapshot(root) == kept
    be("ada")
    assert snapshot(root)[0] == before[0]


def test_a_change_by_another_admin_meanwhile_wins_and_the_later_one_is_told(
    opened: Opened, root: Path, admit, git, by_hand
):
    admit("bob", "editor")
    slow = opened()
    _ = slow.environments(), slow.head
    change_role(opened(), PRODUCTION, "bob", "viewer")
    with pytest.raises(RefMovedError):
        change_role(slow, PRODUCTION, "bob", "admin")
    assert in_force(root).member("bob").role == "viewer"
    assert by_hand() == 3


def test_an_own_rename_keeps_the_chain_and_what_waits(opened: Opened, root: Path, admit, be, git, by_hand, tmp_path):
    create(opened(), "staging")
    admit("bob", "admin", "staging")
    change_threshold(opened(), "staging", 2)
    waiting = change_threshold(opened(), "staging", 1)
    assert waiting.proposal is not None
    rename(opened(), "staging", "qa", change_id=True)
    be("bob")
    plan = plan_sign(opened(), "qa")
    assert plan.proposal.branch == "members_of/staging/v4"
    assert sign_proposal(opened(), plan).commit is not None
    assert git("branch", "--list", "members_of/*", cwd=root) == ""
    assert in_force(root, "qa").threshold == 1
    prove(root)


def test_what_waited_for_an_environment_deleted_since_is_not_of_its_namesake(
    opened: Opened, root: Path, admit, git, be
):
    create(opened(), "staging")
    admit("bob", "admin", "staging")
    change_threshold(opened(), "staging", 2)
    change_threshold(opened(), "staging", 1)
    delete(opened(), plan_delete(opened(), "staging", force=True))
    create(opened(), "staging")
    (proposal,) = list_members(opened(), "staging").proposals
    assert (proposal.state, proposal.problem) == (State.STALE, "it is of another environment of that id")
    with pytest.raises(RefusedError, match="stale"):
        plan_sign(opened(), "staging")
    prove(root)


def test_an_environment_may_have_the_name_of_the_branches_folder(opened: Opened, root: Path, admit, git):
    """Names of environments have no underscore, so no proposal keeps one from being created."""
    create(opened(), "members")
    create(opened(), "members-of")
    admit("bob", "admin", "members")
    change_threshold(opened(), "members", 2)
    assert change_threshold(opened(), "members", 1).proposal is not None
    prove(root)


def test_the_proof_of_an_adopted_repository_begins_with_the_adoption(repo: Path, git, keys, tmp_path: Path):
    from jetenv.environments.starting.init import init

    (repo / "notes.txt").write_text("old\n")
    git("add", ".", cwd=repo)
    git("commit", "-q", "--no-gpg-sign", "-m", "Unsigned", cwd=repo)
    init(repo)
    file = tmp_path / "bob.join"
    join(open_project(repo), name="main", id_="bob", key=keys["bob"], file=file)
    add(open_project(repo), "main", str(file), role="editor")
    prove(repo)
    assert versions_by_hand(repo, "main", tmp_path) == 2


def test_a_local_branch_that_lacks_what_a_remote_has_is_not_built_on(
    opened: Opened, root: Path, clone, admit, git, keys
):
    admit("bob", "admin")
    other = clone(root, "other")
    git("config", "user.signingkey", f"{keys['bob']}.pub", cwd=other)
    pin(opened(), PRODUCTION, "3.12")
    git("fetch", "-q", cwd=other)
    with pytest.raises(RefusedError, match="lacks 1 commit of origin") as error:
        change_threshold(open_project(other), PRODUCTION, 2)
    assert error.value.hint is not None and "git pull" in error.value.hint


def test_an_environment_that_only_a_remote_has_gets_its_branch(opened: Opened, root: Path, clone, git, keys, tmp_path):
    create(opened(), "staging")
    other = clone(root, "other")
    project = open_project(other)
    join(project, name="staging", id_="bob", key=keys["bob"], file=tmp_path / "bob.join")
    assert add(project, "staging", str(tmp_path / "bob.join"), role="viewer").commit is not None
    assert git("rev-parse", "--abbrev-ref", "staging@{upstream}", cwd=other) == "origin/staging"
    assert git("rev-list", "--count", "origin/staging..staging", cwd=other) == "1"


def test_without_a_name_it_is_the_current_environment(opened: Opened, root: Path, git):
    assert list_members(opened(), None).environment.id == PRODUCTION
    git("switch", "-q", "-c", "feature", cwd=root)
    with pytest.raises(UsageError, match="no environment is checked out"):
        list_members(opened(), None)


def test_a_members_file_in_another_form_is_not_trusted(opened: Opened, root: Path, commit, snapshot):
    file = root / "environments/production/members.yaml"
    for text in (file.read_text().replace('role: "admin"', "role: admin"), "", file.read_text() + "# note\n"):
        commit("environments/production/members.yaml", text)
        before = snapshot(root)
        for read in (
            lambda: list_members(opened(), PRODUCTION),
            lambda: change_threshold(opened(), PRODUCTION, 1),
        ):
            with pytest.raises(JetenvError):
                read()
        assert snapshot(root) == before
