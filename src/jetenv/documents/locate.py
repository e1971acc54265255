"""From a path into the data back to the node that it came from."""

from __future__ import annotations

from collections.abc import Sequence

from jetenv.documents.nodes import ALIAS, SEQUENCE, Entry, Node
from jetenv.documents.values import key_text


def find(root: Node, path: Sequence[str | int]) -> Node:
    """The node at ``path`` (keys and positions), or the deepest one on the way to it."""
    entry = _descend(root, path)
    return root if entry is None else entry.value


def find_key(root: Node, path: Sequence[str | int]) -> Node:
    """The key node of the last step of ``path``; the value itself where that step is a position."""
    entry = _descend(root, path)
    if entry is None:
        return root
    return entry.value if entry.key is None else entry.key


def _descend(root: Node, path: Sequence[str | int]) -> Entry | None:
    found: Entry | None = None
    node = root
    for step in path:
        if node.kind is ALIAS and node.target is not None:
            node = node.target
        entry = _child(node, step)
        if entry is None:
            break
        found = entry
        node = entry.value
    return found


def _child(node: Node, step: str | int) -> Entry | None:
    if node.kind is SEQUENCE:
        if isinstance(step, int) and 0 <= step < len(node.entries):
            return node.entries[step]
        return None
    for entry in node.entries:
        if entry.key is not None and key_text(entry.key) == str(step):
            return entry
    return None
