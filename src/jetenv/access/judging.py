"""One commit of an environment judged by the policy that was in force before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from jetenv.access.authorize import Change, Decision, Kind, Policy, authorize
from jetenv.access.commit_format import SignedCommit
from jetenv.access.effects import Effects, effects
from jetenv.access.findings import Breach, Rule
from jetenv.access.folder import ENVIRONMENTS, MEMBERS_FILE, OwnFolder, read_folder
from jetenv.access.members import Member
from jetenv.access.namespaces import COMMIT
from jetenv.access.store import Store
from jetenv.repository.objects import Oid, TreeChange

if TYPE_CHECKING:
    from jetenv.access.chain import ChainResult
    from jetenv.schemas.catalog import Catalog

_SIGN = "every commit has to be signed by a member: `git config commit.gpgsign true`, then make it again"
_FORGE = (
    "a forge's squash or rebase loses the signature: prepare the merge with `jetenv merge` on a branch cut from the "
    "target, and land that by fast-forward or as a merge commit"
)


class State(NamedTuple):
    """What is in force after a commit: the last policy that came about by right, and the tree as it is.

    ``members`` are the bytes of the members file of that policy, ``members_id`` their blob; ``folder`` is what the tree
    has, which differs where something was changed without the right to.
    """

    policy: Policy
    members: bytes
    members_id: Oid
    tree: Oid
    folder: OwnFolder | None


class Side(NamedTuple):
    """What a merge brings together with the branch: a tree, its commit, and the environment that it surely is of."""

    commit: Oid
    tree: Oid
    environment: str | None


SourceOf = Callable[[Oid, Policy, str | None], str | None]
"""The environment, among those that a policy takes merges from, that a commit is of; with what the merge says of it."""


def signing_key(commit: SignedCommit) -> tuple[str | None, Breach | None]:
    """The key whose signature holds for ``commit``, or what is wrong."""
    from jetenv.access.sshsig import SignatureError, verify

    if commit.signature is None:
        return None, Breach(Rule.COMMIT_UNSIGNED, "the commit is not signed", _SIGN)
    if not commit.signature.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        return None, Breach(Rule.COMMIT_UNSIGNED, "the commit is signed, but with no SSH key", _SIGN)
    try:
        return verify(commit.signature, commit.payload, COMMIT).key, None
    except SignatureError as error:
        return None, Breach(Rule.COMMIT_SIGNATURE, f"the signature of the commit is not accepted: {error.message}")


def unknown_signer(commit: SignedCommit, key: str | None, breach: Breach | None, policy: Policy) -> Breach:
    """The breach of a commit that no member has signed."""
    found = breach or Breach(
        Rule.COMMIT_UNKNOWN_KEY,
        f"the commit is signed with a key that belonged to no member of '{policy.environment}' then",
        f"{' or '.join(policy.members.admins)} can make its holder a member",
        key=key,
    )
    if found.rule is not Rule.COMMIT_SIGNATURE and _identity(commit.author) != _identity(commit.committer):
        return found._replace(rule=Rule.LANDING, message=f"{found.message}; somebody else committed it", hint=_FORGE)
    return found


class Judge:
    """Judges commits. ``proven`` are pairs of member and key whose possession was shown elsewhere in the project.

    With ``compares_merges`` a merge is held to what its sides say, field by field.
    """

    def __init__(
        self,
        store: Store,
        catalog: Callable[[Oid], Catalog],
        source_of: SourceOf,
        proven: Collection[tuple[str, str]] = (),
        *,
        compares_merges: bool = True,
    ) -> None:
        self.store = store
        self.catalog = catalog
        self.source_of = source_of
        self.proven = proven
        self.compares_merges = compares_merges

    def judge(self, commit: SignedCommit, key: str, before: State, name: str) -> tuple[list[Breach], State]:
        """What is wrong with ``commit``, which a member's ``key`` has signed, and the state after it.

        ``name`` is the environment's id from then on.
        """
        member = before.policy.members.holder(key)
        assert member is not None
        unchanged = before._replace(tree=commit.tree)
        if len(commit.parents) > 2:
            message = f"the merge has {len(commit.parents)} parents, so that nothing tells what is whose"
            hint = "merge one branch after the other"
            return [Breach(Rule.MERGE_PARENTS, message, hint, member.id, key)], unchanged
        judged = _Judged(self, commit, before, name, member, key)
        judged.run()
        return judged.breaches, judged.after


class _Judged:
    """The judgement of one commit that a member has signed."""

    def __init__(self, judge: Judge, commit: SignedCommit, before: State, name: str, member: Member, key: str) -> None:
        self.at = judge
        self.commit = commit
        self.before = before
        self.name = name
        self.member = member
        self.key = key
        self.breaches: list[Breach] = []
        self.after = before._replace(tree=commit.tree)

    def run(self) -> None:
        changes = dict(self.at.store.changes(self.before.tree, self.commit.tree))
        if self.name != self.before.policy.environment:
            self._renamed(changes)
        folder = self.before.folder
        if any(path.casefold().startswith(ENVIRONMENTS) or not path.isascii() for path in changes):
            folder, wrong = read_folder(self.at.store, self.commit.tree, self.name)
            self.breaches += [self._signed(breach) for breach in wrong]
        uid = self.before.policy.members.environment
        found = effects(changes, self.name, self.before.folder, folder, uid)
        second = self._second_side(found)
        if second is not None and self._granted(Kind.MERGE, second.environment, self._merge_rule(second)):
            self._check_content(changes, second)
        elif second is None and (found.shared or not found.owned):
            self._granted(Kind.COMMIT)
        self._owned(found, folder, second)

    def _owned(self, found: Effects, folder: OwnFolder | None, second: Side | None) -> None:
        signers: tuple[str, ...] = ()
        policy, members, members_id = self.before.policy, self.before.members, self.before.members_id
        result: ChainResult | None = None
        if found.members and folder is not None and folder.members != members:
            from jetenv.access.chain import follow  # most changes are no changes of the members

            result = follow(policy.members, members, folder.members, folder.signatures, proven=self.at.proven)
            signers = result.signed
            self.breaches += [self._in_members(breach) for breach in result.breaches]
        elif found.signatures and not found.members:
            message = "signatures change without the members file that they are of"
            self.breaches.append(self._in_members(Breach(Rule.MEMBERS_SIGNATURE, message)))
        source = second.environment if second is not None else None
        rule = Rule.COMMIT_DENIED if second is None else Rule.MERGE_OWNED
        refused: set[Kind] = set()
        for kind in sorted(found.owned, key=lambda each: each.value):
            if kind is Kind.MEMBERS and (result is None or not result.accepted):
                refused.add(kind)
                if result is None and found.members:
                    self._granted(Kind.COMMIT, source, rule, by_merge=second is not None)  # the file is put back
            elif kind is Kind.UID:
                message = "the uid of an environment never changes"
                self.breaches.append(self._signed(Breach(Rule.UID, message, path=self._path("environment.yaml"))))
                refused.add(kind)
            elif not self._granted(kind, source, rule, by_merge=second is not None, signers=signers):
                refused.add(kind)
        if Kind.MEMBERS in found.owned and Kind.MEMBERS not in refused and result is not None and result.members:
            assert folder is not None
            policy, members, members_id = policy._replace(members=result.members), folder.members, folder.members_id
        if folder is not None and Kind.PROTECTION in found.owned - refused:
            policy = policy._replace(protection=folder.protection)
        policy = policy._replace(environment=self.name)
        self.after = State(policy, members, members_id, self.commit.tree, folder)

    def _renamed(self, changes: dict[str, TreeChange]) -> None:
        """The folder that moves to another id; what else changes is judged as if it had been there before."""
        store, old = self.at.store, f"{ENVIRONMENTS}/{self.before.policy.environment}"
        new = f"{ENVIRONMENTS}/{self.name}"
        was = store.entry(self.before.tree, old)
        if was is None or store.entry(self.commit.tree, new) != was or store.entry(self.commit.tree, old) is not None:
            message = f"the folder of '{self.before.policy.environment}' is not moved to '{self.name}' as it was"
            self.breaches.append(self._signed(Breach(Rule.FOLDER, message, path=new)))
        self._granted(Kind.RENAME_ID)
        for path in [path for path in changes if path.startswith((old + "/", new + "/"))]:
            del changes[path]

    def _merge_rule(self, second: Side) -> Rule:
        sources = self.before.policy.protection.sources
        return Rule.COMMIT_DENIED if sources is None or second.environment in sources else Rule.MERGE_SOURCE

    def _second_side(self, found: Effects) -> Side | None:
        """The side that is merged in: the second parent, or the source that a selective merge names.

        A commit of one parent by somebody who may commit is no merge, whatever it says.
        """
        parents, named = self.commit.parents, self.commit.trailers("Source")
        name, _, tip = named[0].rpartition(" ") if len(named) == 1 else ("", "", "")
        if len(parents) < 2:
            asked = Change(Kind.COMMIT, self.key)
            if not tip or not found.shared or authorize(self.before.policy, asked).granted:
                return None
            parents = (*parents, Oid(tip))
        second = parents[1]
        from jetenv.access.commit_format import parse_commit

        tree = parse_commit(self.at.store.commit(second)).tree
        return Side(second, tree, self.at.source_of(second, self.before.policy, name or None))

    def _check_content(self, changes: Mapping[str, TreeChange], second: Side) -> None:
        from jetenv.access.admissible import inadmissible

        if not self.at.compares_merges:
            return
        own = f"{ENVIRONMENTS}/{self.name}/"
        signed = (own + MEMBERS_FILE, own + "signatures/")
        rest = {path: change for path, change in changes.items() if not path.startswith(signed)}
        first = self.commit.parents[0]
        for path, fields in inadmissible(
            self.at.store, self.at.catalog, rest, (first, second.commit), (self.before.tree, second.tree), self.commit
        ):
            at = f" at {', '.join(fields[:3])}" if fields else ""
            message = f"{path}{at} is not what either side made of it, nor a conflict that was resolved"
            hint = "what the merge adds of its own belongs into a commit of its own, by who may commit"
            self.breaches.append(self._signed(Breach(Rule.MERGE_CONTENT, message, hint, path=path)))

    def _granted(
        self,
        kind: Kind,
        source: str | None = None,
        rule: Rule = Rule.COMMIT_DENIED,
        *,
        by_merge: bool = False,
        signers: tuple[str, ...] = (),
    ) -> bool:
        asked = Change(kind, self.key, by_merge, source, signers)
        decision: Decision = authorize(self.before.policy, asked)
        if not decision.granted:
            hint = decision.hint
            if rule is Rule.MERGE_OWNED:
                hint = "`jetenv merge` leaves what environments own as it is" + (f"; {hint}" if hint else "")
            found = Breach(rule, decision.reason, hint)
            if found not in self.breaches:
                self.breaches.append(self._signed(found))
        return decision.granted

    def _signed(self, breach: Breach) -> Breach:
        return breach._replace(member=breach.member or self.member.id, key=breach.key or self.key)

    def _in_members(self, breach: Breach) -> Breach:
        return self._signed(breach._replace(path=self._path(breach.path or MEMBERS_FILE)))

    def _path(self, name: str) -> str:
        return f"{ENVIRONMENTS}/{self.name}/{name}"


def _identity(header: bytes) -> bytes:
    """The name and address of an author or committer, without the date."""
    return header.rpartition(b">")[0]
