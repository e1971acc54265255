"""Whether a push is taken: every ref of it from its old value to its new one, by what is in force before the push.

The refs and who may change them:

| ref | rule |
|---|---|
| branch of an environment, forward | every new commit is proven by the policy before it; who pushes may edit there |
| … rewound or replaced | as ``protection.force_push`` says, never behind the members file in force |
| … deleted | as ``protection.delete`` says; the default environment never |
| … under another id | deleted and created with the same uid in one push |
| … created | proven from its creation on, by somebody who may create environments now; no uid twice |
| plain branch, tag | editors and admins of any environment; a tag never moves, and has no environment's name |
| anything else | refused |

Who pushes is known by a key or not at all. Where it is not, commits say enough for what goes forward: on a plain branch
that an editor has signed the last one. What takes something away is refused then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from jetenv.access.authorize import Change, Decision, Kind, Policy, authorize, authorize_anywhere
from jetenv.access.commit_format import CommitFormatError, parse_commit
from jetenv.access.findings import Breach, Rule
from jetenv.access.folder import members_file, uid_of
from jetenv.access.history import Verification, Verifier
from jetenv.access.judging import signing_key
from jetenv.access.ref_names import BRANCHES, TAGS, name_problems
from jetenv.access.standing import Held, Standing, claims_to_be_default, is_environment
from jetenv.access.store import Store
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid

UNKNOWN = (
    "nothing says here who pushes, and this takes something away",
    "push through `jetenv serve-git`, or sign the push: `git push --signed`",
)


@dataclass(frozen=True, slots=True)
class Update:
    """A ref and its value before and after a push; None where it is not there."""

    ref: str
    old: Oid | None
    new: Oid | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a ref is not taken. ``rule`` is the id of the rule that is broken, ``commit`` the commit that breaks it."""

    ref: str
    message: str
    hint: str | None = None
    rule: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """What a push meets. ``refs`` are all of the repository, ``commit_at`` tells the commit that a tag stands for."""

    store: Store
    verifier: Verifier
    standing: Standing
    refs: Mapping[str, Oid]
    is_id: Callable[[str], bool]
    commit_at: Callable[[Oid], Oid | None]


def judge_push(server: Server, updates: Sequence[Update], pusher: str | None) -> tuple[Refusal, ...]:
    """Why a push by the holder of the key ``pusher`` (None: nobody known) is refused; nothing where it is taken."""
    names = tuple(Refusal(ref, *problem) for ref, problem in name_problems(server.refs, updates))
    return names or _Push(server, updates, pusher).run()


