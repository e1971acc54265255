"""The account: a result that lost a change, or holds what no side has, is found, whatever made it."""

from __future__ import annotations

import random

import pytest
from handwritten import Author
from hypothesis import given
from hypothesis import strategies as st
from merging_profile import law
from oracle import explains

from jetenv.documents.parsing import parse
from jetenv.documents.paths import format_path
from jetenv.documents.values import to_data
from jetenv.merging.account import closes, discrepancies
from jetenv.merging.files import Method, merge_file
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules


def places(base: str, ours: str, theirs: str, result: str) -> list[str]:
    found = discrepancies(*(parse(each) for each in (base, ours, theirs, result)), Rules.NONE)
    return [format_path(each) for each in found]


BASE, OURS, THEIRS = "a: 1\nb: 1\nc: {x: 1}\n", "a: 2\nb: 1\nc: {x: 1}\n", "a: 1\nc: {x: 1, y: 1}\n"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("a: 2\nc: {x: 1, y: 1}\n", []),
        ("c: {y: 1, x: 1}\na: 2\n", []),
        ("a: 1\nc: {x: 1, y: 1}\n", ["a"]),
        ("a: 2\nc: {x: 1}\n", ["c.y"]),
        ("a: 2\nb: 1\nc: {x: 1, y: 1}\n", ["b"]),
        ("a: 2\nc: {x: 1, y: 1}\nz: 1\n", ["z"]),
        ("a: 2\n", ["c"]),
        ("a: '2'\nc: {x: 1, y: 1}\n", ["a"]),
        ("[]\n", [""]),
        ("", [""]),
        ("a: 2\nc: {x: 1, y: 1}\n---\nb: 1\n", [""]),
    ],
)
def test_what_the_result_lost_or_made_up(result: str, expected: list[str]) -> None:
    assert places(BASE, OURS, THEIRS, result) == expected


def test_items_are_counted_by_key_and_each_once() -> None:
    base, ours, theirs = "- id: a\n", "- id: a\n- id: b\n", "- id: a\n- id: c\n"
    assert places(base, ours, theirs, "- id: a\n- id: c\n- id: b\n") == []
    assert places(base, ours, theirs, "- id: a\n- id: b\n") == ["[c]"]
    assert places(base, ours, theirs, "- id: a\n- id: b\n- id: b\n- id: c\n") != []


def test_lines_of_texts_are_counted() -> None:
    base, ours, theirs = "q: |\n  a\n  b\n  c\n", "q: |\n  A\n  b\n  c\n", "q: |\n  a\n  b\n  C\n"
    assert places(base, ours, theirs, "q: |\n  A\n  b\n  C\n") == []
    assert places(base, ours, theirs, "q: |\n  A\n  b\n  c\n") == ["q"]
    assert places(base, ours, theirs, "q: |\n  A\n  C\n") == ["q"]
    assert places(base, ours, theirs, "q: |\n  A\n  b\n  C\n  d\n") == ["q"]


def test_a_comment_that_one_side_removed_is_no_change_of_data_to_lines_either() -> None:
    versions = ("a: {a: 1}  # c\n", "a: 1  # c\nb: 1\n", "a: {a: 1}\nc: 1\n", "a: 1\nb: 1\nc: 1\n")
    base, ours, theirs, result = (parse(each) for each in versions)
    assert closes(base, ours, theirs, result, Rules.NONE, lines=True)


@st.composite
def merges(draw: st.DrawFn) -> tuple[str, str, str, Author]:
    author = Author(draw(st.randoms(use_true_random=False)))
    document = author.document()
    texts = [author.text(author.edited(document, edits)) for edits in (0, 2, 2)]
    return texts[0], texts[1], texts[2], author


A, B, C = (f"kind: {kind}\nv: 1\nw: {kind}\nx: {kind}\ny: {kind}\nz: 1\n" for kind in "ABC")


