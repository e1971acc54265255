"""What a commit changes, as the kinds of changes that somebody needs a right to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jetenv.access.authorize import Kind
from jetenv.access.folder import BINDINGS_FILE, ENVIRONMENTS, MEMBERS_FILE, SETTINGS_FILE, SIGNATURES, OwnFolder

_BY_SETTING = {"version": Kind.PIN, "resolved": Kind.PIN, "protection": Kind.PROTECTION}


class Effects(NamedTuple):
    """``owned`` are the kinds of changes in the environment's own folder, ``shared`` whether anything else changes.

    What stands in the folders of other environments is a copy that says nothing here, and counts as shared.
    ``members`` is whether the members file changes, ``signatures`` whether anything beside it does.
    """

    owned: frozenset[Kind]
    shared: bool
    members: bool
    signatures: bool


def effects(
    paths: Iterable[str], environment: str, before: OwnFolder | None, after: OwnFolder | None, uid: str
) -> Effects:
    """The effects of a commit that changes ``paths``, which makes ``after`` of the folder ``before``."""
    prefix = f"{ENVIRONMENTS}/{environment}/"
    owned: set[Kind] = set()
    shared = members = signatures = False
    for path in paths:
        if path.startswith(prefix):
            name = path[len(prefix) :]
            if name == MEMBERS_FILE:
                members = True
                owned.add(Kind.MEMBERS)
            elif name.startswith(SIGNATURES + "/") or name == SIGNATURES:
                signatures = True
                owned.add(Kind.MEMBERS)
            elif name == SETTINGS_FILE:
                owned |= _settings(
                    before.settings if before is not None else None, after.settings if after is not None else None, uid
                )
            else:
                owned.add(Kind.COMMIT if name == BINDINGS_FILE else Kind.SETTINGS)
        elif path.startswith(ENVIRONMENTS + "/") and path.count("/") == 1:
            owned.add(Kind.SETTINGS)  # .gitattributes keeps git from changing what is signed
        else:
            shared = True
    return Effects(frozenset(owned), shared, members, signatures)


def _settings(before: Mapping[str, object] | None, after: Mapping[str, object] | None, uid: str) -> set[Kind]:
    if after is None:
        return {Kind.SETTINGS, Kind.PROTECTION, Kind.PIN}
    old: Mapping[str, object] = before if before is not None else {"uid": uid}
    changed = [key for key in {*old, *after} if old.get(key) != after.get(key) or (key in old) != (key in after)]
    kinds = {_BY_SETTING.get(key, Kind.SETTINGS) for key in changed if key != "uid"}
    if after.get("uid") != uid:
        kinds.add(Kind.UID)
    if before is None:
        kinds |= {Kind.SETTINGS, Kind.PROTECTION}
    return kinds or {Kind.SETTINGS}  # comments are for admins too
