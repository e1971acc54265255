"""One value of a source set or removed by splicing: every byte that the edit does not own stays as it was.

The law, checked on each result before it is returned: the data of the new text are those of the old one with
this one edit applied.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from jetenv.documents import block, flow
from jetenv.documents.emitting import text_scalar
from jetenv.documents.flow import Splice
from jetenv.documents.fragments import (
    Value,
    entry_lines,
    in_block,
    in_flow,
    item_lines,
    key_scalar,
    layout_of,
    read_value,
    text_value,
    with_keys,
)
from jetenv.documents.nodes import ALIAS, SCALAR, SEQUENCE, Node, Source, walk
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, Index, Key, format_path
from jetenv.documents.resolving import Descent, ListKeys, descend, is_null, no_keys, unknown
from jetenv.documents.values import key_text, to_data
from jetenv.errors import JetenvError, RefusedError, UsageError


def set_value(
    source: Source, path: FieldPath, yaml_text: str, keys: ListKeys = no_keys, *, as_text: bool = False
) -> str:
    """The text of ``source`` with the value at ``path`` replaced, or added where it is missing.

    Missing mappings on the way are created; an item of a keyed list that is missing is appended. ``yaml_text`` is the
    value as YAML in any style, or the string itself ``as_text``. Its style follows the value that it replaces.
    Raises UsageError for a path or value that cannot be meant, RefusedError where the edit would reach other places
    (aliases, anchors in use, merge keys) or cannot be written.
    """
    if not path:
        raise UsageError("the path names a whole file", hint="name a field behind '#': pages/orders#title")
    value = text_value(yaml_text) if as_text else read_value(yaml_text)
    try:
        return _set(source, path, value, keys)
    except _DoesNotFitError:
        if value.node.kind is not SCALAR or "\n" not in value.node.value:
            raise
        # Blank lines that are indented would become lines of a block scalar above them; quotes keep them out.
        return _set(source, path, read_value(text_scalar(value.node.value, style='"')), keys)


class _DoesNotFitError(RefusedError):
    """The text that an edit would make does not stand for what was asked."""


def _set(source: Source, path: FieldPath, value: Value, keys: ListKeys) -> str:
    descent = descend(source, path, keys, reading=False)
    if not descent.rest:
        node = descent.node
        assert node is not None
        new_data = to_data(value.node)
        if node.kind is not ALIAS and _canonical(to_data(node)) == _canonical(new_data):
            return source.text
        text = _replaced(source, descent, value)
    else:
        value = _keyed(source, path, descent, value, keys)
        new_data = to_data(value.node)
        text = _added(source, descent, value)
    return _checked(source, text, _with(to_data(source.root), _steps(descent), new_data))


def unset(source: Source, path: FieldPath, keys: ListKeys = no_keys) -> str:
    """The text of ``source`` without the entry at ``path`` and the comments it owns.

    A collection that becomes empty is written ``{}`` or ``[]``. Raises UsageError where nothing is there, RefusedError
    as ``set_value`` does.
    """
    if not path:
        raise UsageError("the path names a whole file", hint="delete the file itself, or name a field behind '#'")
    descent = descend(source, path, keys, reading=False)
    if descent.rest:
        raise unknown(source, path, descent)
    parent, entry = descent.trail[-1]
    _refuse_shared(source, entry.value)
    if entry.key is not None:
        _refuse_shared(source, entry.key)
    if parent.style:
        text = _spliced(source.text, flow.removed(source, parent, entry))
    elif len(parent.entries) == 1:
        text = block.emptied(source, parent, entry, descent.trail[-2][1] if len(descent.trail) > 1 else None)
    else:
        text = block.removed(source, parent, entry)
    return _checked(source, text, _without_data(to_data(source.root), _steps(descent)))


def encode(source: Source, text: str) -> bytes:
    """The bytes of an edited ``text`` of ``source``, with the byte order mark that it had."""
    return ("\ufeff" + text if source.bom else text).encode("utf-8")


def edited(data: bytes, path: str, edit: Callable[[Source], str]) -> bytes:
    """The content ``data`` of the file ``path`` after ``edit``, which makes a text of its source.

    Raises DocumentError for what is no YAML, and what ``edit`` raises, with the file in front of its place.
    """
    source = parse(data, path=path)
    with placed(path):
        return encode(source, edit(source))


def with_text(data: bytes, path: str, names: Sequence[str], value: str) -> bytes:
    """The content ``data`` of the file ``path`` with the text ``value`` at ``names``, keys. Raises as ``edited``."""
    field = tuple(map(Key, names))
    return edited(data, path, lambda source: set_value(source, field, value, as_text=True))


@contextmanager
def placed(path: str) -> Iterator[None]:
    """Put the file ``path`` in front of the line and column of an error that the block raises."""
    try:
        yield
    except JetenvError as error:
        error.where = f"{path}:{error.where}" if error.where else path
        raise


def _keyed(source: Source, path: FieldPath, descent: Descent, value: Value, keys: ListKeys) -> Value:
    """``value`` with the fields that make it the list item which the last step names.

    Raises UsageError for missing items on the way and for positions that do not exist.
    """
    *between, last = descent.rest
    if any(not isinstance(step, Key) for step in between) or isinstance(last, Index):
        if descent.node is not None and descent.node.entries:
            raise unknown(source, path, descent)
        raise UsageError(f"'{format_path(path)}' names an item of a list that does not exist yet")
    if isinstance(last, Key):
        return value
    fields = descent.fields or keys(path[:-1]) or ()
    if fields:
        if len(fields) != len(last.values):
            raise UsageError(
                f"the items of '{format_path(path[:-1])}' are named by [{','.join(fields)}], not by {last}"
            )
        return with_keys(value, tuple(zip(fields, last.values, strict=True)))
    if value.node.kind is SCALAR and (value.node.value,) == last.values:
        return value
    if descent.node is not None and descent.node.entries:
        raise unknown(source, path, descent)
    raise UsageError(
        f"nothing says which field names the items of '{format_path(path[:-1])}'", hint="set the whole list"
    )


def _replaced(source: Source, descent: Descent, value: Value) -> str:
    parent, entry = descent.trail[-1]
    _refuse_shared(source, entry.value)
    if parent.style:
        return _spliced(source.text, [flow.replaced(source.text, parent, entry, value)])
    return block.replaced(source, parent, entry, value)


def _added(source: Source, descent: Descent, value: Value) -> str:
    node = descent.node
    if node is None or is_null(node) or (not node.entries and node.tag is None and node.anchor is None):
        wrapped = Value(value.text, value.node, descent.rest)
        return _replaced(source, descent, wrapped) if descent.trail else block.with_root(source, wrapped)
    step, wrapped = descent.rest[0], Value(value.text, value.node, descent.rest[1:])
    if node.style:
        quote = flow.quote_of(node)
        text = in_flow(wrapped, quote=quote)
        if isinstance(step, Key):
            text = f"{key_scalar(step.name, quote=quote, flow=True)}: {text}"
        if not node.entries:
            return _spliced(source.text, [(node.end - 1, node.end - 1, text)])
        return _spliced(source.text, flow.added(source, node, text))
    layout = layout_of(source)
    fragment = in_block(wrapped, layout, old=_sibling(node))
    if isinstance(step, Key):
        lines = entry_lines(key_scalar(step.name, quote=flow.quote_of(node)), fragment, layout)
    else:
        lines = item_lines(fragment)
    return block.appended(source, node, lines, fragment.ends_open)


def _sibling(node: Node) -> Node | None:
    """The item whose style a new item of a list follows: a collection."""
    last = node.entries[-1].value
    return last if node.kind is SEQUENCE and last.entries else None


def _spliced(text: str, splices: Sequence[Splice]) -> str:
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _refuse_shared(source: Source, node: Node) -> None:
    """Refuse to replace what an alias elsewhere stands for."""
    own = {id(each) for each in walk(node)}
    assert source.root is not None
    for alias in walk(source.root):
        if alias.kind is ALIAS and id(alias) not in own and id(alias.target) in own:
            line, column = source.place(alias.start)
            raise RefusedError(
                f"the value carries the anchor &{alias.value}, which line {line} uses",
                where=f"{line}:{column}",
                hint=f"write out the value in place of *{alias.value} first",
            )


def _steps(descent: Descent) -> list[str | int | None]:
    """The way to the edited value as keys and positions; None appends to a list."""
    taken: list[str | int | None] = [
        parent.entries.index(entry) if entry.key is None else key_text(entry.key) for parent, entry in descent.trail
    ]
    return taken + [step.name if isinstance(step, Key) else None for step in descent.rest]


def _with(data: Any, steps: Sequence[str | int | None], value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, str):
        mapping = data or {}
        return {**mapping, step: _with(mapping.get(step), rest, value)}
    items = list(data or [])
    if step is None:
        return [*items, _with(None, rest, value)]
    items[step] = _with(items[step], rest, value)
    return items


def _without_data(data: Any, steps: Sequence[str | int | None]) -> Any:
    step, *rest = steps
    copy: Any = dict(data) if isinstance(step, str) else list(data)
    if rest:
        copy[step] = _without_data(copy[step], rest)
    else:
        del copy[step]
    return copy


def _checked(source: Source, text: str, expected: Any) -> str:
    """``text``, when it stands for ``expected``.

    Where aliases share data, an edit at the anchor is meant to change the aliases too, so only syntax is checked.
    """
    try:
        result = parse(text)
    except DocumentError as error:
        raise _DoesNotFitError(
            f"the value cannot be written in this place: {error.message}", hint="edit the file by hand"
        ) from None
    shared = source.root is not None and any(node.kind is ALIAS for node in walk(source.root))
    if not shared and _canonical(to_data(result.root)) != _canonical(expected):
        raise _DoesNotFitError(
            "the value cannot be written in this place without changing what stands around it",
            hint="edit the file by hand",
        )
    return text


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)
