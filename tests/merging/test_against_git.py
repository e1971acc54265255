"""Never worse than git: what git's own merge of lines makes of the same three versions, held against ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from handwritten import Author
from hypothesis import example, given
from hypothesis import strategies as st
from merging_profile import law
from oracle import canonical, unordered

from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.values import to_data
from jetenv.merging.account import closes
from jetenv.merging.conflicts import leave_open, open_lines, settle_marked
from jetenv.merging.files import Versions, merge_file, merge_versions
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules

Contents = tuple[bytes, bytes, bytes]


@st.composite
def contents(draw: st.DrawFn) -> Contents:
    """Base, ours and theirs."""
    author = Author(draw(st.randoms(use_true_random=False)))
    document = author.document()
    sides = [author.text(author.edited(document, author.random.randint(1, 3))) for _ in range(2)]
    base, ours, theirs = (text.encode() for text in (author.text(document), *sides))
    return base, ours, theirs


def twice(data: Any) -> Iterator[str]:
    """What some list below ``data`` holds twice: items with one ``id``, or else equal ones."""
    if isinstance(data, list):
        seen: set[str] = set()
        for item in data:
            name = canonical(item["id"] if isinstance(item, dict) and "id" in item else item)
            if name in seen:
                yield name
            seen.add(name)
    for each in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from twice(each)


def sound(content: bytes, versions: Contents) -> bool:
    """Whether ``content`` parses and holds nothing twice that no version holds twice."""
    try:
        found = set(twice(to_data(parse(content).root)))
    except DocumentError:
        return False
    return all(any(name in twice(to_data(parse(each).root)) for each in versions) for name in found)


def keeps_account(content: bytes, versions: Contents) -> bool:
    """Whether ``content`` has every change: git may put lines into an entry that they were not written for."""
    base, ours, theirs, result = map(parse, (*versions, content))
    return closes(base, ours, theirs, result, Rules.NONE, lines=True)


@given(contents())
@example((b"a:\n  g: 1\n  h: 2\n  e: 3\n", b"a:\n  g: 1\n  h: 2\n", b"a:\n  g: 1\n  e: 3\n  h: 2\n"))
@example((b"e: []\nf: 1\n", b"f: 1\n", b"f: 1\ne: []\n"))
@example((b"- id: a\n- id: b\n- id: c\n", b"- id: a\n- id: b\n", b"- id: c\n- id: a\n- id: b\n"))
@law
def test_what_git_merges_cleanly_and_soundly_is_merged_to_the_same_data(versions: Contents) -> None:
    """What one side deletes and the other one moves stays, as git has it."""
    lines = merge_lines(*versions)
    if not lines.conflicts and sound(lines.content, versions) and keeps_account(lines.content, versions):
        merge = merge_file(*versions, Rules.NONE, merge_lines)
        assert merge.clean, [(each.kind.value, each.field) for each in merge.conflicts]
        found, expected = (unordered(to_data(parse(each).root)) for each in (merge.content, lines.content))
        assert found == expected, (merge.content.decode(), lines.content.decode())


@given(contents())
@law
def test_no_more_lines_are_left_between_markers_than_git_leaves(versions: Contents) -> None:
    """Unless taking one side of all that git left open would break the file."""
    merge, lines = merge_file(*versions, Rules.NONE, merge_lines), merge_lines(*versions)
    text = lines.content.decode()
    if not merge.clean and all(sound(settle_marked(text, side).encode(), versions) for side in ("ours", "theirs")):
        assert open_lines(merge.content.decode()) <= open_lines(text) or not lines.conflicts, merge.content.decode()


@given(contents())
@law
def test_a_clean_merge_is_sound(versions: Contents) -> None:
    merge = merge_file(*versions, Rules.NONE, merge_lines)
    if merge.clean:
        assert sound(merge.content, versions), merge.content.decode()


@pytest.mark.parametrize("path", ["notes.txt", "LICENSE", "text.yaml"])
def test_what_is_no_yaml_but_can_be_read_as_one_scalar_merges_as_with_git(path) -> None:
    """Two people change different lines of a text."""
    base = b"".join(b"line %d\n" % number for number in range(9))
    merge = merge_file(
        base, base.replace(b"line 0", b"a"), base.replace(b"line 8", b"b"), Rules.NONE, merge_lines, path=path
    )
    assert merge.clean
    assert merge.content == base.replace(b"line 0", b"a").replace(b"line 8", b"b")


def test_a_file_that_its_name_calls_something_else_is_merged_by_lines() -> None:
    """Though it could be read as YAML. A single file that somebody asks to merge is taken for what it holds."""
    versions = (b"a: 1\nb: 1\n", b"a: 2\nb: 1\n", b"a: 1\nb: 2\n")

    def is_clean(path: str) -> bool:
        return merge_versions(Versions(*versions, Rules.NONE, merge_lines, path), leave_open).clean

    assert [is_clean(path) for path in ("README.md", "a.yaml", "a.yml", "LICENSE", ".prettierrc")] == [
        False,
        *[True] * 4,
    ]
    assert merge_file(*versions, Rules.NONE, merge_lines, path="README.md").clean
