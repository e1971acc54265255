"""Versions of a conflict beside each other: what is shown of them tells them apart."""

from __future__ import annotations

import pytest

from jetenv.reports.excerpts import as_blocks, first_line, on_one_line
from jetenv.reports.style import Depth, Style

PLAIN = Style(Depth.NONE, None, True)
LOOKS = ("dim", "cyan", "magenta")
LONG = [f"line {number}" for number in range(1, 41)]


def text(*changed: tuple[int, str]) -> str:
    """Forty lines, of which some are ``changed``, by their number."""
    lines = list(LONG)
    for number, line in changed:
        lines[number - 1] = line
    return "\n".join(lines) + "\n"


def blocks(base: str | None, ours: str | None, theirs: str | None, *, in_file: bool = False):
    return as_blocks((base, ours, theirs), LOOKS, PLAIN, in_file=in_file)


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        (("a: 1\n", "a: 2\n", "a: 3\n"), ("a: 1", "a: 2", "a: 3")),
        ((None, "a: 2", ""), ("(not there)", "a: 2", "(empty)")),
        (("a\nb\n", "a\nc\n", "a\nd\n"), ("b (line 2 of 2)", "c (line 2 of 2)", "d (line 2 of 2)")),
        (("a\nb\n", None, "a\nd\n"), ("b (line 2 of 2)", "(not there)", "d (line 2 of 2)")),
        (("x\nb\n", "a\nb\n", "c\nb\n"), ("x (2 lines)", "a (2 lines)", "c (2 lines)")),
        (("a\n", "a\nb\n", "a\nc\nd\n"), ("a", "b (line 2 of 2)", "c (line 2 of 3)")),
        (("", "a\nb\n", "a\nc\n"), ("(empty)", "b (line 2 of 2)", "c (line 2 of 2)")),
    ],
)
def test_on_one_line_a_version_is_told_by_the_first_line_that_the_others_have_not(versions, told) -> None:
    assert on_one_line(versions, PLAIN) == told


def test_one_line_is_cut_to_the_width() -> None:
    assert on_one_line(("a" * 30, "b", "c"), PLAIN, 10)[0] == "a" * 9 + "…"
    assert first_line("a" * 30 + "\nb\n", PLAIN, 10) == "a" * 9 + "… (2 lines)"


def test_few_lines_are_shown_in_full() -> None:
    assert blocks("a\nb\n", None, "") == (["a", "b"], ["(not there)"], ["(empty)"])


def test_of_many_lines_those_are_shown_that_differ_and_what_is_around_them() -> None:
    base, ours, theirs = blocks(text(), text((20, "ours")), text((39, "theirs")))
    assert ours == ["(17 lines)", "line 18", "line 19", "ours", "line 21", "line 22", "(18 more lines)"]
    assert theirs == ["(36 lines)", "line 37", "line 38", "theirs", "line 40"]
    assert [line for line in base if "lines)" not in line] == [*LONG[17:22], *LONG[36:40]]


def test_lines_that_a_side_took_out_are_shown_in_the_base_and_their_place_in_the_side() -> None:
    base, ours, theirs = blocks(text(), text().replace("line 30\n", ""), None)
    assert "line 30" in base
    assert ours == ["(27 lines)", "line 28", "line 29", "line 31", "line 32", "line 33", "(7 more lines)"]
    assert theirs == ["(not there)"]


def test_what_has_nothing_to_be_compared_with_is_shown_from_its_beginning() -> None:
    assert blocks(None, text(), None)[1] == [*LONG[:12], "(28 more lines)"]


def test_an_entry_stands_as_if_its_file_began_there() -> None:
    assert blocks(None, "- id: note\n            type: field\n", None, in_file=True)[1] == [
        "- id: note",
        "  type: field",
    ]
