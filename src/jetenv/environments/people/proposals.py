"""Changes of the members that wait for signatures: each is a branch of its own, pushed and fetched like any other.

The branch ``members_of/<environment>/v<version>`` is cut from the environment and holds the proposed members file with
the signatures so far. The environment has nothing of it until there are enough. The underscore keeps the name from
being in the way of an environment's. What admins have signed in two clones is taken together, from the local branch
and from those of the remotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from jetenv.access.changing import MemberChange, changes_between
from jetenv.access.members import MAX_SIZE, Members, digest, parse
from jetenv.access.wire import MAX_SIGNATURE
from jetenv.environments.model import FOLDER, Environment
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import FILE, Branch, Oid, TreeEntry

if TYPE_CHECKING:
    from jetenv.access.chain import ChainResult
    from jetenv.access.keys import SigningKey

_BRANCH = re.compile(r"members_of/(?P<environment>[a-z0-9][a-z0-9-]{0,62})/v(?P<version>[1-9][0-9]{0,8})")
_SIGNATURES = "signatures"
_MAX_SIGNATURES = 1000  # as a members file in force may have
_Copy = tuple[Branch, Mapping[str, bytes]]


class State(Enum):
    """How a proposal stands to what is in force."""

    OPEN = "open"
    LANDED = "landed"
    STALE = "stale"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed members file, and the branches that hold it, the local one first.

    ``signatures`` are the files of ``signatures/`` that count, from all of those branches; ``signed`` and ``unsigned``
    are the admins who have signed and who have not. ``problem`` says why it is not open.
    """

    branch: str
    version: int
    copies: tuple[Branch, ...]
    data: bytes
    state: State
    members: Members | None = None
    changes: tuple[MemberChange, ...] = ()
    signatures: tuple[tuple[str, bytes], ...] = ()
    signed: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    threshold: int = 0
    problem: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it waits for nobody's signature."""
        return self.state is State.OPEN and len(self.signed) >= self.threshold

    @property
    def local(self) -> Branch | None:
        """The local branch of it, None where only remotes have it."""
        return next((copy for copy in self.copies if copy.remote is None), None)


def branch_of(environment_id: str, version: int) -> str:
    """The branch of the proposed ``version`` of an environment's members file."""
    return f"members_of/{environment_id}/v{version}"


def read_proposals(
    project: Project, environment: Environment, members: Members, in_force: bytes
) -> tuple[Proposal, ...]:
    """What is proposed for an environment, open ones first; ``in_force`` are the bytes of its members file."""
    groups: dict[tuple[str, bytes], list[_Copy]] = {}
    broken = []
    for branch, name, version in _branches(project):
        try:
            data, signatures = _files(project, branch.oid, name)
        except JetenvError as error:
            if name == environment.id:
                broken.append(Proposal(branch.name, version, (branch,), b"", State.BROKEN, problem=error.message))
            continue
        if name == environment.id or f'"{environment.uid}"'.encode() in data:
            groups.setdefault((branch.name, data), []).append((branch, signatures))
    known = default_keys(project) if groups else set()
    found = [_proposal(name, data, copies, members, in_force, known) for (name, data), copies in groups.items()]
    order = list(State)
    return tuple(sorted([*found, *broken], key=lambda each: (order.index(each.state), each.version, each.branch)))


def counting(
    members: Members, in_force: bytes, data: bytes, signatures: Iterable[tuple[str, bytes]], known: set[tuple[str, str]]
) -> tuple[ChainResult, dict[str, bytes]]:
    """Whether ``data`` may follow with those of ``signatures`` that count, and these by name.

    What does not count is left out: on a branch that many may push to, it must not be in anybody's way.
    """
    from jetenv.access.chain import follow

    offered: dict[str, list[bytes]] = {}
    for name, content in signatures:
        if content not in offered.setdefault(name, []):
            offered[name].append(content)
    while True:
        first = {name: contents[0] for name, contents in offered.items() if contents}
        result = follow(members, in_force, data, first, proven=known)
        idle = {each.path.removeprefix(f"{_SIGNATURES}/") for each in result.breaches if each.path} & first.keys()
        if not idle:
            return result, first
        for name in idle:
            del offered[name][0]


