"""Places of one's own for entries that the two sides moved to different places.

Ours with the entries where they are to be says where every version is to have them. Only the places are taken from it:
the entries come with the comments that each version gives them.
"""

from __future__ import annotations

from collections.abc import Sequence

from jetenv.diffing.sides import Side
from jetenv.documents.editing import set_value, unset
from jetenv.documents.parsing import parse
from jetenv.documents.paths import FieldPath, format_path, parse_path
from jetenv.documents.resolving import descend
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.merging.conflicts import Conflict
from jetenv.merging.moves import Name, Version
from jetenv.schemas.rules import Rules


def side_named(conflict: Conflict, text: str) -> str | None:
    """The side that has the entries of ``conflict`` at, or in, the places that ``text`` names."""
    wanted = _lines(text)
    for side in ("ours", "theirs", "base"):
        places = _lines(getattr(conflict, side) or "")
        if len(places) == len(wanted) and all(map(_is_at_or_in, places, wanted)):
            return side
    return None


def _is_at_or_in(place: str, wanted: str) -> bool:
    path = parse_path(place)
    return wanted in (place, format_path(path[:-1]))


def with_places(ours: Version, names: Sequence[Name], conflict: Conflict, text: str, rules: Rules) -> Version:
    """``ours`` with the entries ``names`` at the field paths in ``text``, one a line.

    A path may name what is to hold the entry instead of its own place there. Raises UsageError for a path that leads
    nowhere, RefusedError where the entry cannot stand.
    """
    places = _lines(text)
    try:
        if len(places) != len(names):
            raise UsageError(
                f"{len(places)} places are named for {len(names)} {'entries' if len(names) > 1 else 'entry'}",
                hint=f"give the new field path of each, one a line, as the target has them: {conflict.ours}",
            )
        for name, place in zip(names, places, strict=True):
            ours = _with_entry(ours, name, parse_path(place), rules)
    except JetenvError as error:
        error.where = conflict.path
        raise
    return ours


def _with_entry(version: Version, name: Name, path: FieldPath, rules: Rules) -> Version:
    """``version`` with an entry at ``path``, or in what stands there."""
    place = version.places.get(name)
    if place is None:
        raise RefusedError("an entry that the target does not have takes no place", hint="choose a side")
    own = place.path[-1]
    if path[-1:] != (own,):
        path = (*path, own)
    lists = {each.path[:-1]: each.fields for each in version.places.values() if each.fields}
    lists.setdefault(path[:-1], place.fields)
    without = parse(unset(version.side.source, place.path, lists.get))
    if not descend(without, path, lists.get, reading=True).rest:
        raise RefusedError(f"'{format_path(path)}' is another entry already", hint="name another place")
    return Version(Side(parse(set_value(without, path, place.unit.plain(), lists.get)), {}), rules)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
