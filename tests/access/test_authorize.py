"""Who may do what: the rules of access as a table.

In each row the members who may; everybody else may not. ``eve`` holds a key of no member, ``-`` stands for no key.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from jetenv.access.authorize import Change, Decision, Kind, Policy, authorize, authorize_anywhere
from jetenv.access.members import Member, Members
from jetenv.access.protection import Protection, locked, read_protection

ROLES = {"vic": "viewer", "ed": "editor", "ada": "admin", "bob": "admin"}
EVERYBODY = ("vic", "ed", "ada", "bob", "eve", "-")
EDITORS, ADMINS, NOBODY = ("ed", "ada", "bob"), ("ada", "bob"), ()

MEMBERS = Members(
    project="production-uid-1",
    environment="production-uid-1",
    version=1,
    previous=None,
    threshold=1,
    members=tuple(Member(name, name.title(), role, (f"key of {name}",)) for name, role in ROLES.items()),
)
OPEN = Policy("staging", replace(MEMBERS, environment="staging-uid-0001"))
DEFAULT = Policy("production", MEMBERS, Protection(direct="admins", delete="nobody"))  # as `init` sets it


def key(name: str) -> str | None:
    return None if name == "-" else f"key of {name}"


def protected(policy: Policy = OPEN, **protection) -> Policy:
    return policy._replace(protection=policy.protection._replace(**protection))


def threshold(count: int, policy: Policy = OPEN) -> Policy:
    return policy._replace(members=replace(policy.members, threshold=count))


SPECIFICATION = [
    # what, on which environment, how, who may
    ("members see an environment", OPEN, {"kind": Kind.SEE}, ("vic", "ed", "ada", "bob")),
    ("everybody sees the default environment", DEFAULT, {"kind": Kind.SEE}, EVERYBODY),
    ("editors of the default environment create others", DEFAULT, {"kind": Kind.CREATE}, EDITORS),
    ("editors of another environment create none", OPEN, {"kind": Kind.CREATE}, NOBODY),
    ("editors commit where nothing is protected", OPEN, {"kind": Kind.COMMIT}, EDITORS),
    ("only admins commit to the default environment", DEFAULT, {"kind": Kind.COMMIT}, ADMINS),
    ("nobody commits where nobody may", protected(direct="nobody"), {"kind": Kind.COMMIT}, NOBODY),
    ("editors merge", OPEN, {"kind": Kind.MERGE, "source": "dev"}, EDITORS),
    ("editors merge into the default environment", DEFAULT, {"kind": Kind.MERGE, "source": "dev"}, EDITORS),
    ("editors merge a plain branch", DEFAULT, {"kind": Kind.MERGE}, EDITORS),
    ("only admins merge where only they may", protected(merge="admins"), {"kind": Kind.MERGE}, ADMINS),
    ("nobody merges where nobody may", protected(merge="nobody"), {"kind": Kind.MERGE}, NOBODY),
    ("from named sources", protected(sources=("dev", "qa")), {"kind": Kind.MERGE, "source": "qa"}, EDITORS),
    ("from no other one", protected(sources=("dev",)), {"kind": Kind.MERGE, "source": "qa"}, NOBODY),
    ("nor from a plain branch", protected(sources=("dev",)), {"kind": Kind.MERGE}, NOBODY),
    ("shared content comes with a merge", DEFAULT, {"kind": Kind.COMMIT, "by_merge": True}, EDITORS),
    ("editors move the pin", OPEN, {"kind": Kind.PIN}, EDITORS),
    ("only admins move it where they alone commit", DEFAULT, {"kind": Kind.PIN}, ADMINS),
    ("a merge may bring a pin", DEFAULT, {"kind": Kind.PIN, "by_merge": True}, EDITORS),
    ("only admins move a locked pin", protected(version="locked"), {"kind": Kind.PIN}, ADMINS),
    ("a merge neither", protected(version="locked"), {"kind": Kind.PIN, "by_merge": True}, ADMINS),
    ("admins change settings", OPEN, {"kind": Kind.SETTINGS}, ADMINS),
    ("admins change them where nobody commits", protected(direct="nobody"), {"kind": Kind.SETTINGS}, ADMINS),
    ("admins change settings by merge", DEFAULT, {"kind": Kind.SETTINGS, "by_merge": True}, ADMINS),
    ("admins change the protection", DEFAULT, {"kind": Kind.PROTECTION}, ADMINS),
    ("admins change the id", OPEN, {"kind": Kind.RENAME_ID}, ADMINS),
    ("the default environment keeps its id", DEFAULT, {"kind": Kind.RENAME_ID}, NOBODY),
    ("admins delete an environment", OPEN, {"kind": Kind.DELETE}, ADMINS),
    ("nobody deletes one where nobody may", protected(delete="nobody"), {"kind": Kind.DELETE}, NOBODY),
    ("nobody deletes the default one", protected(DEFAULT, delete="admins"), {"kind": Kind.DELETE}, NOBODY),
    ("nobody rewrites history", OPEN, {"kind": Kind.REWIND}, NOBODY),
    ("admins do where they may", protected(force_push="admins"), {"kind": Kind.REWIND}, ADMINS),
    ("nobody gives another uid", OPEN, {"kind": Kind.UID}, NOBODY),
    ("editors push plain branches", OPEN, {"kind": Kind.PLAIN_BRANCH}, EDITORS),
    ("editors push what others have signed", OPEN, {"kind": Kind.PUSH}, EDITORS),
    ("admins of the default one delete tags", DEFAULT, {"kind": Kind.DELETE_TAG}, ADMINS),
    ("admins of another one do not", OPEN, {"kind": Kind.DELETE_TAG}, NOBODY),
    ("an admin's signature changes the members", OPEN, {"kind": Kind.MEMBERS, "signers": ("ada",)}, ADMINS),
    ("nobody else's does", OPEN, {"kind": Kind.MEMBERS, "signers": ("ed", "vic", "eve")}, NOBODY),
    ("nor none", OPEN, {"kind": Kind.MEMBERS}, NOBODY),
    ("where two have to sign one is too few", threshold(2), {"kind": Kind.MEMBERS, "signers": ("ada", "ada")}, NOBODY),
    ("and two are enough", threshold(2), {"kind": Kind.MEMBERS, "signers": ("ada", "bob")}, ADMINS),
    (
        "a merge may bring members that admins have signed",
        DEFAULT,
        {"kind": Kind.MEMBERS, "signers": ("ada",), "by_merge": True},
        EDITORS,
    ),
    (
        "but none that they have not",
        DEFAULT,
        {"kind": Kind.MEMBERS, "signers": ("ed",), "by_merge": True},
        NOBODY,
    ),
    ("admins repair what cannot be understood", protected_unreadable := OPEN._replace(protection=locked("?")),
     {"kind": Kind.COMMIT}, ADMINS),
    ("nobody merges into it", protected_unreadable, {"kind": Kind.MERGE}, NOBODY),
    ("nobody deletes it", protected_unreadable, {"kind": Kind.DELETE}, NOBODY),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "change", "may"), [row[1:] for row in SPECIFICATION], ids=[r[0] for r in SPECIFICATION]
)
def test_who_may(policy: Policy, change: dict[str, object], may: tuple[str, ...]):
    for name in EVERYBODY:
        decision = authorize(policy, Change(key=key(name), **change))  # type: ignore[arg-type]
        assert decision.granted == (name in may), (name, decision)
        if decision.granted:
            assert decision == Decision(True)
        else:
            assert decision.reason and decision.missing and decision.hint
            assert decision.able == tuple(each for each in ROLES if each in may)
            assert decision.grantors == ("ada", "bob")


def test_every_kind_of_change_is_in_the_table():
    assert {row[2]["kind"] for row in SPECIFICATION} == set(Kind)


@pytest.mark.parametrize(
    ("policy", "change", "reason", "hint"),
    [
        (
            DEFAULT,
            Change(Kind.COMMIT, key("ed")),
            "'ed' may not commit to 'production' directly: it is protected, editors reach it by merge only",
            "ada and bob can do it, or give others the right",
        ),
        (
            OPEN,
            Change(Kind.MERGE, key("vic")),
            "'vic' may not merge into 'staging': 'vic' is a viewer of 'staging', and only editors and admins may",
            "ed, ada and bob can do it; ada and bob can give others the right",
        ),
        (
            OPEN,
            Change(Kind.SETTINGS, key("eve")),
            "an unknown key may not change settings of 'staging': the key belongs to no member of 'staging'",
            "ada and bob can do it, or give others the right",
        ),
        (
            protected(sources=("dev", "qa")),
            Change(Kind.MERGE, key("ada"), source="hotfix"),
            "'ada' may not merge into 'staging': merges may come from dev or qa, not from 'hotfix'",
            "nobody can while it is so; ada and bob can change that",
        ),
        (
            threshold(2),
            Change(Kind.MEMBERS, key("ada"), signers=("ada",)),
            "'ada' may not change the members of 'staging': 1 of 2 admins have signed it",
            "nobody can while it is so; ada and bob can change that",
        ),
    ],
)
def test_a_refusal_says_what_is_missing_and_who_can_help(policy: Policy, change: Change, reason: str, hint: str):
    decision = authorize(policy, change)
    assert (decision.reason, decision.hint) == (reason, hint)


def test_plain_branches_are_open_to_editors_of_any_environment():
    only_viewer = OPEN._replace(members=replace(MEMBERS, members=MEMBERS.members[:1]))
    change = Change(Kind.PLAIN_BRANCH, key("ed"))
    assert authorize_anywhere([only_viewer, OPEN], change).granted
    assert not authorize_anywhere([only_viewer], change).granted
    assert not authorize_anywhere([], change).granted


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, Protection()),
        ({}, Protection()),
        ({"direct": "admins", "sources": ["dev"], "x-note": 1, "approvals": 2}, Protection("admins", sources=("dev",))),
        ({"merge": "viewers"}, locked("protection.merge is not one of nobody, admins, editors")),
        ({"merge": ["admins"]}, locked("protection.merge is not one of nobody, admins, editors")),
        ({"sources": "dev"}, locked("protection.sources is no list of ids")),
        ({"review": True}, locked("protection.review is not known to this version of jetenv")),
        ([], locked("protection is no mapping")),
    ],
)
def test_what_is_not_understood_is_locked(data: object, expected: Protection):
    assert read_protection(data) == expected
