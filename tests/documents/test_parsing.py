"""Parsing: nodes with exact spans, and a clear error with its place for everything that is no usable YAML."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetenv.documents.nodes import Kind, Node, Source, walk
from jetenv.documents.parsing import MAX_DEPTH, DocumentError, parse
from jetenv.documents.values import to_data


def spans(source: Source) -> list[str]:
    """The source of every node, the root first."""
    assert source.root is not None
    return [source.text[node.start : node.end] for node in walk(source.root)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", ["a: 1", "a", "1"]),
        ("a: &x 1 # c\nb: *x\n", ["a: &x 1 # c\nb: *x", "a", "&x 1", "b", "*x"]),
        ("a: !t 'x'\n", ["a: !t 'x'", "a", "!t 'x'"]),
        ("- [a, {b: c}] # d\n", ["- [a, {b: c}]", "[a, {b: c}]", "a", "{b: c}", "b", "c"]),
        ("a: |\n  x\n\n  y\n\n\nb: 1\n", ["a: |\n  x\n\n  y\n\n\nb: 1", "a", "|\n  x\n\n  y", "b", "1"]),
        ("a: |+\n  x\n\nb: 1\n", ["a: |+\n  x\n\nb: 1", "a", "|+\n  x\n", "b", "1"]),
        ("a:\nb:\n", ["a:\nb:", "a", "", "b", ""]),
        ('"a b": "c\n  d"\n', ['"a b": "c\n  d"', '"a b"', '"c\n  d"']),
        ("{a, b: }\n", ["{a, b: }", "a", "", "b", ""]),
        ("? a\n: b\n", ["? a\n: b", "a", "b"]),
        ("- - x\n  - y\n", ["- - x\n  - y", "- x\n  - y", "x", "y"]),
        ("é: ☃\n", ["é: ☃", "é", "☃"]),
    ],
)
def test_every_node_knows_its_span(text: str, expected: list[str]) -> None:
    assert spans(parse(text)) == expected


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    source = parse(b"\xef\xbb\xbfa: 1\n")
    assert source.bom
    assert source.text == "a: 1\n"
    assert spans(source) == ["a: 1", "a", "1"]


@pytest.mark.parametrize(
    ("text", "newline"), [("a: 1\r\nb: 2\r\n", "\r\n"), ("a: 1\nb: 2\r\nc: 3\n", "\n"), ("", "\n")]
)
def test_the_most_frequent_line_ending_is_known(text: str, newline: str) -> None:
    assert parse(text).newline == newline


def test_a_collection_of_one_line_keeps_to_it() -> None:
    root = parse("a: {b: 1} # c\n").root
    assert root is not None
    value = root.entries[0].value
    assert (value.kind, value.style, value.is_block) == (Kind.MAPPING, "{", False)


def test_documents_cover_the_text() -> None:
    source = parse("%YAML 1.2\n---\na: 1\n...\n# between\n---\nb: 2\n--- 3\n")
    assert "".join(source.text[each.start : each.end] for each in source.documents) == source.text
    assert [to_data(each.root) for each in source.documents] == [{"a": 1}, {"b": 2}, 3]
    assert source.root is None


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "---\n# c\n...\n"])
def test_text_without_content_has_no_root(text: str) -> None:
    assert parse(text).root is None


def test_an_alias_knows_what_it_stands_for_where_it_stands() -> None:
    source = parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert to_data(source.root) == {"a": 1, "b": 1, "c": 2, "d": 2}


REFUSED = [
    ("tab as indentation", "a:\n\tb: 1\n", 2, 1, "found character"),
    ("bad indentation", "a: 1\n b: 2\n", 2, 3, "mapping values are not allowed"),
    ("unclosed bracket", "a: [1,\nb: 2\n", 3, 1, "not YAML"),
    ("unclosed quote", 'a: "x\n', 2, 1, "not YAML"),
    ("duplicate key", "a: 1\nb: 2\na: 3\n", 3, 1, "duplicate key 'a'"),
    ("duplicate key in other quotes", "a: 1\n'a': 3\n", 2, 1, "duplicate key 'a'"),
    ("duplicate key in flow", "x: {a: 1, a: 2}\n", 1, 11, "duplicate key 'a'"),
    ("unknown alias", "a: *b\n", 1, 4, "alias '*b' has no anchor '&b' before it"),
    ("alias to what contains it", "a: &x [1, *x]\n", 1, 11, "alias '*x' refers to the node that contains it"),
    ("alias in another document", "--- &x 1\n--- *x\n", 2, 5, "no anchor"),
    ("NUL", "a: 1\0\n", 1, 5, "control characters"),
    ("control character", "a: \x01\n", 1, 4, "control characters"),
    ("template", "a: {{ b }}\n{% if c %}\n", 2, 2, "not YAML"),
    ("conflict markers", "<<<<<<< HEAD\na: 1\n=======\n", 2, 2, "not YAML"),
    ("lone carriage return", "a: 1\rb: 2\n", 1, 5, "line break"),
    ("next line character", "a: 1\x85b: 2\n", 1, 5, "line break"),
    ("unknown directive version", "%YAML 3.0\n---\na: 1\n", 1, 1, "not YAML"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_refused_and_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(DocumentError) as raised:
        parse(text, path="pages/x.yaml")
    assert message in raised.value.message
    assert (raised.value.line, raised.value.column) == (line, column)
    assert raised.value.where == f"pages/x.yaml:{line}:{column}"


def test_bytes_that_are_not_utf8_are_refused_at_their_place() -> None:
    with pytest.raises(DocumentError, match="not UTF-8") as raised:
        parse("a: 1\né: ".encode() + b"\xff\n")
    assert (raised.value.line, raised.value.column) == (2, 4)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 2_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_too_deep_nesting_is_refused(depth: int, opening: str, closing: str) -> None:
    with pytest.raises(DocumentError, match="nested deeper than 200 levels"):
        parse(opening * depth + closing * depth)


def test_too_deep_nesting_in_block_style_is_refused() -> None:
    with pytest.raises(DocumentError, match="nested deeper than 200 levels"):
        parse("".join(" " * depth + "a:\n" for depth in range(2_000)))


def test_nesting_through_aliases_counts() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [[[[*a{n - 1}]]]]\n" for n in range(1, 60))
    with pytest.raises(DocumentError, match="nested deeper"):
        parse(text)


def test_exploding_aliases_are_refused() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    with pytest.raises(DocumentError, match="expand to more than 1,000,000 nodes"):
        parse(text)


def test_large_inputs_are_read() -> None:
    items = 200_000
    source = parse("l:\n" + "- x\n" * items + "x: '" + "v" * 1_000_000 + "'\n")
    assert source.root is not None
    assert len(source.root.entries[0].value.entries) == items


def test_a_key_longer_than_yaml_allows_is_refused_or_read() -> None:
    """YAML limits a key without ``?`` to 1,024 characters."""
    assert to_data(parse(f"? {'k' * 1_000_000}\n: 1\n").root) == {"k" * 1_000_000: 1}
    with pytest.raises(DocumentError):
        parse(f"{'k' * 1_000_000}: 1\n")


@given(st.text(st.sampled_from("ab:-[]{},#&*!|>'\"%?@` \n\t\r\0\u00e9\x85"), max_size=40))
@settings(max_examples=300)
def test_whatever_the_text_it_is_read_or_refused(text: str) -> None:
    try:
        source = parse(text)
    except DocumentError as error:
        assert error.line >= 1
        assert error.column >= 1
        return
    for document in source.documents:
        for node in walk(document.root) if document.root is not None else ():
            assert 0 <= node.start <= node.end <= len(source.text)


@given(st.binary(max_size=30))
def test_whatever_the_bytes_they_are_read_or_refused(content: bytes) -> None:
    try:
        parse(content)
    except DocumentError as error:
        assert error.where


def children(node: Node) -> list[Node]:
    return [each for entry in node.entries for each in (entry.key, entry.value) if each is not None]


def test_spans_nest() -> None:
    source = parse(
        dedent("""\
        a: &x
          - {b: [1, "2"]}
          - |
            text
        c: *x
        """)
    )
    assert source.root is not None
    for node in walk(source.root):
        for child in children(node):
            assert node.start <= child.start <= child.end <= node.end


@pytest.mark.parametrize(
    ("scalar", "rest"),
    [
        ("|\n  x\n  y", "\n\n# c\nb: 1\n"),
        ("| # c\n  x", "\nb: 1\n"),
        ("|-\n  x", "\n\n\nb: 1\n"),
        ("|+\n  x\n\n", "\nb: 1\n"),
        (">\n  x\n  # no comment", "\nb: 1\n"),
        ("|2\n    x\n  y", "\nb: 1\n"),
        ("|\n  x  \n  y  ", "\nb: 1\n"),
        ("|\n  x", "\r\nb: 1\r\n"),
        ("|\n  x", ""),
        ("|", "\nb: 1\n"),
    ],
    ids=repr,
)
def test_a_block_scalar_ends_with_its_last_line(scalar: str, rest: str) -> None:
    """Blank lines behind it are its own only where its header keeps them; blanks at the end of a line always are."""
    source = parse(f"a: {scalar}{rest}")
    assert source.root is not None
    value = source.root.entries[0].value
    assert source.text[value.start : value.end] == scalar


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("written", ['a: "x{}y"\n', "a: x{}y\n", "a:\n- x{}y\n"])
def test_line_breaks_of_unicode_are_text_inside_scalars(mark: str, written: str) -> None:
    source = parse(written.format(mark))
    assert source.root is not None
    scalars = [node.value for node in walk(source.root) if node.kind is Kind.SCALAR]
    assert scalars[-1] in {f"x{mark}y", "x y"}


def test_an_aliased_key_is_the_key_that_it_stands_for() -> None:
    assert to_data(parse("a: &x k\n*x : 1\n").root) == {"a": "k", "k": 1}
    with pytest.raises(DocumentError, match="duplicate key 'k'"):
        parse("k: 0\na: &x k\n*x : 1\n")


@pytest.mark.long
def test_what_is_written_out_is_not_bounded() -> None:
    """Only what aliases add to it is."""
    source = parse("a: &x 1\nb:\n" + "- 1\n" * 1_100_000)
    assert source.root is not None
    assert len(source.root.entries[1].value.entries) == 1_100_000
