"""The pinned root: the digest of the first members file of all, kept outside of the tree, on which every proof stands.

It is set by `init`, or by a person: with a digest that came by another way than the repository, or by saying that what
this clone holds is to be trusted. Nothing else ever sets or replaces it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.access.members import Members, digest, parse
from jetenv.environments.model import Environment
from jetenv.environments.project import PIN_ORIGIN, ROOT_PIN, Project
from jetenv.environments.reading import read_environments
from jetenv.environments.rights.ledger import forget
from jetenv.errors import DeniedError, JetenvError, RefusedError, UsageError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

_DIGEST = re.compile(r"[0-9a-f]{64}")
ORIGINS = {
    "init": "by `jetenv init` in this clone",
    "digest": "with a digest that somebody gave",
    "first-use": "by trusting what this clone held then",
    "rotated": "in place of an earlier root",
}
_ASK = "do not go on before an admin has told you, by another way than this repository, which one is right"


@dataclass(frozen=True, slots=True)
class Root:
    """A first members file: its ``digest``, the ``members`` in it, and where it stands.

    ``commit`` is the one that brought it to ``environment`` (an id), along first parents.
    """

    digest: str
    members: Members
    environment: str
    commit: Oid


@dataclass(frozen=True, slots=True)
class TrustState:
    """The pinned root of this repository, and the first members files that are there.

    ``pin`` is None where none is pinned; ``origin`` is a key of ``ORIGINS``, None where something else set it.
    ``roots`` are what default environments begin with, the pinned one first.
    """

    pin: str | None
    origin: str | None
    roots: tuple[Root, ...]

    @property
    def pinned(self) -> Root | None:
        """The first members file that is the pinned one, None where it is not there."""
        return next((root for root in self.roots if root.digest == self.pin), None)

    @property
    def is_trusted(self) -> bool:
        """Whether what is pinned is there."""
        return self.pinned is not None


@dataclass(frozen=True, slots=True)
class PinResult:
    """``root`` is pinned now; ``before`` was before, None where nothing was. ``changed`` is whether it is another."""

    root: Root
    before: str | None
    origin: str | None

    @property
    def changed(self) -> bool:
        """Whether another root was pinned before, or none."""
        return self.root.digest != self.before


def trust_state(project: Project) -> TrustState:
    """What is pinned here, and what could be."""
    pin = project.repo.config.get(ROOT_PIN)
    roots = sorted(_roots(project), key=lambda root: root.digest != pin)
    origin = project.repo.config.get(PIN_ORIGIN)
    return TrustState(pin, origin if origin in ORIGINS and pin is not None else None, tuple(roots))


def choose_root(state: TrustState, wanted: str | None, *, rotating: bool = False) -> Root:
    """The root that the digest ``wanted`` names; when None the only one that is here.

    Raises UsageError for what is no digest, and DeniedError where no default environment begins with it, where several
    could be meant, and, unless ``rotating``, where another root is pinned.
    """
    if rotating:
        if state.pin is None:
            raise RefusedError("no root is pinned here that could be replaced", hint="`jetenv trust pin DIGEST`")
        return _find(state, wanted)
    if state.pin is not None and (wanted is None or wanted == state.pin):
        return _find(state, state.pin)
    root = _find(state, wanted)
    if state.pin is not None:
        raise DeniedError(
            f"another root is pinned here already: {state.pin[:16]}…",
            hint="a root is replaced by `jetenv trust rotate DIGEST` only, once the admins have agreed on a new one",
        )
    return root


def keep_root(project: Project, state: TrustState, root: Root, *, given: bool) -> PinResult:
    """Pin ``root``, which ``choose_root`` chose; ``given`` is whether its digest came from outside.

    Where it takes the place of another one, what was verified is forgotten.
    """
    config = project.repo.config
    if root.digest != state.pin:
        config.set(ROOT_PIN, root.digest)
        config.set(PIN_ORIGIN, "rotated" if state.pin is not None else "digest" if given else "first-use")
        forget(project.repo)
        project.refresh()
    return PinResult(root, state.pin, config.get(PIN_ORIGIN))


def _find(state: TrustState, wanted: str | None) -> Root:
    if wanted is not None:
        if not _DIGEST.fullmatch(wanted):
            raise UsageError(
                "this is not the digest of a root, which has 64 hexadecimal digits",
                hint="an admin prints it with `jetenv trust show`",
            )
        found = next((root for root in state.roots if root.digest == wanted), None)
        if found is None:
            there = ", ".join(f"{root.digest} ({root.environment})" for root in state.roots) or "none"
            raise DeniedError(
                f"no default environment here begins with the root {wanted[:16]}…; what is there: {there}", hint=_ASK
            )
        return found
    if len(state.roots) != 1:
        claimants = ", ".join(sorted({root.environment for root in state.roots}))
        raise DeniedError(
            f"{len(state.roots)} roots are here"
            + (
                f", of {claimants}: which one is right has to be said"
                if claimants
                else ", so there is nothing to trust"
            ),
            hint="ask an admin for the digest, then `jetenv trust pin DIGEST`",
        )
    return state.roots[0]


def _roots(project: Project) -> Iterator[Root]:
    """The first members files of every branch that claims to be the default environment."""
    repo = project.repo
    for environment in read_environments(repo, project.branches):
        if environment.is_default:
            yield from _first_members(repo, environment)


def _first_members(repo: Repository, environment: Environment) -> Iterator[Root]:
    """The members files of version 1 along first parents: the first one, and any that replaced a root later."""
    path = f"{environment.folder}/members.yaml"
    if repo.commits.shallow():
        raise JetenvError(
            f"the history of '{environment.id}' was fetched in part only, so it is not known what it begins with",
            hint="fetch the rest with `git fetch --unshallow`",
        )
    oid: Oid | None = environment.tip
    found: tuple[Oid, Oid] | None = None  # a blob, and the earliest commit that has it
    while oid is not None:
        commit = repo.commits.get(oid)
        entry = repo.trees.entry(commit.tree, path)
        if found is not None and (entry is None or entry.oid != found[0]):
            yield from _as_root(repo, environment, *found)
            found = None
        if entry is None or not entry.is_file:
            return
        found = (entry.oid, oid)
        oid = commit.parents[0] if commit.parents else None
    if found is not None:
        yield from _as_root(repo, environment, *found)


def _as_root(repo: Repository, environment: Environment, blob: Oid, commit: Oid) -> Iterator[Root]:
    data = repo.trees.read(blob)
    try:
        members = parse(data)
    except JetenvError:
        return
    if members.version == 1 and members.is_default:
        yield Root(digest(data), members, environment.id, commit)
