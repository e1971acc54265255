"""Semantic changes between two trees: which objects were added, removed or changed, and what changed in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from jetenv.diffing.documents import Action, Change, diff_documents
from jetenv.documents.nodes import Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.objects import SUFFIX, object_of


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


@dataclass(frozen=True, slots=True)
class ObjectDiff:
    """One object that differs.

    ``kind`` is that of the layout (``page``, ``collection``…) or ``file`` for a path outside of it; ``id`` then is the
    path. ``action`` is ADDED, REMOVED or CHANGED, or COMMENT or FORMAT where no data differs; ``changes`` says what
    changed in it by field, and is empty for objects added or removed and for files that are not YAML. ``note`` says
    why a file could not be compared by field.
    """

    path: str
    kind: str
    id: str
    action: Action
    changes: tuple[Change, ...] = ()
    note: str | None = None


def diff_trees(changes: Mapping[str, EntryChange], read: Read, catalog: Catalog) -> tuple[ObjectDiff, ...]:
    """What differs, by object, in the order of the paths; only files that changed are read."""
    return tuple(_diff_entry(path, changes[path], read, catalog) for path in sorted(changes))


def _diff_entry(path: str, change: EntryChange, read: Read, catalog: Catalog) -> ObjectDiff:
    found = object_of(path)
    kind, name = (found.kind, found.id) if found is not None else ("file", path)
    old, new = change.old, change.new
    if old is None or new is None:
        return ObjectDiff(path, kind, name, Action.ADDED if old is None else Action.REMOVED)
    if old.oid == new.oid:
        return ObjectDiff(path, kind, name, Action.CHANGED, note=f"mode {old.mode:o} → {new.mode:o}")
    if not (path.endswith((SUFFIX, ".yml")) and _is_file(old) and _is_file(new)):
        return ObjectDiff(path, kind, name, Action.CHANGED, note="not a YAML file")
    try:
        before, after = _source(old, read, path), _source(new, read, path)
    except DocumentError as error:
        return ObjectDiff(path, kind, name, Action.CHANGED, note=f"{error.message} ({error.where})")
    fields = diff_documents(before, after, catalog.rules_for(path))
    return ObjectDiff(path, kind, name, summary(fields), fields)


def summary(changes: tuple[Change, ...]) -> Action:
    """What a file with these changes counts as: CHANGED where data differs, else COMMENT, else FORMAT."""
    actions = {change.action for change in changes}
    if actions - {Action.COMMENT, Action.FORMAT}:
        return Action.CHANGED
    return Action.COMMENT if Action.COMMENT in actions else Action.FORMAT


def _is_file(entry: Entry) -> bool:
    return entry.mode & 0o170000 == 0o100000


def _source(entry: Entry, read: Read, path: str) -> Source:
    return parse(read(entry.oid), path=path)
