"""What differs, or what a merge would bring, as a comment of a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.changes import TOLD, left_out_text, value_hunks
from jetenv.reports.diff import tally
from jetenv.reports.markdown import LIMIT, Bounded, block, code, folded, markup, table
from jetenv.reports.objects import count
from jetenv.reports.risks import risks_of
from jetenv.reports.settings import readable, settings_line

if TYPE_CHECKING:
    from jetenv.diffing.records import Change, ObjectDiff, Risk
    from jetenv.environments.reviewing.diff import DiffResult, DiffSide

MARKER = "<!-- jetenv diff -->"
"""The first line: by it a later run finds the comment that it replaces."""

_SIGNS = {"added": "+", "removed": "-", "renamed": ">", "moved": ">"}
_MOST_LINES = 200
_LONGEST_LINE = 1_000
_FOR_DETAILS = 4_000


def diff_markdown(result: DiffResult, limit: int = LIMIT) -> str:
    """A comparison in at most ``limit`` characters; what has no room is counted, with the command that shows it."""
    document = Bounded(limit)
    title = f"### {_side(result.old)} → {_side(result.new)}"
    if not result.differs:
        document.add([MARKER, title, "", "Nothing differs."])
        return document.text([])
    document.add([MARKER, title, "", f"**{_total(result)}**"])
    left = content(document, result, limit)
    return document.text(_end(left, f"jetenv diff {result.old.name} {result.new.name}"))


def content(document: Bounded, result: DiffResult, limit: int) -> int:
    """Risks, the table of objects, then their details; returns how many parts had no room."""
    keep = min(_FOR_DETAILS, limit // 4)
    risks = risks_of((*result.shared, *result.own))
    left = 0
    if risks:
        head = ["", f"#### {count(len(risks), 'risk')} to look at", "", *table(_RISKS, [])]
        left += document.add_rows(head, [f"| {' | '.join(_risk_row(risk))} |" for risk in risks], keep)
    shown = [each for each in result.shared if not each.only_follows]
    if shown:
        head = ["", *table(("", "Kind", "Object", "Changes"), [])]
        left += document.add_rows(head, [f"| {' | '.join(_object_row(each))} |" for each in shown], keep)
    if result.abridged:
        return left
    for each in shown:
        left += not _fits(document, each)
    own = [readable(each) for each in result.own]
    if own and document.add(["", "#### Settings of the environments, which a merge leaves as they are"]):
        for each in own:
            left += not _fits(document, each)
    return left


_RISKS = ("Risk", "Where", "Why")


def _fits(document: Bounded, each: ObjectDiff) -> bool:
    if document.is_full:
        return False
    lines = _details(each)
    return not lines or document.add(["", *lines])


def _end(left: int, command: str) -> list[str]:
    if not left:
        return []
    return ["", f"{count(left, 'part')} left out here, for want of room. All of it: {code(command, 200)}"]


def _side(side: DiffSide) -> str:
    return code(side.environment.id if side.environment is not None else side.name, 100)


def _total(result: DiffResult) -> str:
    if not result.shared:
        return f"No object differs, only {count(len(result.own), 'file')} of settings"
    return tally(result.shared)


def _risk_row(risk: Risk) -> tuple[str, str, str]:
    place = f"{risk.path}:{risk.line}"
    return f"{risk.risk}: {risk.rule}", code(place), code(risk.reason, 500)


def _object_row(each: ObjectDiff) -> tuple[str, str, str, str]:
    action = each.action.value
    was = f" (was {code(each.old_id or each.old_path or '')})" if each.old_path is not None else ""
    name = each.id or each.path
    return action, each.kind, code(name) + was, _summary(each)


def _summary(each: ObjectDiff) -> str:
    """How many changes of which sort, in words."""
    parts = [code(each.note)] if each.note else []
    own = [change.action.value for change in each.changes if change.follows is None]
    for action in dict.fromkeys(own):
        word = {"order": "reordered", "format": "format only"}.get(action, action)
        number = own.count(action)
        parts.append(count(number, "comment") if action == "comment" else f"{number} {word}")
    if each.followers:
        parts.append(f"{count(len(each.followers), 'reference')} follow")
    if each.left_out:
        parts.append(left_out_text(each))
    return ", ".join(parts)


def _details(each: ObjectDiff) -> list[str]:
    lines = list(islice(_lines(each), _MOST_LINES + 1))
    if not lines:
        return []
    if len(lines) > _MOST_LINES:
        lines[-1] = "  … and more"
    title = f"{each.kind} {each.id}".strip() if each.kind != "file" else each.path
    lines = [line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…" for line in lines]
    return folded(f"{each.action.value} {markup(title)}", block(lines))


def _lines(each: ObjectDiff) -> Iterator[str]:
    yield from (f"  follows: {place.path}#{format_path(place.field)}" for place in each.followers)
    for change in each.changes:
        if change.follows is None:
            yield from _change_lines(change)


def _change_lines(change: Change) -> Iterator[str]:
    action = change.action.value
    place = format_path(change.path) or "the whole file"
    if action in TOLD:
        yield f"! {place}: {TOLD[action]}"
    elif change.old_path is not None:
        yield f"! {place} (was {format_path(change.old_path)})"
    elif (short := settings_line(change)) is not None:
        yield f"{_SIGNS.get(action, '!')} {place}: {short}"
    elif not change.hunks and not _is_long(change.old) and not _is_long(change.new):
        if change.old is not None:
            yield f"- {place}: {change.old}"
        if change.new is not None:
            yield f"+ {place}: {change.new}"
    else:
        yield f"@@ {place} @@"
        for hunk in value_hunks(change):
            yield from hunk.lines


def _is_long(value: str | None) -> bool:
    return value is not None and "\n" in value.strip("\n")
