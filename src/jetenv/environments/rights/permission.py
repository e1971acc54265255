"""Whether the person at this machine may change an environment: asked by every command before it writes anything.

The right is that of the key which signs here, under the members file and the protection at the commit that is built on.
Those have to begin at the pinned root. What a commit would change is judged by the same code that verifies it later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from jetenv.access.authorize import Change, Decision, Kind, Policy, authorize
from jetenv.access.members import Member, parse
from jetenv.environments.model import FOLDER, Environment
from jetenv.environments.project import ROOT_PIN, Project
from jetenv.errors import DeniedError, JetenvError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.access.findings import Breach
    from jetenv.access.folder import OwnFolder
    from jetenv.access.judging import SourceOf
    from jetenv.access.keys import SigningKey

_PIN = "ask an admin, by another way than this repository, for the digest, then `jetenv trust pin DIGEST`"


class Permission(NamedTuple):
    """Who is at this machine, and what is in force on an environment at its tip, where the tree is ``tree``."""

    environment: Environment
    key: SigningKey
    policy: Policy
    folder: OwnFolder
    tree: Oid

    @property
    def member(self) -> Member | None:
        """The member whose key signs here, None where it is nobody's."""
        return self.policy.members.holder(self.key.public)

    def may(self, kind: Kind, *, source: str | None = None) -> bool:
        """Whether a change of that kind is granted; ``source`` is that of a merge."""
        return authorize(self.policy, Change(kind, self.key.public, source=source)).granted

    def require(self, kind: Kind, *, source: str | None = None) -> None:
        """Raise DeniedError where a change of that kind is not granted."""
        decision = authorize(self.policy, Change(kind, self.key.public, source=source))
        if not decision.granted:
            self._refuse(decision)

    def _refuse(self, decision: Decision) -> NoReturn:
        where = None
        if self.member is None:
            from jetenv.access.public_keys import fingerprint

            found = "the SSH agent" if self.key.path is None else str(self.key.path)
            where = f"{found} ({fingerprint(self.key.public)})"
        raise DeniedError(decision.reason, where=where, hint=self._way_out(decision.hint))

    def _way_out(self, hint: str | None, missing: Kind = Kind.COMMIT) -> str | None:
        """``hint``, after the way round by a merge, where that is open."""
        if missing is Kind.COMMIT and not self.may(Kind.COMMIT) and self.may(Kind.MERGE, source=self._a_source()):
            name = self.environment.id
            source = self._a_source()
            take = "commit it on a branch of its own (`git switch -c NAME` takes it there)" if source is None else ""
            how = take or f"make the change in '{source}'"
            return f"{how}, then `jetenv merge {source or 'NAME'} {name}`" + (f"; {hint}" if hint else "")
        return hint

    def _a_source(self) -> str | None:
        sources = self.policy.protection.sources
        return sources[0] if sources else None


def permission(project: Project, environment: Environment, key: SigningKey | None = None) -> Permission:
    """What is in force on ``environment``, and whose ``key`` it is (when None, the one that signs here: a member's).

    Raises DeniedError where what is in force cannot be trusted: no root is pinned or another one, the members file is
    missing, no plain file, not in its canonical form, or that of another environment. Raises JetenvError where there
    is no key to sign with, or what has to be read was not fetched.
    """
    from jetenv.access.keys import find_signing_key

    found = in_force(project, environment)
    key = key or find_signing_key(project.repo, create=False, preferred=found[0].members.keys)
    return Permission(environment, key, *found)


def in_force(project: Project, environment: Environment) -> tuple[Policy, OwnFolder, Oid]:
    """The policy at the tip of ``environment``, the folder that it stands in and the tree. Raises as ``permission``.

    What a command here put there is known to be right; what else came is verified once, from the pinned root on.
    """
    from jetenv.environments.rights.trusted import Trusted

    repo = project.repo
    if repo.config.get(ROOT_PIN) is None:
        raise DeniedError(
            "no root is pinned in this repository, so nothing says whose members files are the genuine ones", hint=_PIN
        )
    default = project.default()
    found = _read(project, environment)
    policy, _, tree = found
    if environment.uid and policy.members.environment != environment.uid:
        _refuse_members(environment, "the members file is that of another environment")
    if policy.members.project != default.uid:
        _refuse_members(environment, "the members file is that of another project")
    folder = repo.trees.entry(tree, environment.folder)
    assert folder is not None
    known = Trusted(repo)
    is_known = known.has(environment.id, folder.oid)
    if not is_known:
        _refuse_unproven(project, environment, policy)
    if not known.is_latest(environment.id, folder.oid):
        state = known.ledger_state()
        latest_at = state if _is_latest(project, environment, policy) else None
        if latest_at is not None or not is_known:
            known.learn(environment.id, folder.oid, latest_at=latest_at)
    return found


def _is_latest(project: Project, environment: Environment, policy: Policy) -> bool:
    """Whether no later members file than that of ``policy`` was verified here; a branch left behind may have that.

    Raises DeniedError where one was, and the branch is not left behind.
    """
    from jetenv.access.members import digest, render
    from jetenv.environments.rights.ledger import recall

    seen = recall(project.repo, project.repo.config.get(ROOT_PIN)).ledger.environments.get(environment.uid)
    if seen is None:
        return True
    version = policy.members.version
    is_older = version < seen.version or (version == seen.version and digest(render(policy.members)) != seen.digest)
    if is_older and environment.tip not in seen.commits:
        raise DeniedError(
            f"the members file of '{environment.id}' has version {version}, and another one, of version {seen.version},"
            " was verified here before",
            where=f"{environment.folder}/members.yaml",
            hint=_repair(environment),
        )
    return not is_older


