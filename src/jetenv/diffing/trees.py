"""Semantic changes between two trees: which objects were added, removed, renamed or changed, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from jetenv.diffing.documents import review_documents
from jetenv.diffing.entries import Entry, EntryChange, Read, is_regular, regular
from jetenv.diffing.following import followed
from jetenv.diffing.records import Action, Change, ObjectDiff
from jetenv.diffing.renames import find_renames
from jetenv.diffing.sites import Reviewed
from jetenv.documents.nodes import Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.objects import SUFFIX, object_of

__all__ = ["Entry", "EntryChange", "ObjectDiff", "Read", "diff_trees", "review_trees", "summary"]


def diff_trees(changes: Mapping[str, EntryChange], read: Read, catalog: Catalog) -> tuple[ObjectDiff, ...]:
    """What differs, by object, in the order of the paths; only files that changed are read.

    What changes in other objects because one was renamed is told as that.
    """
    return tuple(each.diff for each in followed(list(review_trees(changes, read, catalog))))


def review_trees(changes: Mapping[str, EntryChange], read: Read, catalog: Catalog) -> Iterator[Reviewed]:
    """What differs, object by object, in the order of the paths."""
    renames = {new: old for old, new in _renamed(changes, read).items()}
    old_paths = set(renames.values())
    for path in sorted(changes):
        if path in renames:
            yield _renamed_entry(path, renames[path], changes, read, catalog)
        elif path not in old_paths:
            yield _diff_entry(path, changes[path], read, catalog)


def _renamed(changes: Mapping[str, EntryChange], read: Read) -> dict[str, str]:
    """New paths by old path; an object stays one of its kind."""
    deleted = _by_kind(regular({path: change.old for path, change in changes.items() if change.new is None}))
    added = _by_kind(regular({path: change.new for path, change in changes.items() if change.old is None}))
    found: dict[str, str] = {}
    for kind in deleted.keys() & added.keys():
        found |= find_renames(deleted[kind], added[kind], read)
    return found


def _by_kind(entries: Mapping[str, Entry]) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {}
    for path, entry in entries.items():
        found.setdefault(_named(path)[0], {})[path] = entry
    return found


def _renamed_entry(
    path: str, old_path: str, changes: Mapping[str, EntryChange], read: Read, catalog: Catalog
) -> Reviewed:
    kind, name = _named(path)
    old_kind, old_name = _named(old_path)
    same_id = kind == old_kind and name.rpartition("/")[2] == old_name.rpartition("/")[2]
    action = Action.MOVED if same_id else Action.RENAMED
    before, after = changes[old_path].old, changes[path].new
    assert before is not None and after is not None
    found = ObjectDiff(path, kind, name, action, old_path=old_path, old_id=old_name)
    return found_in(found, before, after, read, catalog) if before.oid != after.oid else Reviewed(found)


def _diff_entry(path: str, change: EntryChange, read: Read, catalog: Catalog) -> Reviewed:
    kind, name = _named(path)
    old, new = change.old, change.new
    if old is None or new is None:
        return Reviewed(ObjectDiff(path, kind, name, Action.ADDED if old is None else Action.REMOVED))
    found = ObjectDiff(path, kind, name, Action.CHANGED)
    if old.oid == new.oid:
        return Reviewed(replace(found, note=f"mode {old.mode:o} → {new.mode:o}"))
    return found_in(found, old, new, read, catalog)


def found_in(found: ObjectDiff, old: Entry, new: Entry, read: Read, catalog: Catalog) -> Reviewed:
    """``found`` with the changes from one version of its file to the other."""
    path = found.path
    if not (path.endswith((SUFFIX, ".yml")) and is_regular(old) and is_regular(new)):
        return Reviewed(replace(found, note="not a YAML file"))
    try:
        before, after = _source(old, read, found.old_path or path), _source(new, read, path)
    except DocumentError as error:
        return Reviewed(replace(found, note=f"{error.message} ({error.where})"))
    sites = review_documents(before, after, catalog.rules_for(path))
    fields = tuple(site.change for site in sites)
    action = summary(fields) if found.action is Action.CHANGED else found.action
    return Reviewed(replace(found, action=action, changes=fields), sites, before, after)


def summary(changes: Iterable[Change]) -> Action:
    """What a file with these changes counts as: CHANGED where data differs, else COMMENT, else FORMAT."""
    actions = {change.action for change in changes}
    if actions - {Action.COMMENT, Action.FORMAT}:
        return Action.CHANGED
    return Action.COMMENT if Action.COMMENT in actions else Action.FORMAT


def _named(path: str) -> tuple[str, str]:
    found = object_of(path)
    return (found.kind, found.id) if found is not None else ("file", path)


def _source(entry: Entry, read: Read, path: str) -> Source:
    return parse(read(entry.oid), path=path)
