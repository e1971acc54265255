"""Which changes of the two sides of a merge broke the merged project together, told for each violation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jetenv.diffing.documents import diff_documents
from jetenv.diffing.records import Action, Change
from jetenv.diffing.renames import deleted_and_added, find_renames
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, Item, Key, format_path, parse_path
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.schemas.objects import KINDS, ObjectRef, object_of, owner_of, path_of

if TYPE_CHECKING:
    from jetenv.environments.merges.preparation import ThreeWay
    from jetenv.merging.trees import TreeMerge
    from jetenv.schemas.findings import Finding

_SHOWN = 2  # changes of one side to one place
_DATA_STAYS = (Action.ORDER, Action.COMMENT, Action.FORMAT)  # changes after which a reader gets the same


@dataclass(frozen=True, slots=True)
class Cause:
    """A change of one side. ``side`` is ``ours`` (the target) or ``theirs``; ``field`` is empty for a whole file.

    ``action`` is ``added``, ``removed``, ``changed`` or ``renamed``, then to ``new_path``.
    """

    side: str
    action: str
    path: str
    field: str = ""
    new_path: str | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with the merged whole, and the changes of the sides that it comes from."""

    finding: Finding
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    """What a finding is about: something of ``kind`` called ``id``; ``of`` is the collection of a field."""

    kind: str
    id: str
    of: str = ""


def explained(
    project: Project, three: ThreeWay, trees: TreeMerge, merged: Oid, findings: Iterable[Finding]
) -> tuple[Violation, ...]:
    """``findings`` in the tree ``merged``, which came of ``trees``, with the changes that led to each."""
    sides = tuple(_Side(project, three, trees, name) for name in ("ours", "theirs"))
    return tuple(Violation(each, _causes(project, three, merged, sides, each)) for each in findings)


def _causes(
    project: Project, three: ThreeWay, merged: Oid, sides: Sequence[_Side], finding: Finding
) -> tuple[Cause, ...]:
    try:
        place = parse_path(finding.field)
    except JetenvError:
        place = ()
    named = _named(project, three, merged, finding)
    found: list[Cause] = []
    for side in sides:
        here = [*side.at(finding.path, place), *(side.naming(finding.path, named) if named is not None else ())]
        found += list(dict.fromkeys(here))[: 2 * _SHOWN]
    if named is None and len({cause.side for cause in found}) < len(sides):
        return tuple(_together(sides, finding.path, place) or found)
    return tuple(found)


def _together(sides: Sequence[_Side], path: str, place: FieldPath) -> list[Cause]:
    """The changes of both sides around ``place``, as near to it as there are any of both."""
    for depth in range(len(place), -1, -1):
        near = [list(side.at(path, place[:depth])) for side in sides]
        if all(near):
            return [cause for each in near for cause in each]
    return []


def _named(project: Project, three: ThreeWay, merged: Oid, finding: Finding) -> _Name | None:
    """What a reference without an end names, or what is there twice; None for any other finding."""
    from jetenv.schemas.survey import survey

    entry = project.repo.trees.entry(merged, finding.path)
    if finding.rule not in ("dangling-ref", "duplicate-id") or entry is None or not entry.is_file:
        return None
    own = object_of(finding.path)
    source = parse(project.repo.trees.read(entry.oid), path=finding.path)
    collection = own.id if own is not None and own.kind == "collection" else ""
    found = survey(finding.path, source, three.catalog.rules_for(finding.path), collection)
    for reference in found.references if finding.rule == "dangling-ref" else ():
        if (reference.line, reference.column, reference.field) == (finding.line, finding.column, finding.field):
            return _Name(reference.kind, reference.target, reference.of)
    for duplicate in found.duplicates if finding.rule == "duplicate-id" else ():
        if duplicate.field == finding.field:
            return _Name(duplicate.kind, duplicate.id)
    if finding.rule == "dangling-ref" and own is not None and not finding.field:
        return _Name("resource", own.id.partition("/")[0])  # a collection names its resource by its folder
    return None


class _Side:
    """What one side changed since the base; files are read and compared when they are first asked for."""

    def __init__(self, project: Project, three: ThreeWay, trees: TreeMerge, name: str) -> None:
        self.name = name
        self._read = project.repo.trees.read
        self._rules_for = three.catalog.rules_for
        self._changes = project.repo.trees.changes(three.base, three.ours if name == "ours" else three.theirs)
        # A file that was moved has another name in each version.
        self._old = {each.path: each.old for each in trees.renamed if each.path is not None}
        self._own = {each.path: getattr(each, name) for each in trees.renamed if each.path is not None}
        self._diffs: dict[str, tuple[Change, ...] | None] = {}

    @cached_property
    def _renames(self) -> dict[str, str]:
        deleted, added = deleted_and_added(self._changes)
        return find_renames(deleted, added, lambda oid: self._read(Oid(oid)))

    def at(self, path: str, place: FieldPath) -> Iterator[Cause]:
        """The changes at, above or below ``place`` in the merged file ``path``."""
        changes = self._diff(path)
        if changes is None:
            yield from self._whole(path)
            return
        near = [
            each
            for each in changes
            if each.action not in _DATA_STAYS and all(a == b for a, b in zip(each.path, place, strict=False))
        ]
        for change in near[:_SHOWN]:
            yield Cause(self.name, change.action.value, path, format_path(change.path))

    def naming(self, path: str, named: _Name) -> Iterator[Cause]:
        """The changes that made or took away what is ``named``; ``path`` is the merged file that names it."""
        if named.kind in KINDS:
            yield from self._whole(path_of(ObjectRef(named.kind, named.id)))
            return
        holder = path_of(owner_of(named.of)) if named.of else path
        name = named.id.partition(".")[0]
        for change in self._diff(holder) or ():
            if change.action not in _DATA_STAYS and _names(change, name) and (holder != path or _is_item(change)):
                yield Cause(self.name, change.action.value, holder, format_path(change.path))

    def _whole(self, path: str) -> Iterator[Cause]:
        change = self._changes.get(path)
        if change is not None:
            action = "added" if change.old is None else "removed" if change.new is None else "changed"
            new = self._renames.get(path) if action == "removed" else None
            yield Cause(self.name, "renamed" if new else action, path, new_path=new)

    def _diff(self, path: str) -> tuple[Change, ...] | None:
        """The changes in the merged file ``path``; None where the side added or removed it, or cannot be read."""
        if path not in self._diffs:
            self._diffs[path] = self._compared(path)
        return self._diffs[path]

    def _compared(self, path: str) -> tuple[Change, ...] | None:
        old, own = self._old.get(path, path), self._own.get(path, path)
        if own is None:
            return None
        changes = (self._changes.get(old), self._changes.get(own))
        if changes == (None, None):
            return ()
        before = changes[0].old if changes[0] is not None else None
        after = changes[1].new if changes[1] is not None else None
        if before is None or after is None or not (before.is_file and after.is_file):
            return None
        try:
            versions = [parse(self._read(each.oid)) for each in (before, after)]
        except DocumentError:
            return None
        return diff_documents(versions[0], versions[1], self._rules_for(path))


def _names(change: Change, name: str) -> bool:
    """Whether a change is to an item called ``name``, or to something in which that word stands."""
    if any(step in (Item((name,)), Key(name)) for step in change.path):
        return True
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(text is not None and word.search(text) for text in (change.old, change.new))


def _is_item(change: Change) -> bool:
    """Whether a whole item was added or removed, or the name of one changed: not a place that only names it."""
    return change.action in (Action.ADDED, Action.REMOVED) or change.path[-1:] in ((Key("id"),), (Key("name"),))
