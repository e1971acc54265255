"""Layout: comments and blank lines belong to the entry that they describe, and entries tile their collection."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st
from styled import Hand, mappings

from jetenv.documents.nodes import Document, Entry, Node, Source, walk
from jetenv.documents.parsing import DocumentError, parse


def entries(text: str, *path: int) -> list[tuple[str, str]]:
    """For each entry of the collection at ``path`` (positions from the root): the lines above it, and its own."""
    source = parse(dedent(text))
    node = source.root
    assert node is not None
    for position in path:
        node = node.entries[position].value
    return [(source.text[e.start : e.head], source.text[e.head : e.end]) for e in node.entries]


def test_comments_and_blank_lines_lead_the_next_entry() -> None:
    assert entries("""\
        a: 1

        # about b
        b: 2
        """) == [("", "a: 1\n"), ("\n# about b\n", "b: 2\n")]


def test_a_comment_at_the_end_of_a_line_belongs_to_its_entry() -> None:
    assert entries("a: 1 # one\nb: # two\n  c: 3\n") == [("", "a: 1 # one\n"), ("", "b: # two\n  c: 3\n")]


def test_deeper_comments_below_an_entry_belong_to_it() -> None:
    text = """\
        a: 1
          # still a
        b:
          c: 1
          # end of b

        # about d
        d: 2
        """
    assert entries(text) == [
        ("", "a: 1\n  # still a\n"),
        ("", "b:\n  c: 1\n  # end of b\n"),
        ("\n# about d\n", "d: 2\n"),
    ]


def test_a_first_comment_set_off_by_a_blank_line_belongs_to_the_document() -> None:
    assert entries("# header\n\n# about a\na: 1\n") == [("# about a\n", "a: 1\n")]
    assert entries("# about a\na: 1\n") == [("# about a\n", "a: 1\n")]


def test_an_item_may_begin_behind_its_dash() -> None:
    text = """\
        - # note
          a: 1
        - b: 1
          # about c
          c: 2
        """
    assert entries(text) == [("", "- # note\n  a: 1\n"), ("", "- b: 1\n  # about c\n  c: 2\n")]
    assert entries(text, 0) == [("  ", "a: 1\n")]
    assert entries(text, 1) == [("", "b: 1\n"), ("  # about c\n  ", "c: 2\n")]


def test_a_list_at_the_column_of_its_key_keeps_its_comments() -> None:
    text = """\
        l:
        # first
        - a
        # second
        - b
        # about k
        k: 1
        """
    assert entries(text) == [("", "l:\n# first\n- a\n# second\n- b\n"), ("# about k\n", "k: 1\n")]
    assert entries(text, 0) == [("# first\n", "- a\n"), ("# second\n", "- b\n")]


def test_the_tail_holds_comments_behind_the_last_entry() -> None:
    source = parse("a:\n  b: 1\n  # end of a\n\n# end of all\n")
    root = source.root
    assert root is not None
    inner = root.entries[0].value
    assert source.text[inner.entries[-1].end : inner.tail] == "  # end of a\n"
    assert source.text[root.entries[-1].end : root.tail] == "\n# end of all\n"


def test_entries_in_flow_style_are_their_own_text() -> None:
    assert entries("a: { x: 1 , y: [2] }\n", 0) == [("", "x: 1"), ("", "y: [2]")]


def test_a_block_scalar_keeps_lines_that_look_like_comments() -> None:
    assert entries("a: |\n  # no comment\n\n  x\n# about b\nb: 1\n") == [
        ("", "a: |\n  # no comment\n\n  x\n"),
        ("# about b\n", "b: 1\n"),
    ]


def check_tiling(source: Source) -> None:
    documents = [source.text[each.start : each.end] for each in source.documents]
    assert "".join(documents) == source.text or not documents
    for document in source.documents:
        if document.root is not None:
            check_document(source, document, document.root)


def check_document(source: Source, document: Document, root: Node) -> None:
    for node in walk(root):
        if not node.is_block:
            continue
        assert all(before.end == after.start for before, after in zip(node.entries, node.entries[1:], strict=False))
        assert node.entries[-1].end <= node.tail <= document.end
        for entry in node.entries:
            check_entry(source, node, entry)
    if root.is_block:
        assert root.entries[0].start == document.body or not source.text[document.body : root.entries[0].start].strip()


def check_entry(source: Source, node: Node, entry: Entry) -> None:
    text = source.text
    assert entry.start <= entry.head < entry.end
    assert entry.end == len(text) or text[entry.end - 1] == "\n"
    above = [line.strip() for line in text[entry.start : entry.head].split("\n")]
    assert all(not line or line.startswith("#") for line in above)
    assert entry.head - (text.rfind("\n", 0, entry.head) + 1) == node.column
    assert text[entry.head] == "-" if entry.key is None else entry.head <= entry.key.start
    if entry.value.is_block:
        assert entry.value.tail <= entry.end


@given(st.integers(0, 2**32), mappings)
def test_entries_tile_their_collections(seed: int, data: dict[str, object]) -> None:
    check_tiling(parse(Hand(seed).write(data)))


@given(st.lists(st.sampled_from(["a: 1", "b:", "- x", "  c: 2", "  - d: 3", "    e: 4", "# k", "  # l", "", "---"])))
def test_entries_tile_their_collections_in_random_lines(lines: list[str]) -> None:
    try:
        source = parse("\n".join(lines) + "\n")
    except DocumentError:
        return
    check_tiling(source)