def write_proposal(
    project: Project,
    environment: Environment,
    data: bytes,
    signatures: Mapping[str, bytes],
    copies: tuple[Branch, ...],
    version: int,
    message: str,
    key: SigningKey,
) -> Oid:
    """Commit a proposed members file with its signatures, by ``key``, to the local branch of it; the new tip.

    It goes on from ``copies``, or from the environment where there are none. Raises RefMovedError where the branch has
    moved meanwhile.
    """
    from jetenv.access.signing import commit_signer
    from jetenv.repository.journal import land

    repo = project.repo
    name = copies[0].name if copies else branch_of(environment.id, version)
    folder = f"{FOLDER}/{_matched(name)['environment']}"
    local = next((copy for copy in copies if copy.remote is None), None)
    parents = _latest(project, [copy.oid for copy in copies]) or (environment.tip,)
    tree = repo.commits.get(parents[0]).tree
    files = {"members.yaml": data, **{f"{_SIGNATURES}/{file}": content for file, content in signatures.items()}}
    edits: dict[str, TreeEntry | None] = {f"{folder}/{_SIGNATURES}": None}
    edits |= {f"{folder}/{file}": TreeEntry(repo.trees.write_blob(content), FILE) for file, content in files.items()}
    commit = repo.commits.create(repo.trees.edit(tree, edits), parents, message, commit_signer(key))
    if local is not None:
        land(repo, name, local.oid, commit, message)
    else:
        repo.refs.create(name, commit, message)
    project.refresh()
    return commit


def delete_local(project: Project, proposal: Proposal) -> bool:
    """Delete the local branch of a proposal; whether it is gone. One that is checked out somewhere stays."""
    local = proposal.local
    if local is None:
        return True
    with suppress(JetenvError):
        project.repo.refs.delete(local.name, local.oid)
    project.refresh()
    return project.repo.refs.tip(local.name) is None


def default_keys(project: Project) -> set[tuple[str, str]]:
    """Members of the default environment with their keys: whose possession needs not to be shown again."""
    from jetenv.environments.rights.permission import in_force

    policy, _, _ = in_force(project, project.default())
    return {(member.id, key) for member in policy.members.members for key in member.keys}


def _branches(project: Project) -> Iterator[tuple[Branch, str, int]]:
    for branch in project.branches:
        found = _BRANCH.fullmatch(branch.name)
        if found is not None:
            yield branch, found["environment"], int(found["version"])


def _matched(name: str) -> re.Match[str]:
    found = _BRANCH.fullmatch(name)
    assert found is not None
    return found


def _files(project: Project, tip: Oid, name: str) -> tuple[bytes, dict[str, bytes]]:
    """The members file in the commit ``tip`` and the files of ``signatures/`` that can be signatures.

    Anybody may push such a branch, so nothing is read that is too large. Raises JetenvError where there is none.
    """
    trees = project.repo.trees
    tree = project.repo.commits.get(tip).tree
    entry = trees.entry(tree, f"{FOLDER}/{name}/members.yaml")
    if entry is None or entry.mode != FILE:
        raise JetenvError("its members file is missing, or no plain file")
    if trees.size(entry.oid) > MAX_SIZE:
        raise JetenvError("its members file is too large")
    found = sorted(trees.children(tree, f"{FOLDER}/{name}/{_SIGNATURES}").items())
    plain = [(file, each.oid) for file, each in found if each.mode == FILE and trees.size(each.oid) <= MAX_SIGNATURE]
    return trees.read(entry.oid), {file: trees.read(oid) for file, oid in plain[:_MAX_SIGNATURES]}


def _proposal(
    name: str, data: bytes, held: list[_Copy], members: Members, in_force: bytes, known: set[tuple[str, str]]
) -> Proposal:
    copies = tuple(branch for branch, _ in held)
    bare = Proposal(name, int(_matched(name)["version"]), copies, data, State.BROKEN, threshold=members.threshold)
    try:
        after = parse(data)
    except JetenvError as error:
        return _as(bare, problem=f"its members file cannot be accepted: {error.message}")
    changes = changes_between(members, after)
    if data == in_force:
        return _as(bare, state=State.LANDED, members=after, problem="it is in force")
    if (after.project, after.environment) != (members.project, members.environment):
        return _as(bare, state=State.STALE, members=after, problem="it is of another environment of that id")
    if after.previous != digest(in_force):
        why = f"version {members.version} is in force, and it was made from another one"
        return _as(bare, state=State.STALE, members=after, problem=why)
    offered = [pair for _, signatures in held for pair in sorted(signatures.items())]
    result, counted = counting(members, in_force, data, offered, known)
    from jetenv.access.findings import Rule

    wrong = [each for each in result.breaches if each.rule is not Rule.MEMBERS_THRESHOLD]
    return _as(
        bare,
        state=State.BROKEN if wrong else State.OPEN,
        members=after,
        changes=changes,
        signatures=tuple(sorted(counted.items())),
        signed=result.signed,
        unsigned=result.unsigned,
        problem=wrong[0].message if wrong else None,
    )


def _as(proposal: Proposal, **changes: object) -> Proposal:
    from collections.abc import Callable
    from dataclasses import replace

    make: Callable[..., Proposal] = replace
    return make(proposal, **changes)


def _latest(project: Project, tips: list[Oid]) -> tuple[Oid, ...]:
    """Those of ``tips`` that no other one has, in their order."""
    different = list(dict.fromkeys(tips))
    ancestor = project.repo.commits.is_ancestor
    return tuple(tip for tip in different if not any(tip != other and ancestor(tip, other) for other in different))
