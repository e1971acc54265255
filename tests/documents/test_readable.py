"""Source that was taken out of its file, as people read it."""

from __future__ import annotations

import pytest

from jetenv.documents.readable import evened, unescaped


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r'css: "a { }\n  b\n"', "css: |\n  a { }\n    b\n"),
        (r'css: "a\nb"', "css: |-\n  a\n  b\n"),
        (r'"say \"hi\"\n\nb\n\n"', '|+\n  say "hi"\n\n  b\n\n'),
        (r'- "a\nb\n"', "- |\n  a\n  b\n"),
        ('css: "a\\nb\\n"  # why\n', "css: |  # why\n  a\n  b\n"),
        (r'css: &shared "a\nb\n"', "css: &shared |\n  a\n  b\n"),
    ],
)
def test_a_text_in_double_quotes_is_shown_by_lines(source, shown) -> None:
    assert unescaped(source) == shown


@pytest.mark.parametrize(
    "source",
    [
        'css: "one line"',
        r"css: 'a\nb'",
        "css: |\n  a\n  b\n",
        r'{css: "a\nb"}',
        r'css: "a\r\nb"',
        r'css: "\e[1m\n"',
        'a: "1\\n"\nb: 2\n',
        'css: "a\\nb\n',
        "",
        "# a comment\n",
    ],
)
def test_anything_else_stays_as_it_is_written(source) -> None:
    assert unescaped(source) == source


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("- id: note\n            type: field\n              deep: 1\n", "- id: note\n  type: field\n    deep: 1\n"),
        ("- a\n      - b\n", "- a\n- b\n"),
        ("# one\n    # two\n", "# one\n# two\n"),
        ("query:\n        # why\n        type: sql\n", "query:\n  # why\n  type: sql\n"),
        ("one: line\n", "one: line\n"),
    ],
)
def test_an_entry_stands_as_if_its_file_began_there(source, shown) -> None:
    assert evened(source) == shown
