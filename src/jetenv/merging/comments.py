"""Comments that somebody wrote, in the form of those that they replace: lines of their own, or behind a value."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.diffing.sides import Side
from jetenv.documents.parsing import DocumentError, parse
from jetenv.errors import RefusedError, UsageError
from jetenv.merging.conflicts import Conflict


def comment_text(conflict: Conflict, value: str) -> str:
    """What stands in place of ``conflict``, which is about a comment, where that is to say ``value``.

    Each line may have its ``#`` or lack it; without any text the comment is gone. Raises UsageError for several lines
    behind a value, RefusedError where the conflict is about comments in several places.
    """
    model = conflict.ours or conflict.theirs or conflict.base or ""
    lines = [each.strip() for each in value.strip("\r\n").split("\n")]
    newline = "\r\n" if "\r\n" in model else "\n"
    if not model.lstrip().startswith("#"):
        return _behind(conflict, model, lines, newline)
    line = next(each for each in model.split("\n") if each.strip())
    indent = line[: len(line) - len(line.lstrip())]
    return "".join(indent + _marked(each) + newline for each in lines if each)


def remark(conflict: Conflict) -> str:
    """The comment of the side that has one, as a person edits it: without its indentation or the value before it."""
    model = conflict.ours or conflict.theirs or ""
    if model.lstrip().startswith("#"):
        return "".join(line.strip() + "\n" for line in model.strip("\r\n").split("\n"))
    return _entry(conflict, model).note.strip() + "\n"


def _marked(line: str) -> str:
    return line if not line or line.startswith("#") else f"# {line}"


def _behind(conflict: Conflict, model: str, lines: list[str], newline: str) -> str:
    """The entry ``model`` with one line of comment behind its value, or behind the key of a block collection."""
    entry = _entry(conflict, model)
    if len(lines) > 1:
        raise UsageError(
            "this comment stands behind a value, where it is one line", where=conflict.path, hint="give one line"
        )
    gap = entry.note[: len(entry.note) - len(entry.note.lstrip())] if entry.note.strip() else "  "
    note = gap + _marked(lines[0]) if lines[0] else ""
    return entry.before + note + newline + entry.after


@dataclass(frozen=True, slots=True)
class _Noted:
    """The text of one entry in three parts: ``note`` is the comment behind its value or key, with the gap before it.

    ``others`` are its other comments.
    """

    before: str
    note: str
    after: str
    others: tuple[str, ...]


def _entry(conflict: Conflict, model: str) -> _Noted:
    """The entry that is in conflict. Raises RefusedError where the sides differ in other comments than the one."""
    found = [_noted(each) for each in (model, conflict.ours, conflict.theirs) if each is not None]
    first = found[0]
    if first is None or any(each is None or each.others != first.others for each in found):
        raise RefusedError(
            "this conflict is about comments in several places, which one text cannot replace",
            where=conflict.path,
            hint=f"choose a side: `jetenv resolve {conflict.id} --ours`, --theirs or --base",
        )
    return first


def _noted(text: str) -> _Noted | None:
    """The parts of an entry; None where it cannot be read by itself, or has no place for a comment."""
    try:
        source = parse(text)
    except DocumentError:
        return None
    if source.root is None or not source.root.is_block or len(source.root.entries) != 1:
        return None
    side = Side(source, {})
    unit = side.units(source.root)[0]
    start = unit.behind_key() + (unit.entry.key is not None) if unit.value.is_block else unit.value.end
    end = text.index("\n", start) + 1 if "\n" in text[start:] else len(text)
    note = text[start:end].rstrip("\r\n")
    if note.strip() and not note.lstrip().startswith("#"):
        return None
    inside = side.comments(unit.value, unit.entry.head, start) if not unit.value.is_block else []
    below = side.comments(unit.value, end, unit.entry.end) if unit.value.is_block else text[end:].split("\n")
    return _Noted(text[:start], note, text[end:], (*inside, *below))
