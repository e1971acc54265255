"""Order of named things (mapping keys, items of a keyed list, members of a set), merged apart from their content."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Sequence
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
            skeleton, overlap = _apply_moves(skeleton, stable, ours_stable, theirs_stable)
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


def _apply_moves(
    skeleton: list[Name], stable: Sequence[Name], ours: Sequence[Name], theirs: Sequence[Name]
) -> tuple[list[Name], bool]:
    """``skeleton`` (in ours' order) with the moves of theirs applied, unless the two sides moved the same names."""
    moved_theirs = moved(stable, theirs)
    if moved(stable, ours) & moved_theirs:
        return skeleton, True
    behind: dict[Name | None, list[Name]] = {}
    anchor: Name | None = None
    for name in theirs:
        if name in moved_theirs:
            behind.setdefault(anchor, []).append(name)
        else:
            anchor = name
    order = list(behind.get(None, ()))
    for name in skeleton:
        if name not in moved_theirs:
            order.append(name)
            order += behind.get(name, ())
    return order, False