def _refuse_unproven(project: Project, environment: Environment, policy: Policy) -> None:
    """Raise DeniedError where what stands in the folder of ``environment`` did not come about by right."""
    from jetenv.environments.rights.verify import verified

    proof = verified(project, environment)
    if proof.environment == environment.id and proof.policy == policy:
        return
    name = environment.id
    if not proof.breaches:
        _refuse_members(environment, f"what '{name}' has in {environment.folder}/ is not what is in force on it")
    first = proof.breaches[0]
    at = f" (commit {first.commit[:12]} of {first.environment})" if first.commit else ""
    raise DeniedError(
        f"what says who may change '{name}' did not come about by right: {first.message}{at}",
        where=first.path,
        hint=first.hint or _repair(environment),
    )


def require_merge(project: Project, target: Environment, tip: Oid, name: str, *, single: bool) -> None:
    """Raise DeniedError where the commit ``tip``, called ``name``, may not be merged into ``target`` by who is here.

    ``single`` is whether the merge has one parent: then the right to commit will do as well.
    """
    held = permission(project, target)
    if not (single and held.may(Kind.COMMIT)):
        held.require(Kind.MERGE, source=_source_of(project)(tip, held.policy, name))


def require_change(
    project: Project,
    environment: Environment,
    tree: Oid,
    *,
    parents: tuple[Oid, ...] = (),
    message: str = "",
    new_id: str | None = None,
    merged_here: bool = True,
) -> Permission:
    """Raise DeniedError where who is here may not give ``environment`` a commit with ``tree``.

    ``parents`` are those of the commit, the tip alone when empty; ``new_id`` is the id that the environment gets by it.
    ``merged_here`` is whether a merge was made by this program, so that its content needs no second look.
    """
    from jetenv.access.commit_format import CommitFormatError, SignedCommit
    from jetenv.access.judging import Judge, State
    from jetenv.access.store import GitStore

    held = permission(project, environment)
    parents = parents or (environment.tip,)
    if held.member is None:
        held.require(Kind.COMMIT if len(parents) < 2 else Kind.MERGE)
    folder = held.folder
    before = State(held.policy, folder.members, folder.members_id, held.tree, folder)
    known = held.policy if held.policy.is_default else _read(project, project.default())[0]
    proven = {(member.id, key) for member in known.members.members for key in member.keys}
    judge = Judge(GitStore(project.repo), project.catalog, _source_of(project), proven, compares_merges=not merged_here)
    planned = SignedCommit(tree, parents, b"", b"", message.encode("utf-8", "replace"), None, b"")
    try:
        breaches, _ = judge.judge(planned, held.key.public, before, new_id or environment.id)
    except CommitFormatError as error:
        raise DeniedError(f"a commit to be merged is not read by everybody alike: {error}") from error
    if breaches:
        _refuse_breach(held, breaches[0])
    return held


def landed(project: Project, environment: str, commit: Oid) -> None:
    """Remember that what ``commit`` has in the folder of ``environment`` came about by right, as it was judged here."""
    from jetenv.environments.rights.trusted import Trusted

    repo, known = project.repo, Trusted(project.repo)
    folder = repo.trees.entry(repo.commits.get(commit).tree, f"{FOLDER}/{environment}")
    if folder is not None and not known.has(environment, folder.oid):
        known.learn(environment, folder.oid)


def _refuse_breach(held: Permission, breach: Breach) -> NoReturn:
    from jetenv.access.findings import Rule

    hint = held._way_out(breach.hint) if breach.rule is Rule.COMMIT_DENIED else breach.hint
    raise DeniedError(breach.message, where=breach.path, hint=hint)


def _read(project: Project, environment: Environment) -> tuple[Policy, OwnFolder, Oid]:
    from jetenv.access.commit_format import CommitFormatError, parse_commit
    from jetenv.access.folder import read_folder
    from jetenv.access.store import GitStore

    try:
        tree = parse_commit(project.repo.commits.raw(environment.tip)).tree
    except CommitFormatError as error:
        raise DeniedError(
            f"commit {environment.tip[:12]} at the tip of '{environment.id}' is not read by everybody alike: {error}",
            hint=_repair(environment),
        ) from error
    folder, breaches = read_folder(GitStore(project.repo), tree, environment.id)
    if folder is None or breaches:
        first = breaches[0]
        raise DeniedError(first.message, where=first.path, hint=first.hint or _repair(environment))
    try:
        members = parse(folder.members, path=f"{environment.folder}/members.yaml")
    except JetenvError as error:
        raise DeniedError(
            f"nothing says who may change '{environment.id}', for its members file cannot be accepted: {error.message}",
            where=error.where,
            hint=error.hint or _repair(environment),
        ) from error
    return Policy(environment.id, members, folder.protection), folder, tree


def _refuse_members(environment: Environment, message: str) -> NoReturn:
    raise DeniedError(message, where=f"{environment.folder}/members.yaml", hint=_repair(environment))


def _repair(environment: Environment) -> str:
    return f"`jetenv verify {environment.id}` names the commit that is to blame: move the branch back before it"


def _source_of(project: Project) -> SourceOf:
    """Says which of the environments that a protection takes merges from a commit is of, else what it is called."""

    def find(commit: Oid, policy: Policy, name: str | None) -> str | None:
        sources = policy.protection.sources
        if sources is None:
            return name
        from jetenv.repository.reverts import on_first_parents

        for environment in project.environments():
            if environment.id in sources and on_first_parents(project.repo, environment.tip, commit):
                return environment.id
        return None

    return find
