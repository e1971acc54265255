"""The proof of an environment: every commit along first parents, from its creation on, judged by what was in force.

It begins at the pinned root: the first members file of the default environment. Other environments begin with a
members file that names one of the default environment's, so the default environment is verified first. What came before
the commit that made or adopted an environment is outside the proof. Dates are never asked.

A commit that no member signed is accepted in one case: it merges a prepared line of signed commits that was cut from
the branch, and its tree is that of the line's end. That is what a forge's merge button makes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jetenv.access.authorize import Policy
from jetenv.access.commit_format import CommitFormatError, parse_commit
from jetenv.access.folder import members_file, uid_of
from jetenv.access.judging import Judge
from jetenv.access.ledger import Ledger
from jetenv.access.store import Store
from jetenv.access.walk import Grounds, Progress, Verification, Walk
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog

__all__ = ["Progress", "Verification", "Verifier"]


class Verifier:
    """Verifies the environments of one project, the default one first.

    ``root`` is the digest of the first members file of all, pinned outside the tree. ``catalog`` gives the schemas in
    force for a tree. ``ledger`` is what was verified before; the property is what was verified by now. ``progress`` is
    told of every commit that is judged.
    """

    def __init__(
        self,
        store: Store,
        root: str | None,
        catalog: Callable[[Oid], Catalog],
        ledger: Ledger | None = None,
        progress: Progress | None = None,
    ) -> None:
        judge = Judge(store, catalog, self._source_of)
        self._on = Grounds(store, root, (ledger or Ledger(root)).for_root(root), judge, progress)
        judge.proven = self._on.proven
        self._sources: dict[tuple[str, Oid], bool] = {}

    @property
    def ledger(self) -> Ledger:
        """What was verified so far, to be kept for the next time."""
        return self._on.ledger

    def default(self, name: str, tip: Oid, *, expected: Oid | None = None) -> Verification:
        """Verify the default environment; ``expected`` is where its branch was last."""
        return Walk(self._on, name, tip, expected, is_default=True, allows=True).run()

    def environment(self, name: str, tip: Oid, *, expected: Oid | None = None) -> Verification:
        """Verify another environment; ``expected`` is where its branch was last."""
        return Walk(self._on, name, tip, expected, is_default=False).run()

    def _source_of(self, commit: Oid, policy: Policy, named: str | None) -> str | None:
        """The environment that ``commit`` is of, where the protection asks for certain ones; else the one it names."""
        if policy.protection.sources is None:
            return named
        for name in policy.protection.sources:
            if (name, commit) not in self._sources:
                self._sources[name, commit] = False  # against going in circles
                self._sources[name, commit] = self._is_of(name, commit)
            if self._sources[name, commit]:
                return name
        return None

    def _is_of(self, name: str, commit: Oid) -> bool:
        try:
            data = members_file(self._on.store, parse_commit(self._on.store.commit(commit)).tree, name)
        except (CommitFormatError, JetenvError):
            return False
        return (
            data is not None
            and Walk(self._on, name, commit, None, is_default=uid_of(data) == self._on.project).run().proven
        )
