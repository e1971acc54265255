"""A keyed list put into an order that somebody wrote: the keys of its items, one behind the other."""

from __future__ import annotations

from collections.abc import Sequence

from jetenv.diffing.identity import identify, item_of
from jetenv.diffing.sides import Side, Unit, narrowed
from jetenv.documents.nodes import SCALAR, SEQUENCE, Node, Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, Index, Key
from jetenv.errors import UsageError
from jetenv.merging.flow import join
from jetenv.merging.writing import listing
from jetenv.schemas.rules import Rules


def item_names(source: Source, path: FieldPath, rules: Rules) -> tuple[str, ...]:
    """The keys of the items of the list at ``path``, in order; empty where no one key field tells them apart.

    ``path`` is of keys and positions.
    """
    return tuple(_items(source, *_at(source.root, path, rules)))


def reordered(source: Source, path: FieldPath, value: str, rules: Rules) -> str | None:
    """The text of ``source`` with the items of the list at ``path`` in the order in which ``value`` names them.

    None where ``value`` does not name the items of a list with one key field. Raises UsageError where it does, but not
    each of them once.
    """
    node, rules = _at(source.root, path, rules)
    order, units = _scalars(value), _items(source, node, rules)
    if node is None or not order or not units:
        return None
    if sorted(units) != sorted(order):
        raise UsageError(
            f"the order names {', '.join(order)}, and the list holds {', '.join(units)}",
            hint="name each item once, or give the whole list",
        )
    if not node.style and not source.text[: node.entries[-1].end].endswith("\n"):
        # Without its final line break the last item could not stand before another one.
        text = reordered(parse(source.text + source.newline), path, value, rules)
        return text and text.removesuffix(source.newline)
    return _written(source.text, node, [units[name] for name in order])


def _written(text: str, node: Node, units: Sequence[Unit]) -> str:
    """``text`` with ``units`` as the items of the list ``node``."""
    if node.style:
        sources = [(unit, text[unit.entry.start : unit.entry.end]) for unit in units]
        return text[: node.start] + join(sources, node, text) + text[node.end :]
    first, last = node.entries[0], node.entries[-1]
    same_line = node.column > 0 and first.start == first.head
    return text[: first.start] + listing(list(units), node.column, same_line) + text[last.end :]


def _items(source: Source, node: Node | None, rules: Rules) -> dict[str, Unit]:
    if node is None or node.kind is not SEQUENCE:
        return {}
    side = Side(source, {})
    found = identify(((side, node),), rules)
    if found is None or len(found.fields) != 1:
        return {}
    items = {item_of(unit.value, found.fields): unit for unit in side.units(node)}
    return {item.values[0]: unit for item, unit in items.items() if item is not None}


def _at(node: Node | None, path: FieldPath, rules: Rules) -> tuple[Node | None, Rules]:
    for step in path:
        if node is None:
            break
        rules = narrowed(rules, node)
        if isinstance(step, Key):
            node, rules = node.get(step.name), rules.property(step.name)
        elif isinstance(step, Index):
            node, rules = node.entries[step.position].value, rules.item()
    return node, rules


def _scalars(value: str) -> list[str]:
    """The items of a YAML list of scalars; empty for any other text."""
    try:
        root = parse(value).root
    except DocumentError:
        return []
    if root is None or root.kind is not SEQUENCE:
        return []
    return [entry.value.value for entry in root.entries if entry.value.kind is SCALAR]
