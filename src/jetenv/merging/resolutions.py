"""Resolutions of conflicts, and merging again with them.

A merge is a pure function, so a resolved merge is the same merge with choices: what a resolution says is put where the
conflict was met, and everything else comes out as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from jetenv.errors import RefusedError, UsageError
from jetenv.merging.comments import comment_text
from jetenv.merging.conflicts import DEFAULT_MARKERS, Choose, Conflict, ConflictKind, Markers, Written
from jetenv.merging.files import FileMerge, Versions, merge_versions
from jetenv.merging.placing import Place, put_values
from jetenv.merging.trees import TreeMerge

SIDES = ("base", "ours", "theirs")
NAMES = (ConflictKind.RENAME_RENAME, ConflictKind.RENAME_DELETE)
"""Conflicts over the name of a file, which a value names."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a conflict is settled: as ``side`` ("base", "ours", "theirs") has it, or by a ``value``; one of the two.

    The value is YAML where the conflict is about a field, the lines of a comment where it is about one, the path where
    it is about the name of a file, the field path where it is about the place of an entry, and the whole content where
    it is about a file.
    """

    side: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        if (self.side is None) == (self.value is None) or (self.side is not None and self.side not in SIDES):
            raise ValueError("a resolution is either a side or a value")


@dataclass(frozen=True, slots=True)
class Settled:
    """A conflict and the resolution that settled it."""

    conflict: Conflict
    resolution: Resolution


class Settling:
    """Settles the conflicts of one merge by resolutions, which are known by the ids of the conflicts.

    Conflicts without a resolution stay open. Pass ``choose`` and ``merge_content`` to the merge of the trees.
    """

    def __init__(self, resolutions: Mapping[str, Resolution]) -> None:
        self._resolutions = resolutions
        self._settled: dict[str, Settled] = {}
        self._met: dict[str, Conflict] = {}

    @property
    def met(self) -> tuple[Conflict, ...]:
        """Every conflict that came up so far, settled or not; one that git's line merge avoids is among them too."""
        return tuple(self._met.values())

    @property
    def settled(self) -> tuple[Settled, ...]:
        """What was settled so far, in the order in which it was met."""
        return tuple(self._settled.values())

    def choose(self, conflict: Conflict) -> str | Written | None:
        """The choice for ``conflict``. Raises as ``written`` does."""
        name = conflict.id
        self._met[name] = conflict
        resolution = self._resolutions.get(name)
        if resolution is None:
            return None
        self._settled[name] = Settled(conflict, resolution)
        if resolution.value is None:
            return resolution.side
        if stands_in_a_field(conflict):
            return "ours" if conflict.ours is not None or conflict.theirs is None else "theirs"
        return Written(written(conflict, resolution.value))

    def merge_content(self, versions: Versions, choose: Choose, markers: Markers = DEFAULT_MARKERS) -> FileMerge:
        """``merge_versions`` with the values of resolutions in their places.

        Raises UsageError or RefusedError where a value cannot be put in its place.
        """
        values: dict[str, Place] = {}

        def noting(conflict: Conflict) -> str | Written | None:
            choice = choose(conflict)
            settled = self._settled.get(conflict.id)
            if settled is not None and settled.resolution.value is not None and stands_in_a_field(conflict):
                values[conflict.id] = Place(conflict, settled.resolution.value)
            return choice

        done = merge_versions(versions, noting, markers)
        if not values or done.conflicts:
            return done
        remerge = partial(merge_versions, versions)
        content = put_values(done.content, tuple(values.values()), versions.rules, remerge, choose)
        return FileMerge(content, (), done.method, done.note)


def settle_all(
    merge: Callable[[Settling], TreeMerge], resolutions: Mapping[str, Resolution], side: str
) -> tuple[Settling, TreeMerge]:
    """The merge with ``resolutions``, and every other conflict settled as ``side`` has it.

    Settling a conflict can show another one behind it, so this goes on until none is left, or none that is new.
    """
    known = dict(resolutions)
    while True:
        settling = Settling(known)
        trees = merge(settling)
        fresh = {conflict.id: Resolution(side) for conflict in trees.conflicts if conflict.id not in known}
        if not fresh:
            return settling, trees
        known |= fresh


def stands_in_a_field(conflict: Conflict) -> bool:
    """Whether a value of one's own would be that of a field, or the order of a list, and not a comment or a file."""
    if conflict.kind is ConflictKind.ORDER:
        return True
    return bool(conflict.field) and conflict.kind not in (ConflictKind.COMMENT, ConflictKind.MOVE_MOVE)


def is_over_places(conflict: Conflict) -> bool:
    """Whether a value of one's own would name places in the file: the sides moved entries to different ones."""
    return bool(conflict.field) and conflict.kind is ConflictKind.MOVE_MOVE


def written(conflict: Conflict, value: str) -> str:
    """The text that stands for ``value`` in place of a conflict over a comment, a place, a file's name or a whole file.

    Raises UsageError for a value that cannot be meant, RefusedError where such a conflict takes none.
    """
    if conflict.kind is ConflictKind.COMMENT:
        return comment_text(conflict, value)
    if conflict.kind in NAMES:
        return _name(conflict, value)
    if is_over_places(conflict):
        return value
    if conflict.kind is ConflictKind.TYPE:
        raise RefusedError(
            "a conflict over a file beside a folder or link takes no value",
            where=conflict.path,
            hint=f"choose a side: `jetenv resolve {conflict.id} --ours`, --theirs or --base",
        )
    versions = [version for version in (conflict.base, conflict.ours, conflict.theirs) if version is not None]
    newline = "\r\n" if any("\r\n" in version for version in versions) else "\n"
    value = value.replace("\r\n", "\n").replace("\n", newline)
    return value if not value or value.endswith("\n") else value + newline


def _name(conflict: Conflict, value: str) -> str:
    """The path that ``value`` names; the suffix may be left out."""
    path = value.strip()
    suffix = conflict.path.rpartition(".")[2] if "." in conflict.path.rpartition("/")[2] else ""
    if suffix and path and "." not in path.rpartition("/")[2]:
        path = f"{path}.{suffix}"
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" or not part.isprintable() for part in parts):
        raise UsageError(
            f"{value[:80]!r} is no path of a file in the project",
            where=conflict.path,
            hint=f"name the file as {conflict.ours or conflict.theirs or conflict.base} is named",
        )
    return path
