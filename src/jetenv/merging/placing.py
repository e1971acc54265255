"""Putting values of one's own into a merged file, each in the place of its conflict.

A field path of a conflict names an item of an unkeyed list by its position on one side, and the merged list may hold it
at another. Where a path fits several places, the file is merged once more with that one conflict left open: the place
is the one that its region covers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jetenv.diffing.sides import narrowed
from jetenv.documents.editing import encode, set_value
from jetenv.documents.nodes import Entry, Kind, Node, Source
from jetenv.documents.parsing import parse
from jetenv.documents.paths import FieldPath, Index, Item, Key, Step, format_path
from jetenv.documents.values import key_text
from jetenv.errors import JetenvError, RefusedError
from jetenv.merging.conflicts import Choose, Conflict, Markers, Written
from jetenv.merging.files import FileMerge
from jetenv.merging.text import split_lines
from jetenv.schemas.rules import Rules

Remerge = Callable[[Choose, Markers], FileMerge]
"""The merge of the file again, with other choices and markers."""


@dataclass(frozen=True, slots=True)
class Place:
    """A conflict over a field, and the YAML that is to be the value there."""

    conflict: Conflict
    value: str


def put_values(content: bytes, values: Sequence[Place], rules: Rules, remerge: Remerge, choose: Choose) -> bytes:
    """``content`` with ``values`` in place of what their conflicts were settled with by ``choose``.

    Raises UsageError where a value is no YAML, RefusedError where it cannot be put in its place.
    """
    source = original = parse(content)
    found = [(_place(source, place, rules, content, remerge, choose), place) for place in values]
    # What lies deeper comes first: a value further up then replaces the whole of it.
    for path, place in sorted(found, key=lambda each: -len(each[0])):
        try:
            source = parse(set_value(source, path, place.value).encode("utf-8"))
        except JetenvError as error:
            line = f":{error.where}" if error.where else ""
            error.where = f"{place.conflict.path}{line}"
            raise
    return encode(original, source.text)


def _place(source: Source, place: Place, rules: Rules, content: bytes, remerge: Remerge, choose: Choose) -> FieldPath:
    """The path, by keys and positions, of the value that ``place`` replaces."""
    conflict, text = place.conflict, source.text
    found = list(_fitting(source.root, conflict.field, rules)) if source.root is not None else []
    if len(found) > 1:
        spans = _spans(conflict, content, remerge, choose)
        found = [
            (path, entry)
            for path, entry in found
            if any(start < entry.end and entry.head < end for start, end in spans)
        ]
    if len(found) > 1:
        # A region covers whole lines, and a flow collection may have several such places on one line.
        side = choose(conflict)
        chosen = (conflict.theirs if side == "theirs" else conflict.ours) or ""
        found = [(path, entry) for path, entry in found if text[entry.head : entry.end].strip() == chosen.strip()]
    if len(found) == 1:
        return found[0][0]
    raise RefusedError(
        f"where a value for '{format_path(conflict.field)}' belongs in the merged file cannot be told",
        where=conflict.path,
        hint="choose a side, complete the merge, then edit the file",
    )


def _fitting(node: Node, field: FieldPath, rules: Rules) -> Iterator[tuple[FieldPath, Entry]]:
    """Every path of keys and positions below ``node`` that ``field`` may name, with the entry at its end."""
    step, rest = field[0], field[1:]
    rules = narrowed(rules, node)
    for at, entry in enumerate(node.entries):
        if not _named(entry, step, rules):
            continue
        here: Step = Index(at) if entry.key is None else Key(key_text(entry.key))
        if not rest:
            yield (here,), entry
            continue
        below = rules.property(entry.key.value) if entry.key is not None else rules.item()
        for path, end in _fitting(entry.value, rest, below):
            yield (here, *path), end


def _named(entry: Entry, step: Step, rules: Rules) -> bool:
    if entry.key is not None:
        return isinstance(step, Key) and key_text(entry.key) == step.name
    if isinstance(step, Index):
        return True
    return isinstance(step, Item) and _is_item(entry.value, step, rules.keys)


def _is_item(node: Node, item: Item, keys: tuple[str, ...]) -> bool:
    if keys:
        values = [node.get(key) for key in keys]
        return tuple(value.value if value is not None else None for value in values) == item.values
    scalars = [entry.value.value for entry in node.entries if entry.value.kind is Kind.SCALAR]
    return len(item.values) == 1 and item.values[0] in (scalars or [node.value])


def _spans(conflict: Conflict, content: bytes, remerge: Remerge, choose: Choose) -> list[tuple[int, int]]:
    """The stretches of ``content`` that stand for the conflict, as offsets into its text."""

    def all_but_this(other: Conflict) -> str | Written | None:
        return None if other.id == conflict.id else choose(other)

    labels = (f"ours {conflict.id}", f"base {conflict.id}", f"theirs {conflict.id}")
    merge = remerge(all_but_this, Markers(labels, "diff3"))
    side = choose(conflict)
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    at, start, version = 0, 0, ""
    for line in split_lines(merge.content.decode("utf-8-sig", "surrogateescape")):
        bare = line.rstrip("\r\n")
        if bare == f"<<<<<<< {labels[0]}":
            start, version = at, "ours"
        elif bare == f"||||||| {labels[1]}":
            version = "base"
        elif version and bare == "=======":
            version = "theirs"
        elif bare == f">>>>>>> {labels[2]}":
            spans.append((start, at))
            version = ""
        elif version in ("", side):
            parts.append(line)
            at += len(line)
    return spans if "".join(parts) == content.decode("utf-8-sig", "surrogateescape") else []
