"""Whether a change permits more than before, by what the schemas say of the direction in which a permission grows."""

from __future__ import annotations

from jetenv.diffing.records import Action
from jetenv.diffing.sides import narrowed
from jetenv.diffing.sites import Site
from jetenv.documents.nodes import Kind, Node
from jetenv.documents.paths import Index, Item
from jetenv.documents.values import key_text, scalar_data
from jetenv.schemas.annotations import Values
from jetenv.schemas.rules import Rules


def widened(site: Site) -> bool | None:
    """True where more is permitted than before, False where that cannot be told, None where it is not so."""
    own, within = site.rules.annotations, site.within.annotations
    change = site.change
    is_item = bool(change.path) and isinstance(change.path[-1], Item | Index)
    if is_item and within.risk == "permission" and change.action in (Action.ADDED, Action.REMOVED, Action.RENAMED):
        return _members(site, within.wider) or None
    if own.risk != "permission" or not change.path:
        return None
    if change.action is Action.REMOVED and own.absent == "all":
        return True
    if change.action is Action.ADDED and own.absent == "all":
        return None
    if change.action not in (Action.ADDED, Action.REMOVED, Action.CHANGED):
        return None
    old, new = (site.rules.default if node is None else _data(node) for node in (site.old, site.new))
    return _wider(own.wider, old, new, site)


def _members(site: Site, wider: Values | None) -> bool:
    if wider == "less":
        return site.change.action is not Action.ADDED
    if site.change.action is Action.REMOVED or site.new is None:
        return False
    return grants(site.new, site.rules)


def _wider(wider: Values | None, old: object, new: object, site: Site) -> bool | None:
    if isinstance(wider, tuple):
        order = {_typed(value): at for at, value in enumerate(wider)}
        before, after = order.get(_typed(old), -1), order.get(_typed(new), -1)
        if after < 0 or (before < 0 and site.old is not None):
            return False
        return after > max(before, 0) or None
    if isinstance(old, int | float) and isinstance(new, int | float) and wider is not None:
        return (new > old if wider == "more" else new < old) or None
    collections = [node is not None and node.kind in (Kind.MAPPING, Kind.SEQUENCE) for node in (site.old, site.new)]
    if any(collections):
        if wider == "less":
            return site.new is None or None
        return (site.new is not None and grants(site.new, site.rules)) or None
    return None if site.change.action is Action.REMOVED and wider is None else False


def grants(node: Node, rules: Rules) -> bool:
    """Whether a value permits anything: not an empty list, nor the narrowest of the values that are in order.

    Of a mapping those of its parts decide that are permissions themselves; all of it, where none is.
    """
    if node.kind is Kind.ALIAS and node.target is not None:
        node = node.target
    if node.kind is Kind.SCALAR:
        wider = rules.annotations.wider
        return not isinstance(wider, tuple) or _typed(scalar_data(node)) != _typed(wider[0])
    if node.kind is Kind.SEQUENCE:
        return any(grants(entry.value, narrowed(rules.item(), entry.value)) for entry in node.entries)
    parts = [
        (entry.value, below)
        for entry in node.entries
        if entry.key is not None
        and (below := narrowed(rules.property(key_text(entry.key)), entry.value)).risk == "permission"
    ]
    return not parts or any(grants(value, below) for value, below in parts if below.annotations.wider != "less")


def _data(node: Node) -> object:
    return scalar_data(node) if node.kind is Kind.SCALAR else None


def _typed(value: object) -> tuple[type, object]:
    return type(value), value
