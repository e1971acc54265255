"""A quick look at whether anything in a document may have been moved, before all of it is searched for moves."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from jetenv.diffing.identity import LIKELY_KEYS, key_values
from jetenv.diffing.sides import Side, narrowed
from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node
from jetenv.documents.values import key_text
from jetenv.schemas.rules import Rules

_Pair = tuple[Node | None, Node | None, Rules]


def may_have_moved(old: Side, new: Side, rules: Rules) -> bool:
    """Whether an entry left one collection of ``old`` and one with such a name came to another collection of ``new``.

    Only what differs is looked into. Where this is False nothing was moved; where it is True something may have been.
    """
    gone: set[Hashable] = set()
    come: set[Hashable] = set()
    stack: list[_Pair] = [(old.source.root, new.source.root, rules)]
    while stack:
        a, b, below = stack.pop()
        present = a or b
        if a is not None and b is not None and a.kind is not b.kind:
            stack += [(a, None, below), (None, b, below)]
        elif present is not None and present.kind is MAPPING:
            stack += _mappings(old, a, new, b, narrowed(below, b or present), gone, come)
        elif present is not None and present.kind is SEQUENCE:
            stack += _sequences(old, a, new, b, below, gone, come)
    return not gone.isdisjoint(come)


def _mappings(
    old: Side, a: Node | None, new: Side, b: Node | None, rules: Rules, gone: set[Hashable], come: set[Hashable]
) -> Iterator[_Pair]:
    if rules.map == "atomic":
        return
    before, after = ({key_text(e.key): e.value for e in node.entries if e.key} if node else {} for node in (a, b))
    for key, value in before.items():
        other = after.get(key)
        if other is None:
            gone.add(key)
        if other is None or _differ(old, value, new, other):
            yield value, other, rules.property(key)
    for key, value in after.items():
        if key not in before:
            come.add(key)
            yield None, value, rules.property(key)


def _sequences(
    old: Side, a: Node | None, new: Side, b: Node | None, rules: Rules, gone: set[Hashable], come: set[Hashable]
) -> Iterator[_Pair]:
    if rules.list not in (None, "keyed"):
        return
    below = rules.item()
    before, after = _only(old, a, new, b), _only(new, b, old, a)
    names = {name: entry for entry in after for name in _names(entry, rules)}
    known: set[Hashable] = set()
    met: set[int] = set()
    for entry in before:
        own = _names(entry, rules)
        known.update(own)
        other = next((names[name] for name in own if name in names), None)
        if other is not None:
            met.add(id(other))
        yield entry.value, other.value if other is not None else None, below
    gone.update(known - names.keys())
    come.update(names.keys() - known)
    for entry in after:
        if id(entry) not in met:
            yield None, entry.value, below


def _only(side: Side, node: Node | None, other: Side, counterpart: Node | None) -> list[Entry]:
    """The items of a list that the other version of it does not have with the same text."""
    if node is None:
        return []
    if counterpart is None:
        return list(node.entries)
    texts = {other.text[each.head : each.end] for each in counterpart.entries}
    return [each for each in node.entries if side.text[each.head : each.end] not in texts]


def _names(entry: Entry, rules: Rules) -> list[Hashable]:
    """What an item may be known by: its key, or the value of each field that may be one."""
    if rules.keys:
        values = key_values(entry.value, rules.keys)
        return [] if values is None else [values]
    node = entry.value
    if node.kind is ALIAS and node.target is not None:
        node = node.target
    fields = ((each.key.value, each.value) for each in node.entries if each.key is not None)
    return [(name, value.value) for name, value in fields if name in LIKELY_KEYS and value.kind is SCALAR]


def _differ(old: Side, a: Node, new: Side, b: Node) -> bool:
    return old.text[a.start : a.end] != new.text[b.start : b.end]
