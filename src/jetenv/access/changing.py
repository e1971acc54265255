"""The next version of a members file: one change at a time, and every change between two versions, told by member.

Pure. Each function takes the version in force with its bytes and gives the record of the next one, which counts up by
one and names the digest of those bytes. What the format itself forbids, ``members.render`` refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from jetenv.access.members import MAX_KEYS, MAX_MEMBERS, ROLES, Member, Members, digest
from jetenv.errors import RefusedError, UsageError, did_you_mean


@dataclass(frozen=True, slots=True)
class InForce:
    """A members file and its exact bytes."""

    members: Members
    data: bytes


@dataclass(frozen=True, slots=True)
class MemberChange:
    """One difference between two versions.

    ``action`` is ``added``, ``removed``, ``role``, ``name``, ``key-added``, ``key-removed`` or, with an empty
    ``member``, ``threshold``. ``old`` and ``new`` are a role, a name, a key's canonical text or a number as text; of
    members who come or go they are the role. Name and keys of one who comes are changes of their own.
    """

    action: str
    member: str
    old: str | None = None
    new: str | None = None


def add_member(before: InForce, id_: str, name: str, role: str, keys: tuple[str, ...]) -> Members:
    """The next version with another member, at the end.

    Raises RefusedError where there is one of that id, or a key is somebody's already, and UsageError for no role.
    """
    members = before.members
    check_role(role)
    if members.member(id_) is not None:
        raise RefusedError(
            f"'{id_}' is a member already",
            hint="`jetenv members role` changes the role; another key needs a request to join of its own",
        )
    if len(members.members) >= MAX_MEMBERS:
        raise RefusedError(f"there are {MAX_MEMBERS} members, and no more may be")
    for key in keys:
        _refuse_held(members, key, id_)
    return _next(before, members=(*members.members, Member(id_, name, role, keys)))


def remove_member(before: InForce, id_: str, by: str) -> Members:
    """The next version without a member. ``by`` is who makes the change.

    Raises UsageError where there is none of that id, and RefusedError for the last admin, for one too many for the
    threshold, and for ``by``.
    """
    found = known(before.members, id_)
    _refuse_oneself(found, by, "take you out")
    _refuse_too_few_admins(before.members, found, f"'{id_}' cannot be removed")
    return _next(before, members=tuple(each for each in before.members.members if each.id != id_))


def change_role(before: InForce, id_: str, role: str, by: str) -> Members:
    """The next version in which a member has another role. Raises as ``remove_member``, and where nothing changes."""
    check_role(role)
    found = known(before.members, id_)
    if found.role == role:
        raise RefusedError(f"'{id_}' has the role {role} already")
    _refuse_oneself(found, by, "change your role")
    if found.role == "admin":
        _refuse_too_few_admins(before.members, found, f"'{id_}' cannot become {_article(role)}")
    return _replaced(before, replace(found, role=role))


def change_threshold(before: InForce, threshold: int) -> Members:
    """The next version with another threshold.

    Raises RefusedError where there are not as many admins, or it is that already.
    """
    admins = len(before.members.admins)
    if threshold == before.members.threshold:
        raise RefusedError(f"the threshold is {threshold} already")
    if not 1 <= threshold <= admins:
        raise RefusedError(
            f"the threshold cannot be {threshold}: it is between 1 and {admins}, the admins there are",
            hint=None if threshold < 1 else "make more members admins first: `jetenv members role ID admin`",
        )
    return _next(before, threshold=threshold)


def add_key(before: InForce, id_: str, key: str) -> Members:
    """The next version in which a member has one more key. Raises as ``add_member``."""
    found = known(before.members, id_)
    _refuse_held(before.members, key, id_)
    if len(found.keys) >= MAX_KEYS:
        raise RefusedError(
            f"'{id_}' has {MAX_KEYS} keys, and no more may be",
            hint=f"take one out first: `jetenv members remove {id_} --key FINGERPRINT`",
        )
    return _replaced(before, replace(found, keys=(*found.keys, key)))


def remove_key(before: InForce, id_: str, named: str, by_key: str) -> Members:
    """The next version in which a member lacks a key, named by its text, its fingerprint or the beginning of that.

    ``by_key`` is the key of who makes the change. Raises UsageError where ``named`` is no one key of the member, and
    RefusedError for the last one and for ``by_key``.
    """
    from jetenv.access.public_keys import fingerprint

    found = known(before.members, id_)
    shown = {key: fingerprint(key) for key in found.keys}
    wanted = named.removeprefix("SHA256:")
    named_keys = [
        key for key, text in shown.items() if key == named or (wanted and text[len("SHA256:") :].startswith(wanted))
    ]
    if len(named_keys) != 1:
        raise UsageError(
            f"'{id_}' has {'no such key' if not named_keys else 'more than one such key'}: {named[:80]}",
            hint=f"the keys of '{id_}' are {', '.join(shown.values())}",
        )
    if len(found.keys) == 1:
        raise RefusedError(
            f"this is the only key of '{id_}'", hint=f"`jetenv members remove {id_}` takes the member out"
        )
    if named_keys[0] == by_key:
        raise RefusedError(
            "this is the key that signs here, so the change could be the last thing that you sign",
            hint="sign with the key that stays: `git config user.signingkey FILE`",
        )
    return _replaced(before, replace(found, keys=tuple(key for key in found.keys if key != named_keys[0])))


def changes_between(old: Members, new: Members) -> tuple[MemberChange, ...]:
    """What ``new`` says otherwise than ``old``: the threshold, then member by member in the order of their ids."""
    found = []
    if old.threshold != new.threshold:
        found.append(MemberChange("threshold", "", str(old.threshold), str(new.threshold)))
    before, after = ({each.id: each for each in members.members} for members in (old, new))
    for id_ in sorted(before.keys() | after.keys()):
        found += _changes_of(id_, before.get(id_), after.get(id_))
    return tuple(found)


def known(members: Members, id_: str) -> Member:
    """The member of that id. Raises UsageError where there is none, with who was probably meant."""
    found = members.member(id_)
    if found is not None:
        return found
    meant = did_you_mean(id_, (each.id for each in members.members))
    raise UsageError(
        f"there is no member {id_[:80]!r}",
        hint=f"did you mean '{meant}'?" if meant else "`jetenv members list` shows them",
    )


def check_role(role: str) -> str:
    """``role`` where it is one. Raises UsageError otherwise, with what was probably meant."""
    if role in ROLES:
        return role
    meant = did_you_mean(role, ROLES, cutoff=0.5)
    hint = f"did you mean '{meant}'? " if meant else ""
    raise UsageError(f"{role[:80]!r} is not a role", hint=f"{hint}Roles are {', '.join(ROLES)}".strip())


def _changes_of(id_: str, old: Member | None, new: Member | None) -> list[MemberChange]:
    if old is None or new is None:
        whole = old or new
        assert whole is not None
        action = "added" if old is None else "removed"
        ends = (None, whole.role) if old is None else (whole.role, None)
        found = [MemberChange(action, id_, *ends)]
        if old is None:
            found.append(MemberChange("name", id_, None, whole.name))
            found += [MemberChange("key-added", id_, None, key) for key in whole.keys]
        return found
    found = [
        MemberChange(action, id_, was, now)
        for action, was, now in (("role", old.role, new.role), ("name", old.name, new.name))
        if was != now
    ]
    found += [MemberChange("key-added", id_, None, key) for key in new.keys if key not in old.keys]
    return found + [MemberChange("key-removed", id_, key, None) for key in old.keys if key not in new.keys]


def _next(before: InForce, **changes: object) -> Members:
    make: Callable[..., Members] = replace
    return make(before.members, version=before.members.version + 1, previous=digest(before.data), **changes)


def _replaced(before: InForce, member: Member) -> Members:
    return _next(before, members=tuple(member if each.id == member.id else each for each in before.members.members))


def _refuse_held(members: Members, key: str, id_: str) -> None:
    holder = members.holder(key)
    if holder is None:
        return
    whose = f"'{id_}' has this key already" if holder.id == id_ else f"this key belongs to '{holder.id}' already"
    raise RefusedError(whose, hint=None if holder.id == id_ else "a key is one member's: use another one")


def _refuse_oneself(member: Member, by: str, what: str) -> None:
    if member.id == by:
        raise RefusedError("this is yourself", hint=f"another admin can {what}")


def _refuse_too_few_admins(members: Members, leaving: Member, what: str) -> None:
    left = [admin for admin in members.admins if admin != leaving.id]
    if leaving.role != "admin":
        return
    if not left:
        raise RefusedError(f"{what}: there would be no admin left", hint="make another member admin first")
    if len(left) < members.threshold:
        raise RefusedError(
            f"{what}: {len(left)} {'admin' if len(left) == 1 else 'admins'} would be left, and {members.threshold} have"
            " to sign each change",
            hint=f"lower the threshold first: `jetenv members threshold {len(left)}`, or make another member admin",
        )


def _article(role: str) -> str:
    return f"a {role}" if role == "viewer" else f"an {role}"
