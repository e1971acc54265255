"""Changes of the members that wait for signatures, on a branch of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from jetenv.access.public_keys import read_public_key
from jetenv.environments.people.invitations import add, join
from jetenv.environments.people.members_change import (
    change_role,
    change_threshold,
    drop,
    plan_drop,
    plan_sign,
    remove,
    sign_proposal,
)
from jetenv.environments.people.membership import list_members
from jetenv.environments.people.proposals import State
from jetenv.environments.platform.pin import pin
from jetenv.environments.project import Project, open_project
from jetenv.errors import RefusedError
from jetenv.repository.failures import RefMovedError

from .members_helpers import PRODUCTION, in_force, prove, sign_it, versions_by_hand

Opened = Callable[[], Project]


@pytest.fixture
def root(copied: Callable[..., Path], tmp_path: Path, git, keys: Mapping[str, Path]) -> Path:
    """A project whose production has the admins ada, bob and carol, two of whom sign each change."""
    from jetenv.environments.starting.init import init

    def make(folder: Path) -> None:
        init(folder)
        for name in ("bob", "carol"):
            file = tmp_path / f"{name}.join"
            join(open_project(folder), name=PRODUCTION, id_=name, key=keys[name], file=file)
            add(open_project(folder), PRODUCTION, str(file), role="admin")
        change_threshold(open_project(folder), PRODUCTION, 2)

    return copied(tmp_path / "orders", "board", make)


def test_a_change_waits_until_enough_have_signed_and_lands_in_one_commit(opened: Opened, root: Path, be, git, by_hand):
    before = git("rev-parse", PRODUCTION, cwd=root)
    waiting = remove(opened(), PRODUCTION, "carol")
    assert waiting.commit is None and waiting.proposal is not None
    assert git("rev-parse", PRODUCTION, cwd=root) == before
    listed = list_members(opened(), PRODUCTION)
    assert [each.id for each in listed.members.members] == ["ada", "bob", "carol"]
    (proposal,) = listed.proposals
    assert (proposal.branch, proposal.state) == ("members_of/production/v5", State.OPEN)
    assert (proposal.signed, proposal.unsigned, proposal.threshold) == (("ada",), ("bob", "carol"), 2)
    assert [(each.action, each.member) for each in proposal.changes] == [("removed", "carol")]
    be("bob")
    landed = sign_it(opened())
    assert git("rev-list", f"{before}..{PRODUCTION}", cwd=root).split() == [landed.commit]
    assert git("log", "-1", "--format=%s %P", PRODUCTION, cwd=root) == (
        f"Remove carol from the members of production {before}"
    )
    assert git("branch", "--list", "members_of/*", cwd=root) == ""
    assert in_force(root).member("carol") is None
    assert by_hand() == 5


def test_the_environment_may_move_on_while_a_change_waits(opened: Opened, root: Path, be, git, by_hand):
    change_role(opened(), PRODUCTION, "carol", "editor")
    moved = pin(opened(), PRODUCTION, "3.12").commit
    be("bob")
    assert sign_it(opened()).commit is not None
    assert git("rev-parse", f"{PRODUCTION}^", cwd=root) == moved
    assert "3.12" in git("show", f"{PRODUCTION}:environments/production/environment.yaml", cwd=root)
    by_hand()


def test_who_has_signed_does_not_count_twice(opened: Opened, root: Path, git):
    change_role(opened(), PRODUCTION, "carol", "editor")
    with pytest.raises(RefusedError, match="'ada' has signed this change already") as error:
        plan_sign(opened(), PRODUCTION)
    assert error.value.hint is not None and "bob or carol" in error.value.hint
    with pytest.raises(RefusedError, match="waits for signatures already"):
        change_role(opened(), PRODUCTION, "bob", "editor")


def test_what_the_environment_has_moved_past_is_stale_and_can_be_dropped(opened: Opened, root: Path, be, git, by_hand):
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("branch", "kept", "members_of/production/v5", cwd=root)
    drop(opened(), plan_drop(opened(), PRODUCTION))
    change_role(opened(), PRODUCTION, "carol", "viewer")
    be("bob")
    sign_it(opened())
    git("branch", "members_of/production/v5", "kept", cwd=root)
    (stale,) = list_members(opened(), PRODUCTION).proposals
    assert stale.state is State.STALE
    assert stale.problem == "version 5 is in force, and it was made from another one"
    with pytest.raises(RefusedError, match="is stale"):
        plan_sign(opened(), PRODUCTION)
    again = change_role(opened(), PRODUCTION, "carol", "editor")
    assert again.proposal is not None and again.proposal.branch == "members_of/production/v6"
    dropped = drop(opened(), plan_drop(opened(), PRODUCTION))
    assert (len(dropped.dropped), dropped.left) == (2, ())
    with pytest.raises(RefusedError, match="no change"):
        plan_drop(opened(), PRODUCTION)
    by_hand()


def test_a_proposal_that_landed_already_is_told_so(opened: Opened, root: Path, be, git):
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("branch", "kept", "members_of/production/v5", cwd=root)
    be("bob")
    sign_it(opened())
    git("branch", "members_of/production/v5", "kept", cwd=root)
    assert [each.state for each in list_members(opened(), PRODUCTION).proposals] == [State.LANDED]


def test_what_does_not_count_on_a_proposal_is_in_nobodys_way(opened: Opened, root: Path, be, git, by_hand):
    """Whoever may push can put files there: they must neither count nor keep the change from landing."""
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("switch", "-q", "members_of/production/v5", cwd=root)
    folder = root / "environments/production/signatures"
    (folder / "bob.sig").write_bytes((folder / "ada.sig").read_bytes())
    (folder / "notes.txt").write_text("hello")
    (folder / "carol.sig").write_bytes(b"x" * 1_000_000)
    (folder / "link.sig").symlink_to("ada.sig")
    (folder / "below").mkdir()
    (folder / "below" / "bob.sig").write_text("hello")
    git("add", "-A", cwd=root)
    git("commit", "-qm", "Nonsense", cwd=root)
    git("switch", "-q", PRODUCTION, cwd=root)
    (proposal,) = list_members(opened(), PRODUCTION).proposals
    assert (proposal.state, proposal.signed) == (State.OPEN, ("ada",))
    be("bob")
    sign_it(opened())
    names = git("ls-tree", "--name-only", PRODUCTION, "environments/production/signatures/", cwd=root).split()
    assert [Path(name).name for name in names] == ["ada.sig", "bob.sig"]
    by_hand()


@pytest.mark.parametrize("damage", ["not yaml: [", "x" * 300_000, "", "format: 1\n"])
def test_a_proposal_that_nobody_can_accept_is_told_as_broken(opened: Opened, root: Path, git, damage: str):
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("switch", "-q", "members_of/production/v5", cwd=root)
    (root / "environments/production/members.yaml").write_text(damage)
    git("commit", "-qam", "Nonsense", cwd=root)
    git("switch", "-q", PRODUCTION, cwd=root)
    assert [each.state for each in list_members(opened(), PRODUCTION).proposals] == [State.BROKEN]
    with pytest.raises(RefusedError, match="is broken"):
        plan_sign(opened(), PRODUCTION)
    assert change_role(opened(), PRODUCTION, "carol", "editor").proposal is not None


def test_a_linked_members_file_is_no_proposal(opened: Opened, root: Path, git):
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("switch", "-q", "members_of/production/v5", cwd=root)
    file = root / "environments/production/members.yaml"
    file.unlink()
    file.symlink_to("/etc/hostname")
    git("commit", "-qam", "Link", cwd=root)
    git("switch", "-q", PRODUCTION, cwd=root)
    (proposal,) = list_members(opened(), PRODUCTION).proposals
    assert (proposal.state, proposal.data) == (State.BROKEN, b"")
    assert proposal.problem is not None and "no plain file" in proposal.problem


def test_a_proposal_with_a_key_that_nobody_has_shown_to_hold_is_broken(opened: Opened, root: Path, git, people_key):
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("switch", "-q", "members_of/production/v5", cwd=root)
    file = root / "environments/production/members.yaml"
    text = file.read_text()
    file.write_text(text + f'  - id: "eve"\n    name: "Eve"\n    role: "admin"\n    keys:\n      - "{people_key}"\n')
    git("commit", "-qam", "Smuggle", cwd=root)
    git("switch", "-q", PRODUCTION, cwd=root)
    (proposal,) = list_members(opened(), PRODUCTION).proposals
    assert proposal.state is State.BROKEN
    assert proposal.problem == "nothing shows that 'eve' holds a key that was added"


@pytest.fixture
def people_key(keys: Mapping[str, Path]) -> str:
    return read_public_key(keys["ecdsa"].with_suffix(".pub"))


def test_signatures_of_two_clones_are_taken_together(opened: Opened, root: Path, clone, git, keys, tmp_path: Path):
    """Bob and carol sign a proposal at once, each in a clone; whoever fetches the other's has them both."""
    admins = {"bob": clone(root, "bobs"), "carol": clone(root, "carols")}
    for name, folder in admins.items():
        git("config", "user.signingkey", f"{keys[name]}.pub", cwd=folder)
    change_threshold(opened(), PRODUCTION, 3)
    git("switch", "-q", "--detach", cwd=root)
    sign_it(opened_as(root, git, keys, "bob"))
    assert in_force(root).threshold == 3
    git("config", "user.signingkey", f"{keys['ada']}.pub", cwd=root)
    waiting = change_threshold(open_project(root), PRODUCTION, 1)
    assert waiting.proposal is not None
    branch = waiting.proposal.branch
    for folder in admins.values():
        git("fetch", "-q", cwd=folder)
        git("merge", "-q", "--ff-only", "origin/production", cwd=folder)
    for folder in admins.values():
        assert sign_it(open_project(folder)).commit is None, "ada and one more have signed"
    git("push", "-q", "origin", branch, cwd=admins["bob"])
    git("fetch", "-q", cwd=admins["carol"])
    landed = sign_it(open_project(admins["carol"]))
    assert landed.commit is not None
    assert landed.left == (f"refs/remotes/origin/{branch}",)
    git("push", "-q", "origin", PRODUCTION, cwd=admins["carol"])
    prove(root)
    assert versions_by_hand(root, PRODUCTION, tmp_path) == 6


