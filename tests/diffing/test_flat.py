"""A document with a line for each value, for line diffs."""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.diffing.flat import flat_lines
from jetenv.documents.parsing import parse

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"


def flat(text: str) -> list[str]:
    return list(flat_lines(parse(text)))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1\nb: {c: x}\n", ["a: 1", "b.c: x"]),
        ("a: [x, z]\n", ["a[0]: x", "a[1]: z"]),
        ("- id: x\n  v: 1\n- id: z\n  v: 2\n", ["[x].id: x", "[x].v: 1", "[z].id: z", "[z].v: 2"]),
        ("a: {}\nb: []\nc:\n", ["a: {}", "b: []", "c: null"]),
        ("sql: |\n  select 1\n    from x\n", ["sql: |", "sql | select 1", "sql |   from x"]),
        ("# top\n\na: 1 # behind\n# above\nb: 2\n# end\n", ["# top", "a: 1  # behind", "# above", "b: 2", "# end"]),
        ("a: # key\n  b: 1\n", ["a:   # key", "a.b: 1"]),
        ("a: &x {b: 1}\nc: *x\n", ["a.b: 1", "c: *x"]),
        ("a: !t 1\n", ['a: !t "1"']),
        ("'a.b': '1'\n", ['"a.b": "1"']),
        ("--- 1\n--- 2\n", ["[0]: 1", "[1]: 2"]),
        ("# only a remark\n", ["# only a remark"]),
        ("", []),
    ],
)
def test_each_value_has_a_line(text: str, lines: list[str]) -> None:
    assert flat(text) == lines


def test_how_a_value_is_written_makes_no_difference() -> None:
    assert flat("a: {b: 'x', c: [1]}\n") == flat('a:\n    b: "x"\n    c:\n    - 1\n')


@pytest.mark.parametrize("path", sorted(EXAMPLE.rglob("*.yaml")), ids=lambda path: path.name)
def test_every_comment_of_the_example_is_there(path: Path) -> None:
    text = path.read_text()
    marks = [line for line in text.splitlines() if line.lstrip().startswith("# ")]
    assert sum("# " in line for line in flat(text)) >= len(marks)
