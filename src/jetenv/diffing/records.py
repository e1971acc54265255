"""What a review of two trees consists of: objects, the changes in them, and what is risky about those.

``reports`` turn these records into text and data; see ADR 16 for what each of them means.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from jetenv.documents.paths import FieldPath


class Action(Enum):
    """What happened to an object or a field."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    CHANGED = "changed"
    ORDER = "order"
    COMMENT = "comment"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of a text that changed, with lines around them. Both numbers count the lines of the text from 1.

    Each of ``lines`` begins with a blank (in both versions), ``-`` (gone) or ``+`` (come), as in a unified diff.
    """

    old_line: int
    new_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rename:
    """An object that has another id now. Ids are those of ``schemas.objects.ObjectRef``."""

    kind: str
    old_id: str
    new_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the place in the document, and the source of the value before and after.

    The texts are dedented and without the comments around them; None where there is no value. A change of ORDER,
    COMMENT or FORMAT leaves the data of what stands at ``path`` as it was (order aside). RENAMED is an item or entry
    whose key changed, MOVED one that stands in another list or mapping now: ``old_path`` says where it was, and what
    else changed in it are changes of their own. ``hunks`` are the lines that changed in a text of several lines; where
    items were moved into what is new, or out of what is gone, its lines with the first one only of each such item.
    ``line`` counts lines of the new file from 1 (for what was removed: the line of what it stood in), ``old_line``
    those of the old file. ``follows`` is the rename that this change merely carries on.
    """

    path: FieldPath
    action: Action
    old: str | None
    new: str | None
    old_path: FieldPath | None = None
    hunks: tuple[Hunk, ...] = ()
    line: int | None = None
    old_line: int | None = None
    follows: Rename | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A place that names something: ``field`` of the file at ``path``; ``still`` is whether it does so after, too."""

    path: str
    field: str
    line: int
    still: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """Why a reviewer should look at a place. ``rule`` is one of ``diffing.risks.RULES``, ``risk`` the class of it.

    ``id`` is the same for the same risk in any two comparisons. ``reason`` is one line. ``line`` is a line of the new
    file, or of the old one where ``path`` is gone. ``users`` are the places that name what was removed.
    """

    rule: str
    risk: str
    id: str
    reason: str
    path: str
    field: FieldPath
    line: int
    users: tuple[User, ...] = ()


@dataclass(frozen=True, slots=True)
class Follower:
    """A place that names a renamed object by its new id: ``field`` of the file at ``path``."""

    path: str
    field: FieldPath


@dataclass(frozen=True, slots=True)
class ObjectDiff:
    """One object that differs.

    ``kind`` is that of the layout (``page``, ``collection``…) or ``file`` for a path outside of it; ``id`` then is the
    path. ``action`` is ADDED, REMOVED or CHANGED, RENAMED (another id) or MOVED (the same id in another folder), or
    COMMENT or FORMAT where no data differs; ``changes`` says what changed in it by field, and is empty for objects
    added or removed and for files that are not YAML. ``note`` says why a file could not be compared by field, or
    how its mode changed. ``old_path`` and ``old_id`` are set where it was renamed or moved, ``followers`` are the
    references that changed with that, and ``follows`` is the rename of another object that this one's was part of.
    ``left_out`` counts changes that ``changes`` lacks, since a comparison tells no more than ``trees.MOST_CHANGES``.
    """

    path: str
    kind: str
    id: str
    action: Action
    changes: tuple[Change, ...] = ()
    note: str | None = None
    old_path: str | None = None
    old_id: str | None = None
    risks: tuple[Risk, ...] = ()
    followers: tuple[Follower, ...] = ()
    follows: Rename | None = None
    left_out: int = 0

    @property
    def only_follows(self) -> bool:
        """Whether nothing but references to renamed objects changed in it."""
        if self.action is not Action.CHANGED or self.left_out:
            return False
        return bool(self.changes) and all(each.follows for each in self.changes)
