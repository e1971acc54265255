"""The records in which git's objects leave this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NewType

Oid = NewType("Oid", str)
"""The id of an object: 40 lower-case hexadecimal digits."""

Signer = Callable[[bytes], str]
"""Takes the payload of a commit and returns the armored signature of it."""

EMPTY_TREE = Oid("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
NO_OID = Oid("0" * 40)

FOLDER = 0o040000
FILE = 0o100644
EXECUTABLE = 0o100755
SYMLINK = 0o120000
SUBMODULE = 0o160000


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What stands at a path: an object and the mode under which git keeps it."""

    oid: Oid
    mode: int

    @property
    def is_folder(self) -> bool:
        """Whether this is a tree."""
        return self.mode == FOLDER

    @property
    def is_file(self) -> bool:
        """Whether this is the content of a regular file, executable or not."""
        return self.mode & 0o170000 == 0o100000


@dataclass(frozen=True, slots=True)
class TreeChange:
    """What stood at a path and what stands there now; None where there is nothing."""

    old: TreeEntry | None
    new: TreeEntry | None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. ``time`` is the committer's, in seconds since the epoch."""

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    message: str
    author: str
    author_email: str
    time: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch: a local one (``remote`` is None) or what was last fetched of a remote's."""

    name: str
    remote: str | None
    ref: str
    oid: Oid


@dataclass(frozen=True, slots=True)
class Head:
    """Where HEAD points: ``branch`` is None when it is detached, ``oid`` is None when the branch is unborn."""

    branch: str | None
    oid: Oid | None
