"""Renames: a file that was deleted and added elsewhere, by the id of the object in it or by similar content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jetenv.diffing.entries import Entry, EntryChange, Read, regular
from jetenv.schemas.objects import object_of

SIMILAR = 0.5
"""The least share of equal lines that makes a rename, as in git."""

_SAME_OBJECT = 0.25
"""The least share where kind and id agree: objects of one id with nothing in common are different ones."""

_PAIRS = 100_000
"""How many pairs of files are compared by content at most, as git has a limit too."""

AT_ONCE = 1_000
"""How many pairs are, where somebody waits for an answer that is about something else: a tenth of a second."""


def find_renames(
    deleted: Mapping[str, Entry], added: Mapping[str, Entry], read: Read, pairs: int = _PAIRS
) -> dict[str, str]:
    """The new path of each of ``deleted`` that is among ``added``; each new path at most once.

    An object of the same kind and id in another folder comes first, then the very same content, then the most similar
    content, unless that would be to compare more than ``pairs`` of files. Both hold regular files only.
    """
    search = _Search(deleted, added, read, pairs)
    for matches in (search.same_objects, search.same_contents, search.similar_contents):
        search.accept(matches())
    return search.found


def deleted_and_added(changes: Mapping[str, EntryChange]) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """The files that are gone and those that are new."""
    return (
        regular({path: each.old for path, each in changes.items() if each.new is None}),
        regular({path: each.new for path, each in changes.items() if each.old is None}),
    )


def renamed_objects(changes: Mapping[str, EntryChange], read: Read, pairs: int = _PAIRS) -> dict[str, str]:
    """Old paths by new path; an object stays one of its kind. ``pairs`` as in ``find_renames``, for each kind."""
    deleted, added = map(_by_kind, deleted_and_added(changes))
    found: dict[str, str] = {}
    for kind in deleted.keys() & added.keys():
        found |= {new: old for old, new in find_renames(deleted[kind], added[kind], read, pairs).items()}
    return found


def _by_kind(entries: Mapping[str, Entry]) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {}
    for path, entry in entries.items():
        each = object_of(path)
        found.setdefault(each.kind if each is not None else "file", {})[path] = entry
    return found


@dataclass(frozen=True, slots=True, order=True)
class _Match:
    """Orders from the best down: a larger share, the same file name, then by path."""

    loss: float
    other_name: bool
    old: str
    new: str


class _Search:
    def __init__(self, deleted: Mapping[str, Entry], added: Mapping[str, Entry], read: Read, pairs: int) -> None:
        self.pairs = pairs
        self.deleted = dict(deleted)
        self.added = dict(added)
        self.read = read
        self.found: dict[str, str] = {}
        self._lines: dict[str, tuple[Counter[bytes], int]] = {}

    def accept(self, matches: Iterable[_Match]) -> None:
        """Note the best matches that do not compete with better ones."""
        for match in sorted(matches):
            if match.old in self.deleted and match.new in self.added:
                self.found[match.old] = match.new
                del self.deleted[match.old], self.added[match.new]

    def same_objects(self) -> Iterable[_Match]:
        """Objects of one kind and id that moved to another folder (a collection to another resource)."""
        by_object: dict[tuple[str, str], list[str]] = {}
        for path in self.added:
            by_object.setdefault(_object(path), []).append(path)
        for old in self.deleted:
            for new in by_object.get(_object(old), ()):
                share = self._share(old, new)
                if share >= _SAME_OBJECT:
                    yield _Match(1 - share, False, old, new)

    def same_contents(self) -> Iterable[_Match]:
        """Files with the very same content; empty ones say nothing."""
        by_id: dict[str, list[str]] = {}
        for path, entry in self.added.items():
            by_id.setdefault(entry.oid, []).append(path)
        for old, entry in self.deleted.items():
            for new in by_id.get(entry.oid, ()):
                if self.read(entry.oid):
                    yield _Match(0, _name(old) != _name(new), old, new)

    def similar_contents(self) -> Iterable[_Match]:
        """Files of which enough lines are equal; none where there are too many to compare."""
        if len(self.deleted) * len(self.added) > self.pairs:
            return
        for old in self.deleted:
            for new in self.added:
                share = self._share(old, new)
                if share >= SIMILAR:
                    yield _Match(1 - share, _name(old) != _name(new), old, new)

    def _share(self, old: str, new: str) -> float:
        """The characters of lines that both files have, as a share of the larger file."""
        (before, small), (after, large) = self._content(self.deleted[old]), self._content(self.added[new])
        small, large = min(small, large), max(small, large)
        return _size(before & after) / large if large and small >= _SAME_OBJECT * large else 0.0

    def _content(self, entry: Entry) -> tuple[Counter[bytes], int]:
        """The lines of a file with how often each stands there, and their size."""
        known = self._lines.get(entry.oid)
        if known is None:
            lines = Counter(self.read(entry.oid).splitlines())
            known = self._lines[entry.oid] = lines, _size(lines)
        return known


def _size(lines: Counter[bytes]) -> int:
    return sum((len(line) + 1) * times for line, times in lines.items())


def _object(path: str) -> tuple[str, str]:
    """The kind and own id of the object at ``path``; the path itself, which no other has, for any other file."""
    found = object_of(path)
    return (found.kind, found.id.rpartition("/")[2]) if found is not None and found.id else ("file", path)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
