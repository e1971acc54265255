"""From a field path to the node it names: keys, positions, and items of keyed lists by the values of their keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node, Source
from jetenv.documents.paths import FieldPath, Index, Item, Key, Step, format_path
from jetenv.documents.values import MERGE_KEY, key_text, scalar_data
from jetenv.errors import JetenvError, RefusedError, UsageError, did_you_mean

ListKeys = Callable[[FieldPath], tuple[str, ...] | None]
"""The key fields that a schema gives the list at a path; None where it says nothing."""

USUAL_KEYS = ("id", "name", "key")
"""Fields that identify the items of a list without a schema, in order of preference."""

_SHOWN_NAMES = 12


def no_keys(_path: FieldPath) -> tuple[str, ...] | None:
    """A ``ListKeys`` for files without a schema."""
    return None


@dataclass(frozen=True, slots=True)
class Descent:
    """How far a path leads: ``trail`` holds (collection, entry) per step taken, ``rest`` the steps that find nothing.

    ``node`` is the value at the end of ``trail``, or the root; None for a document without content.
    ``fields`` are the key fields of ``node`` where the first missing step is an item of it.
    """

    trail: tuple[tuple[Node, Entry], ...]
    node: Node | None
    rest: FieldPath
    fields: tuple[str, ...] = ()


def resolve(source: Source, path: FieldPath, keys: ListKeys = no_keys) -> Node:
    """The node at ``path``, seen through aliases and merge keys.

    Raises UsageError naming what exists when there is no such node, or when several items match.
    """
    descent = descend(source, path, keys, reading=True)
    if descent.rest or descent.node is None:
        raise unknown(source, path, descent)
    return descent.node


def descend(source: Source, path: FieldPath, keys: ListKeys, *, reading: bool) -> Descent:
    """Follow ``path`` as far as it leads.

    Raises UsageError for a step that does not fit the kind of its collection or matches several items, and, unless
    ``reading``, RefusedError where the way leads through an alias or a merge key.
    """
    if len(source.documents) > 1:
        raise JetenvError(
            "the file holds several YAML documents", hint="one value is read from files with one document"
        )
    trail: list[tuple[Node, Entry]] = []
    node = source.root
    for position, step in enumerate(path):
        done, rest = path[:position], path[position:]
        if node is not None and node.kind is ALIAS:
            if not reading:
                raise _behind_alias(source, done, node)
            node = node.target
        if node is None or is_null(node):
            return Descent(tuple(trail), node, rest)
        if isinstance(step, Item) and node.kind is SEQUENCE:
            fields = key_fields(node, keys(done))
            entry = _item(done, node, step, fields)
        else:
            fields = ()
            entry = _child(source, done, node, step, reading=reading)
        if entry is None:
            return Descent(tuple(trail), node, rest, fields)
        trail.append((node, entry))
        node = entry.value
    return Descent(tuple(trail), node, ())


def is_null(node: Node) -> bool:
    """Whether ``node`` is a scalar without a value."""
    return node.kind is SCALAR and scalar_data(node) is None


def is_merge(entry: Entry) -> bool:
    """Whether ``entry`` is a merge key (``<<``) rather than a key of its own."""
    key = entry.key
    return key is not None and key.kind is SCALAR and key.value == MERGE_KEY and not key.style


def key_fields(node: Node, declared: tuple[str, ...] | None) -> tuple[str, ...]:
    """The fields that identify the items of the list ``node``; empty for none.

    Those that the schema declares, else the first usual key that is present and unique in all items.
    """
    if declared:
        return declared
    for name in USUAL_KEYS:
        values = [_key_values(entry.value, (name,)) for entry in node.entries]
        if values and None not in values and len(set(values)) == len(values):
            return (name,)
    return ()


def unknown(source: Source, path: FieldPath, descent: Descent) -> UsageError:
    """The error for the first step of ``path`` that finds nothing, naming what exists there."""
    done = path[: len(path) - len(descent.rest)]
    step, node = descent.rest[0] if descent.rest else None, descent.node
    place = f"'{format_path(done)}'" if done else "the document"
    if step is None or node is None or node.kind is SCALAR:
        return UsageError(f"{place} has no value" if done else "the file holds no value", where=_where(source, node))
    if isinstance(step, Index):
        count = len(node.entries)
        return UsageError(f"{place} has {count} item{'s' * (count != 1)}, no {step}", where=_where(source, node))
    if isinstance(step, Key):
        names = _names(node)
        return UsageError(f"{place} has no key '{step}'", where=_where(source, node), hint=_known(step.name, names))
    where = _where(source, node)
    if not descent.fields and not _is_scalar_list(node):
        return UsageError(
            f"nothing tells the items of {place} apart: there is no field {_either(USUAL_KEYS)} that all have",
            where=where,
            hint=f"name the item by position: {format_path(done)}[0]",
        )
    known = [_item_name(entry.value, descent.fields) for entry in node.entries]
    return UsageError(f"{place} has no item {step}", where=where, hint=_known(str(step), known))


def _child(source: Source, done: FieldPath, node: Node, step: Step, *, reading: bool) -> Entry | None:
    """The entry that a key or position names; None where it is missing but could stand there."""
    place = f"'{format_path(done)}'" if done else "the document"
    where = _where(source, node)
    if node.kind is SCALAR:
        raise UsageError(f"{place} is a single value and has no '{step}'", where=where)
    if node.kind is MAPPING:
        if not isinstance(step, Key):
            hint = f"name a key: {format_path((*done, Key(_item_key(step))))}"
            raise UsageError(f"{place} is a mapping, not a list", where=where, hint=hint)
        return _key(source, done, node, step, reading=reading)
    if isinstance(step, Key):
        hint = f"name an item: {format_path((*done, Item((step.name,))))}, or [0] for the first one"
        raise UsageError(f"{place} is a list and has no key '{step}'", where=where, hint=hint)
    assert isinstance(step, Index)
    return node.entries[step.position] if step.position < len(node.entries) else None


def _key(source: Source, done: FieldPath, node: Node, step: Key, *, reading: bool) -> Entry | None:
    for entry in node.entries:
        if not is_merge(entry) and entry.key is not None and key_text(entry.key) == step.name:
            return entry
    inherited = _merged(node, step.name)
    if inherited is not None and not reading:
        line, _column = source.place(inherited.head)
        raise RefusedError(
            f"'{format_path((*done, step))}' comes through a merge key (<<) from line {line}",
            where=_where(source, node),
            hint="edit it there, or write the key beside the merge key by hand",
        )
    return inherited


def _merged(node: Node, name: str) -> Entry | None:
    """The entry that a merge key of ``node`` brings under ``name``; the first merged mapping that has it wins."""
    found: Entry | None = None
    for merge in filter(is_merge, node.entries):
        value = _target(merge.value)
        for each in [item.value for item in value.entries] if value.kind is SEQUENCE else [value]:
            mapping = _target(each)
            if mapping.kind is not MAPPING or found is not None:
                continue
            own = (entry for entry in mapping.entries if entry.key is not None and key_text(entry.key) == name)
            found = next(own, None) or _merged(mapping, name)
    return found


def _item(done: FieldPath, node: Node, step: Item, fields: tuple[str, ...]) -> Entry | None:
    if fields and len(fields) != len(step.values):
        example = "[" + ",".join(fields) + "]"
        raise UsageError(f"the items of '{format_path(done)}' are named by {example}, not by {step}")
    if fields:
        matches = [entry for entry in node.entries if _key_values(entry.value, fields) == step.values]
    elif _is_scalar_list(node):
        matches = [entry for entry in node.entries if (_target(entry.value).value,) == step.values]
    else:
        matches = []
    if len(matches) > 1:
        positions = [f"[{node.entries.index(match)}]" for match in matches]
        raise UsageError(
            f"{len(matches)} items of '{format_path(done)}' match {step}",
            hint=f"name the item by position: {_either(positions)}",
        )
    return matches[0] if matches else None


def _key_values(item: Node, fields: Iterable[str]) -> tuple[str, ...] | None:
    """The texts of the key fields of a list item; None where one is missing or no scalar."""
    mapping = _target(item)
    values = []
    for name in fields:
        value = mapping.get(name) if mapping.kind is MAPPING else None
        value = None if value is None else _target(value)
        if value is None or value.kind is not SCALAR:
            return None
        values.append(value.value)
    return tuple(values)


def _target(node: Node) -> Node:
    while node.kind is ALIAS and node.target is not None:
        node = node.target
    return node


def _is_scalar_list(node: Node) -> bool:
    return all(_target(entry.value).kind is SCALAR for entry in node.entries)


def _names(node: Node) -> list[str]:
    return [str(Key(key_text(entry.key))) for entry in node.entries if entry.key is not None and not is_merge(entry)]


def _item_name(item: Node, fields: tuple[str, ...]) -> str:
    values = _key_values(item, fields) if fields else (_target(item).value,)
    return "[?]" if values is None else str(Item(values))


def _item_key(step: Step) -> str:
    return str(step.position) if isinstance(step, Index) else ",".join(step.values) if isinstance(step, Item) else ""


def _behind_alias(source: Source, done: FieldPath, node: Node) -> RefusedError:
    assert node.target is not None
    line, _column = source.place(node.target.start)
    return RefusedError(
        f"'{format_path(done)}' is the alias *{node.value}; an edit behind it would change every place that shares it",
        where=_where(source, node),
        hint=f"edit the anchor &{node.value} on line {line}",
    )


def _where(source: Source, node: Node | None) -> str:
    line, column = source.place(node.start) if node is not None else (1, 1)
    return f"{line}:{column}"


def _known(name: str, names: list[str]) -> str:
    close = did_you_mean(name, names)
    if close:
        return f"did you mean {close}?"
    if not names:
        return "it is empty"
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return f"there are {', '.join(names[:_SHOWN_NAMES])}{more}"


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
