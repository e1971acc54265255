"""Field paths and their text form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.documents.paths import FieldPath, Index, Item, Key, format_path, parse_path
from jetenv.errors import UsageError


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        ((Key("a"),), "a"),
        ((Key("a"), Key("b")), "a.b"),
        ((Key("components"), Item(("total",)), Key("title")), "components[total].title"),
        ((Key("a"), Index(3)), "a[3]"),
        ((Index(0), Index(1)), "[0][1]"),
        ((Key("a"), Item(("3",))), 'a["3"]'),
        ((Item(("80", "TCP")),), '["80",TCP]'),
        ((Key("labels"), Key("a.b")), 'labels."a.b"'),
        ((Key(""),), '""'),
        ((Key('say "x"'),), r'"say \"x\""'),
        ((Key("\u00e9"), Key("=f")), "\u00e9.=f"),
    ],
)
def test_text_form(path: FieldPath, text: str) -> None:
    assert format_path(path) == text
    assert parse_path(text) == path


@pytest.mark.parametrize(
    ("text", "column"),
    [("a b", 2), ("a..b", 3), ("a[", 2), ("a[x", 2), ("a]", 2), ('a."b', 3), ("a[x]b", 5), (".a", 1)],
)
def test_text_that_is_no_path_is_refused_at_its_column(text: str, column: int) -> None:
    with pytest.raises(UsageError, match=f"at column {column}$"):
        parse_path(text)


names = st.text(st.sampled_from("ab3.[],\"#\\ '\n\u00e9"), max_size=5)
steps = st.one_of(
    st.builds(Key, names),
    st.builds(Index, st.integers(0, 999)),
    st.builds(Item, st.lists(names, min_size=1, max_size=3).map(tuple)),
)


@given(st.lists(steps, max_size=5).map(tuple))
def test_every_path_survives_its_text_form(path: FieldPath) -> None:
    assert parse_path(format_path(path)) == path
