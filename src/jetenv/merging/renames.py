"""Renames of a side that meet a change of the other side.

Only deleted files that matter are looked for, and only files that the same side added are read for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from jetenv.diffing.entries import EntryChange, Read, is_regular, regular
from jetenv.diffing.renames import find_renames


def contested_renames(
    ours: Mapping[str, EntryChange], theirs: Mapping[str, EntryChange], read: Read, keeps: Callable[[str], bool]
) -> tuple[dict[str, str], dict[str, str]]:
    """Where each side has moved files that the other side changed, moved or deleted too: new paths by old path.

    A new name that the other side uses for a file of its own is none: the two files meet there as additions. What ours
    ``keeps`` is neither moved nor moved to.
    """
    wanted = [
        path
        for path in theirs.keys() & ours.keys()
        if (ours[path].new is None or theirs[path].new is None)
        and is_regular(theirs[path].old)
        and all(each is None or is_regular(each) for each in (ours[path].new, theirs[path].new))
        and not keeps(path)
    ]
    if not wanted:
        return {}, {}
    ours_moved, theirs_moved = (_moved(side, sorted(wanted), read, keeps) for side in (ours, theirs))
    return _uncontested(ours_moved, theirs_moved, theirs), _uncontested(theirs_moved, ours_moved, ours)


def _moved(
    side: Mapping[str, EntryChange], wanted: Iterable[str], read: Read, keeps: Callable[[str], bool]
) -> dict[str, str]:
    deleted = {path: side[path].old for path in wanted if side[path].new is None}
    if not deleted:
        return {}
    added = {path: change.new for path, change in side.items() if change.old is None and not keeps(path)}
    return find_renames(regular(deleted), regular(added), read)


def _uncontested(
    moved: Mapping[str, str], others: Mapping[str, str], other: Mapping[str, EntryChange]
) -> dict[str, str]:
    if not moved:
        return {}
    files = {path for path, change in other.items() if change.new is not None}
    below = Counter(folder for path in files for folder in folders_of(path))

    def free(old: str, new: str) -> bool:
        """Whether nothing of the other side, the moved file aside, stands at, above or below the new path."""
        own = old.startswith(new + "/") and old in files
        above = any(folder in files for folder in folders_of(new) if folder != old)
        return others.get(old) == new or not (new in files or above or below[new] > own)

    return {old: new for old, new in moved.items() if free(old, new)}


def folders_of(path: str) -> Iterator[str]:
    """The folders above ``path``, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
