"""Which file holds which object: the layout of a project, from paths alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jetenv.errors import UsageError

FOLDERS = {
    "resources": "resource",
    "pages": "page",
    "workflows": "workflow",
    "teams": "team",
    "credentials": "credential",
}
SINGLE_FILES = {"jetenv.yaml": "project", "menu.yaml": "menu", "theme.yaml": "theme"}
ENVIRONMENT_FILES = {"environment.yaml": "environment", "members.yaml": "members", "credentials.yaml": "bindings"}
SUFFIX = ".yaml"

KINDS = (*SINGLE_FILES.values(), *FOLDERS.values(), "collection", *ENVIRONMENT_FILES.values())
"""Every kind of file that jetenv itself knows."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """An object of a project. ``id`` is empty for the kinds of which there is one only.

    The id of a collection is ``resource/collection``, that of the three files of an environment the environment's.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}" if self.id else self.kind


def object_of(path: str) -> ObjectRef | None:
    """The object that the file at ``path`` holds; None where the layout knows no such file."""
    parts = path.split("/")
    if len(parts) == 1:
        kind = SINGLE_FILES.get(path)
        return ObjectRef(kind, "") if kind else None
    name = parts[-1]
    if len(parts) == 3 and parts[0] == "environments" and name in ENVIRONMENT_FILES:
        return ObjectRef(ENVIRONMENT_FILES[name], parts[1])
    if not name.endswith(SUFFIX) or name == SUFFIX:
        return None
    stem = name[: -len(SUFFIX)]
    if len(parts) == 2 and parts[0] in FOLDERS:
        return ObjectRef(FOLDERS[parts[0]], stem)
    if len(parts) == 3 and parts[0] == "collections":
        return ObjectRef("collection", f"{parts[1]}/{stem}")
    return None


def owner_of(of: str) -> ObjectRef:
    """The object that a definition or reference belongs to by its ``of``: a collection unless its kind is named."""
    kind, space, name = of.partition(" ")
    return ObjectRef(kind, name) if space else ObjectRef("collection", of)


def path_of(ref: ObjectRef) -> str:
    """The path of the file that holds the object. Raises UsageError for a kind that has no file of its own."""
    for path, kind in SINGLE_FILES.items():
        if kind == ref.kind:
            return path
    for name, kind in ENVIRONMENT_FILES.items():
        if kind == ref.kind:
            return f"environments/{ref.id}/{name}"
    for folder, kind in FOLDERS.items():
        if kind == ref.kind:
            return f"{folder}/{ref.id}{SUFFIX}"
    if ref.kind == "collection":
        return f"collections/{ref.id}{SUFFIX}"
    raise UsageError(f"'{ref.kind}' is no kind of object", hint=f"kinds: {', '.join(KINDS)}")


def is_slug(text: str) -> bool:
    """Whether ``text`` may be an id: lower-case ASCII letters, digits, ``_`` and ``-``, at most 63."""
    return _SLUG.match(text) is not None
