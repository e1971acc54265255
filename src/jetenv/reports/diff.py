"""``jetenv diff``: what differs, by object and field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.diffing.trees import MOST_CHANGES
from jetenv.reports.changes import left_out_text, object_title, objects_text
from jetenv.reports.columns import columns
from jetenv.reports.diff_data import diff_data, objects_data
from jetenv.reports.environments import named
from jetenv.reports.objects import count, sign
from jetenv.reports.report import Report
from jetenv.reports.risks import risks_of, risks_text
from jetenv.reports.settings import readable
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.diffing.records import ObjectDiff
    from jetenv.environments.reviewing.diff import DiffResult, DiffSide

__all__ = ["DiffReport", "object_title", "objects_data", "objects_text", "side_text", "tally"]

SETTINGS = "Settings of the environments, which a merge leaves as they are:"
_ACTIONS = ("added", "changed", "moved", "renamed", "removed")


def tally(objects: Sequence[ObjectDiff]) -> str:
    """``4 objects differ: 1 added, 3 changed``."""
    counts = Counter(_counted(each) for each in objects)
    parts = [f"{counts[name]} {name}" for name in _ACTIONS if name in counts]
    return f"{count(len(objects), 'object')} {'differs' if len(objects) == 1 else 'differ'}: {', '.join(parts)}"


def _counted(each: ObjectDiff) -> str:
    return each.action.value if each.action.value in _ACTIONS else "changed"


def kinds_text(objects: Sequence[ObjectDiff], style: Style) -> str:
    """How many objects of each kind were added, changed and so on, a row for each kind."""
    counts = Counter((each.kind, _counted(each)) for each in objects)
    kinds = sorted({kind for kind, _ in counts})
    rows = [
        (printable(kind), *(f"{counts[kind, name]:,} {name}" if counts[kind, name] else "" for name in _ACTIONS))
        for kind in kinds
    ]
    return columns(rows, style, indent=2, right=frozenset(range(1, 1 + len(_ACTIONS))))


def stat_text(objects: Sequence[ObjectDiff], style: Style) -> str:
    """A row for each object: what happened to it and how many fields were added, changed and removed in it."""
    rows = [(sign(_counted(each), style), object_title(each.kind, each.id), *_fields(each, style)) for each in objects]
    return columns(rows, style, flexible=1, right=frozenset({2, 3, 4}))


def _fields(each: ObjectDiff, style: Style) -> tuple[str, str, str, str]:
    actions = [change.action.value for change in each.changes]
    added, removed = actions.count("added"), actions.count("removed")
    changed = len(actions) - added - removed
    parts = (("+", added, "green"), ("~", changed, "yellow"), ("-", removed, "red"))
    a, b, c = (style.paint(f"{mark}{number}", color) if number else "" for mark, number, color in parts)
    return a, b, c, style.paint(left_out_text(each), "dim") if each.left_out else ""


@dataclass(frozen=True, slots=True)
class DiffReport(Report):
    """What `jetenv diff` prints; ``stat`` is the short form, ``side_by_side`` is as in ``changes.objects_text``."""

    result: DiffResult
    stat: bool = False
    side_by_side: bool | None = None

    def text(self, style: Style) -> str:
        """Risks, the objects that differ, what the environments own apart, then how many; else one sentence."""
        result = self.result
        if not result.differs:
            return f"No difference between {side_text(result.old, style)} and {side_text(result.new, style)}.\n"
        risks = risks_text(risks_of((*result.shared, *result.own)), style)
        parts = [f"From {side_text(result.old, style)} to {side_text(result.new, style)}:\n"]
        if risks:
            parts += ["\n", risks]
        if result.shared:
            parts += ["\n", self._objects(result.shared, style)]
        if result.own:
            own = [readable(each) for each in result.own]
            parts += [f"\n{style.paint(SETTINGS, 'dim')}\n", self._objects(own, style)]
        return "".join([*parts, f"\n{self._total()}\n"])

    def _objects(self, objects: Sequence[ObjectDiff], style: Style) -> str:
        if self.result.abridged:
            return kinds_text(objects, style)
        return stat_text(objects, style) if self.stat else objects_text(objects, style, self.side_by_side)

    def _total(self) -> str:
        result = self.result
        settings = f"{count(len(result.own), 'file')} of settings"
        if not result.own:
            return tally(result.shared)
        return f"{tally(result.shared)}; {settings}" if result.shared else f"No object differs, only {settings}"

    def notes(self, style: Style) -> tuple[str, ...]:
        """That a comparison was too large to go into."""
        del style
        if any(each.left_out for each in (*self.result.shared, *self.result.own)):
            return (f"of more than {MOST_CHANGES:,} changes the rest is counted; compare a part of it: --path, --kind",)
        if not self.result.abridged:
            return ()
        return ("so much differs that no file was compared by field; compare a part of it: --path, --kind",)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return diff_data(self.result)


def side_text(side: DiffSide, style: Style) -> str:
    """The name of one side, in the colour of its environment; the working tree and the index are told as that."""
    from jetenv.environments.reviewing.diff import INDEX, WORKING_TREE

    if side.commit is None and side.name in (WORKING_TREE, INDEX):
        return f"the {side.name}" + (f" on {named(side.environment, style)}" if side.environment else "")
    if side.environment is None:
        return printable(side.name)
    return named(side.environment, style)