def opened_as(root: Path, git, keys: Mapping[str, Path], name: str) -> Project:
    git("config", "user.signingkey", f"{keys[name]}.pub", cwd=root)
    return open_project(root)


def test_of_two_changes_that_were_proposed_apart_the_admins_choose_one(
    root: Path, opened: Opened, clone, git, keys, by_hand
):
    """Ada and Bob have each proposed something before they saw the other's: neither lands unseen."""
    bobs = clone(root, "bobs")
    git("config", "user.signingkey", f"{keys['bob']}.pub", cwd=bobs)
    change_role(open_project(bobs), PRODUCTION, "carol", "viewer")
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("fetch", "-q", cwd=bobs)
    listed = list_members(open_project(bobs), PRODUCTION).proposals
    assert [(each.state, [copy.remote for copy in each.copies]) for each in listed] == [
        (State.OPEN, [None]),
        (State.OPEN, ["origin"]),
    ]
    with pytest.raises(RefusedError, match="more than one change"):
        plan_sign(open_project(bobs), PRODUCTION)
    dropped = drop(open_project(bobs), plan_drop(open_project(bobs), PRODUCTION))
    assert dropped.left == ("refs/remotes/origin/members_of/production/v5",)
    assert sign_it(open_project(bobs)).commit is not None
    git("push", "-q", "origin", "production:refs/heads/landed", cwd=bobs)
    git("merge", "-q", "--ff-only", "landed", cwd=root)
    assert in_force(root).member("carol").role == "editor"
    by_hand()


