"""Objects that differ, each with its changes, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jetenv.diffing.hunks import hunks
from jetenv.documents.paths import format_path
from jetenv.reports.beside import LEAST_WIDE, WIDE, beside
from jetenv.reports.objects import count, sign
from jetenv.reports.settings import settings_line
from jetenv.reports.style import Style, printable, width_of

if TYPE_CHECKING:
    from jetenv.diffing.records import Change, Hunk, ObjectDiff

INDENT = "    "
TOLD = {"order": "in another order", "comment": "comment changed", "format": "written in another way"}
ONLY = {"comment": "comments only", "format": "format only"}
_WHERE_NO_TERMINAL_SAYS = 120
_MOST_FOLLOWERS = 3
_MOST_COMPARED = 5_000
"""Lines of one value that are compared for a report."""


def object_title(kind: str, name: str) -> str:
    """``page orders``; the kind alone where there is one of it only, the path alone for a file of no kind."""
    if kind == "file":
        return printable(name)
    return printable(f"{kind} {name}".strip())


def objects_text(objects: Sequence[ObjectDiff], style: Style, side_by_side: bool | None = None) -> str:
    """Every object with its changes below it, a blank line between objects that have some.

    ``side_by_side`` shows the lines of long values beside each other where there is room for that; None does so on a
    wide terminal.
    """
    wide = side_by_side if side_by_side is not None else (style.width or 0) >= WIDE
    wide = wide and (style.width is None or style.width >= LEAST_WIDE)
    blocks = ["".join(line + "\n" for line in _object(each, style, wide)) for each in objects if not each.only_follows]
    parts: list[str] = []
    for before, block in zip(["", *blocks], blocks, strict=False):
        apart = before and (block.count("\n") > 1 or before.count("\n") > 1)
        parts.append(("\n" if apart else "") + block)
    return "".join(parts)


def _object(each: ObjectDiff, style: Style, wide: bool) -> Iterator[str]:
    action = each.action.value
    title = style.paint(object_title(each.kind, each.id), "bold")
    if each.old_path is not None:
        title += f" (was {printable(each.old_id or each.old_path)})"
    remark = ", ".join(filter(None, [ONLY.get(action), each.note]))
    if remark and action in ("comment", "format"):
        action = "changed"
    yield f"{sign(action, style)} {title}" + (style.paint(f"  ({printable(remark)})", "dim") if remark else "")
    if each.followers:
        yield f"{INDENT}{style.paint(_followers(each), 'dim')}"
    yield from changes_lines(each.changes, style, wide)
    if each.left_out:
        yield f"{INDENT}{style.paint(left_out_text(each), 'dim')}"


def left_out_text(each: ObjectDiff) -> str:
    """How many changes of an object are not told."""
    return f"{count(each.left_out, 'further change' if each.changes else 'change')}, not told"


def _followers(each: ObjectDiff) -> str:
    paths = list(dict.fromkeys(follower.path for follower in each.followers))
    more = f" and {len(paths) - _MOST_FOLLOWERS} more" if len(paths) > _MOST_FOLLOWERS else ""
    number = len(each.followers)
    verb = "follows" if number == 1 else "follow"
    return f"{count(number, 'reference')} {verb}: {', '.join(map(printable, paths[:_MOST_FOLLOWERS]))}{more}"


def changes_lines(changes: Sequence[Change], style: Style, wide: bool = False) -> Iterator[str]:
    """The changes of one object, without those that follow a rename; what is only written otherwise in one line."""
    own = [each for each in changes if each.follows is None]
    written = [each for each in own if each.action.value == "format"]
    for change in own:
        if len(written) < 2 or change.action.value != "format":
            yield from _change(change, style, wide)
    if len(written) > 1:
        yield f"{INDENT}{sign('changed', style)} {style.paint(f'{len(written)} places written in another way', 'dim')}"


def _change(change: Change, style: Style, wide: bool) -> Iterator[str]:
    action = change.action.value
    place = printable(format_path(change.path)) or "the whole file"
    if action in TOLD:
        mark = sign("moved" if action == "order" else "changed", style)
        yield f"{INDENT}{mark} {place}: {style.paint(TOLD[action], 'dim')}"
        return
    head = f"{INDENT}{sign(action, style)} {place}"
    if change.old_path is not None:
        yield f"{head} (was {printable(format_path(change.old_path))})"
        return
    short = settings_line(change)
    if short is not None:
        yield f"{head}: {style.paint(printable(short), 'green' if action == 'added' else 'red')}"
        return
    old, new = value_lines(change.old), value_lines(change.new)
    shown = " → ".join(
        style.paint(printable(lines[0]), color) for lines, color in ((old, "red"), (new, "green")) if lines
    ).replace("→", style.symbol("→", "->"))
    limit = style.width or _WHERE_NO_TERMINAL_SAYS
    if max(len(old), len(new)) <= 1 and width_of(f"{head}: {shown}") <= limit:
        yield f"{head}: {shown}" if shown else head
        return
    yield f"{head}:"
    yield from _hunks(value_hunks(change), style, wide)


def _hunks(found: Sequence[Hunk], style: Style, wide: bool) -> Iterator[str]:
    colors = {"-": ("red",), "+": ("green",)}
    for hunk in found:
        if hunk.old_line > 1 or hunk.new_line > 1:
            yield f"{INDENT * 2}{style.paint(f'@@ line {hunk.new_line}', 'dim')}"
        if wide and {line[:1] for line in hunk.lines} >= {"-", "+"}:
            yield from beside(hunk.lines, style, 2 * len(INDENT))
            continue
        for line in hunk.lines:
            text = f"{line[:1]} {printable(line[1:])}".rstrip()
            yield f"{INDENT * 2}{style.paint(text, *colors.get(line[:1], ()))}".rstrip(" ")


def value_hunks(change: Change) -> tuple[Hunk, ...]:
    """The lines that differ between the two values of a change; all lines of one that is alone."""
    if change.hunks:
        return change.hunks
    old, new = (value_lines(value)[:_MOST_COMPARED] for value in (change.old, change.new))
    found = hunks("\n".join(old), "\n".join(new), context=1)
    if old and new:
        return found
    mark = "+" if new else "-"
    return tuple(replace(each, lines=tuple(line for line in each.lines if line[:1] == mark)) for each in found)


def value_lines(text: str | None) -> list[str]:
    """The lines of a value; none where there is no value."""
    return [] if text is None else [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
