"""What stands around a place in a document: what a name there belongs to is said further out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jetenv.documents.nodes import Kind, Node
from jetenv.schemas.formulas import is_formula
from jetenv.schemas.rules import Rules
from jetenv.schemas.values import inside, members, resolved

COMPONENT = ("component", "components")


class Place(NamedTuple):
    """What the first step of a path leads to: the value, its rules, and the mapping that it stands in.

    ``rest`` are the further steps.
    """

    mapping: Node
    value: Node
    rules: Rules
    rest: str

    @property
    def end(self) -> Node | None:
        """What the whole path leads to."""
        return inside(self.value, self.rest) if self.rest else self.value

    def meets(self, conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> bool:
        """Whether one of the values that are listed by key stands under each of the keys beside it."""
        for name, values in conditions:
            found = inside(self.mapping, name)
            if found is None or found.kind is not Kind.SCALAR or found.value not in values:
                return False
        return True

    def components(self) -> tuple[str, ...]:
        """The components that the value names and the path goes on in; empty where it goes on in the value itself."""
        if not self.rest or not any(kind in COMPONENT for kind in (*self.rules.ref, *self.rules.item().ref)):
            return ()
        nodes = [resolved(each.value) for each in self.value.entries] if self.value.entries else [self.value]
        return tuple(node.value for node in nodes if node.kind is Kind.SCALAR)

    def object(self) -> str:
        """Kind and id of the object that the whole path leads to, such as ``page order``; empty where none is named."""
        return next((f"{kind} {_name(self.end)}" for kind in self.rules.ref if _name(self.end)), "")


class Surroundings:
    """The mappings around a place with their rules, the outermost first; ``own`` is the collection of the file."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._around: list[tuple[Node, Rules]] = []

    def enter(self, node: Node, rules: Rules) -> None:
        """Go into a mapping."""
        self._around.append((node, rules))

    def leave(self) -> None:
        """Leave the innermost mapping."""
        self._around.pop()

    def find(self, path: str, *, innermost: bool = False) -> Place | None:
        """The nearest place with the first step of ``path`` (see ``Annotations.of``) from here outward.

        ``innermost``: right here, where there is one step only.
        """
        name, _, rest = path.removeprefix("../").partition(".")
        around = self._around[:-1] if path.startswith("../") else self._around
        for node, rules in reversed(around[-1:] if innermost and not rest else around):
            found = inside(node, name)
            if found is not None:
                return Place(node, found, rules.property(name), rest)
        return None

    def value(self, path: str, *, innermost: bool = False) -> Node | None:
        """What stands at ``path``; see ``find``."""
        place = self.find(path, innermost=innermost)
        return place.end if place is not None else None

    def collection(self, path: str | None) -> str:
        """The collection that a field belongs to, by where it is named; empty where it cannot be told."""
        if path is None:
            return self._own or _name(next(self._collections(), None))
        found = self.value(path)
        return self._own if found is None and path == "collection" else _name(found)

    def _collections(self) -> Iterator[Node]:
        for node, rules in reversed(self._around):
            for name, _, value in members(node):
                if "collection" in rules.property(name).ref and resolved(value).kind is Kind.SCALAR:
                    yield resolved(value)


def _name(node: Node | None) -> str:
    return node.value if node is not None and node.kind is Kind.SCALAR and not is_formula(node.value) else ""
