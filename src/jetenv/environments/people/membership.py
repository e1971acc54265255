"""Who the members of an environment are, who is here, and which environment is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.environments.rights.permission import in_force, permission
from jetenv.environments.visibility import own_key
from jetenv.errors import DeniedError, JetenvError, UsageError

if TYPE_CHECKING:
    from jetenv.access.keys import SigningKey
    from jetenv.access.members import Member, Members
    from jetenv.environments.people.proposals import Proposal
    from jetenv.environments.rights.permission import Permission


@dataclass(frozen=True, slots=True)
class MemberList:
    """The members of an environment, and the proposed changes that wait.

    ``digest`` is that of the members file. ``me`` is the id of the member whose key signs here, None where it is
    nobody's or there is no key.
    """

    environment: Environment
    members: Members
    digest: str
    me: str | None
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class ShownMember:
    """One member. ``key`` is the one that signs here, None where there is none."""

    environment: Environment
    member: Member
    key: str | None

    @property
    def is_me(self) -> bool:
        """Whether the key that signs here is one of this member's."""
        return self.key in self.member.keys


@dataclass(frozen=True, slots=True)
class Membership:
    """Which member of an environment somebody is; ``member`` is None for none, ``problem`` why that cannot be told.

    ``key`` is the one that signs there.
    """

    environment: Environment
    member: Member | None
    key: SigningKey
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The key that signs here, and which member of each environment one is with it, or with the one that signs there.

    Where there are several keys it is a member's of the environment asked for, of the current or of the default one.
    """

    key: SigningKey
    memberships: tuple[Membership, ...]


def chosen(project: Project, name: str | None) -> Environment:
    """The environment called ``name``, of those that who is here may see, or the current one.

    Raises UsageError where that is none.
    """
    if name is not None:
        return project.visible_environment(name)
    current = project.current()
    if current is None:
        raise UsageError(
            "no environment is checked out, so the command must name one", hint="`jetenv list` shows the environments"
        )
    return current


def list_members(project: Project, name: str | None) -> MemberList:
    """The members of an environment and the changes of them that are proposed.

    Raises DeniedError where its members file is not to be trusted.
    """
    from jetenv.access.members import digest
    from jetenv.environments.people.proposals import read_proposals

    environment = chosen(project, name)
    policy, folder, _ = in_force(project, environment)
    key = own_key(project.repo, policy.members.keys)
    me = policy.members.holder(key) if key is not None else None
    proposals = read_proposals(project, environment, policy.members, folder.members)
    found = me.id if me is not None else None
    return MemberList(environment, policy.members, digest(folder.members), found, proposals)


def show_member(project: Project, name: str | None, id_: str) -> ShownMember:
    """One member of an environment. Raises UsageError where there is none of that id."""
    from jetenv.access.changing import known

    environment = chosen(project, name)
    policy, _, _ = in_force(project, environment)
    return ShownMember(environment, known(policy.members, id_), own_key(project.repo, policy.members.keys))


def whoami(project: Project, name: str | None) -> Identity:
    """Which member the key that signs here is: of the environment ``name``, or of each one that is visible to it.

    Raises JetenvError where there is no key, and UsageError where it sees no environment of that name.
    """
    from jetenv.access.keys import find_signing_key

    first = find_signing_key(project.repo, create=False)
    asked = (project.visible_environment(name),) if name is not None else project.visible_environments()
    found = tuple(_membership(project, each, first) for each in asked)
    current = project.current()
    by_rank = sorted(found, key=lambda each: (each.member is None, each.environment != current))
    return Identity(by_rank[0].key if by_rank else first, found)


def admin_of(project: Project, environment: Environment) -> Permission:
    """Who is here, as an admin of ``environment``.

    Raises DeniedError where it is no admin, or what is in force cannot be trusted.
    """
    from jetenv.access.authorize import Change, Kind, authorize

    held = permission(project, environment)
    everybody = held.policy.members.admins
    decision = authorize(held.policy, Change(Kind.MEMBERS, held.key.public, signers=everybody))
    if not decision.granted:
        raise DeniedError(decision.reason, where=_key_place(held.key), hint=decision.hint)
    return held


def _membership(project: Project, environment: Environment, first: SigningKey) -> Membership:
    from jetenv.access.keys import find_signing_key

    try:
        policy, _, _ = in_force(project, environment)
    except JetenvError as error:
        return Membership(environment, None, first, error.message)
    key = find_signing_key(project.repo, create=False, preferred=policy.members.keys)
    return Membership(environment, policy.members.holder(key.public), key)


def _key_place(key: SigningKey) -> str:
    from jetenv.access.public_keys import fingerprint

    return f"{'the SSH agent' if key.path is None else key.path} ({fingerprint(key.public)})"
