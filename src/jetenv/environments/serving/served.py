"""A repository that others push to and fetch from: what stands in it by right, and what a key may see of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.access.bounded import BoundedStore
from jetenv.access.history import Verifier
from jetenv.access.ledger import Ledger
from jetenv.access.ref_names import BRANCHES
from jetenv.access.standing import Standing, read_standing
from jetenv.access.store import GitStore
from jetenv.environments.project import ROOT_PIN, Project
from jetenv.errors import DeniedError, JetenvError
from jetenv.repository.receiving import every_ref
from jetenv.repository.records import Record
from jetenv.repository.visibility import refs_holding, tags_of_commits

if TYPE_CHECKING:
    from jetenv.repository.objects import Oid
    from jetenv.repository.repository import Repository

INSTALL = "`jetenv hooks install --server` sets it"
_VERIFIED = "verified-refs.json"


@dataclass(frozen=True, slots=True)
class Served:
    """The refs of a repository and its environments, verified by ``verifier`` on ``store``."""

    repo: Repository
    refs: dict[str, Oid]
    standing: Standing
    verifier: Verifier
    store: BoundedStore

    def visible_refs(self, key: str | None) -> dict[str, Oid]:
        """The branches and tags that the holder of ``key`` sees.

        Those are the environments that the members files show to that key, and whatever else has nothing of the others.
        """
        seen = self.standing.visible(key)
        own = {name: held.tip for name, held in self.standing.environments.items() if name in seen}
        hidden = [held.tip for name, held in self.standing.environments.items() if name not in seen]
        holding = refs_holding(self.repo, hidden, own.values()) if hidden else frozenset()
        environments = {BRANCHES + name for name in self.standing.environments}
        tags = tags_of_commits(self.repo)
        return {
            ref: oid
            for ref, oid in self.refs.items()
            if (ref.removeprefix(BRANCHES) in own if ref in environments else self._is_shown(ref, tags, holding))
        }

    def _is_shown(self, ref: str, tags: frozenset[str], holding: frozenset[str]) -> bool:
        return self.standing.default is not None and ref not in holding and (ref.startswith(BRANCHES) or ref in tags)


def read_served(repo: Repository) -> Served:
    """What stands in ``repo`` now. What was verified of it is kept for the next time.

    Only what the refs have had is kept, never what a push brings: that may still be refused, or lose against another.
    Raises DeniedError where no root is pinned.
    """
    root = pinned_root(repo)
    refs = every_ref(repo)
    record = Record(repo.room / _VERIFIED, "the record of what was verified", "remove it: all is verified again then")
    ledger = _kept(record, root)
    store = BoundedStore(GitStore(repo), repo.trees.size)
    verifier = Verifier(store, root, Project(repo).catalog, ledger)
    branches = {ref.removeprefix(BRANCHES): oid for ref, oid in refs.items() if ref.startswith(BRANCHES)}
    standing = read_standing(store, verifier, branches)
    if verifier.ledger != ledger:
        with suppress(JetenvError), record.lock():  # a folder that cannot be written costs time only
            record.write(verifier.ledger.as_data())
    return Served(repo, refs, standing, verifier, store)


def _kept(record: Record, root: str) -> Ledger:
    """What was verified before; nothing where the record cannot be read, for then all is verified again."""
    try:
        data = record.read()
    except JetenvError:
        data = None
    return Ledger.from_data(data, root)


def pinned_root(repo: Repository) -> str:
    """The root that the repository's own configuration pins. Raises DeniedError where there is none."""
    root = repo.config.own(ROOT_PIN)
    if root is None:
        raise DeniedError("no root is pinned in this repository, so nothing in it is proven", hint=INSTALL)
    return root
