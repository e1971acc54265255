"""Order of names, merged apart from what they name."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from merging_profile import law

from jetenv.merging.order import merge_order, moved, unmoved


def order(base: str, ours: str, theirs: str, kept: str | None = None) -> str:
    """The merged order as a word, with ``!`` behind it where both sides moved the same names."""
    names, overlap = merge_order(base, ours, theirs, set(ours + theirs if kept is None else kept))
    return "".join(names) + "!" * overlap


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("abc", "abc", "abc", "abc"),
        ("abc", "cab", "abc", "cab"),
        ("abc", "abc", "cab", "cab"),
        ("abc", "cab", "cab", "cab"),
        ("abcdef", "bacdef", "abcdfe", "bacdfe"),
        ("abc", "abcx", "abcy", "abcxy"),
        ("abc", "xabc", "yabc", "xyabc"),
        ("abc", "abxc", "aybc", "aybxc"),
        ("abc", "abcx", "xabc", "abcx"),
        ("abc", "cabx", "abcy", "cyabx"),
        ("", "ab", "cd", "abcd"),
        ("", "ab", "bc", "abc"),
        ("abc", "cab", "acb", "cab!"),
        ("abc", "cab", "bca", "cba"),
    ],
)
def test_both_sides_order(base: str, ours: str, theirs: str, expected: str) -> None:
    assert order(base, ours, theirs) == expected


def test_what_is_not_kept_is_left_out() -> None:
    assert order("abc", "abc", "acx", kept="acx") == "acx"


def test_an_addition_behind_a_name_that_is_gone_stays_behind_the_one_before() -> None:
    assert order("abc", "ac", "abxc", kept="acx") == "axc"


@pytest.mark.parametrize("size", [3, 4])
def test_which_side_is_ours_makes_no_difference_to_moves(size: int) -> None:
    base = "abcde"[:size]
    for ours in map("".join, permutations(base)):
        for theirs in map("".join, permutations(base)):
            one, other = order(base, ours, theirs), order(base, theirs, ours)
            assert one == other or (one.endswith("!") and other.endswith("!"))


def test_moves_of_one_side_keep_the_order_of_what_it_did_not_move() -> None:
    base = "abcde"
    for ours in map("".join, permutations(base)):
        assert order(base, ours, base) == order(base, base, ours) == order(base, ours, ours) == ours


def test_long_lists_turned_round_by_halves() -> None:
    base = list(range(20_000))
    ours = base[:10_000][::-1] + base[10_000:]
    theirs = base[:10_000] + base[10_000:][::-1]
    names, overlap = merge_order(base, ours, theirs, set(base))
    assert names == base[:10_000][::-1] + base[10_000:][::-1]
    assert not overlap


@given(st.permutations(range(6)), st.permutations(range(6)), st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
@law
def test_every_kept_name_stands_once(one: list[int], other: list[int], gone: set[int], new: set[int]) -> None:
    ours = [name for name in one if name not in gone] + [name + 10 for name in sorted(new)]
    theirs = [name + 5 for name in sorted(new)] + [name for name in other if name in gone or name > 2]
    kept = {*ours, *theirs} - {1}
    names, _ = merge_order(range(6), ours, list(dict.fromkeys(theirs)), kept)
    assert sorted(names) == sorted(kept)


def test_moved_names_the_fewest() -> None:
    assert moved("abcde", "eabcd") == {"e"}
    assert moved("abc", "xabcy") == set()


def test_unmoved_puts_names_back_in_their_order() -> None:
    assert "".join(unmoved("abc", "xcya")) == "xayc"
