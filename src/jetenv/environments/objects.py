"""Changed files told as changed objects: pages, resources, collections…"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jetenv.environments.model import FOLDER
from jetenv.repository.objects import TreeChange

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog

Action = Literal["added", "changed", "removed", "conflicted"]

OTHER_KIND = "file"
"""The kind of a file that no schema describes; its id is its path."""


@dataclass(frozen=True, slots=True, order=True)
class ChangedObject:
    """One object that differs, in the order of kind and id. ``path`` is the file that holds it."""

    kind: str
    id: str
    action: Action
    path: str


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many objects of one kind differ."""

    kind: str
    added: int
    changed: int
    removed: int
    conflicted: int


def changed_object(catalog: Catalog, path: str, action: Action) -> ChangedObject:
    """The object that the file at ``path`` holds."""
    found = catalog.object_of(path)
    if found is None:
        return ChangedObject(OTHER_KIND, path, action, path)
    return ChangedObject(found.kind, found.id, action, path)


def shared_changes(catalog: Catalog, changes: Mapping[str, TreeChange]) -> tuple[ChangedObject, ...]:
    """The objects behind ``changes``, without what environments own (``environments/**``)."""
    return tuple(
        sorted(
            changed_object(catalog, path, _action(change))
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
