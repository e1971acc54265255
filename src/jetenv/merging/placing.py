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
from jetenv.documents.nodes import SCALAR, Entry, Node, Source
from jetenv.documents.parsing import parse
from jetenv.documents.paths import FieldPath, Index, Item, Key, Step, format_path
from jetenv.documents.values import key_text
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.merging.conflicts import Choose, Conflict, ConflictKind, Markers, Written
from jetenv.merging.files import FileMerge
from jetenv.merging.reordering import reordered
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

    The value for the order of a list may name its items alone, by their keys. Raises UsageError where a value is no
    YAML, RefusedError where it cannot be put in its place.
    """
    source = original = parse(content)
    # Conflicts over stretches of one text share its place, and so its value.
    found = {_place(source, place, rules, content, remerge, choose): place for place in values}
    # What lies deeper comes first: a value further up then replaces the whole of it.
    for (at, path), place in sorted(found.items(), key=lambda each: -len(each[0][1])):
        document = source.documents[at]
        # A document by itself, for it is edited as one.
        part = parse(source.text[document.start : document.end])
        try:
            text = _put(part, path, place, rules)
            source = parse(source.text[: document.start] + text + source.text[document.end :])
        except JetenvError as error:
            line = f":{error.where}" if error.where and len(source.documents) == 1 else ""
            error.where = f"{place.conflict.path}{line}"
            raise
    return encode(original, source.text)


def _put(part: Source, path: FieldPath, place: Place, rules: Rules) -> str:
    """The text of the document ``part`` with the value in its place."""
    if place.conflict.kind is ConflictKind.ORDER:
        ordered = reordered(part, path, place.value, rules)
        if ordered is not None:
            return ordered
    return set_value(part, path, place.value) if path else _with_root(part, place.value)


def _with_root(part: Source, value: str) -> str:
    """The document ``part`` with another root; the comments around it stay."""
    root, new = part.documents[0].root, parse(value).root
    if root is None or new is None or new.kind is not root.kind:
        raise UsageError("the value is not a list, as the one is that it replaces", hint="give the list in its order")
    text = value.replace("\r\n", "\n").strip("\n").replace("\n", part.newline) + part.newline
    return part.text[: root.start] + text + part.text[max(root.end, root.tail) :]


def _place(
    source: Source, place: Place, rules: Rules, content: bytes, remerge: Remerge, choose: Choose
) -> tuple[int, FieldPath]:
    """The document, by position, and the path in it, by keys and positions, of the value that ``place`` replaces."""
    conflict, text = place.conflict, source.text
    found = [
        (at, path, span)
        for at, document in enumerate(source.documents)
        if document.root is not None
        for path, span in fitting(document.root, conflict.field, rules)
    ]
    if len(found) > 1:
        spans = _spans(conflict, content, remerge, choose)
        found = [each for each in found if any(start < each[2][1] and each[2][0] < end for start, end in spans)]
    if len(found) > 1:
        # A region covers whole lines, and a flow collection may have several such places on one line.
        side = choose(conflict)
        chosen = (conflict.theirs if side == "theirs" else conflict.ours) or ""
        found = [each for each in found if text[slice(*each[2])].strip() == chosen.strip()]
    if len(found) == 1:
        return found[0][:2]
    name = f"'{format_path(conflict.field)}'" if conflict.field else "the whole"
    raise RefusedError(
        f"where a value for {name} belongs in the merged file cannot be told",
        where=conflict.path,
        hint=f"choose a side (`jetenv resolve {conflict.id} --ours`), complete the merge, then edit the file",
    )


def fitting(node: Node, field: FieldPath, rules: Rules) -> Iterator[tuple[FieldPath, tuple[int, int]]]:
    """Every path of keys and positions from ``node`` that ``field`` may name, with where in the text it stands."""
    if not field:
        yield (), (node.start, max(node.end, node.tail))
        return
    step, rest = field[0], field[1:]
    rules = narrowed(rules, node)
    for at, entry in enumerate(node.entries):
        if not _named(entry, step, rules):
            continue
        here: Step = Index(at) if entry.key is None else Key(key_text(entry.key))
        if not rest:
            yield (here,), (entry.head, entry.end)
            continue
        below = rules.property(entry.key.value) if entry.key is not None else rules.item()
        for path, span in fitting(entry.value, rest, below):
            yield (here, *path), span


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
    scalars = [entry.value.value for entry in node.entries if entry.value.kind is SCALAR]
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
