"""From a path into the data back to the node it came from."""

from __future__ import annotations

import pytest

from jetenv.documents.locate import find, find_key
from jetenv.documents.parsing import parse

SOURCE = parse("""\
a:
  - b: 1
    "c d": {e: &x {f: 2}}
  - *x
1: one
""")


def found(path: list[str | int], search: object = find) -> str:
    assert SOURCE.root is not None
    node = search(SOURCE.root, path)  # type: ignore[operator]
    return SOURCE.text[node.start : node.end]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (["a", 0, "b"], "1"),
        (["a", 0, "c d", "e", "f"], "2"),
        (["a", 1, "f"], "2"),
        ([1], "one"),
        (["1"], "one"),
    ],
)
def test_find_follows_keys_positions_and_aliases(path: list[str | int], expected: str) -> None:
    assert found(path) == expected


@pytest.mark.parametrize("path", [["a", 0, "b", "z"], ["a", 0, "b", 7]])
def test_find_gives_the_deepest_node_on_the_way(path: list[str | int]) -> None:
    assert found(path) == "1"


@pytest.mark.parametrize("path", [["z"], []])
def test_find_gives_the_root_where_nothing_fits(path: list[str | int]) -> None:
    assert found(path).startswith("a:")


@pytest.mark.parametrize(
    ("path", "expected"), [(["a"], "a"), (["a", 0, "c d"], '"c d"'), (["a", 1], "*x"), (["a", 9], "a")]
)
def test_find_key_gives_the_key_or_the_item(path: list[str | int], expected: str) -> None:
    assert found(path, find_key) == expected


def test_places_count_from_one() -> None:
    assert SOURCE.place(0) == (1, 1)
    assert SOURCE.place(SOURCE.text.index("b: 1")) == (2, 5)
