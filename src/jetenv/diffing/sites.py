"""Changes together with what stands at their places, for what has to be found out about them."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.diffing.records import Change, ObjectDiff
from jetenv.diffing.sides import Unit
from jetenv.documents.nodes import Node, Source
from jetenv.schemas.rules import Rules


@dataclass(frozen=True, slots=True)
class Site:
    """A change with what stands there: ``rules`` are those of the value, ``within`` those of what it is an entry of.

    ``old`` and ``new`` are the values themselves, with the unit that each is where it is an entry. ``elsewhere`` are
    those nodes in what was added or removed that were moved in or out, which is a change of its own.
    """

    change: Change
    rules: Rules
    within: Rules
    old: Node | None = None
    new: Node | None = None
    old_unit: Unit | None = None
    new_unit: Unit | None = None
    elsewhere: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An object that differs, with what its changes stand in; ``old`` and ``new`` are None where not parsed."""

    diff: ObjectDiff
    sites: tuple[Site, ...] = ()
    old: Source | None = None
    new: Source | None = None
