"""Order of named things (mapping keys, items of a keyed list, members of a set), merged apart from their content."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

from jetenv.diffing.alignment import increasing

Name = TypeVar("Name", bound=Hashable)


def merge_order(
    base: Sequence[Name], ours: Sequence[Name], theirs: Sequence[Name], kept: Container[Name]
) -> tuple[list[Name], bool]:
    """The order of the names in ``kept``, and whether both sides moved the same ones to different places.

    Names of each version are unique, and ``kept`` holds names of ours and theirs only. An addition stays behind the
    name that it follows on its own side; where both sides add at one place, ours come first. Moves of one side apply
    where the other did not move; on overlapping moves ours' order is returned with True.
    """
    in_ours, in_theirs = set(ours), set(theirs)
    both = in_ours & in_theirs
    stable = [name for name in base if name in both and name in kept]
    stable_set = set(stable)
    ours_stable = [name for name in ours if name in stable_set]
    theirs_stable = [name for name in theirs if name in stable_set]
    overlap = False
    if ours_stable == stable and theirs_stable != stable:
        skeleton = [name for name in theirs if name in both and name in kept]
    else:
        skeleton = [name for name in ours if name in both and name in kept]
        if theirs_stable not in (stable, ours_stable):
            merged = _apply_moves(stable, ours_stable, theirs_stable)
            skeleton, overlap = (skeleton, True) if merged is None else (merged, False)
    members = set(skeleton)
    after_ours = _additions(ours, members, kept)
    after_theirs = _additions(theirs, members | in_ours, kept, anchors=members)
    order: list[Name] = [*after_ours.get(None, ()), *after_theirs.get(None, ())]
    for name in skeleton:
        order.append(name)
        order += after_ours.get(name, ())
        order += after_theirs.get(name, ())
    return order, overlap


def unmoved(base: Sequence[Name], side: Sequence[Name]) -> list[Name]:
    """The names of ``side``, those of ``base`` among them in the order of base."""
    members, common = set(side), set(base)
    in_order = iter([name for name in base if name in members])
    return [next(in_order) if name in common else name for name in side]


def _additions(
    side: Sequence[Name],
    known: Container[Name],
    kept: Container[Name],
    anchors: Container[Name] | None = None,
) -> dict[Name | None, list[Name]]:
    """The names of ``side`` that are not ``known``, by the anchor that they follow (None: at the start)."""
    anchors = known if anchors is None else anchors
    found: dict[Name | None, list[Name]] = {}
    anchor: Name | None = None
    for name in side:
        if name in anchors:
            anchor = name
        elif name not in known and name in kept:
            found.setdefault(anchor, []).append(name)
    return found


def moved(base: Iterable[Name], side: Iterable[Name]) -> set[Name]:
    """The smallest set of names of both whose move turns the order of ``base`` into that of ``side``."""
    place = {name: position for position, name in enumerate(base)}
    common = [name for name in side if name in place]
    unmoved = increasing([place[name] for name in common])
    return set(common) - {common[k] for k in unmoved}


def displaced(base: Iterable[Name], side: Iterable[Name]) -> set[Name]:
    """The names of both that stand in another order to any other one in ``side`` than in ``base``."""
    place = {name: position for position, name in enumerate(base)}
    common = [name for name in side if name in place]
    places = [place[name] for name in common]
    highest_before = list(accumulate(places, max, initial=-1))
    lowest_behind = list(accumulate(reversed(places), min, initial=len(place)))[::-1]
    return {name for at, name in enumerate(common) if not highest_before[at] < place[name] < lowest_behind[at + 1]}


def _apply_moves(stable: Sequence[Name], ours: Sequence[Name], theirs: Sequence[Name]) -> list[Name] | None:
    """The order of ``stable`` with the moves of both sides; None where they moved the same names.

    Every moved name goes between those unmoved names between which its side put it. Where names of both sides go to one
    place, a pair that either side turned round is turned round. Which side is called ours makes no difference.
    """
    moved_ours, moved_theirs = moved(stable, ours), moved(stable, theirs)
    if moved_ours & moved_theirs:
        return None
    resting = set(stable) - moved_ours - moved_theirs
    gaps = [_gaps(side, names, resting) for side, names in ((ours, moved_ours), (theirs, moved_theirs))]
    places = [{name: place for place, name in enumerate(side)} for side in (stable, ours, theirs)]

    def precedes(a: Name, b: Name) -> bool:
        before = places[0][a] < places[0][b]
        turned = any((place[a] < place[b]) != before for place in places[1:])
        return before != turned

    order = _interleaved(gaps[0].get(None, []), gaps[1].get(None, []), precedes)
    for name in stable:
        if name in resting:
            order += [name, *_interleaved(gaps[0].get(name, []), gaps[1].get(name, []), precedes)]
    return order


def _gaps(side: Sequence[Name], names: Container[Name], resting: Container[Name]) -> dict[Name | None, list[Name]]:
    """Those of ``names`` that stand in ``side``, by the one of ``resting`` that they follow (None: at the start)."""
    found: dict[Name | None, list[Name]] = {}
    anchor: Name | None = None
    for name in side:
        if name in resting:
            anchor = name
        elif name in names:
            found.setdefault(anchor, []).append(name)
    return found


def _interleaved(a: Sequence[Name], b: Sequence[Name], precedes: Callable[[Name, Name], bool]) -> list[Name]:
    order: list[Name] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if precedes(a[i], b[j]):
            order.append(a[i])
            i += 1
        else:
            order.append(b[j])
            j += 1
    return [*order, *a[i:], *b[j:]]
