"""What stands at the paths of two trees, as the pure rooms see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

FILE_TYPE = 0o170000
REGULAR = 0o100000


class Entry(Protocol):
    """What stands at a path of a tree: the id of its content and git's mode."""

    @property
    def oid(self) -> str:
        """The object id of the content: equal ids, equal content."""

    @property
    def mode(self) -> int:
        """git's mode: 0o100644 a file, 0o100755 an executable one, 0o120000 a symbolic link, 0o160000 a submodule."""


class EntryChange(Protocol):
    """What stood at a path and what stands there now; None where there is nothing."""

    @property
    def old(self) -> Entry | None:
        """Before."""

    @property
    def new(self) -> Entry | None:
        """After."""


Read = Callable[[str], bytes]
"""The content of an object by its id."""


def is_regular(entry: Entry | None) -> bool:
    """Whether ``entry`` is a file, executable or not, rather than a link or a submodule."""
    return entry is not None and entry.mode & FILE_TYPE == REGULAR


def regular(entries: Mapping[str, Entry | None]) -> dict[str, Entry]:
    """Those of ``entries`` that are files."""
    return {path: entry for path, entry in entries.items() if entry is not None and is_regular(entry)}
