"""What was verified before, so that only what is new is verified again. It is kept outside the tree, and trusted.

It holds for one pinned root and one edition of the rules: with another of either, everything is verified anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jetenv.repository.objects import Oid

EDITION = 1
"""Counts up with every change of the rules that would refuse what was accepted before."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was verified of one environment.

    ``commits`` are its commits along first parents, all of them without a breach, and ``tip`` the latest; ``version``
    and ``digest`` are those of the members file there. ``members`` are the blobs of all its members files, by digest.
    ``name`` is the id that it had at ``tip``.
    """

    name: str
    tip: Oid
    version: int
    digest: str
    commits: frozenset[Oid]
    members: Mapping[str, Oid]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was verified under the pinned ``root``: environments by their uids."""

    root: str | None
    environments: Mapping[str, Seen] = field(default_factory=dict)

    def for_root(self, root: str | None) -> Ledger:
        """This ledger, or an empty one where it is that of another root."""
        return self if root == self.root and root is not None else Ledger(root)

    def as_data(self) -> dict[str, Any]:
        """The ledger as data for JSON."""
        return {
            "edition": EDITION,
            "root": self.root,
            "environments": {
                uid: {
                    "name": seen.name,
                    "tip": seen.tip,
                    "version": seen.version,
                    "digest": seen.digest,
                    "commits": sorted(seen.commits),
                    "members": dict(seen.members),
                }
                for uid, seen in self.environments.items()
            },
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any] | None, root: str | None) -> Ledger:
        """The ledger that ``as_data`` made; an empty one where it is none, or of another root or edition."""
        try:
            if data is None or data["edition"] != EDITION or data["root"] != root:
                return cls(root)
            return cls(root, {str(uid): _seen(each) for uid, each in data["environments"].items()})
        except (KeyError, TypeError, AttributeError, ValueError):
            return cls(root)


def _seen(data: Mapping[str, Any]) -> Seen:
    return Seen(
        str(data["name"]),
        Oid(str(data["tip"])),
        int(data["version"]),
        str(data["digest"]),
        frozenset(Oid(str(oid)) for oid in data["commits"]),
        {str(name): Oid(str(oid)) for name, oid in data["members"].items()},
    )
