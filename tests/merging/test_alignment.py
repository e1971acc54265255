"""Alignment of sequences and the stretches of three versions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from merging_profile import law

from jetenv.diffing.alignment import align, diff3, increasing
from jetenv.merging.conflicts import Chunk, Region, render, render_side
from jetenv.merging.text import merge_comments, merge_lines, split_lines

words = st.text(st.sampled_from("abc"), max_size=8)


@pytest.mark.parametrize(
    ("values", "expected"), [([], []), ([1], [0]), ([3, 1, 2], [1, 2]), ([1, 3, 2, 4], [0, 2, 3]), ([2, 1], [1])]
)
def test_a_longest_increasing_subsequence(values: list[int], expected: list[int]) -> None:
    assert increasing(values) == expected


@pytest.mark.parametrize(
    ("a", "b", "pairs"),
    [
        ("", "", ""),
        ("abc", "abc", "aabbcc"),
        ("abc", "xaxbxcx", "aabbcc"),
        ("abcd", "acbd", "aaccdd"),
        ("aab", "ab", "aabb"),
    ],
)
def test_pairs_of_equal_items(a: str, b: str, pairs: str) -> None:
    assert "".join(a[i] + b[j] for i, j in align(a, b)) == pairs


@given(words, words)
@law
def test_pairs_are_equal_and_increase_on_both_sides(a: str, b: str) -> None:
    pairs = align(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in pairwise(pairs))


@given(words, words, words)
@law
def test_stretches_cover_each_version(base: str, ours: str, theirs: str) -> None:
    stretches = diff3(base, ours, theirs)
    for version, name in ((base, "base"), (ours, "ours"), (theirs, "theirs")):
        assert "".join(version[at] for each in stretches for at in getattr(each, name)) == version
    for each in stretches:
        if each.stable:
            assert (
                [base[at] for at in each.base] == [ours[at] for at in each.ours] == [theirs[at] for at in each.theirs]
            )


def clash(base: str, ours: str, theirs: str) -> list[Chunk]:
    return [Region((), base, ours, theirs)]


def lines(word: str) -> list[str]:
    return [letter + "\n" for letter in word]


@given(words, words, words)
@law
def test_lines_with_one_side_chosen_are_those_of_that_side_wherever_both_changed(
    base: str, ours: str, theirs: str
) -> None:
    chunks = merge_lines(lines(base), lines(ours), lines(theirs), clash)
    if ours == base:
        assert render(chunks) == "".join(lines(theirs))
    if theirs in (base, ours):
        assert render(chunks) == "".join(lines(ours))
    swapped = merge_lines(lines(base), lines(theirs), lines(ours), clash)
    assert render_side(chunks, "ours") == render_side(swapped, "theirs")


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("", "# a\n", "# b\n", "# a\n# b\n"),
        ("# a\n", "# a\n", "\n# a\n", "\n# a\n"),
        ("\n# a\n", "# a\n", "\n\n# a\n", "# a\n"),
        ("# a\n", "# b\n", "# a\n# c\n", "# b\n# c\n"),
        ("# a\n", "# b\n", "# c\n\n# a\n", "# c\n\n# b\n"),
        ("# a\n# b\n", "# c\n", "# a\n# d\n# b\n", "<<<<<<< ours\n# c\n=======\n# a\n# d\n# b\n>>>>>>> theirs\n"),
        ("# a\n", "#a\n", "#  a\n", "#a\n"),
        ("# a\n# b\n# c\n", "# b\n# c\n", "# a\n# b\n", "# b\n"),
        ("# a\n", "", "# b\n", "<<<<<<< ours\n=======\n# b\n>>>>>>> theirs\n"),
    ],
)
def test_comments_above_an_entry(base: str, ours: str, theirs: str, expected: str) -> None:
    assert render(merge_comments(base, ours, theirs, clash)) == expected


def test_only_a_line_feed_ends_a_line() -> None:
    assert split_lines("a\x0bb\r\nc\u2028d\ne") == ["a\x0bb\r\n", "c\u2028d\n", "e"]


def test_many_repeated_lines_take_no_quadratic_time() -> None:
    base = ["x\n", "y\n"] * 20_000
    assert merge_lines(base, ["z\n", *base], [*base, "w\n"], clash)
