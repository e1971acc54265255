"""What the rules say at a path into the data of a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jetenv.documents.paths import FieldPath, Index, Item, Key, Step
from jetenv.schemas.conditions import scalar_text

if TYPE_CHECKING:
    from jetenv.schemas.rules import Rules


class Trace:
    """The rules of a document alongside its data."""

    def __init__(self, rules: Rules, data: object) -> None:
        self._rules = rules
        self._data = data

    def value(self, path: Sequence[str | int]) -> Any:
        """The data at ``path``; None where there is none."""
        return self._walk(path)[0]

    def rules(self, path: Sequence[str | int], *, narrowed: bool = True) -> Rules:
        """The rules of the value at ``path``, with the branches that do not fit it left out."""
        value, rules, _ = self._walk(path)
        return rules.narrow(scalars_of(value)) if narrowed and isinstance(value, dict) else rules

    def field(self, path: Sequence[str | int]) -> FieldPath:
        """``path`` as a field path: items of keyed lists by their keys."""
        return self._walk(path)[2]

    def is_secret(self, path: Sequence[str | int]) -> bool:
        """Whether the value at ``path``, or one around it, may hold a secret."""
        return any(self._walk(path[:end])[1].risk == "secret" for end in range(len(path) + 1))

    def _walk(self, path: Sequence[str | int]) -> tuple[Any, Rules, FieldPath]:
        value, rules = self._data, self._rules
        steps: list[Step] = []
        for step in path:
            if isinstance(value, list) and isinstance(step, int):
                inside = value[step] if step < len(value) else None
                steps.append(item_step(inside, step, rules.keys))
                value, rules = inside, rules.item()
            elif isinstance(value, dict):
                steps.append(Key(str(step)))
                rules = rules.narrow(scalars_of(value)).property(str(step))
                value = value.get(str(step))
            else:
                break
        return value, rules, tuple(steps)


def scalars_of(value: dict[str, Any]) -> Callable[[str], str | None]:
    """The text of the scalar under a key of a mapping, for ``Rules.narrow``."""

    def scalar(name: str) -> str | None:
        found = value.get(name)
        return None if found is None or isinstance(found, dict | list) else scalar_text(found)

    return scalar


def item_step(item: object, position: int, keys: tuple[str, ...]) -> Index | Item:
    """An item by its keys where it has them all, by position otherwise."""
    if keys and isinstance(item, dict) and all(name in item for name in keys):
        values = [item[name] for name in keys]
        if not any(value is None or isinstance(value, dict | list) for value in values):
            return Item(tuple(scalar_text(value) for value in values))
    return Index(position)
