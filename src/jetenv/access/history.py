"""The proof of an environment: every commit along first parents, from its creation on, judged by what was in force.

It begins at the pinned root: the first members file of the default environment. Other environments begin with a
members file that names one of the default environment's, so the default environment is verified first. What came before
the commit that made or adopted an environment is outside the proof. Dates are never asked.

A commit that no member signed is accepted in one case: it merges a prepared line of signed commits that was cut from
the branch, and its tree is that of the line's end. That is what a forge's merge button makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.access import chain
from jetenv.access.authorize import Policy
from jetenv.access.commit_format import CommitFormatError, SignedCommit, parse_commit
from jetenv.access.findings import Breach, Rule
from jetenv.access.folder import ENVIRONMENTS, MEMBERS_FILE, read_folder
from jetenv.access.judging import Judge, State, signing_key, unknown_signer
from jetenv.access.ledger import Ledger, Seen
from jetenv.access.members import Members, digest, parse
from jetenv.access.store import Store
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog

_UID = re.compile(rb'^environment: "([0-9a-z-]+)"$', re.MULTILINE)
_LONGEST_LINE = 10_000
"""Commits that a pull request may have."""

_FETCH = "fetch the rest with `git fetch --unshallow`"
_PULL = (
    "take the branch as it was, and bring the other commits with `git rebase` (`git pull --rebase`) or `jetenv merge`"
)
_KEEP = "what the branch had is no longer in it: find out who moved it, and push what it had again"


@dataclass(frozen=True, slots=True)
class Verification:
    """The proof of one environment at one commit, or what is wrong with it.

    ``policy`` is the one in force at the end, None where none came about by right. ``checked`` are the commits that
    were judged now, the oldest first, and ``remembered`` says how many had been judged before. ``since`` is the commit
    at which the proof begins, None where that was judged before. ``uid`` is empty where the environment has none.
    """

    environment: str
    uid: str
    tip: Oid
    since: Oid | None
    policy: Policy | None
    checked: tuple[Oid, ...]
    remembered: int
    breaches: tuple[Breach, ...]

    @property
    def proven(self) -> bool:
        """Whether everything was put there by somebody who was allowed to."""
        return not self.breaches


class Verifier:
    """Verifies the environments of one project, the default one first.

    ``root`` is the digest of the first members file of all, pinned outside the tree. ``catalog`` gives the schemas in
    force for a tree. ``ledger`` is what was verified before, and afterwards what was verified by now.
    """

    def __init__(
        self, store: Store, root: str | None, catalog: Callable[[Oid], Catalog], ledger: Ledger | None = None
    ) -> None:
        self.ledger = (ledger or Ledger(root)).for_root(root)
        self._store = store
        self._root = root
        self._proven: set[tuple[str, str]] = set()
        self._judge = Judge(store, catalog, self._source_of, self._proven)
        self._allowing: dict[str, Members] = {}
        self._project = ""
        self._sources: dict[tuple[str, Oid], bool] = {}

    def default(self, name: str, tip: Oid, *, expected: Oid | None = None) -> Verification:
        """Verify the default environment; ``expected`` is where its branch was last."""
        return _Walk(self, name, tip, expected, is_default=True, allow=self._allow).run()

    def environment(self, name: str, tip: Oid, *, expected: Oid | None = None) -> Verification:
        """Verify another environment; ``expected`` is where its branch was last."""
        return _Walk(self, name, tip, expected, is_default=False).run()

    def _allow(self, data: bytes) -> None:
        """Take the bytes of a members file that the default environment had by right: it may allow creations."""
        name = digest(data)
        if name not in self._allowing:
            members = self._allowing[name] = parse(data)
            self._project = members.project
            self._proven |= {(each.id, key) for each in members.members for key in each.keys}

    def _source_of(self, commit: Oid, policy: Policy, named: str | None) -> str | None:
        """The environment that ``commit`` is of, where the protection asks for certain ones; else the one it names."""
        for name in policy.protection.sources or ():
            if (name, commit) not in self._sources:
                self._sources[name, commit] = False  # against going in circles
                self._sources[name, commit] = self._is_of(name, commit)
            if self._sources[name, commit]:
                return name
        return named if policy.protection.sources is None else None

    def _is_of(self, name: str, commit: Oid) -> bool:
        try:
            tree = parse_commit(self._store.commit(commit)).tree
        except (CommitFormatError, JetenvError):
            return False
        data = _members_file(self._store, tree, name)
        if data is None:
            return False
        is_default = _uid(data) == self._project
        return _Walk(self, name, commit, None, is_default=is_default).run().proven


class _Walk:
    """One branch, first back to where it is known or begins, then forward again commit by commit."""

    def __init__(
        self,
        verifier: Verifier,
        name: str,
        tip: Oid,
        expected: Oid | None,
        *,
        is_default: bool,
        allow: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self.of = verifier
        self.store: Store = verifier._store
        self.name = name
        self.tip = tip
        self.expected = expected
        self.is_default = is_default
        self.allow = allow
        self.breaches: list[Breach] = []
        self.uid = ""
        self.line: list[tuple[Oid, str]] = []
        self.known: Oid | None = None
        self.name_at_known = name
        self.members: dict[str, Oid] = {}

    def run(self) -> Verification:
        """The answer. What was verified goes into the ledger."""
        try:
            whole = self._collect()
        except JetenvError as error:
            self._add(Breach(Rule.HISTORY_MISSING, error.message, error.hint), self.tip)
            whole = False
        seen = self.of.ledger.environments.get(self.uid)
        if whole or self.known is not None:
            self._hold_against_expected()
        if not whole:
            return self._answer(None, 0)
        state: State | None = None
        if self.known is not None and seen is not None:
            state = self._state_at(self.known, self.name_at_known)
            for members_id in seen.members.values():
                self.allow(self.store.read(members_id))
        verified: list[Oid] = []
        for oid, name in reversed(self.line):
            before = len(self.breaches)
            state = self._advance(oid, name, state)
            if state is None:
                return self._answer(None, 0)
            self.allow(state.members)
            if before == len(self.breaches) == 0:
                verified.append(oid)
                self.members[digest(state.members)] = state.members_id
        if state is not None:
            self._hold_against_seen(state, seen)
            self._remember(state, verified, seen)
        return self._answer(state, len(seen.commits) if seen is not None and self.known is not None else 0)

    # Back

    def _collect(self) -> bool:
        """Fill ``line`` with the commits to judge, the latest first; whether all of them are there."""
        oid, name = self.tip, self.name
        commit = self._read(oid)
        if commit is None:
            return False
        data = _members_file(self.store, commit.tree, name)
        self.uid = (_uid(data) if data is not None else "") or ""
        while True:
            seen = self.of.ledger.environments.get(self.uid)
            if seen is not None and oid in seen.commits:
                self.known, self.name_at_known = oid, name
                return True
            self.line.append((oid, name))
            if not commit.parents:
                return True
            parent = commit.parents[0]
            if oid in self.store.shallow:
                message = f"the history before this commit was not fetched, so '{self.name}' cannot be verified"
                self._add(Breach(Rule.HISTORY_SHALLOW, message, _FETCH), oid)
                return False
            above = self._read(parent)
            if above is None:
                return False
            earlier = self._name_before(name, commit, above)
            if earlier is None:
                return True
            oid, name, commit = parent, earlier, above

    def _name_before(self, name: str, commit: SignedCommit, above: SignedCommit) -> str | None:
        """The id that the environment had in the parent ``above``; None where ``commit`` begins it."""
        entry = self.store.entry
        here, there = entry(commit.tree, ENVIRONMENTS), entry(above.tree, ENVIRONMENTS)
        if here == there:
            return name
        data = _members_file(self.store, above.tree, name)
        if data is not None:
            own = _uid(data)
            if own != self.uid:
                now = _members_file(self.store, commit.tree, name) or b""
                if not self.is_default and b"\nversion: 1\n" in now:
                    return None  # created again under the same id
                self.uid = own or ""  # the file of another environment was put there
            return name
        folder = entry(commit.tree, f"{ENVIRONMENTS}/{name}")
        for other, each in self.store.children(above.tree, ENVIRONMENTS).items():
            moved = each == folder and entry(commit.tree, f"{ENVIRONMENTS}/{other}") is None
            if moved and _uid(_members_file(self.store, above.tree, other) or b"") == self.uid:
                return other
        return None

    def _read(self, oid: Oid) -> SignedCommit | None:
        try:
            return parse_commit(self.store.commit(oid))
        except CommitFormatError as error:
            self._add(Breach(Rule.COMMIT_MALFORMED, f"the commit is not read by everybody alike: {error}"), oid)
            return None

    # Forward

    def _advance(self, oid: Oid, name: str, state: State | None) -> State | None:
        """Judge the commit ``oid`` and return the state after it; None where there is nothing to go on from."""
        commit = self._read(oid)
        if commit is None:
            return None
        try:
            if state is None:
                return self._begin(oid, commit, name)
            return self._step(oid, commit, state, name)
        except CommitFormatError as error:
            self._add(Breach(Rule.COMMIT_MALFORMED, f"a parent is not read by everybody alike: {error}"), oid)
        except JetenvError as error:
            rule = Rule.TREE_MALFORMED if "damaged or holds names" in error.message else Rule.HISTORY_MISSING
            self._add(Breach(rule, error.message, error.hint), oid)
        return replace(state, tree=commit.tree) if state is not None else None

    def _step(self, oid: Oid, commit: SignedCommit, state: State, name: str) -> State:
        key, problem = signing_key(commit)
        signed = problem is None and key is not None and state.policy.members.holder(key) is not None
        if not signed and len(commit.parents) == 2:
            second = parse_commit(self.store.commit(commit.parents[1]))
            if second.tree == commit.tree:
                return self._land(oid, commit, state, name)
            found = unknown_signer(commit, key, problem, state.policy)
            if found.rule in (Rule.COMMIT_UNSIGNED, Rule.LANDING):
                hint = "prepare the merge with `jetenv merge` on a branch cut from the target, then land that"
                what = "and its tree is not that of a prepared and signed second parent"
                found = replace(found, rule=Rule.LANDING, message=f"{found.message}, {what}", hint=hint)
            self._add(found, oid)
            return replace(state, tree=commit.tree, folder=read_folder(self.store, commit.tree, name)[0])
        breaches, after = self.of._judge.judge(oid, commit, state, name)
        for breach in breaches:
            self._add(breach, oid)
        return after

    def _land(self, oid: Oid, commit: SignedCommit, state: State, name: str) -> State:
        """A forge's merge of a prepared line: the line is judged in its place."""
        first, at = commit.parents
        line: list[Oid] = []
        while at != first:
            line.append(at)
            above = parse_commit(self.store.commit(at)).parents
            if not above or len(line) >= _LONGEST_LINE:
                message = "no member signed this merge, and what it lands was not cut from the branch as it was"
                hint = "cut the pull request from the tip of the target (merge there again), then land it"
                self._add(Breach(Rule.LANDING, message, hint), oid)
                return replace(state, tree=commit.tree, folder=read_folder(self.store, commit.tree, name)[0])
            at = above[0]
        for each in reversed(line):
            state = self._step(each, parse_commit(self.store.commit(each)), state, name)
        return state

    def _begin(self, oid: Oid, commit: SignedCommit, name: str) -> State | None:
        """The state after the commit that creates the environment."""
        self.store.changes(None, commit.tree)  # every folder is read once, and refused where it names a thing twice
        folder, breaches = read_folder(self.store, commit.tree, name)
        for breach in breaches:
            self._add(breach, oid)
        if folder is None:
            return None
        if self.is_default:
            result = chain.root(folder.members, folder.signatures, self.of._root)
        else:
            of = self.of
            result = chain.begin(folder.members, folder.signatures, of._allowing, of._project, proven=of._proven)
        for breach in result.breaches:
            self._add(replace(breach, path=breach.path or f"{ENVIRONMENTS}/{name}/{MEMBERS_FILE}"), oid)
        if result.members is None or not result.accepted:
            return None
        policy = Policy(name, result.members, folder.protection)
        key, problem = signing_key(commit)
        creator = policy.members.holder(key) if key is not None else None
        if creator is None or creator.role != "admin":
            self._add(unknown_signer(commit, key, problem, policy), oid)
        if folder.settings is None or folder.settings.get("uid") != result.members.environment:
            message = "environment.yaml does not name the uid that the members file has"
            self._add(Breach(Rule.UID, message, path=f"{ENVIRONMENTS}/{name}/environment.yaml"), oid)
        return State(policy, folder.members, folder.members_id, commit.tree, folder)

    def _state_at(self, oid: Oid, name: str) -> State | None:
        """The state after a commit that was verified before."""
        tree = parse_commit(self.store.commit(oid)).tree
        folder, _ = read_folder(self.store, tree, name)
        assert folder is not None
        policy = Policy(name, parse(folder.members), folder.protection)
        return State(policy, folder.members, folder.members_id, tree, folder)

    # What was known before

    def _hold_against_expected(self) -> None:
        """The branch has what it had where it was last, along first parents."""
        expected = self.expected
        if expected is None or expected == self.tip or any(oid == expected for oid, _ in self.line):
            return
        seen = self.of.ledger.environments.get(self.uid)
        if self.known is not None and seen is not None and expected in seen.commits and self._reaches(expected):
            return
        if self.store.is_ancestor(expected, self.tip):
            message = f"the branch was at {expected[:12]}, which is now on the other side of a merge"
            self._add(Breach(Rule.HISTORY_SWAPPED, message, _PULL), self.tip)
        else:
            message = f"the branch was at {expected[:12]}, which is no longer in it"
            self._add(Breach(Rule.HISTORY_REWRITTEN, message, _KEEP), self.tip)

    def _reaches(self, expected: Oid) -> bool:
        """Whether ``expected`` is on the line of first parents from the known commit; all of that line is known."""
        at = self.known
        while at is not None and at != expected:
            parents = parse_commit(self.store.commit(at)).parents
            seen = self.of.ledger.environments[self.uid]
            at = parents[0] if parents and parents[0] in seen.commits else None
        return at is not None

    def _hold_against_seen(self, state: State, seen: Seen | None) -> None:
        """The members file is no earlier one, and no other one, than was seen; a branch left behind may have that."""
        if seen is None or self.tip in seen.commits:
            return
        version, found = state.policy.members.version, digest(state.members)
        if version < seen.version or (version == seen.version and found != seen.digest):
            what = "an earlier version" if version < seen.version else "other bytes in the same version"
            message = f"the members file has version {version} here and {seen.version} was seen before: this is {what}"
            hint = f"the branch was at {seen.tip[:12]} then; find out who moved it, and trust nothing before"
            self._add(Breach(Rule.HISTORY_ROLLED_BACK, message, hint), self.tip)

    def _remember(self, state: State, verified: list[Oid], seen: Seen | None) -> None:
        if not verified or any(breach.rule in _ABOUT_THE_BRANCH for breach in self.breaches):
            return
        commits = seen.commits if seen is not None else frozenset()
        members: Mapping[str, Oid] = seen.members if seen is not None else {}
        at = self._state_at(verified[-1], dict(self.line)[verified[-1]]) if verified[-1] != self.tip else state
        assert at is not None
        now = Seen(
            at.policy.environment,
            verified[-1],
            at.policy.members.version,
            digest(at.members),
            commits | set(verified),
            {**members, **self.members},
        )
        environments = {**self.of.ledger.environments, self.uid: now}
        self.of.ledger = replace(self.of.ledger, environments=environments)

    def _answer(self, state: State | None, remembered: int) -> Verification:
        since = self.line[-1][0] if self.known is None and self.line else None
        return Verification(
            self.name,
            self.uid,
            self.tip,
            since,
            state.policy if state is not None else None,
            tuple(oid for oid, _ in reversed(self.line)),
            remembered,
            tuple(self.breaches),
        )

    def _add(self, breach: Breach, oid: Oid) -> None:
        self.breaches.append(breach.at(oid, self.name))


_ABOUT_THE_BRANCH = (Rule.HISTORY_REWRITTEN, Rule.HISTORY_SWAPPED, Rule.HISTORY_ROLLED_BACK)


def _members_file(store: Store, tree: Oid, name: str) -> bytes | None:
    entry = store.entry(tree, f"{ENVIRONMENTS}/{name}/{MEMBERS_FILE}")
    return store.read(entry.oid) if entry is not None and entry.is_file else None


def _uid(members: bytes) -> str | None:
    match = _UID.search(members)
    return match[1].decode() if match else None
