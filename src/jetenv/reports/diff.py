"""``jetenv diff``: what differs, by object and field."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.environments import named
from jetenv.reports.objects import count, sign
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable, width_of

if TYPE_CHECKING:
    from jetenv.diffing.records import Change, ObjectDiff
    from jetenv.environments.diff import DiffResult, DiffSide

_INDENT = "    "
_LONGEST = 100
_WHERE_NO_TERMINAL_SAYS = 120


def object_title(kind: str, name: str) -> str:
    """``page orders``; the kind alone where there is one of it only, the path alone for a file of no kind."""
    if kind == "file":
        return printable(name)
    return printable(f"{kind} {name}".strip())


def objects_text(objects: Sequence[ObjectDiff], style: Style) -> str:
    """Every object with its changes below it, a blank line between objects that have some."""
    blocks = ["".join(line + "\n" for line in _object(each, style)) for each in objects]
    text = ""
    for before, block in zip(["", *blocks], blocks, strict=False):
        apart = before and (block.count("\n") > 1 or before.count("\n") > 1)
        text += ("\n" if apart else "") + block
    return text


def objects_data(objects: Sequence[ObjectDiff]) -> list[dict[str, object]]:
    """The same for a program. ``old`` and ``new`` are YAML source."""
    return [
        {
            "path": each.path,
            "kind": each.kind,
            "id": each.id,
            "action": each.action,
            "note": each.note,
            "changes": [
                {"field": format_path(change.path), "action": change.action, "old": change.old, "new": change.new}
                for change in each.changes
            ],
        }
        for each in objects
    ]


def _object(each: ObjectDiff, style: Style) -> Iterator[str]:
    action = each.action.value
    title = style.paint(object_title(each.kind, each.id), "bold")
    if each.old_id is not None:
        title += f" (was {printable(each.old_id)})"
    remark = {"comment": "comments only", "format": "format only"}.get(action) or each.note
    if remark and action in ("comment", "format"):
        action = "changed"
    yield f"{sign(action, style)} {title}" + (style.paint(f"  ({printable(remark)})", "dim") if remark else "")
    for change in each.changes:
        yield from _change(change, style)


def _change(change: Change, style: Style) -> Iterator[str]:
    action = change.action.value
    place = printable(format_path(change.path)) or "the whole file"
    if action in ("order", "comment", "format"):
        told = {"order": "in another order", "comment": "comment changed", "format": "written in another way"}[action]
        yield f"{_INDENT}{sign('moved' if action == 'order' else 'changed', style)} {place}: {style.paint(told, 'dim')}"
        return
    head = f"{_INDENT}{sign(action, style)} {place}"
    if change.old_path is not None:
        yield f"{head} (was {printable(format_path(change.old_path))})"
        return
    old, new = _lines(change.old), _lines(change.new)
    shown = " → ".join(
        style.paint(printable(lines[0]), color) for lines, color in ((old, "red"), (new, "green")) if lines
    ).replace("→", style.symbol("→", "->"))
    limit = style.width or _WHERE_NO_TERMINAL_SAYS
    if max(len(old), len(new)) <= 1 and width_of(f"{head}: {shown}") <= limit:
        yield f"{head}: {shown}" if shown else head
        return
    yield f"{head}:"
    yield from _value_lines(old, new, style)


def _value_lines(old: list[str], new: list[str], style: Style) -> Iterator[str]:
    """The lines that went and came, with one line around each change, as in a unified diff."""
    colors = {"-": ("red",), "+": ("green",), "@": ("dim",)}
    for line in list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]:
        if line.startswith("@"):
            if not line.startswith(("@@ -1,", "@@ -1 ", "@@ -0,")):
                yield f"{_INDENT * 2}{style.paint('...', 'dim')}"
            continue
        yield f"{_INDENT * 2}" + style.paint(f"{line[:1]} {printable(line[1:])}".rstrip(), *colors.get(line[:1], ()))


def _lines(text: str | None) -> list[str]:
    return [] if text is None else [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def tally(objects: Sequence[ObjectDiff]) -> str:
    """``4 objects differ: 1 added, 3 changed``."""
    actions = [each.action.value if each.action.value in ("added", "removed") else "changed" for each in objects]
    parts = [f"{actions.count(name)} {name}" for name in ("added", "changed", "removed") if name in actions]
    return f"{count(len(objects), 'object')} {'differs' if len(objects) == 1 else 'differ'}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class DiffReport(Report):
    """What `jetenv diff` prints."""

    result: DiffResult

    def text(self, style: Style) -> str:
        """The objects that differ, what the environments own apart, then how many; one sentence where none does."""
        result = self.result
        if not result.differs:
            return f"No difference between {side_text(result.old, style)} and {side_text(result.new, style)}.\n"
        text = f"From {side_text(result.old, style)} to {side_text(result.new, style)}:\n"
        if result.shared:
            text += f"\n{objects_text(result.shared, style)}"
        if result.own:
            title = "Settings of the environments, which a merge leaves as they are:"
            text += f"\n{style.paint(title, 'dim')}\n{objects_text(list(map(_without_signed, result.own)), style)}"
        return f"{text}\n{self._total()}\n"

    def _total(self) -> str:
        result = self.result
        settings = f"{count(len(result.own), 'file')} of settings"
        if not result.own:
            return tally(result.shared)
        return f"{tally(result.shared)}; {settings}" if result.shared else f"No object differs, only {settings}"

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "from": _side_data(self.result.old),
            "to": _side_data(self.result.new),
            "differs": self.result.differs,
            "shared": objects_data(self.result.shared),
            "own": objects_data(self.result.own),
        }


def _without_signed(each: ObjectDiff) -> ObjectDiff:
    """A members file without its fields: between two environments its hashes and ids always differ."""
    return replace(each, changes=(), note="signed file") if each.kind == "members" else each


def side_text(side: DiffSide, style: Style) -> str:
    """The name of one side, in the colour of its environment; the working tree is told as that."""
    from jetenv.environments.diff import WORKING_TREE

    if side.commit is None and side.name == WORKING_TREE:
        return f"the {WORKING_TREE}" + (f" on {named(side.environment, style)}" if side.environment else "")
    if side.environment is None:
        return printable(side.name)
    return named(side.environment, style)


def _side_data(side: DiffSide) -> dict[str, object]:
    environment = side.environment.id if side.environment else None
    return {"name": side.name, "environment": environment, "commit": side.commit}