def stream(*documents: str) -> str:
    return "---\n".join(documents)


@pytest.mark.parametrize(
    ("theirs", "merged"),
    [
        ((A, B, C), (A.replace("v: 1", "v: 2"), B, C)),
        ((A.replace("z: 1", "z: 3"), B, C), (A.replace("v: 1", "v: 2").replace("z: 1", "z: 3"), B, C)),
        ((A,), (A.replace("v: 1", "v: 2"),)),
        ((A, C, B), (A.replace("v: 1", "v: 2"), C, B)),
        ((C, A), (C, A.replace("v: 1", "v: 2"))),
        ((C, A.replace("z: 1", "z: 3")), (C, A.replace("v: 1", "v: 2").replace("z: 1", "z: 3"))),
    ],
)
def test_documents_that_come_and_go_are_merged_as_git_does(theirs: tuple[str, ...], merged: tuple[str, ...]) -> None:
    base, ours = stream(A, B), stream(A.replace("v: 1", "v: 2"), B)
    for left, right in ((ours, stream(*theirs)), (stream(*theirs), ours)):
        done = merge_file(base.encode(), left.encode(), right.encode(), Rules.NONE, merge_lines)
        assert (done.clean, done.method, done.content.decode()) == (True, Method.LINES, stream(*merged))


def test_of_documents_that_come_and_go_none_is_lost_twice_or_altered() -> None:
    base, ours, theirs = stream(A, B), stream(A.replace("v: 1", "v: 2"), B), stream(A.replace("z: 1", "z: 3"), B, C)
    good = A.replace("v: 1", "v: 2").replace("z: 1", "z: 3")
    versions = [parse(each) for each in (base, ours, theirs)]
    assert closes(*versions, parse(stream(good, B, C)), Rules.NONE, lines=True)
    for wrong in ((good, B), (good, B, C, C), (good, C), (ours[: len(A)], B, C), (good, B, C.replace("v: 1", "v: 4"))):
        assert not closes(*versions, parse(stream(*wrong)), Rules.NONE, lines=True), wrong


def test_an_edit_is_not_made_in_the_document_that_comes_to_stand_in_its_place() -> None:
    """One side edited the first document; the other one dropped the second and put a similar one before the first."""
    first, second, new = (f"kind: {kind}\nv: 1\nw: 1\nx: 1\n" for kind in "ABC")
    versions = (stream(first, second), stream(first.replace("v: 1", "v: 2"), second), stream(new, first))
    base, ours, theirs = (version.encode() for version in versions)
    done = merge_file(base, ours, theirs, Rules.NONE, merge_lines)
    assert not done.clean
    assert done.note == "documents were added, removed or moved"


@given(merges())
@law
def test_a_clean_merge_closes_and_no_other_result_does(versions: tuple[str, str, str, Author]) -> None:
    base, ours, theirs, _ = versions
    merge = merge_file(base.encode(), ours.encode(), theirs.encode(), Rules.NONE, merge_lines, choose=lambda _: None)
    if not merge.clean:
        return
    result = merge.content.decode()
    sources = [parse(each) for each in (base, ours, theirs)]
    assert closes(*sources, parse(result), Rules.NONE, lines=merge.method is Method.LINES)
    broken = damaged(result, random.Random(result))
    if broken is not None and not explains(*(to_data(source.root) for source in sources), to_data(parse(broken).root)):
        assert not closes(*sources, parse(broken), Rules.NONE)


def damaged(text: str, source: random.Random) -> str | None:
    """``text`` with one entry of its root left out, or one value replaced."""
    root = parse(text).root
    if root is None or not root.is_block or len(root.entries) < 2:
        return None
    entry = source.choice(root.entries)
    if source.random() < 0.5:
        return text[: entry.head] + text[entry.end :]
    if entry.value.entries or entry.value.style in ("|", ">"):
        return None
    return text[: entry.value.start] + "other" + text[entry.value.end :]
