"""What stands in a repository that others push to: its environments, each with the policy that is in force there.

What is in force is what came about by right, not what the tip says: a tip that somebody put there by another way than a
push keeps the policy of the last commit that was allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jetenv.access.authorize import Change, Kind, Policy, authorize
from jetenv.access.commit_format import CommitFormatError, parse_commit
from jetenv.access.findings import Breach
from jetenv.access.folder import ENVIRONMENTS, members_file
from jetenv.access.history import Verification, Verifier
from jetenv.access.members import digest
from jetenv.access.store import Store
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid

_DEFAULT = re.compile(rb'^project: "([0-9a-z-]+)"\nenvironment: "\1"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Held:
    """An environment as a branch has it. ``policy`` is None where nothing proves it; ``breaches`` say what is wrong."""

    name: str
    uid: str
    tip: Oid
    policy: Policy | None
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The environments by name, and which of them is the default one; None where no branch begins at the root."""

    default: Held | None
    environments: Mapping[str, Held] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Every policy in force."""
        return tuple(each.policy for each in self.environments.values() if each.policy is not None)

    def visible(self, key: str | None) -> frozenset[str]:
        """The names of the environments that the holder of ``key`` may see."""
        asked = Change(Kind.SEE, key)
        return frozenset(
            name
            for name, held in self.environments.items()
            if held.policy is not None and authorize(held.policy, asked).granted
        )


def is_environment(store: Store, commit: Oid, name: str) -> bool:
    """Whether ``commit`` on the branch ``name`` is one of an environment: it has the folder of that name.

    Raises JetenvError where it cannot be read.
    """
    try:
        tree = parse_commit(store.commit(commit)).tree
    except CommitFormatError as error:
        raise JetenvError(f"commit {commit[:12]} is not read by everybody alike: {error}") from error
    return store.entry(tree, f"{ENVIRONMENTS}/{name}") is not None


def claims_to_be_default(store: Store, commit: Oid, name: str) -> bool:
    """Whether the members file at ``commit`` says that it is that of a default environment."""
    data = members_file(store, parse_commit(store.commit(commit)).tree, name)
    return data is not None and _DEFAULT.search(data) is not None


def first_root(store: Store, tip: Oid, name: str) -> str | None:
    """The digest of the first members file that the branch ``name`` had, along first parents; None where it has none.

    Whether that is the genuine one, only a person can say.
    """
    first: bytes | None = None
    at: Oid | None = tip
    while at is not None:
        commit = parse_commit(store.commit(at))
        data = members_file(store, commit.tree, name)
        if data is None:
            break
        first, at = data, commit.parents[0] if commit.parents else None
    return digest(first) if first is not None else None


def read_standing(store: Store, verifier: Verifier, branches: Mapping[str, Oid]) -> Standing:
    """The environments among ``branches``, verified: the default one first, for the others rest on it.

    A branch that cannot be read is no environment here, and nothing is in force on it.
    """
    found = {name: tip for name, tip in branches.items() if _readable(store, name, tip)}
    claims = [name for name, tip in found.items() if claims_to_be_default(store, tip, name)]
    default: Held | None = None
    for held in _held(verifier.default(name, found[name]) for name in sorted(claims)):
        if held.policy is not None and (default is None or (default.breaches and not held.breaches)):
            default = held
    environments = {} if default is None else {default.name: default}
    others = (name for name in sorted(found) if default is None or name != default.name)
    environments |= {each.name: each for each in _held(verifier.environment(name, found[name]) for name in others)}
    return Standing(default, environments)


def _readable(store: Store, name: str, tip: Oid) -> bool:
    try:
        return is_environment(store, tip, name)
    except JetenvError:
        return False


def _held(done: Iterable[Verification]) -> Iterable[Held]:
    return (Held(each.environment, each.uid, each.tip, each.policy, each.breaches) for each in done)
