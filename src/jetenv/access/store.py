"""What the verification of a history needs to read of a repository, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from jetenv.repository.objects import Oid, TreeChange, TreeEntry

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository


class Store(Protocol):
    """Objects by their ids. Every method raises JetenvError for one that is missing, damaged or of another kind."""

    @property
    def shallow(self) -> frozenset[Oid]:
        """The commits whose parents were not fetched."""

    def commit(self, oid: Oid) -> bytes:
        """The content of the commit object ``oid``, byte for byte, whatever replaces it locally."""

    def entry(self, tree: Oid, path: str) -> TreeEntry | None:
        """What stands at ``path`` in ``tree``."""

    def children(self, tree: Oid, folder: str = "") -> Mapping[str, TreeEntry]:
        """What stands directly in ``folder``, by name."""

    def changes(self, old: Oid | None, new: Oid | None) -> Mapping[str, TreeChange]:
        """What differs between two trees, by path; every folder that differs is read."""

    def size(self, oid: Oid) -> int:
        """How many bytes a blob has, without reading it."""

    def read(self, oid: Oid) -> bytes:
        """The content of a blob."""

    def any_merge_base(self, a: Oid, b: Oid) -> Oid | None:
        """One of the best common ancestors of two commits, and a cheaper answer than all of them."""

    def merge_bases(self, a: Oid, b: Oid) -> tuple[Oid, ...]:
        """Every best common ancestor of two commits."""

    def is_ancestor(self, a: Oid, b: Oid) -> bool:
        """Whether the commit ``b`` has all that ``a`` has."""


class GitStore:
    """The store that a repository is."""

    def __init__(self, repo: Repository) -> None:
        self._commits = repo.commits
        self.shallow = repo.commits.shallow()
        self.commit = repo.commits.raw
        self.entry = repo.trees.entry
        self.children = repo.trees.children
        self.changes = repo.trees.changes
        self.size = repo.trees.size
        self.read = repo.trees.read
        self.any_merge_base = repo.commits.any_merge_base
        self.merge_bases = repo.commits.merge_bases
        self.is_ancestor = repo.commits.is_ancestor
