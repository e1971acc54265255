"""Ownership: line by line, which entry a line belongs to and goes with when that entry is moved or removed."""

from __future__ import annotations

import pytest

from jetenv.documents.nodes import Node, walk
from jetenv.documents.parsing import parse


def owned(text: str) -> str:
    """Each line with the path of the innermost entry that owns it; ``=`` stands for none."""
    source = parse(text)
    owners = ["="] * len(text)

    def visit(node: Node, path: str) -> None:
        for position, entry in enumerate(node.entries):
            here = f"{path}/{entry.key.value if entry.key is not None else position}"
            owners[entry.start : entry.end] = [here] * (entry.end - entry.start)
            if entry.value.is_block:
                visit(entry.value, here)
                tail = slice(entry.value.entries[-1].end, entry.value.tail)
                owners[tail] = [f"{here}~"] * (tail.stop - tail.start)

    for document in source.documents:
        if document.root is not None:
            visit(document.root, "")
    lines, at = [], 0
    for line in text.splitlines(keepends=True):
        lines.append(f"{owners[at + len(line) - 1]} {line.rstrip()}".rstrip())
        at += len(line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "# header\n\n# about a\na: 1\nb: 2\n",
            "= # header\n=\n/a # about a\n/a a: 1\n/b b: 2",
            id="a first comment set off by a blank line is the header of the file",
        ),
        pytest.param(
            "# about a\na: 1\n", "/a # about a\n/a a: 1", id="a first comment right above an entry is its own"
        ),
        pytest.param(
            "--- # marker\n# header\n\na: 1\n", "= --- # marker\n= # header\n=\n/a a: 1", id="behind a document marker"
        ),
        pytest.param("%YAML 1.2\n---\na: 1\n", "= %YAML 1.2\n= ---\n/a a: 1", id="directives belong to the file"),
        pytest.param("--- &x\n# c\na: 1\n", "= --- &x\n/a # c\n/a a: 1", id="the anchor of the root"),
        pytest.param("!t\n&k a: 1\nb: 2\n", "= !t\n/a &k a: 1\n/b b: 2", id="the tag of the root, an anchor of a key"),
        pytest.param(
            "a: 1 # at a\n\n# about b\nb: 2\n",
            "/a a: 1 # at a\n/b\n/b # about b\n/b b: 2",
            id="comments and blank lines lead the entry below them",
        ),
        pytest.param(
            "a:\n  b: 1\n  # below b\n# about c\nc: 2\n",
            "/a a:\n/a/b   b: 1\n/a~   # below b\n/c # about c\n/c c: 2",
            id="a comment indented like the entries of the collection above is its tail",
        ),
        pytest.param(
            "a: 1\n    # deeper\nb: 2\n",
            "/a a: 1\n/a     # deeper\n/b b: 2",
            id="a comment indented deeper than the entry belongs to the entry above",
        ),
        pytest.param(
            "a:\n  b:\n    c: 1\n      # to c\n    # to b\n  # to a\n# to the file\n",
            "/a a:\n/a/b   b:\n/a/b/c     c: 1\n/a/b/c       # to c\n/a/b~     # to b\n/a~   # to a\n= # to the file",
            id="closing comments by their indentation",
        ),
        pytest.param(
            "a:\n  # about b\n  b: 1\n", "/a a:\n/a/b   # about b\n/a/b   b: 1", id="a comment above the first entry"
        ),
        pytest.param(
            "a: # at a\n  b: 1 # at b\n", "/a a: # at a\n/a/b   b: 1 # at b", id="a comment behind a key or a value"
        ),
        pytest.param(
            "- id: 1\n  # about x\n  x: 1\n# about 2\n- id: 2\n",
            "/0/id - id: 1\n/0/x   # about x\n/0/x   x: 1\n/1 # about 2\n/1/id - id: 2",
            id="a mapping that begins behind a dash",
        ),
        pytest.param("- - a\n  - b\n- c\n", "/0/0 - - a\n/0/1   - b\n/1 - c", id="a list that begins behind a dash"),
        pytest.param(
            "a:\n- 1\n# about 2\n- 2\nb: 1\n",
            "/a a:\n/a/0 - 1\n/a/1 # about 2\n/a/1 - 2\n/b b: 1",
            id="a list at the column of its key",
        ),
        pytest.param(
            "a: |\n  x\n\n  y\n\n# about b\nb: 1\n",
            "/a a: |\n/a   x\n/a\n/a   y\n/b\n/b # about b\n/b b: 1",
            id="a block scalar, and the blank line behind it",
        ),
        pytest.param(
            "a: |+\n  x\n\nb: 1\n", "/a a: |+\n/a   x\n/a\n/b b: 1", id="a block scalar that keeps blank lines"
        ),
        pytest.param(
            "a: [\n  1, # one\n  2\n]\nb: 1\n",
            "/a a: [\n/a   1, # one\n/a   2\n/a ]\n/b b: 1",
            id="flow style is one entry",
        ),
        pytest.param(
            "? a\n: - 1\n  - 2\nb: 1\n", "/a ? a\n/a/0 : - 1\n/a/1   - 2\n/b b: 1", id="a key with a question mark"
        ),
        pytest.param("a:\nb:\n  -\n  - x\n", "/a a:\n/b b:\n/b/0   -\n/b/1   - x", id="empty values"),
        pytest.param("a: 1\n\n\n", "/a a: 1\n=\n=", id="blank lines at the end"),
        pytest.param("a: 1\n# the end", "/a a: 1\n= # the end", id="no final line break"),
    ],
)
def test_owners(text: str, expected: str) -> None:
    assert owned(text) == expected


def test_crlf_changes_no_owner() -> None:
    text = "# header\n\n# about a\na: # at a\n  b: 1\n  # tail\n\nc: |\n  x\n\n# end\n"
    assert owned(text.replace("\n", "\r\n")) == owned(text)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("a:\n    b:\n      c: 1\n", [0, 4, 6]), ("-   a: 1\n    b: 2\n", [0, 4]), ("a:\n- &x\n   b: 1\n", [0, 0, 3])],
)
def test_the_column_of_a_collection_is_that_of_its_keys_or_dashes(text: str, columns: list[int]) -> None:
    root = parse(text).root
    assert root is not None
    assert [node.column for node in walk(root) if node.is_block] == columns
