"""Becoming a member: an invitation, a request that shows that its sender holds a key, and the admin who adds it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jetenv.access import changing, inviting, joining
from jetenv.access.changing import InForce, check_role
from jetenv.access.inviting import Invitation, KeyList, check_member_id
from jetenv.access.members import Member, Members
from jetenv.environments.model import Environment
from jetenv.environments.people.members_change import MembersResult, change
from jetenv.environments.people.membership import admin_of, chosen
from jetenv.environments.people.sent_files import read_sent, write_sent
from jetenv.environments.project import ROOT_PIN, Project
from jetenv.errors import DeniedError, JetenvError, RefusedError, UsageError

if TYPE_CHECKING:
    from jetenv.access.joining import JoinRequest
    from jetenv.access.keys import SigningKey
    from jetenv.environments.rights.permission import Permission
    from jetenv.repository.records import Record


@dataclass(frozen=True, slots=True)
class InviteResult:
    """An invitation, its text, the file it was written to, and the list of keys that limits it, where there are any."""

    environment: Environment
    invitation: Invitation
    text: str
    file: Path | None
    listed: KeyList | None


@dataclass(frozen=True, slots=True)
class JoinResult:
    """A request to join: what it asks for, its bytes, and the file it was written to, None for stdout.

    ``environment`` is the environment's id and ``root`` the digest of the root that the invitation names.
    """

    request: JoinRequest
    environment: str
    data: bytes
    file: Path | None
    key: SigningKey
    root: str | None = None


def invite(
    project: Project,
    name: str | None,
    id_: str,
    role: str,
    *,
    display: str | None = None,
    key_list: str | None = None,
    file: Path | None = None,
) -> InviteResult:
    """Invite somebody to an environment. Nothing in the repository changes; this clone remembers the role and the keys.

    ``key_list`` is a file in the format of ``authorized_keys``: only those keys may then be used. Raises DeniedError
    where who is here is no admin, UsageError for what cannot be an id or role, and RefusedError for somebody who is a
    member already or a list without one usable key.
    """
    environment = chosen(project, name)
    check_member_id(id_)
    check_role(role)
    held = admin_of(project, environment)
    members = held.policy.members
    if members.member(id_) is not None:
        raise RefusedError(
            f"'{id_}' is a member of '{environment.id}' already",
            hint="a further key needs no invitation: `jetenv members join --key FILE` asks for it",
        )
    listed = _key_list(key_list, members)
    keys = listed.keys if listed is not None else ()
    root = project.repo.config.get(ROOT_PIN)
    invitation = Invitation(members.project, members.environment, environment.id, id_, role, root, keys)
    text = inviting.render_invitation(invitation)
    if file is not None:
        write_sent(file, text.encode())
    record = _record(project)
    with record.lock():
        known = _remembered(record)
        known[_invited(members, id_)] = {"role": role, "name": display, "keys": list(keys)}
        record.write({"invited": known})
    return InviteResult(environment, invitation, text, file, listed)


def join(
    project: Project | None,
    *,
    invitation: str | None = None,
    name: str | None = None,
    id_: str | None = None,
    key: Path | None = None,
    file: Path | None = None,
) -> JoinResult:
    """Ask to become a member, or for a further key of one: a request signed with the key that signs here, or ``key``.

    With an ``invitation`` no clone is needed, so ``project`` may be None. Else the environment is ``name`` or the
    current one, and ``id_`` the member that the key is for: by default the one who is here already. Raises JetenvError
    where there is no key, RefusedError where the invitation is for other keys, and DeniedError where it names another
    root than the one pinned here.
    """
    from jetenv.access.keys import find_signing_key

    repo = project.repo if project is not None else None
    if invitation is not None:
        wanted = inviting.parse_invitation(read_sent(invitation, inviting.MAX_SIZE, "an invitation"), invitation)
        _refuse_other_root(project, wanted, invitation)
        found = find_signing_key(repo, key, create=False, preferred=wanted.keys)
        if wanted.keys and found.public not in wanted.keys:
            raise RefusedError(
                "the invitation is for other keys than the one that signs here",
                where=invitation,
                hint="name one of them with --key, or ask for an invitation that has yours",
            )
    else:
        found = find_signing_key(repo, key, create=False)
        wanted = _wanted(project, name, id_, found.public)
    text = joining.request(wanted.project, wanted.environment, wanted.member, found.public)
    from jetenv.access.namespaces import JOIN
    from jetenv.access.signing import sign

    data = text + sign(text, found, JOIN).encode() + b"\n"
    request = joining.parse_request(data, str(file or "request"))
    if file is not None:
        write_sent(file, data)
    return JoinResult(request, wanted.id, data, file, found, wanted.root)


def add(
    project: Project,
    name: str | None,
    word: str,
    *,
    role: str | None = None,
    display: str | None = None,
    key: Path | None = None,
) -> MembersResult:
    """Add a member or a further key: from the file of a request to join, or a member of the default environment by id.

    ``role`` is that of a new member, by default the one it was invited for from this clone. ``key`` is a further key of
    a member called ``word``: of who is here, or one that the default environment has.

    Raises as ``members_change.change``, DeniedError for a request that does not hold, is for another environment or
    with a key that was not invited, and UsageError where no role is known.
    """
    if key is not None:
        if role is not None or display is not None:
            raise UsageError(
                "--key adds a key to a member, who keeps role and name", hint="leave out --role and --name"
            )
        return change(project, name, lambda before, held: _with_own_key(project, before, held, word, key))
    if word == "-" or os.path.lexists(word):
        request = joining.parse_request(read_sent(word, joining.MAX_SIZE, "a request to join"), word)
        done = change(project, name, lambda before, _: _with_request(project, before, request, word, role, display))
        _forget(project, _invited(done.members, request.member))
        return done
    return change(project, name, lambda before, _: _from_default(project, before, word, role, display))


def _with_request(
    project: Project, before: InForce, request: JoinRequest, path: str, role: str | None, display: str | None
) -> tuple[Members, Mapping[str, bytes]]:
    members = before.members
    if (request.project, request.environment) != (members.project, members.environment):
        other = next((each.id for each in project.environments() if each.uid == request.environment), None)
        raise DeniedError(
            "the request to join is for " + (f"the environment '{other}'" if other else "another environment"),
            where=path,
            hint=f"name it: `jetenv members add {other} …`" if other else "ask for a request for this one",
        )
    joins = {joining.file_name(request.member, request.key): request.signature}
    if members.member(request.member) is not None:
        if role is not None or display is not None:
            raise UsageError(
                f"'{request.member}' is a member already, and the request brings a further key",
                hint=f"leave out --role and --name; `jetenv members role {request.member} ROLE` changes the role",
            )
        return changing.add_key(before, request.member, request.key), joins
    invited = _remembered(_record(project)).get(_invited(members, request.member), {})
    expected = invited.get("keys") or []
    if expected and request.key not in expected:
        raise DeniedError(
            f"the request is signed with another key than those for which '{request.member}' was invited",
            where=path,
            hint="ask the person, by another way, whose key it is; then invite again with that key",
        )
    given = _role(role or invited.get("role"), request.member)
    shown = display or invited.get("name") or _default_name(project, request.member)
    return changing.add_member(before, request.member, shown, given, (request.key,)), joins


def _from_default(
    project: Project, before: InForce, id_: str, role: str | None, display: str | None
) -> tuple[Members, Mapping[str, bytes]]:
    known = None if before.members.is_default else _default_member(project, id_)
    if known is None:
        where = "" if before.members.is_default else f", and '{project.default().id}' has no member of that id"
        raise UsageError(
            f"there is no file {id_[:80]!r}{where}",
            hint="name the file of the request to join: `jetenv members join` makes it",
        )
    given = _role(role, known.id)
    return changing.add_member(before, known.id, display or known.name, given, known.keys), {}


def _with_own_key(
    project: Project, before: InForce, held: Permission, id_: str, file: Path
) -> tuple[Members, Mapping[str, bytes]]:
    from jetenv.access.keys import find_signing_key
    from jetenv.access.namespaces import JOIN
    from jetenv.access.signing import sign

    key = find_signing_key(project.repo, file, create=False)
    after = changing.add_key(before, id_, key.public)
    known = _default_member(project, id_)
    if known is not None and key.public in known.keys:
        return after, {}
    if held.member is None or held.member.id != id_:
        raise DeniedError(
            f"nothing shows that '{id_}' holds this key",
            where=str(file),
            hint=f"let '{id_}' run `jetenv members join --key FILE --output {id_}.join`, and add what that makes",
        )
    text = joining.request(before.members.project, before.members.environment, id_, key.public)
    return after, {joining.file_name(id_, key.public): sign(text, key, JOIN).encode() + b"\n"}


def _wanted(project: Project | None, name: str | None, id_: str | None, key: str) -> Invitation:
    """What a request without an invitation asks for."""
    from jetenv.environments.rights.permission import in_force

    if project is None:
        raise UsageError(
            "there is no project here, so nothing says what to join", hint="name the file with --invitation"
        )
    # Who asks to be let in is not in yet, so the environment is not looked up among those that one sees.
    environment = project.environment(name) if name is not None else chosen(project, None)
    members = in_force(project, environment)[0].members
    holder = members.holder(key)
    if holder is not None and id_ in (None, holder.id):
        raise RefusedError(
            f"this key is one of '{holder.id}' in '{environment.id}' already",
            hint="name another one with --key to ask for a further key",
        )
    if id_ is None:
        id_ = _me(project, members)
    return Invitation(members.project, members.environment, environment.id, check_member_id(id_), "viewer")


def _me(project: Project, members: Members) -> str:
    """The member whom the key that signs here by default belongs to."""
    from jetenv.environments.visibility import own_key

    key = own_key(project.repo, members.keys)
    holder = members.holder(key) if key is not None else None
    if holder is None:
        raise UsageError("which member is the key to be of?", hint="name it with --as, or give --invitation FILE")
    return holder.id


def _key_list(name: str | None, members: Members) -> KeyList | None:
    if name is None:
        return None
    found = inviting.read_key_list(read_sent(name, inviting.MAX_KEY_LIST, "a list of keys"), name)
    held = {key: holder.id for key in found.keys if (holder := members.holder(key)) is not None}
    if held:
        raise RefusedError(f"a key of the list belongs to '{next(iter(held.values()))}' already", where=name)
    if not found.keys:
        first = found.refused[0] if found.refused else None
        why = f": {first.reason}" if first is not None else ""
        raise RefusedError(
            f"the list has no key that can be used{why}",
            where=f"{name}:{first.line}" if first is not None else name,
            hint="ask for an ed25519 key: `ssh-keygen -t ed25519`",
        )
    return found


def _refuse_other_root(project: Project | None, invitation: Invitation, path: str) -> None:
    pin = project.repo.config.get(ROOT_PIN) if project is not None else None
    if project is None or pin is None or invitation.root is None or pin == invitation.root:
        return
    if any(each.is_default and each.uid == invitation.project for each in project.environments()):
        raise DeniedError(
            "the invitation names another root than the one pinned here",
            where=path,
            hint="do not go on before an admin has told you, by another way, which one is genuine",
        )


def _role(role: str | None, id_: str) -> str:
    if role is None:
        raise UsageError(f"nothing says which role '{id_}' gets", hint="give --role viewer, editor or admin")
    return check_role(role)


def _default_member(project: Project, id_: str) -> Member | None:
    from jetenv.environments.rights.permission import in_force

    return in_force(project, project.default())[0].members.member(id_)


def _default_name(project: Project, id_: str) -> str:
    known = _default_member(project, id_)
    return known.name if known is not None else id_


def _record(project: Project) -> Record:
    from jetenv.repository.records import Record

    return Record(project.repo.room / "invitations.json", "the list of invitations", "remove the file and invite again")


def _invited(members: Members, id_: str) -> str:
    """The name under which an invitation is remembered."""
    return f"{members.environment}/{id_}"


def _forget(project: Project, invited: str) -> None:
    """Forget an invitation that was answered: it is to give no role a second time."""
    record = _record(project)
    if not record.exists():
        return
    with suppress(JetenvError), record.lock():  # the member is in, whatever becomes of this
        known = _remembered(record)
        if known.pop(invited, None) is not None:
            record.write({"invited": known})


def _remembered(record: Record) -> dict[str, dict[str, Any]]:
    found = (record.read() or {}).get("invited", {})
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise record.broken()
    return found
