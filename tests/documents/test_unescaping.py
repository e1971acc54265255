"""Texts in double quotes as people read them."""

from __future__ import annotations

import pytest

from jetenv.documents.unescaping import unescaped


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
