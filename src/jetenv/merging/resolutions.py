"""Resolutions of conflicts, and merging again with them.

A merge is a pure function, so a resolved merge is the same merge with choices: what a resolution says is put where the
conflict was met, and everything else comes out as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jetenv.documents.paths import FieldPath
from jetenv.errors import RefusedError, UsageError
from jetenv.merging.conflicts import DEFAULT_MARKERS, Choose, Conflict, ConflictKind, Markers, Written
from jetenv.merging.files import FileMerge, MergeLines, merge_file
from jetenv.merging.placing import Place, put_values
from jetenv.merging.trees import TreeMerge
from jetenv.schemas.rules import Rules

SIDES = ("base", "ours", "theirs")
_CHOOSE_A_SIDE = "choose a side: --ours, --theirs or --base"
_WITHOUT_VALUE = {
    ConflictKind.TYPE: "a file beside a folder or link",
    ConflictKind.ORDER: "the order of a whole file",
    ConflictKind.RENAME_RENAME: "the name of a file",
    ConflictKind.RENAME_DELETE: "the name of a file",
    ConflictKind.MOVE_MOVE: "the place of an item",
}


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a conflict is settled: as ``side`` ("base", "ours", "theirs") has it, or by a ``value``; one of the two.

    The value is YAML where the conflict is about a field, the lines of a comment where it is about one, and the whole
    content where it is about a file.
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

    def merge_content(
        self,
        base: bytes,
        ours: bytes,
        theirs: bytes,
        rules: Rules,
        merge_lines: MergeLines,
        *,
        path: str = "",
        choose: Choose,
        markers: Markers = DEFAULT_MARKERS,
    ) -> FileMerge:
        """``merge_file`` with the values of resolutions in their places.

        Raises UsageError or RefusedError where a value cannot be put in its place.
        """

        def merge(choice: Choose, marked: Markers = markers) -> FileMerge:
            return merge_file(base, ours, theirs, rules, merge_lines, path=path, choose=choice, markers=marked)

        values: dict[tuple[FieldPath, ConflictKind], Place] = {}

        def noting(conflict: Conflict) -> str | Written | None:
            choice = choose(conflict)
            settled = self._settled.get(conflict.id)
            if settled is not None and settled.resolution.value is not None and stands_in_a_field(conflict):
                # Conflicts over stretches of one text share its field, and so its value.
                values[conflict.field, conflict.kind] = Place(conflict, settled.resolution.value)
            return choice

        done = merge(noting)
        if not values or done.conflicts:
            return done
        content = put_values(done.content, tuple(values.values()), rules, merge, choose)
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
    """Whether a value of one's own would be the value of a field, rather than a comment or a whole file."""
    return bool(conflict.field) and conflict.kind not in (ConflictKind.COMMENT, ConflictKind.MOVE_MOVE)


def written(conflict: Conflict, value: str) -> str:
    """The text that stands for ``value`` in place of a conflict over a comment or a whole file.

    Raises RefusedError where such a conflict takes no value.
    """
    if conflict.kind is ConflictKind.COMMENT:
        return _comment(conflict, value)
    versions = [version for version in (conflict.base, conflict.ours, conflict.theirs) if version is not None]
    what = _WITHOUT_VALUE.get(conflict.kind)
    if what is not None:
        raise RefusedError(f"a conflict over {what} takes no value", where=conflict.path, hint=_CHOOSE_A_SIDE)
    newline = "\r\n" if any("\r\n" in version for version in versions) else "\n"
    value = value.replace("\r\n", "\n").replace("\n", newline)
    return value if not value or value.endswith("\n") else value + newline


def _comment(conflict: Conflict, value: str) -> str:
    """Comment lines that say ``value``, laid out as the comment of the side that has one."""
    model = conflict.ours or conflict.theirs or conflict.base or ""
    if not model.lstrip().startswith("#"):
        raise UsageError(
            "this conflict is about the comment behind a value, which takes no text of its own",
            where=conflict.path,
            hint=_CHOOSE_A_SIDE,
        )
    line = next(each for each in model.split("\n") if each.strip())
    indent = line[: len(line) - len(line.lstrip())]
    newline = "\r\n" if "\r\n" in model else "\n"
    lines = [each.strip() for each in value.strip("\r\n").split("\n")]
    return "".join(_comment_line(each, indent) + newline for each in lines)


def _comment_line(text: str, indent: str) -> str:
    if not text:
        return ""
    return indent + (text if text.startswith("#") else f"# {text}")
