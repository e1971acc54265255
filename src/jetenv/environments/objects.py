"""Changed files told as changed objects: pages, resources, collections…"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jetenv.environments.model import FOLDER
from jetenv.repository.objects import Oid, TreeChange
from jetenv.schemas.objects import object_of

Action = Literal["added", "changed", "removed", "renamed", "conflicted"]

_ACTIONS: tuple[Action, ...] = ("added", "changed", "removed", "renamed", "conflicted")

OTHER_KIND = "file"
"""The kind of a file for which the layout of a project has no place; its id is its path."""


@dataclass(frozen=True, slots=True, order=True)
class ChangedObject:
    """One object that differs, in the order of kind and id. ``path`` is the file that holds it.

    ``id`` is empty for the kinds of which there is one only (the menu, the theme, the project). ``old_path`` is where a
    renamed one was, and else empty.
    """

    kind: str
    id: str
    action: Action
    path: str
    old_path: str = ""


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many objects of one kind differ."""

    kind: str
    added: int
    changed: int
    removed: int
    renamed: int
    conflicted: int


def changed_object(path: str, action: Action, old_path: str = "") -> ChangedObject:
    """The object that the file at ``path`` holds."""
    found = object_of(path)
    if found is None:
        return ChangedObject(OTHER_KIND, path, action, path, old_path)
    return ChangedObject(found.kind, found.id, action, path, old_path)


def changed_objects(changes: Mapping[str, TreeChange], read: Callable[[Oid], bytes]) -> tuple[ChangedObject, ...]:
    """The objects behind ``changes``, those with another name once; ``read`` gives the content of a file."""
    old_paths = renamed_paths(changes, read)
    gone = set(old_paths.values())
    return tuple(
        sorted(
            changed_object(path, "renamed", old_paths[path])
            if path in old_paths
            else changed_object(path, _action(change))
            for path, change in changes.items()
            if path not in gone
        )
    )


def renamed_paths(changes: Mapping[str, TreeChange], read: Callable[[Oid], bytes]) -> dict[str, str]:
    """Old paths by new path, as `jetenv diff` tells them where they are not very many."""
    if all(each.old is not None for each in changes.values()) or all(each.new is not None for each in changes.values()):
        return {}
    from jetenv.diffing.renames import AT_ONCE, renamed_objects

    return renamed_objects(changes, lambda oid: read(Oid(oid)), AT_ONCE)


def shared_changes(changes: Mapping[str, TreeChange], read: Callable[[Oid], bytes]) -> tuple[ChangedObject, ...]:
    """``changed_objects`` without what environments own (``environments/**``)."""
    shared = {path: change for path, change in changes.items() if not path.startswith(f"{FOLDER}/")}
    return changed_objects(shared, read)


def count_by_kind(objects: Iterable[ChangedObject]) -> tuple[KindCount, ...]:
    """``objects`` counted, in the order of their kinds."""
    actions: dict[str, list[Action]] = {}
    for each in objects:
        actions.setdefault(each.kind, []).append(each.action)
    return tuple(
        KindCount(kind, *(found.count(action) for action in _ACTIONS)) for kind, found in sorted(actions.items())
    )


def _action(change: TreeChange) -> Action:
    if change.old is None:
        return "added"
    return "removed" if change.new is None else "changed"
