"""What the aliases of a merged document stand for: the entries that the versions make them stand for, or others.

An alias stands for the last node before it with its anchor (YAML 1.2, 7.1). Where the sides set one anchor on different
entries, or use one name for two, a merge of the text can leave an alias as it is and yet give it another meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jetenv.diffing.sides import Side, sides
from jetenv.documents.nodes import ALIAS, Node, Source
from jetenv.documents.paths import FieldPath, Index, Key
from jetenv.documents.values import key_text

_Place = tuple[str | None, ...]
"""The keys that lead to a node; None for the items of lists, whose positions differ between versions."""


@dataclass(frozen=True, slots=True)
class _Alias:
    """What an alias stands for: where that is, and a number for its data."""

    path: FieldPath
    target: _Place
    data: int

    def means(self, other: _Alias) -> bool:
        """Whether both stand for the same entry, or for the same data."""
        return self.target == other.target or self.data == other.data


def strayed(base: Source, ours: Source, theirs: Source, result: Source, *, settled: bool = False) -> FieldPath | None:
    """The first alias of ``result`` that stands for something else than the versions make of it; None where none does.

    Only aliases are compared whose place is told from all others by keys. With ``settled``, somebody decided conflicts:
    then an alias may stand for what any version has.
    """
    if "*" not in result.text:
        return None
    old, left, right, merged = map(_aliases, sides(base, ours, theirs, result))
    for place, found in merged.items():
        versions = (old.get(place), left.get(place), right.get(place))
        wanted = [each for each in versions if each is not None] if settled else _wanted(*versions)
        if any(versions) and not any(found.means(each) for each in wanted):
            return found.path
    return None


def _wanted(base: _Alias | None, ours: _Alias | None, theirs: _Alias | None) -> list[_Alias]:
    """What an alias may stand for; nothing where both sides made it stand for something else."""
    if ours is None or theirs is None:
        return [each for each in (ours or theirs or base,) if each is not None]
    if ours.means(theirs):
        return [ours, theirs]
    if base is not None and base.means(theirs):
        return [ours]
    return [theirs] if base is not None and base.means(ours) else []


def _aliases(side: Side) -> dict[_Place, _Alias]:
    """The aliases of a version by their places, but for those that share one."""
    places: dict[int, _Place] = {}
    found: dict[_Place, _Alias | None] = {}
    for node, place, path in _walk(side.source):
        places[id(node)] = place
        if node.kind is ALIAS and node.target is not None:
            alias = _Alias(path, places.get(id(node.target), ()), side.digest(node.target))
            found[place] = None if place in found else alias
    return {place: alias for place, alias in found.items() if alias is not None}


def _walk(source: Source) -> Iterator[tuple[Node, _Place, FieldPath]]:
    """All nodes in the order of the text, with their places and paths."""
    roots = [document.root for document in source.documents if document.root is not None]
    stack: list[tuple[Node, _Place, FieldPath]] = [(root, (), ()) for root in reversed(roots)]
    while stack:
        node, place, path = stack.pop()
        yield node, place, path
        for at, entry in reversed(list(enumerate(node.entries))):
            key = key_text(entry.key) if entry.key is not None else None
            stack.append((entry.value, (*place, key), (*path, Index(at) if key is None else Key(key))))
