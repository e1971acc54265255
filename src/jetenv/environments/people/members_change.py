"""Changes of the members of an environment: signed by an admin, and in force once as many have signed as it asks for.

Where one signature is enough, a change is one commit on the environment. Else it becomes a proposal (``proposals``),
and the signature that completes it puts it on the environment, again as one commit. Nothing is signed that the rules
of the chain would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.access import changing
from jetenv.access.changing import InForce, MemberChange, changes_between
from jetenv.access.members import Members, render
from jetenv.environments.history import stale
from jetenv.environments.model import Environment
from jetenv.environments.people.membership import admin_of, chosen
from jetenv.environments.people.proposals import (
    Proposal,
    State,
    branch_of,
    counting,
    default_keys,
    delete_local,
    read_proposals,
    write_proposal,
)
from jetenv.environments.project import Project
from jetenv.errors import DeniedError, RefusedError, UsageError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.environments.rights.permission import Permission

Make = Callable[[InForce, "Permission"], tuple[Members, Mapping[str, bytes]]]
"""Makes the next version, and the requests to join that show that its new keys are held, by their file names."""


@dataclass(frozen=True, slots=True)
class MembersResult:
    """What became of a change of the members that ``by`` has signed.

    ``commit`` is the one on the environment, None while the change waits as ``proposal`` for more signatures.
    ``left`` are branches of a proposal in force that are still there: on a remote, or checked out here.
    """

    environment: Environment
    by: str
    members: Members
    changes: tuple[MemberChange, ...]
    commit: Oid | None
    proposal: Proposal | None = None
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignPlan:
    """A proposal that is about to be signed by ``held``."""

    environment: Environment
    proposal: Proposal
    held: Permission


@dataclass(frozen=True, slots=True)
class DropPlan:
    """Proposals for an environment that are about to be dropped."""

    environment: Environment
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class DropResult:
    """The proposals that have no local branch any more, and the branches of them that are left."""

    environment: Environment
    dropped: tuple[Proposal, ...]
    left: tuple[str, ...]


def remove(project: Project, name: str | None, id_: str, *, key: str | None = None) -> MembersResult:
    """Take a member out, or one ``key`` of a member (its text, or its fingerprint or the beginning of that).

    Raises as ``change``, and what ``changing.remove_member`` and ``changing.remove_key`` raise.
    """

    def make(before: InForce, held: Permission) -> tuple[Members, Mapping[str, bytes]]:
        if key is not None:
            return changing.remove_key(before, id_, key, held.key.public), {}
        return changing.remove_member(before, id_, _id_of(held)), {}

    return change(project, name, make)


def change_role(project: Project, name: str | None, id_: str, role: str) -> MembersResult:
    """Give a member another role. Raises as ``change``, and what ``changing.change_role`` raises."""
    return change(project, name, lambda before, held: (changing.change_role(before, id_, role, _id_of(held)), {}))


def change_threshold(project: Project, name: str | None, threshold: int) -> MembersResult:
    """Have another number of admins sign each change. Raises as ``change``, and what ``changing`` raises."""
    return change(project, name, lambda before, _: (changing.change_threshold(before, threshold), {}))


def change(project: Project, name: str | None, make: Make) -> MembersResult:
    """Make the next version of an environment's members file, sign it, and land or propose it.

    Raises DeniedError where who is here is no admin or the rules of the chain are broken, RefusedError where a proposal
    waits or the local branch lacks what a remote has, RefMovedError where somebody else was faster, and what signing
    raises. Nothing has changed then.
    """
    environment = chosen(project, name)
    held = admin_of(project, environment)
    _refuse_stale(project, environment)
    before = InForce(held.policy.members, held.folder.members)
    proposals = read_proposals(project, environment, before.members, before.data)
    waiting = next((each for each in proposals if each.state is State.OPEN), None)
    if waiting is not None:
        raise RefusedError(
            f"a change of the members of '{environment.id}' waits for signatures already",
            where=waiting.branch,
            hint=f"`jetenv members sign {environment.id}` signs it, `jetenv members drop {environment.id}` drops it",
        )
    after, joins = make(before, held)
    data = render(after)
    return _signed(project, environment, held, data, joins.items(), _in_the_way(environment, after, proposals))


def plan_sign(project: Project, name: str | None) -> SignPlan:
    """The proposal that waits for the signature of who is here.

    Raises UsageError where there is none to sign or more than one, DeniedError where who is here is no admin, and
    RefusedError where it is signed already.
    """
    environment = chosen(project, name)
    held = admin_of(project, environment)
    _refuse_stale(project, environment)
    proposals = read_proposals(project, environment, held.policy.members, held.folder.members)
    open_ones = [each for each in proposals if each.state is State.OPEN]
    if not open_ones:
        raise RefusedError(
            f"no change of the members of '{environment.id}' waits for signatures"
            + (f"; {proposals[0].branch} is {proposals[0].state.value}: {proposals[0].problem}" if proposals else ""),
            hint="drop it with `jetenv members drop`, and make the change again" if proposals else "`git fetch` first?",
        )
    if len(open_ones) > 1:
        places = " and ".join(copy.ref for each in open_ones for copy in each.copies)
        raise RefusedError(
            f"more than one change of the members of '{environment.id}' waits: {places}",
            hint="agree on one; `jetenv members drop` takes the local one back, `git push --delete` that of a remote",
        )
    proposal, me = open_ones[0], _id_of(held)
    if me in proposal.signed and not proposal.is_complete:
        raise RefusedError(
            f"'{me}' has signed this change already",
            where=proposal.branch,
            hint=f"{' or '.join(proposal.unsigned)} can sign it: push the branch to them",
        )
    return SignPlan(environment, proposal, held)


def sign_proposal(project: Project, plan: SignPlan) -> MembersResult:
    """Add a signature to a proposal; put it on the environment where that completes it. Raises as ``change``."""
    proposal = plan.proposal
    return _signed(project, plan.environment, plan.held, proposal.data, proposal.signatures, proposal)


def plan_drop(project: Project, name: str | None) -> DropPlan:
    """The proposals for an environment, to be dropped. Raises RefusedError where there are none."""
    from jetenv.environments.rights.permission import in_force

    environment = chosen(project, name)
    policy, folder, _ = in_force(project, environment)
    proposals = read_proposals(project, environment, policy.members, folder.members)
    if not proposals:
        raise RefusedError(f"no change of the members of '{environment.id}' is proposed")
    return DropPlan(environment, proposals)


def drop(project: Project, plan: DropPlan) -> DropResult:
    """Delete the local branches of the proposals; those of remotes are told."""
    left = tuple(place for each in plan.proposals for place in _take_away(project, each))
    return DropResult(plan.environment, plan.proposals, left)


def subject(environment_id: str, changes: tuple[MemberChange, ...]) -> str:
    """The first line of the message of a commit that makes ``changes``."""
    first = changes[0]
    phrases = {
        "added": f"Add {first.member} to the members of {environment_id} as {first.new}",
        "removed": f"Remove {first.member} from the members of {environment_id}",
        "role": f"Make {first.member} {first.new} of {environment_id}",
        "name": f"Rename the member {first.member} of {environment_id}",
        "key-added": f"Add a key of {first.member} to the members of {environment_id}",
        "key-removed": f"Remove a key of {first.member} from the members of {environment_id}",
        "threshold": f"Set the threshold of {environment_id} to {first.new}",
    }
    comes = first.action == "added"
    rest = [each for each in changes[1:] if not (comes and each.member == first.member)]
    return phrases[first.action] + (f", and {len(rest)} more" if rest else "")


def _signed(
    project: Project,
    environment: Environment,
    held: Permission,
    data: bytes,
    offered: Iterable[tuple[str, bytes]],
    proposal: Proposal | None,
) -> MembersResult:
    """Sign the members file ``data`` and land it, or add it to its proposal."""
    from jetenv.access.findings import Rule
    from jetenv.access.namespaces import MEMBERS
    from jetenv.access.signing import sign

    before, me = held.policy.members, _id_of(held)
    known = default_keys(project)
    mine = (f"{me}.sig", sign(data, held.key, MEMBERS).encode() + b"\n")
    result, signatures = counting(before, held.folder.members, data, [mine, *offered], known)
    wrong = [each for each in result.breaches if each.rule is not Rule.MEMBERS_THRESHOLD]
    if wrong or result.members is None:
        raise DeniedError(wrong[0].message, hint=wrong[0].hint)
    changes = changes_between(before, result.members)
    message = subject(environment.id, changes)
    if result.accepted:
        commit = _install(project, environment, data, signatures, message)
        left = _take_away(project, proposal) if proposal is not None else ()
        return MembersResult(project.environment(environment.id), me, result.members, changes, commit, left=left)
    copies = proposal.copies if proposal is not None and proposal.state is State.OPEN else ()
    if proposal is not None and not copies:
        delete_local(project, proposal)
    verb = "Sign" if copies else "Propose"
    later = f"{verb} later: {message}"
    write_proposal(project, environment, data, signatures, copies, result.members.version, later, held.key)
    now = read_proposals(project, environment, before, held.folder.members)
    written = next(each for each in now if each.data == data)
    return MembersResult(environment, me, result.members, changes, None, written)


def _install(
    project: Project, environment: Environment, data: bytes, signatures: Mapping[str, bytes], message: str
) -> Oid | None:
    """Put a members file with its signatures in the place of the one in force, in one commit on the environment."""
    from jetenv.environments.editing import edit_environment

    def mutate(files: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        gone: dict[str, bytes | None] = {name: None for name in files if name.startswith("signatures/")}
        return {**gone, **{f"signatures/{name}": content for name, content in signatures.items()}, "members.yaml": data}

    return edit_environment(project, environment, mutate, message)


def _in_the_way(environment: Environment, after: Members, proposals: tuple[Proposal, ...]) -> Proposal | None:
    """A proposal that is no longer open, and whose branch the next one will need."""
    wanted = branch_of(environment.id, after.version)
    found = next((each for each in proposals if each.branch == wanted and each.local is not None), None)
    return replace(found, copies=tuple(copy for copy in found.copies if copy.remote is None)) if found else None


def _take_away(project: Project, proposal: Proposal) -> tuple[str, ...]:
    """Delete the local branch of a proposal; the branches of it that are left."""
    gone = delete_local(project, proposal)
    return tuple(copy.ref for copy in proposal.copies if copy.remote is not None or not gone)


def _refuse_stale(project: Project, environment: Environment) -> None:
    behind = stale(project, environment)
    if behind is not None:
        raise RefusedError(
            f"'{environment.id}' lacks {behind.behind} commit{'s' * (behind.behind > 1)} of {behind.copy.remote}, so a"
            " change of its members could fork them",
            hint=f"`jetenv switch {environment.id}`, then `git pull`",
        )


def _id_of(held: Permission) -> str:
    if held.member is None:
        raise UsageError("the key that signs here is no member's")
    return held.member.id
