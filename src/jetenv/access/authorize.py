"""The one decision: may this key make this change, under the policy that was in force before it?

Pure, and the answer is no unless a rule below says yes. The rules:

| change | who may |
|---|---|
| see an environment | its members; the default environment: everybody |
| create an environment | editors and admins of the default environment |
| commit shared content, or bind credentials | as ``protection.direct`` says |
| merge | as ``protection.merge`` says, from the sources that ``protection.sources`` names |
| change the version pin | admins; unless it is locked, also who may bring the change in the way it comes |
| change other settings, the protection | admins |
| change the members | admins, once as many as the threshold asks for have signed; or who may merge what they signed |
| move the branch and folder to another id | admins; of the default environment nobody |
| delete the environment | as ``protection.delete`` says; the default environment nobody |
| rewind or force-push the branch | as ``protection.force_push`` says |
| give an environment another uid | nobody |
| push to the branch of an environment | editors and admins of it, whoever signed the commits |
| push, move or delete a plain branch, push a tag | editors and admins of any environment |
| delete a tag | admins of the default environment |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from jetenv.access.protection import ADMINS, EDITORS, NOBODY, Protection

if TYPE_CHECKING:
    from jetenv.access.members import Member, Members


class Kind(Enum):
    """A kind of change; its value names the right to it."""

    SEE = "see"
    CREATE = "create environments"
    COMMIT = "commit directly"
    MERGE = "merge"
    PIN = "change the version pin"
    SETTINGS = "change settings"
    PROTECTION = "change the protection"
    MEMBERS = "change the members"
    RENAME_ID = "change the id"
    DELETE = "delete the environment"
    REWIND = "rewrite the history"
    UID = "change the uid"
    PUSH = "push"
    PLAIN_BRANCH = "push plain branches"
    DELETE_TAG = "delete tags"


class Policy(NamedTuple):
    """What is in force on an environment before a change: its id, its members file, its protection."""

    environment: str
    members: Members
    protection: Protection = Protection()

    @property
    def is_default(self) -> bool:
        """Whether this is the default environment."""
        return self.members.is_default


class Change(NamedTuple):
    """A change that the holder of ``key`` (canonical text, None for nobody known) asks for.

    ``by_merge`` is whether it arrives in a merge. ``source`` is, for a merge, the id of the environment it comes from,
    None for a plain branch. ``signers`` are, for a change of the members, the admins whose signatures hold.
    """

    kind: Kind
    key: str | None
    by_merge: bool = False
    source: str | None = None
    signers: tuple[str, ...] = ()


class Decision(NamedTuple):
    """The answer: ``missing`` names the right that is lacking and ``reason`` says why, both empty where it is granted.

    ``able`` are the members who have the right, ``grantors`` those who could give it to others.
    """

    granted: bool
    missing: str = ""
    reason: str = ""
    able: tuple[str, ...] = ()
    grantors: tuple[str, ...] = ()

    @property
    def hint(self) -> str | None:
        """Who can help, in words: who has the right that is missing, and who can give it."""
        if self.granted:
            return None
        if set(self.able) == set(self.grantors) != set():
            return f"{_listed(self.able)} can do it, or give others the right"
        if self.able:
            return f"{_listed(self.able)} can do it; {_listed(self.grantors)} can give others the right"
        return f"nobody can while it is so; {_listed(self.grantors)} can change that" if self.grantors else None


def authorize(policy: Policy, change: Change) -> Decision:
    """Whether ``change`` is granted on the environment of ``policy``."""
    member = policy.members.holder(change.key) if change.key is not None else None
    rule = _RULES.get(change.kind)
    refused = rule(policy, change, member) if rule is not None else "no rule allows it"
    if refused is None:
        return Decision(True)
    able = () if rule is None else _able(policy, change, rule)
    missing = f"{change.kind.value} ({policy.environment})"
    reason = f"{_who(member)} may not {_what(policy, change)}: {refused}"
    return Decision(False, missing, reason, able, policy.members.admins)


def authorize_anywhere(policies: Iterable[Policy], change: Change) -> Decision:
    """Whether ``change`` is granted on any of the environments; the last refusal where it is on none."""
    decision = Decision(False, change.kind.value, "there is no environment that could allow it")
    for policy in policies:
        decision = authorize(policy, change)
        if decision.granted:
            break
    return decision


_Rule = Callable[["Policy", "Change", "Member | None"], "str | None"]
"""Why a change is refused to a member (None: to somebody who is none), or None where it is granted."""


def _see(policy: Policy, _change: Change, member: Member | None) -> str | None:
    return None if policy.is_default or member is not None else _not_a(EDITORS, member, policy)


def _create(policy: Policy, _change: Change, member: Member | None) -> str | None:
    if not policy.is_default:
        return "environments are created by editors of the default environment"
    return _at_least(EDITORS, member, policy)


def _commit(policy: Policy, change: Change, member: Member | None) -> str | None:
    if change.by_merge:
        return _merge(policy, change, member)
    refused = _at_least(policy.protection.direct, member, policy)
    if refused and policy.protection.direct != NOBODY and _rank(member) >= _RANKS[EDITORS]:
        return "it is protected, editors reach it by merge only"
    return refused


def _merge(policy: Policy, change: Change, member: Member | None) -> str | None:
    refused = _at_least(policy.protection.merge, member, policy)
    if refused is not None:
        return refused
    sources = policy.protection.sources
    if sources is None or change.source in sources:
        return None
    allowed = _listed(sources, "or") if sources else "nowhere"
    source = f"'{change.source}'" if change.source is not None else "a plain branch"
    return f"merges may come from {allowed}, not from {source}"


def _pin(policy: Policy, change: Change, member: Member | None) -> str | None:
    if _at_least(ADMINS, member, policy) is None:
        return None
    return (
        "only admins change it, for it is locked"
        if policy.protection.version == "locked"
        else _commit(policy, change, member)
    )


def _settings(policy: Policy, change: Change, member: Member | None) -> str | None:
    return _at_least(ADMINS, member, policy) or (_merge(policy, change, member) if change.by_merge else None)


def _members(policy: Policy, change: Change, member: Member | None) -> str | None:
    signers = set(change.signers) & set(policy.members.admins)
    if len(signers) < policy.members.threshold:
        return f"{len(signers)} of {policy.members.threshold} admins have signed it"
    return _merge(policy, change, member) if change.by_merge else _at_least(ADMINS, member, policy)


def _rename_id(policy: Policy, _change: Change, member: Member | None) -> str | None:
    return "the default environment keeps its id" if policy.is_default else _at_least(ADMINS, member, policy)


def _delete(policy: Policy, _change: Change, member: Member | None) -> str | None:
    if policy.is_default:
        return "the default environment is never deleted"
    return _at_least(policy.protection.delete, member, policy)


def _rewind(policy: Policy, _change: Change, member: Member | None) -> str | None:
    return _at_least(policy.protection.force_push, member, policy)


def _push(policy: Policy, _change: Change, member: Member | None) -> str | None:
    return _at_least(EDITORS, member, policy)


def _delete_tag(policy: Policy, _change: Change, member: Member | None) -> str | None:
    if not policy.is_default:
        return "tags are deleted by admins of the default environment"
    return _at_least(ADMINS, member, policy)


_RULES: dict[Kind, _Rule] = {
    Kind.SEE: _see,
    Kind.CREATE: _create,
    Kind.COMMIT: _commit,
    Kind.MERGE: _merge,
    Kind.PIN: _pin,
    Kind.SETTINGS: _settings,
    Kind.PROTECTION: _settings,
    Kind.MEMBERS: _members,
    Kind.RENAME_ID: _rename_id,
    Kind.DELETE: _delete,
    Kind.REWIND: _rewind,
    Kind.PUSH: _push,
    Kind.PLAIN_BRANCH: _push,
    Kind.DELETE_TAG: _delete_tag,
}

_RANKS = {"viewer": 1, "editor": 2, "admin": 3, EDITORS: 2, ADMINS: 3}


def _rank(member: Member | None) -> int:
    return _RANKS.get(member.role, 0) if member is not None else 0


def _at_least(who: str, member: Member | None, policy: Policy) -> str | None:
    """Why ``member`` is none of ``who`` (``nobody``, ``admins``, ``editors``); None where it is."""
    if who in _RANKS and _rank(member) >= _RANKS[who]:
        return None
    return _not_a(who, member, policy)


def _not_a(who: str, member: Member | None, policy: Policy) -> str:
    if policy.protection.problem is not None:
        return f"the protection of '{policy.environment}' cannot be understood ({policy.protection.problem})"
    if who not in _RANKS:
        return f"nobody may on '{policy.environment}'"
    if member is None:
        return f"the key belongs to no member of '{policy.environment}'"
    role = f"{_article(member.role)} {member.role}"
    return f"'{member.id}' is {role} of '{policy.environment}', and only {_needed(who)} may"


def _needed(who: str) -> str:
    return "admins" if who == ADMINS else "editors and admins"


def _article(role: str) -> str:
    return "a" if role == "viewer" else "an"


def _who(member: Member | None) -> str:
    return f"'{member.id}'" if member is not None else "an unknown key"


def _what(policy: Policy, change: Change) -> str:
    name = policy.environment
    return {
        Kind.SEE: f"see '{name}'",
        Kind.COMMIT: f"merge into '{name}'" if change.by_merge else f"commit to '{name}' directly",
        Kind.MERGE: f"merge into '{name}'",
        Kind.DELETE: f"delete '{name}'",
        Kind.REWIND: f"rewrite the history of '{name}'",
        Kind.PUSH: f"push to '{name}'",
    }.get(change.kind, change.kind.value if change.kind in _OF_THE_PROJECT else f"{change.kind.value} of '{name}'")


_OF_THE_PROJECT = (Kind.CREATE, Kind.PLAIN_BRANCH, Kind.DELETE_TAG)


def _able(policy: Policy, change: Change, rule: _Rule) -> tuple[str, ...]:
    return tuple(each.id for each in policy.members.members if rule(policy, change, each) is None)


def _listed(names: Iterable[str], last: str = "and") -> str:
    found = list(names)
    return found[0] if len(found) == 1 else ", ".join(found[:-1]) + f" {last} {found[-1]}"
