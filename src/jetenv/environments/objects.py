"""Changed files told as changed objects: pages, resources, collections…"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jetenv.environments.model import FOLDER
from jetenv.repository.objects import TreeChange
from jetenv.schemas.objects import object_of

Action = Literal["added", "changed", "removed", "renamed", "conflicted"]

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
    conflicted: int


def changed_object(path: str, action: Action, old_path: str = "") -> ChangedObject:
    """The object that the file at ``path`` holds."""
    found = object_of(path)
    if found is None:
        return ChangedObject(OTHER_KIND, path, action, path, old_path)
    return ChangedObject(found.kind, found.id, action, path, old_path)


def shared_changes(changes: Mapping[str, TreeChange]) -> tuple[ChangedObject, ...]:
    """The objects behind ``changes``, without what environments own (``environments/**``)."""
    return tuple(
        sorted(
            changed_object(path, _action(change))
            for path, change in changes.items()
            if not path.startswith(f"{FOLDER}/")
        )
    )


def count_by_kind(objects: Iterable[ChangedObject]) -> tuple[KindCount, ...]:
    """``objects`` counted, in the order of their kinds."""
    actions: dict[str, list[Action]] = {}
    for each in objects:
        actions.setdefault(each.kind, []).append(each.action)
    return tuple(
        KindCount(kind, *(found.count(action) for action in ("added", "changed", "removed", "conflicted")))
        for kind, found in sorted(actions.items())
    )


def _action(change: TreeChange) -> Action:
    if change.old is None:
        return "added"
    return "removed" if change.new is None else "changed"
