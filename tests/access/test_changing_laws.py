"""Whatever changes are made one after the other, each version may follow the one before, and no other may."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from jetenv.access import changing
from jetenv.access.chain import follow
from jetenv.access.changing import InForce, changes_between
from jetenv.access.joining import file_name, request
from jetenv.access.members import ROLES, Member, Members, render
from jetenv.access.namespaces import JOIN, MEMBERS
from jetenv.errors import JetenvError

NAMES = ("ada", "bob", "carol")
STEPS = st.tuples(
    st.sampled_from(("add", "remove", "role", "threshold")),
    st.sampled_from(NAMES),
    st.sampled_from(ROLES),
    st.integers(0, 3),
)


def step(before: InForce, people: Mapping, do: str, who: str, role: str, number: int, by: str) -> Members:
    if do == "add":
        return changing.add_member(before, who, who.title(), role, (people[who].key,))
    if do == "remove":
        return changing.remove_member(before, who, by)
    if do == "role":
        return changing.change_role(before, who, role, by)
    return changing.change_threshold(before, number)


@given(steps=st.lists(STEPS, max_size=12), by=st.sampled_from(NAMES))
def test_every_version_follows_with_as_many_signatures_as_asked_for_and_not_with_one_less(people, steps, by) -> None:
    members = Members(
        "production-uid-1", "staging-uid-0001", 1, "0" * 64, 1, (Member("ada", "Ada", "admin", (people["ada"].key,)),)
    )
    for do, who, role, number in steps:
        before = InForce(members, render(members))
        actor = by if by in members.admins else members.admins[0]
        try:
            after = step(before, people, do, who, role, number, actor)
        except JetenvError:
            continue
        data = render(after)
        joins = {
            file_name(each.id, each.keys[0]): people[each.id].sign(
                request(after.project, after.environment, each.id, each.keys[0]), JOIN
            )
            for each in after.members
            if members.member(each.id) is None
        }
        signatures = {f"{id_}.sig": people[id_].sign(data, MEMBERS) for id_ in members.admins[: members.threshold]}
        assert follow(members, before.data, data, {**signatures, **joins}).accepted
        signatures.popitem()
        assert not follow(members, before.data, data, {**signatures, **joins}).accepted
        assert changes_between(members, after)
        assert 1 <= after.threshold <= len(after.admins)
        assert actor in after.admins, "nobody takes himself out"
        members = after
