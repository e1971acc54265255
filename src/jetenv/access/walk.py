"""One branch of an environment walked: back to where it is known or begins, then forward again commit by commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from jetenv.access import chain
from jetenv.access.authorize import Policy
from jetenv.access.commit_format import CommitFormatError, SignedCommit, parse_commit
from jetenv.access.findings import Breach, Rule
from jetenv.access.folder import ENVIRONMENTS, MEMBERS_FILE, members_file, read_folder, uid_of
from jetenv.access.judging import Judge, State, signing_key, unknown_signer
from jetenv.access.ledger import Ledger, Seen
from jetenv.access.members import Members, digest, parse
from jetenv.access.store import Store
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.repository.tree_format import TreeFormatError

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


Progress = Callable[[str, int, int], None]
"""Takes the id of an environment, which of its commits is judged, counted from 1, and how many there are."""


@dataclass(slots=True)
class Grounds:
    """What the walks of one project stand on, and add to.

    ``root`` is the pinned digest. ``allowing`` are the members files that the default environment had by right, by
    digest; ``project`` is its uid, and ``proven`` are pairs of member and key out of those files.
    """

    store: Store
    root: str | None
    ledger: Ledger
    judge: Judge
    progress: Progress | None = None
    allowing: dict[str, Members] = field(default_factory=dict)
    proven: set[tuple[str, str]] = field(default_factory=set)
    project: str = ""

    def allow(self, data: bytes) -> None:
        """Take the bytes of a members file that the default environment had by right."""
        name = digest(data)
        if name not in self.allowing:
            members = self.allowing[name] = parse(data)
            self.project = members.project
            self.proven |= {(each.id, key) for each in members.members for key in each.keys}


class Walk:
    """The walk of one branch. ``allows`` is whether its members files allow creations: on the default branch itself."""

    def __init__(
        self,
        grounds: Grounds,
        name: str,
        tip: Oid,
        expected: Oid | None,
        *,
        is_default: bool,
        allows: bool = False,
    ) -> None:
        self.on = grounds
        self.store = grounds.store
        self.name = name
        self.tip = tip
        self.expected = expected
        self.is_default = is_default
        self.allows = allows
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
        seen = self.on.ledger.environments.get(self.uid)
        if whole or self.known is not None:
            self._hold_against_expected()
        if not whole:
            return self._answer(None, 0)
        state: State | None = None
        if self.known is not None and seen is not None:
            state = self._state_at(self.known, self.name_at_known)
            for members_id in seen.members.values() if self.allows else ():
                self.on.allow(self.store.read(members_id))
        verified: list[Oid] = []
        for number, (oid, name) in enumerate(reversed(self.line), 1):
            if self.on.progress is not None:
                self.on.progress(self.name, number, len(self.line))
            before = len(self.breaches)
            state = self._advance(oid, name, state)
            if state is None:
                return self._answer(None, 0)
            self._note(state)
            if before == len(self.breaches) == 0:
                verified.append(oid)
        if state is not None:
            self._hold_against_seen(state, seen)
            self._remember(state, verified, seen)
        return self._answer(state, len(seen.commits) if seen is not None and self.known is not None else 0)

    def _note(self, state: State) -> None:
        """Keep the members file in force, which may allow creations; what is remembered is free of breaches."""
        if self.allows:
            self.on.allow(state.members)
        if not self.breaches and state.members_id not in self.members.values():
            self.members[digest(state.members)] = state.members_id

    # Back

    def _collect(self) -> bool:
        """Fill ``line`` with the commits to judge, the latest first; whether all of them are there."""
        oid, name = self.tip, self.name
        commit = self._read(oid)
        if commit is None:
            return False
        data = members_file(self.store, commit.tree, name)
        self.uid = (uid_of(data) if data is not None else "") or ""
        while True:
            seen = self.on.ledger.environments.get(self.uid)
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
        data = members_file(self.store, above.tree, name)
        if data is not None:
            own = uid_of(data)
            if own != self.uid:
                now = members_file(self.store, commit.tree, name) or b""
                if self.is_default and digest(now) == self.on.root:
                    return None  # a new root was agreed on
                if not self.is_default and b"\nversion: 1\n" in now:
                    return None  # created again under the same id
                self.uid = own or ""  # the file of another environment was put there
            return name
        folder = entry(commit.tree, f"{ENVIRONMENTS}/{name}")
        for other, each in self.store.children(above.tree, ENVIRONMENTS).items():
            moved = each == folder and entry(commit.tree, f"{ENVIRONMENTS}/{other}") is None
            if moved and uid_of(members_file(self.store, above.tree, other) or b"") == self.uid:
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
            rule = Rule.TREE_MALFORMED if isinstance(error, TreeFormatError) else Rule.HISTORY_MISSING
            self._add(Breach(rule, error.message, error.hint), oid)
        return state._replace(tree=commit.tree) if state is not None else None

    def _step(self, oid: Oid, commit: SignedCommit, state: State, name: str) -> State:
        key, problem = signing_key(commit)
        if problem is None and key is not None and state.policy.members.holder(key) is not None:
            breaches, after = self.on.judge.judge(commit, key, state, name)
            for breach in breaches:
                self._add(breach, oid)
            return after
        found = unknown_signer(commit, key, problem, state.policy)
        if len(commit.parents) == 2:
            if parse_commit(self.store.commit(commit.parents[1])).tree == commit.tree:
                return self._land(oid, commit, state, name)
            if found.rule in (Rule.COMMIT_UNSIGNED, Rule.LANDING):
                what = "and its tree is not that of a prepared and signed second parent"
                hint = "prepare the merge with `jetenv merge` on a branch cut from the target, then land that"
                found = found._replace(rule=Rule.LANDING, message=f"{found.message}, {what}", hint=hint)
        self._add(found, oid)
        return self._unjudged(commit, state, name)

    def _unjudged(self, commit: SignedCommit, state: State, name: str) -> State:
        """The state after a commit that nobody was allowed to make: another tree, under the same policy."""
        return state._replace(tree=commit.tree, folder=read_folder(self.store, commit.tree, name)[0])

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
                return self._unjudged(commit, state, name)
            at = above[0]
        for each in reversed(line):
            state = self._step(each, parse_commit(self.store.commit(each)), state, name)
            self._note(state)
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
            result = chain.root(folder.members, folder.signatures, self.on.root)
        else:
            on = self.on
            result = chain.begin(folder.members, folder.signatures, on.allowing, on.project, proven=on.proven)
        if len(commit.parents) > 1:
            message = "a merge does not create an environment: its folder is a copy that came along"
            self._add(Breach(Rule.CREATION, message, "the branch was moved here; move it back"), oid)
        for breach in result.breaches:
            self._add(breach._replace(path=breach.path or f"{ENVIRONMENTS}/{name}/{MEMBERS_FILE}"), oid)
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
        seen = self.on.ledger.environments.get(self.uid)
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
            seen = self.on.ledger.environments[self.uid]
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
        environments = {**self.on.ledger.environments, self.uid: now}
        self.on.ledger = replace(self.on.ledger, environments=environments)

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
