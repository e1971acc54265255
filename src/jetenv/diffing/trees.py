"""Semantic changes between two trees: which objects were added, removed, renamed or changed, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from jetenv.diffing.documents import review_documents
from jetenv.diffing.entries import Entry, EntryChange, Read, is_regular
from jetenv.diffing.following import marked, renames_of, with_followers
from jetenv.diffing.records import Action, Change, ObjectDiff
from jetenv.diffing.renames import renamed_objects
from jetenv.diffing.risks import Found, Ground, Uses, assess, no_uses, settled
from jetenv.diffing.sites import Reviewed
from jetenv.documents.nodes import Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.objects import SUFFIX, object_of

MOST_CHANGES = 20_000
"""Changes of one comparison that are told; further ones are counted, and their risks are told all the same."""

__all__ = ["MOST_CHANGES", "Entry", "EntryChange", "ObjectDiff", "Read", "diff_trees", "listed_trees", "summary"]


def diff_trees(
    changes: Mapping[str, EntryChange], read: Read, catalog: Catalog, ground: Ground | None = None, uses: Uses = no_uses
) -> tuple[ObjectDiff, ...]:
    """What differs, by object, in the order of the paths; only files that changed are read, one at a time.

    Of very many changes the first ``MOST_CHANGES`` are told. What changes in other objects because one was renamed is
    told as that. Where there is a ``ground`` that the changes
    come upon, each object has its risks; ``uses`` says who names what was removed.
    """
    old_paths = renamed_objects(changes, read)
    renames = renames_of(old_paths)
    found: list[tuple[ObjectDiff, tuple[Found, ...]]] = []
    gone = set(old_paths.values())
    room = MOST_CHANGES
    for path in sorted(changes.keys() - gone):
        each = marked(_reviewed(path, old_paths.get(path), changes, read, catalog), renames)
        if ground is not None and each.diff.action is Action.ADDED:
            each = replace(each, new=_added(path, changes[path].new, read))
        risks = assess(each, ground) if ground is not None else ()
        told, left_out = each.diff.changes[:room], max(0, len(each.diff.changes) - room)
        room -= len(told)
        found.append((replace(each.diff, changes=told, left_out=left_out) if left_out else each.diff, risks))
    return tuple(with_followers(settled(found, uses), renames))


def listed_trees(changes: Mapping[str, EntryChange]) -> tuple[ObjectDiff, ...]:
    """The same without a look at any content: which objects were added, removed and changed."""
    return tuple(
        ObjectDiff(path, *_named(path), _action(changes[path].old, changes[path].new)) for path in sorted(changes)
    )


def _action(old: Entry | None, new: Entry | None) -> Action:
    return Action.ADDED if old is None else Action.REMOVED if new is None else Action.CHANGED


def _reviewed(
    path: str, old_path: str | None, changes: Mapping[str, EntryChange], read: Read, catalog: Catalog
) -> Reviewed:
    if old_path is not None:
        return _renamed_entry(path, old_path, changes, read, catalog)
    return _diff_entry(path, changes[path], read, catalog)


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
    return (
        found_in(found, before, after, read, catalog)
        if before.oid != after.oid
        else Reviewed(replace(found, note=_mode_note(before, after)))
    )


def _diff_entry(path: str, change: EntryChange, read: Read, catalog: Catalog) -> Reviewed:
    kind, name = _named(path)
    old, new = change.old, change.new
    if old is None or new is None:
        return Reviewed(ObjectDiff(path, kind, name, _action(old, new)))
    found = ObjectDiff(path, kind, name, Action.CHANGED)
    if old.oid == new.oid:
        return Reviewed(replace(found, note=_mode_note(old, new)))
    return found_in(found, old, new, read, catalog)


def found_in(found: ObjectDiff, old: Entry, new: Entry, read: Read, catalog: Catalog) -> Reviewed:
    """``found`` with the changes from one version of its file to the other."""
    path = found.path
    if not (path.endswith((SUFFIX, ".yml")) and is_regular(old) and is_regular(new)):
        return Reviewed(replace(found, note=_mode_note(old, new) or "not a YAML file"))
    try:
        before, after = _source(old, read, found.old_path or path), _source(new, read, path)
    except DocumentError as error:
        return Reviewed(replace(found, note=f"{error.message} ({error.where})"))
    sites = review_documents(before, after, catalog.rules_for(path))
    fields = tuple(site.change for site in sites)
    action = summary(fields) if found.action is Action.CHANGED else found.action
    return Reviewed(replace(found, action=action, changes=fields, note=_mode_note(old, new)), sites, before, after)


def _mode_note(old: Entry, new: Entry) -> str | None:
    return f"mode {old.mode:o} → {new.mode:o}" if old.mode != new.mode else None


def _added(path: str, entry: Entry | None, read: Read) -> Source | None:
    """What a new file holds; None where that is not YAML, which a check of the project says."""
    if entry is None or not (path.endswith((SUFFIX, ".yml")) and is_regular(entry)):
        return None
    try:
        return _source(entry, read, path)
    except DocumentError:
        return None


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