class _Push:
    def __init__(self, server: Server, updates: Sequence[Update], pusher: str | None) -> None:
        self.on = server
        self.updates = updates
        self.pusher = pusher
        self.standing = server.standing
        self.refusals: list[Refusal] = []
        self.renamed: set[str] = set()
        self.created: set[str] = set()

    def run(self) -> tuple[Refusal, ...]:
        kinds = [(update, self._judge_of(update)) for update in self.updates]
        # The default environment first, for others rest on it; deletions last, for a rename is made of one.
        for update, judge in sorted(kinds, key=lambda each: (each[0].new is None, not self._is_default(each[0]))):
            try:
                judge(update)
            except JetenvError as error:
                self._refuse(update, error.message, error.hint)
        return tuple(self.refusals)

    def _judge_of(self, update: Update) -> Callable[[Update], None]:
        if update.ref.startswith(TAGS):
            return self._tag
        name = update.ref.removeprefix(BRANCHES)
        if name in self.standing.environments:
            return self._delete if update.new is None else self._advance
        try:
            if update.new is not None and is_environment(self.on.store, update.new, name):
                return self._create
        except JetenvError as error:
            problem = error
            return lambda each: self._refuse(each, problem.message, problem.hint, Rule.COMMIT_MALFORMED.value)
        return self._plain

    def _is_default(self, update: Update) -> bool:
        default = self.standing.default
        name = update.ref.removeprefix(BRANCHES)
        if default is not None:
            return name == default.name
        return (
            update.new is not None
            and self._judge_of(update) == self._create
            and claims_to_be_default(self.on.store, update.new, name)
        )

    # Environments

    def _advance(self, update: Update) -> None:
        """Another commit on the branch of an environment."""
        held = self.standing.environments[update.ref.removeprefix(BRANCHES)]
        assert update.new is not None
        policy = self._in_force(update, held)
        if policy is None or not self._may(update, policy, Kind.PUSH):
            return
        if not self._is_environment(update.new, held.name):
            message = f"the commit has no environments/{held.name}/, so the branch would be no environment any more"
            self._refuse(update, message, "delete the environment if that is what is meant", Rule.FOLDER.value)
            return
        done = self._verified(held.name, update.new, held.tip, is_default=held == self.standing.default)
        if done.uid != held.uid and (done.uid or not done.breaches):
            message = f"this is another environment '{held.name}': its uid is {done.uid or 'none'}, not {held.uid}"
            self._refuse(update, message, "delete the old one first, in a push of its own", Rule.UID.value)
            return
        breaches = _new(done.breaches, held.breaches)
        if any(breach.rule is Rule.HISTORY_REWRITTEN for breach in breaches):
            breaches = [breach for breach in breaches if breach.rule is not Rule.HISTORY_REWRITTEN]
            if not self._may(update, policy, Kind.REWIND):
                return
            if done.policy is not None and done.policy.members.version < policy.members.version:
                message = f"the members file would go back from version {policy.members.version}"
                self._refuse(update, message, None, Rule.HISTORY_ROLLED_BACK.value, update.new)
        self._refuse_breaches(update, breaches)

    def _is_environment(self, commit: Oid, name: str) -> bool:
        try:
            return is_environment(self.on.store, commit, name)
        except JetenvError:
            return True  # it cannot be read, and its verification says what is wrong with it

    def _create(self, update: Update) -> None:
        """A branch that becomes an environment."""
        name = update.ref.removeprefix(BRANCHES)
        assert update.new is not None
        if not self.on.is_id(name):
            message = f"'{name}' cannot be the id of an environment"
            self._refuse(update, message, "use lower-case letters, digits and hyphens, like staging-2")
            return
        if TAGS + name in self.on.refs:
            self._refuse(
                update, f"a tag is named '{name}' too, and git takes that for the branch", "delete the tag first"
            )
            return
        if self.pusher is None and self._rewinds(update):
            self._refuse(update, *UNKNOWN)
            return
        uid = self._uid(update.new, name)
        if uid in self.created:
            self._refuse(update, "this environment is pushed twice, under two names", None, Rule.UID.value)
            return
        self.created.add(uid)
        default = self.standing.default
        if default is None:
            self._found(update, name)
            return
        twin = next((each for each in self.standing.environments.values() if uid and each.uid == uid), None)
        if twin is not None:
            self._rename(update, name, twin)
            return
        policy = default.policy
        if policy is None or not self._may(update, policy, Kind.CREATE):
            return
        done = self._verified(name, update.new, None)
        if done.breaches:
            self._refuse_breaches(update, done.breaches)
            return
        seen = self.on.verifier.ledger.environments.get(done.uid)
        if done.since is None:
            self._bring_back(update, done, seen.version if seen is not None else 0)
            return
        creator, _ = signing_key(parse_commit(self.on.store.commit(done.since)))
        decision = authorize(policy, Change(Kind.CREATE, creator))
        if not decision.granted:
            hint = "somebody who may create environments now has to create it again: `jetenv create`"
            self._refuse(update, f"who created it may not any more: {decision.reason}", hint, "creation", done.since)

    def _found(self, update: Update, name: str) -> None:
        """The first environments of an empty repository; what allowed the creation of the others is history here."""
        assert update.new is not None
        is_default = claims_to_be_default(self.on.store, update.new, name)
        self._refuse_breaches(update, self._verified(name, update.new, None, is_default=is_default).breaches)

    def _bring_back(self, update: Update, done: Verification, version: int) -> None:
        """An environment that stood here before."""
        if self.pusher is None:
            self._refuse(
                update, "an environment that was deleted here comes back, and nothing says who pushes", UNKNOWN[1]
            )
        elif done.policy is None or done.policy.members.version < version:
            message = f"an environment that was deleted here comes back with a members file before version {version}"
            self._refuse(update, message, None, Rule.HISTORY_ROLLED_BACK.value, update.new or "")

    def _uid(self, commit: Oid, name: str) -> str:
        """The uid of the environment ``name`` at ``commit``, empty where it has none."""
        data = members_file(self.on.store, parse_commit(self.on.store.commit(commit)).tree, name)
        return (uid_of(data) if data is not None else None) or ""

    def _rename(self, update: Update, name: str, old: Held) -> None:
        assert update.new is not None
        if not any(each.ref == BRANCHES + old.name and each.new is None for each in self.updates):
            message = f"this environment is here already, as '{old.name}'"
            hint = f"to give it another id, delete the old one in the same push: git push --atomic … {name} :{old.name}"
            self._refuse(update, message, hint, Rule.UID.value)
            return
        policy = self._in_force(update, old)
        if policy is None or not self._may(update, policy, Kind.PUSH):
            return
        breaches = _new(self._verified(name, update.new, old.tip).breaches, old.breaches)
        self._refuse_breaches(update, breaches)
        if not breaches:
            self.renamed.add(old.name)

    def _delete(self, update: Update) -> None:
        held = self.standing.environments[update.ref.removeprefix(BRANCHES)]
        if held.name in self.renamed:
            return
        policy = self._in_force(update, held)
        if policy is not None:
            self._may(update, policy, Kind.DELETE)

    def _in_force(self, update: Update, held: Held) -> Policy | None:
        if held.policy is None:
            first = held.breaches[0] if held.breaches else None
            why = f": {first.message}" if first is not None else ""
            message = f"nothing is proven of '{held.name}' as it is here, so nothing says who may change it{why}"
            self._refuse(update, message, "`jetenv verify` in the repository on the server says more")
        return held.policy

    def _verified(self, name: str, tip: Oid, expected: Oid | None, *, is_default: bool = False) -> Verification:
        verify = self.on.verifier.default if is_default else self.on.verifier.environment
        return verify(name, tip, expected=expected)

    # Plain branches and tags

    def _plain(self, update: Update) -> None:
        if self.pusher is None and self._rewinds(update):
            self._refuse(update, *UNKNOWN)
        elif self.pusher is not None:
            self._granted(update, authorize_anywhere(self.standing.policies, Change(Kind.PLAIN_BRANCH, self.pusher)))
        elif update.new is not None:
            self._by_an_editor(update, update.new)

    def _rewinds(self, update: Update) -> bool:
        """Whether the ref loses commits."""
        if update.old is None:
            return False
        return update.new is None or not self.on.store.is_ancestor(update.old, update.new)

    def _tag(self, update: Update) -> None:
        name = update.ref.removeprefix(TAGS)
        if update.new is None:
            default = self.standing.default
            if default is not None and default.policy is not None:
                self._may(update, default.policy, Kind.DELETE_TAG)
            return
        if update.old is not None:
            self._refuse(update, "a tag stays where it is", "choose another name")
            return
        if name.casefold() in {each.casefold() for each in self.standing.environments}:
            self._refuse(update, f"git would take a tag named '{name}' for the environment", "choose another name")
            return
        commit = self.on.commit_at(update.new)
        if commit is None:
            self._refuse(update, "a tag has to stand for a commit")
        elif self.pusher is not None:
            self._granted(update, authorize_anywhere(self.standing.policies, Change(Kind.PLAIN_BRANCH, self.pusher)))
        else:
            self._by_an_editor(update, commit)

    def _by_an_editor(self, update: Update, commit: Oid) -> None:
        """Refuse what no editor has signed, where that is all that can be asked."""
        try:
            key, breach = signing_key(parse_commit(self.on.store.commit(commit)))
        except CommitFormatError as error:
            self._refuse(
                update, f"the commit is not read by everybody alike: {error}", None, "commit.malformed", commit
            )
            return
        if breach is not None:
            self._refuse(update, breach.message, breach.hint, breach.rule.value, commit)
            return
        decision = authorize_anywhere(self.standing.policies, Change(Kind.PLAIN_BRANCH, key))
        self._granted(update, decision, commit)

    # Answers

    def _may(self, update: Update, policy: Policy, kind: Kind) -> bool:
        """Whether who pushes has the right; where nobody is known, what goes forward is left to the signatures."""
        if self.pusher is None:
            if kind in (Kind.PUSH, Kind.CREATE):
                return True
            decision = authorize(policy, Change(kind, None))
            impossible = not decision.able
            self._refuse(update, decision.reason if impossible else UNKNOWN[0], None if impossible else UNKNOWN[1])
            return False
        return self._granted(update, authorize(policy, Change(kind, self.pusher)))

    def _granted(self, update: Update, decision: Decision, commit: str = "") -> bool:
        if not decision.granted:
            self._refuse(update, decision.reason, decision.hint, Rule.COMMIT_DENIED.value, commit)
        return decision.granted

    def _refuse_breaches(self, update: Update, breaches: Iterable[Breach]) -> None:
        for breach in breaches:
            self._refuse(update, breach.message, breach.hint, breach.rule.value, breach.commit)

    def _refuse(self, update: Update, message: str, hint: str | None = None, rule: str = "", commit: str = "") -> None:
        self.refusals.append(Refusal(update.ref, message, hint, rule, commit))


def _new(breaches: Iterable[Breach], before: Iterable[Breach]) -> list[Breach]:
    """The breaches that were not there already: of those nothing new can be told by refusing a push."""
    known = {(each.commit, each.rule, each.message) for each in before}
    return [each for each in breaches if (each.commit, each.rule, each.message) not in known]