def test_a_proposal_that_is_checked_out_stays_when_it_has_landed(root: Path, opened: Opened, be, git):
    change_role(opened(), PRODUCTION, "carol", "editor")
    git("switch", "-q", "members_of/production/v5", cwd=root)
    be("bob")
    landed = sign_it(opened())
    assert landed.commit is not None
    assert landed.left == ("refs/heads/members_of/production/v5",)
    assert git("branch", "--show-current", cwd=root) == "members_of/production/v5"


def test_a_signature_that_comes_while_another_one_signs_is_not_written_over(root: Path, opened: Opened, be, git):
    """Three have to sign: two who add their signatures to one branch at once are told apart by where it points."""
    change_threshold(opened(), PRODUCTION, 3)
    be("bob")
    sign_it(opened())
    be("ada")
    change_threshold(opened(), PRODUCTION, 2)
    be("bob")
    slow = opened()
    plan = plan_sign(slow, PRODUCTION)
    moved = git("commit-tree", "-p", plan.proposal.branch, "-m", "x", f"{plan.proposal.branch}^{{tree}}", cwd=root)
    git("update-ref", f"refs/heads/{plan.proposal.branch}", moved, cwd=root)
    with pytest.raises(RefMovedError):
        sign_proposal(slow, plan)
    assert git("rev-parse", plan.proposal.branch, cwd=root) == moved
