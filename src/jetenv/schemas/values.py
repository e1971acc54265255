"""Nodes of a document as readers of YAML see them: aliases followed, merged mappings among the entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jetenv.documents.nodes import Kind, Node
from jetenv.documents.values import MERGE_KEY, key_text


def inside(node: Node, path: str) -> Node | None:
    """What stands at ``path``, names of properties with dots between them, in a mapping; None for nothing."""
    for name in path.split("."):
        found = next((resolved(value) for each, _, value in members(node) if each == name), None)
        if found is None:
            return None
        node = found
    return node


def resolved(node: Node) -> Node:
    """The node that an alias stands for; any other node itself."""
    return node.target if node.kind is Kind.ALIAS and node.target is not None else node


def members(node: Node) -> Iterator[tuple[str, Node, Node]]:
    """Name, key and value of the entries of a mapping, those of merged mappings after its own."""
    if node.kind is not Kind.MAPPING:
        return
    merged: list[Node] = []
    names: set[str] = set()
    for entry in node.entries:
        key = entry.key
        assert key is not None
        if key.kind is Kind.SCALAR and key.value == MERGE_KEY and not key.style:
            value = resolved(entry.value)
            merged.extend(each.value for each in value.entries if each.key is None)
            merged.append(value)
            continue
        name = key_text(key)
        names.add(name)
        yield name, key, entry.value
    for other in merged:
        for name, key, value in members(resolved(other)):
            if name not in names:
                names.add(name)
                yield name, key, value


def scalars(node: Node) -> Callable[[str], str | None]:
    """The text of the scalar under a key of a mapping node, for ``Rules.narrow``."""

    values: dict[str, str] = {}
    read = False

    def scalar(name: str) -> str | None:
        nonlocal read
        if not read:
            read = True
            for each, _, value in members(node):
                target = resolved(value)
                if target.kind is Kind.SCALAR:
                    values[each] = target.value
        return values.get(name)

    return scalar


def key_values(node: Node, keys: tuple[str, ...]) -> tuple[str, ...] | None:
    """The key of an item of a keyed list; None where it lacks one of the key fields."""
    if not keys:
        return None
    scalar = scalars(resolved(node))
    values = tuple(scalar(name) for name in keys)
    return None if None in values else tuple(value for value in values if value is not None)
