"""Alignment of sequences: which items of one version are the same item in another, and the diff3 of three versions.

Anchors are the items that are unique on both sides, in their longest common order (patience diff); between anchors
short stretches are aligned by Python's difflib. The diff3 of two alignments is that of Khanna, Kunal and Pierce,
"A Formal Investigation of Diff3" (2007).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_DIFFLIB_LIMIT = 1 << 16
"""The largest product of lengths that is given to difflib, whose time may grow with it."""


def increasing(values: Sequence[int]) -> list[int]:
    """Positions of one longest increasing subsequence of ``values`` (Schensted's patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    previous = [-1] * len(values)
    for position, value in enumerate(values):
        pile = bisect_left(tops, value)
        if pile == len(tops):
            tops.append(value)
            piles.append(position)
        else:
            tops[pile] = value
            piles[pile] = position
        previous[position] = piles[pile - 1] if pile else -1
    chain: list[int] = []
    position = piles[-1] if piles else -1
    while position >= 0:
        chain.append(position)
        position = previous[position]
    return chain[::-1]


def align(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of positions of equal items, increasing in both; as many as patience finds."""
    pairs: list[tuple[int, int]] = []
    stack = [(0, len(a), 0, len(b))]
    while stack:
        a_low, a_high, b_low, b_high = stack.pop()
        while a_low < a_high and b_low < b_high and a[a_low] == b[b_low]:
            pairs.append((a_low, b_low))
            a_low, b_low = a_low + 1, b_low + 1
        while a_low < a_high and b_low < b_high and a[a_high - 1] == b[b_high - 1]:
            a_high, b_high = a_high - 1, b_high - 1
            pairs.append((a_high, b_high))
        if a_low == a_high or b_low == b_high:
            continue
        anchors = _anchors(a, b, a_low, a_high, b_low, b_high)
        if anchors:
            for a_at, b_at in anchors:
                stack.append((a_low, a_at, b_low, b_at))
                a_low, b_low = a_at, b_at
            stack.append((a_low, a_high, b_low, b_high))
        elif (a_high - a_low) * (b_high - b_low) <= _DIFFLIB_LIMIT:
            matcher = SequenceMatcher(None, a[a_low:a_high], b[b_low:b_high], autojunk=False)
            for block in matcher.get_matching_blocks():
                pairs.extend((a_low + block.a + k, b_low + block.b + k) for k in range(block.size))
    pairs.sort()
    return pairs


def _anchors(
    a: Sequence[Hashable], b: Sequence[Hashable], a_low: int, a_high: int, b_low: int, b_high: int
) -> list[tuple[int, int]]:
    a_unique = _unique(a, a_low, a_high)
    b_unique = _unique(b, b_low, b_high)
    shared = [(at, b_unique[item]) for item, at in a_unique.items() if item in b_unique]
    return [shared[k] for k in increasing([b_at for _, b_at in shared])]


def _unique(items: Sequence[Hashable], low: int, high: int) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    repeated: set[Hashable] = set()
    for position in range(low, high):
        item = items[position]
        if item in places:
            repeated.add(item)
        places[item] = position
    for item in repeated:
        del places[item]
    return places


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive positions of three versions that belong together: ``[low, high)`` of each.

    ``stable`` stretches hold the same items in all three, one by one.
    """

    stable: bool
    base: range
    ours: range
    theirs: range


def diff3(base: Sequence[Hashable], ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[Stretch]:
    """The stretches of three versions, in order, covering each version completely."""
    to_ours = dict(align(base, ours))
    to_theirs = dict(align(base, theirs))
    stretches: list[Stretch] = []
    b = o = t = 0
    while True:
        run = 0
        while b + run < len(base) and to_ours.get(b + run) == o + run and to_theirs.get(b + run) == t + run:
            run += 1
        if run:
            stretches.append(Stretch(True, range(b, b + run), range(o, o + run), range(t, t + run)))
            b, o, t = b + run, o + run, t + run
        if b == len(base) and o == len(ours) and t == len(theirs):
            return stretches
        b_next, o_next, t_next = b, o, t
        while b_next < len(base) and not (b_next in to_ours and b_next in to_theirs):
            b_next += 1
        if b_next < len(base):
            o_next, t_next = to_ours[b_next], to_theirs[b_next]
        else:
            o_next, t_next = len(ours), len(theirs)
        stretches.append(Stretch(False, range(b, b_next), range(o, o_next), range(t, t_next)))
        b, o, t = b_next, o_next, t_next
