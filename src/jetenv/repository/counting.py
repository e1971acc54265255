"""How far many branches stand from one, counted in a single walk over the history that they do not all share.

Every commit gets a mask of the tips that reach it, one bit each. A tip is ahead by the commits with its bit and without
that of the base, and behind by those with the base's bit and without its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pygit2

_Parents = Mapping[pygit2.Oid, Sequence[pygit2.Oid]]


def ahead_behind_of_many(
    walk: Callable[[Iterable[str]], Iterable[pygit2.Commit]], tips: Sequence[str], base: str
) -> list[tuple[int, int]]:
    """For each of ``tips`` the commits that it has and ``base`` has not, and the other way round.

    ``walk`` yields the commits that some ids reach, later ones first and each after one of its children.
    """
    places = {tip: place for place, tip in enumerate(dict.fromkeys((base, *tips)))}
    own = {pygit2.Oid(hex=tip): 1 << place for tip, place in places.items()}
    everything = (1 << len(places)) - 1
    ahead, behind = _Counters(), _Counters()
    for mask in _masks(own, _region(own, walk(places), everything)):
        if mask & 1:
            behind.add(everything & ~mask)
        else:
            ahead.add(mask)
    return [(ahead.value(places[tip]), behind.value(places[tip])) for tip in tips]


def _region(own: Mapping[pygit2.Oid, int], commits: Iterable[pygit2.Commit], everything: int) -> _Parents:
    """The commits that not all tips reach, and some that all do, with their parents; ``own`` are the bits of the tips.

    The walk ends where all tips reach what is left, and nothing of that is as late as a commit that some do not reach:
    so no way to such a commit is missed, except where commits are dated before their parents.
    """
    reach: dict[pygit2.Oid, int] = dict(own)
    parents: dict[pygit2.Oid, Sequence[pygit2.Oid]] = {}
    waiting = set(own)  # met as parents of others, not walked yet, and not known to be reached by all
    oldest = 1 << 63
    for commit in commits:
        if not waiting and commit.commit_time < oldest:
            break
        oid = commit.id
        waiting.discard(oid)
        if reach[oid] != everything:
            oldest = min(oldest, commit.commit_time)
        parents[oid] = commit.parent_ids
        for parent in parents[oid]:
            if parent in parents:
                continue
            reach[parent] = reach.get(parent, 0) | reach[oid]
            if reach[parent] == everything:
                waiting.discard(parent)
            else:
                waiting.add(parent)
    return parents


def _masks(own: Mapping[pygit2.Oid, int], region: _Parents) -> Iterable[int]:
    """The mask of every commit of ``region``, children before their parents."""
    children = dict.fromkeys(region, 0)
    for parents in region.values():
        for parent in parents:
            if parent in children:
                children[parent] += 1
    reach = dict(own)
    ready = [oid for oid, count in children.items() if not count]
    while ready:
        oid = ready.pop()
        mask = reach.pop(oid)
        yield mask
        for parent in region[oid]:
            if parent in children:
                reach[parent] = reach.get(parent, 0) | mask
                children[parent] -= 1
                if not children[parent]:
                    ready.append(parent)


class _Counters:
    """A count for each bit, kept as binary digits: ``_digits[n]`` holds the digit of weight 2**n of every count."""

    def __init__(self) -> None:
        self._digits: list[int] = []

    def add(self, mask: int) -> None:
        """Count up where ``mask`` has a bit."""
        at = 0
        while mask:
            if at == len(self._digits):
                self._digits.append(0)
            digit = self._digits[at]
            self._digits[at] = digit ^ mask
            mask &= digit
            at += 1

    def value(self, bit: int) -> int:
        """The count of ``bit``."""
        return sum((digit >> bit & 1) << at for at, digit in enumerate(self._digits))
