"""The canonical layout: only white space changes, the data never, and doing it twice does nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from styled import Hand, mappings

import jetenv
from jetenv.documents.editing import set_value
from jetenv.documents.formatting import formatted
from jetenv.documents.parsing import parse
from jetenv.documents.paths import Key
from jetenv.documents.values import to_data

EXAMPLES = Path(__file__).parents[2] / "examples"

CASES = {
    "indentation, lists and dashes": (
        "a:\n    b: 1\n    c:\n    -   x\n    -    y: 1\n         z: 2\n",
        "a:\n  b: 1\n  c:\n    - x\n    - y: 1\n      z: 2\n",
    ),
    "lists at the column of their key": ("a:\n- 1\n- - 2\n  - 3\n", "a:\n  - 1\n  - - 2\n    - 3\n"),
    "blank lines and blanks": ("\n\na: 1   \n\n\n\nb: 2\t\n\n\n", "a: 1\n\nb: 2\n"),
    "line breaks, byte order mark and the end": ("a: 1\r\nb: |\r\n  x\r\n  y", "a: 1\nb: |\n  x\n  y"),
    "a final line break": ("\ufeffa: 1\r\nb: 2", "a: 1\nb: 2\n"),
    "comments": (
        "# head\n\na:\n      # of b\n      b: 1   # behind\n        # below b\n# of c\nc: 2\n",
        "# head\n\na:\n  # of b\n  b: 1   # behind\n    # below b\n# of c\nc: 2\n",
    ),
    "texts move as a whole": (
        "a:\n    b: |\n            one\n              two\n\n            three  \n    c: 1\n",
        "a:\n  b: |\n    one\n      two\n\n    three  \n  c: 1\n",
    ),
    "texts that say how far they are indented": (
        "a:\n    b: |4\n          one\n    c: 1\n",
        "a:\n  b: |4\n        one\n  c: 1\n",
    ),
    "blank lines that are data": ("a: |+\n  one\n\n\nb: 'x\n\n\n  y'\nc: |+\n  z\n\n\n", None),
    "flow style and quotes stay": ("a: {  x: 1,\n     y: [ 2,3 ] }\nb: \"c\"\n", None),
    "keys in brackets and anchors": ("? [a, b]\n: &x\n    c: 1\nd: *x\n", None),
    "several documents": ("---\na:\n    b: 1\n---\nc: 2\n...\n", "---\na:\n  b: 1\n---\nc: 2\n...\n"),
    "nothing": ("", ""),
    "comments alone": ("# a   \n\n\n\n# b\n", "# a\n\n# b\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_canon(name: str) -> None:
    before, after = CASES[name]
    assert formatted(parse(before)) == (before if after is None else after)


def check(text: str) -> None:
    source = parse(text)
    once = formatted(source)
    assert once.split() == source.text.split()
    again = parse(once)
    assert [to_data(each.root) for each in again.documents] == [to_data(each.root) for each in source.documents]
    assert formatted(again) == once


@pytest.mark.parametrize("name", CASES)
def test_the_law_holds_for_each_case(name: str) -> None:
    check(CASES[name][0])


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_are_in_canonical_layout(path: Path) -> None:
    source = parse(path.read_bytes())
    assert formatted(source) == source.text


@given(mappings, st.integers(0, 10**6))
def test_the_law_holds_whatever_hand_wrote_the_file(data, seed: int) -> None:
    check(Hand(seed).write(data))


@given(mappings, st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_edit_of_the_other_side_merges_with_a_new_layout(data, seed: int, place: int) -> None:
    base = Hand(seed).write(data)
    keys = sorted(data)
    key = keys[place % len(keys)]
    theirs = set_value(parse(base), (Key(key),), "changed: [1, 2]")
    for ours, other in ((formatted(parse(base)), theirs), (theirs, formatted(parse(base)))):
        merged = jetenv.merge_yaml(base.encode(), ours.encode(), other.encode())
        assert merged.clean, merged.conflicts
        assert to_data(parse(merged.content).root) == to_data(parse(theirs).root)
