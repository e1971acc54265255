"""The next version of a members file, and what may not become one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jetenv.access import changing
from jetenv.access.changing import InForce, MemberChange, changes_between
from jetenv.access.members import MAX_MEMBERS, Member, Members, digest, parse, render
from jetenv.access.public_keys import fingerprint
from jetenv.errors import RefusedError, UsageError


@pytest.fixture
def members(people) -> Members:
    """Ada and Carol are admins, Bob an editor; one signature is enough."""
    listed = (("ada", "admin"), ("bob", "editor"), ("carol", "admin"))
    return Members(
        "production-uid-1",
        "staging-uid-0001",
        3,
        "0" * 64,
        1,
        tuple(Member(name, name.title(), role, (people[name].key,)) for name, role in listed),
    )


def of(members: Members) -> InForce:
    return InForce(members, render(members))


@pytest.fixture
def strong_rsa(keys) -> str:
    from jetenv.access.public_keys import read_public_key

    return read_public_key(keys["strong-rsa"].with_name("strong-rsa.pub"))


def test_each_change_counts_up_by_one_and_names_the_bytes_before(members: Members, strong_rsa: str) -> None:
    before = of(members)
    for after in (
        changing.add_member(before, "dora", "Dora", "viewer", (strong_rsa,)),
        changing.remove_member(before, "bob", "ada"),
        changing.change_role(before, "bob", "admin", "ada"),
        changing.change_threshold(before, 2),
        changing.add_key(before, "bob", strong_rsa),
    ):
        assert (after.version, after.previous) == (4, digest(before.data))
        assert (after.project, after.environment) == (members.project, members.environment)
        assert parse(render(after)) == after


def test_the_differences_are_told_member_by_member(members: Members, people, strong_rsa: str) -> None:
    after = changing.change_threshold(of(members), 2)
    after = changing.remove_member(of(after), "bob", "ada")
    after = changing.add_member(of(after), "dora", "Dora", "viewer", (strong_rsa,))
    after = replace(after, members=tuple(replace(each, role="admin", name="X") for each in after.members))
    assert changes_between(members, after) == (
        MemberChange("threshold", "", "1", "2"),
        MemberChange("name", "ada", "Ada", "X"),
        MemberChange("removed", "bob", "editor", None),
        MemberChange("name", "carol", "Carol", "X"),
        MemberChange("added", "dora", None, "admin"),
        MemberChange("name", "dora", None, "X"),
        MemberChange("key-added", "dora", None, strong_rsa),
    )
    swapped = replace(members.members[1], keys=(strong_rsa,))
    assert changes_between(members, replace(members, members=(members.members[0], swapped, members.members[2]))) == (
        MemberChange("key-added", "bob", None, strong_rsa),
        MemberChange("key-removed", "bob", people["bob"].key, None),
    )
    assert changes_between(members, members) == ()


def test_the_last_admin_stays(members: Members) -> None:
    alone = replace(members, members=members.members[:2])
    for change in (
        lambda: changing.remove_member(of(alone), "ada", "bob"),
        lambda: changing.change_role(of(alone), "ada", "viewer", "bob"),
    ):
        with pytest.raises(RefusedError, match="no admin left"):
            change()


def test_as_many_admins_stay_as_have_to_sign(members: Members) -> None:
    strict = replace(members, threshold=2)
    with pytest.raises(RefusedError, match="1 admin would be left, and 2 have to sign") as error:
        changing.remove_member(of(strict), "carol", "ada")
    assert error.value.hint is not None and "members threshold 1" in error.value.hint
    with pytest.raises(RefusedError, match="1 admin would be left"):
        changing.change_role(of(strict), "carol", "editor", "ada")
    assert changing.remove_member(of(strict), "bob", "ada").member("bob") is None


@pytest.mark.parametrize("threshold", [0, -1, 3, 500])
def test_a_threshold_is_between_one_and_the_admins_there_are(members: Members, threshold: int) -> None:
    with pytest.raises(RefusedError, match="between 1 and 2"):
        changing.change_threshold(of(members), threshold)


def test_nobody_takes_himself_out_or_changes_his_own_role(members: Members) -> None:
    for change in (
        lambda: changing.remove_member(of(members), "ada", "ada"),
        lambda: changing.change_role(of(members), "ada", "editor", "ada"),
    ):
        with pytest.raises(RefusedError, match="yourself"):
            change()


def test_who_is_meant_is_said(members: Members) -> None:
    with pytest.raises(UsageError) as error:
        changing.remove_member(of(members), "bop", "ada")
    assert error.value.hint == "did you mean 'bob'?"
    with pytest.raises(UsageError) as error:
        changing.change_role(of(members), "bob", "admn", "ada")
    assert error.value.hint is not None and error.value.hint.startswith("did you mean 'admin'?")
    with pytest.raises(UsageError, match="'ünsinn'"):
        changing.remove_member(of(members), "ünsinn", "ada")


def test_a_key_is_one_members(members: Members, people) -> None:
    with pytest.raises(RefusedError, match="belongs to 'bob' already"):
        changing.add_member(of(members), "dora", "Dora", "viewer", (people["bob"].key,))
    with pytest.raises(RefusedError, match="belongs to 'bob' already"):
        changing.add_key(of(members), "carol", people["bob"].key)
    with pytest.raises(RefusedError, match="'bob' has this key already"):
        changing.add_key(of(members), "bob", people["bob"].key)
    with pytest.raises(RefusedError, match="a member already"):
        changing.add_member(of(members), "bob", "Bob", "viewer", ())


def test_a_key_is_taken_out_by_its_fingerprint_or_the_beginning_of_it(
    members: Members, strong_rsa: str, people
) -> None:
    both = changing.add_key(of(members), "bob", strong_rsa)
    shown = fingerprint(strong_rsa)
    for named in (strong_rsa, shown, shown[:14], shown.removeprefix("SHA256:")[:7]):
        after = changing.remove_key(of(both), "bob", named, people["ada"].key)
        assert after.member("bob") == members.member("bob")
    for named in ("", "SHA256:", "SHA256:nothing", people["ada"].key):
        with pytest.raises(UsageError):
            changing.remove_key(of(both), "bob", named, people["ada"].key)
    with pytest.raises(RefusedError, match="only key"):
        changing.remove_key(of(members), "bob", people["bob"].key, people["ada"].key)
    with pytest.raises(RefusedError, match="signs here"):
        changing.remove_key(of(both), "bob", people["bob"].key, people["bob"].key)


def test_there_are_no_more_members_than_may_be(members: Members, strong_rsa: str) -> None:
    full = replace(members, members=tuple(replace(members.members[0], id=f"m{n}") for n in range(MAX_MEMBERS)))
    with pytest.raises(RefusedError, match="no more may be"):
        changing.add_member(InForce(full, b""), "dora", "Dora", "viewer", (strong_rsa,))
