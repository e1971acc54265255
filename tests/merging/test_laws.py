"""Laws that every merge of documents obeys, whatever the documents: checked on random handwritten YAML."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from handwritten import Author
from hypothesis import assume, given
from hypothesis import strategies as st
from merging_profile import law
from oracle import canonical, explains, same, unordered, value_at

from jetenv.documents.parsing import parse
from jetenv.documents.paths import FieldPath, Index, Item, Key
from jetenv.documents.values import to_data
from jetenv.merging.conflicts import Conflict, ConflictKind, leave_open
from jetenv.merging.files import FileMerge, Method, merge_file
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules

TOKEN = re.compile(r"# c\d+")


@dataclass(frozen=True)
class Versions:
    """Three versions of a document."""

    base: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"--- base\n{self.base}--- ours\n{self.ours}--- theirs\n{self.theirs}"

    __repr__ = __str__

    def merge(self, choose=leave_open) -> FileMerge:
        return merge(self.base, self.ours, self.theirs, choose)

    def data(self) -> tuple[Any, Any, Any]:
        return data(self.base), data(self.ours), data(self.theirs)


def merge(base: str, ours: str, theirs: str, choose=leave_open) -> FileMerge:
    versions = (base.encode(), ours.encode(), theirs.encode())
    return merge_file(*versions, Rules.NONE, merge_lines, choose=choose)


def structured(merge: FileMerge) -> bool:
    """Whether a merge went by structure: git's takes what one side deletes and the other moves as added."""
    return merge.method is not Method.LINES


def data(text: str | bytes) -> Any:
    return to_data(parse(text).root)


@st.composite
def documents(draw: st.DrawFn) -> tuple[Author, Any]:
    author = Author(draw(st.randoms(use_true_random=False)))
    return author, author.document()


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A document and what one author made of it."""
    author, document = draw(documents())
    return author.text(document), author.text(author.edited(document, author.random.randint(1, 4)))


@st.composite
def versions(draw: st.DrawFn) -> Versions:
    author, document = draw(documents())
    sides = [author.text(author.edited(document, author.random.randint(1, 4))) for _ in range(2)]
    return Versions(author.text(document), *sides)


@given(edited())
@law
def test_what_one_side_changed_is_taken_byte_for_byte(pair: tuple[str, str]) -> None:
    base, side = pair
    assert merge(base, side, base).content == side.encode()
    assert merge(base, base, side).content == side.encode()
    assert merge(base, side, side).content == side.encode()


@given(edited())
@law
def test_what_one_side_changed_is_taken_byte_for_byte_beside_a_change_of_the_other(pair: tuple[str, str]) -> None:
    assume("{}\n" not in pair)
    base, side = ("first: 1\n" + text for text in pair)
    other = base.replace("first: 1", "first: 2")
    expected = side.replace("first: 1", "first: 2").encode()
    assert merge(base, side, other).content == expected
    assert merge(base, other, side).content == expected


@given(versions())
@law
def test_a_clean_merge_holds_every_change_of_both_sides_and_nothing_else(versions: Versions) -> None:
    merge = versions.merge()
    if merge.clean and structured(merge):
        assert explains(*versions.data(), data(merge.content)), merge.content.decode()


@given(versions())
@law
def test_swapping_sides_gives_the_same_data_and_conflicts(versions: Versions) -> None:
    one, other = versions.merge(), merge(versions.base, versions.theirs, versions.ours)
    assert one.clean == other.clean, (one.content.decode(), other.content.decode())
    if one.clean:
        assert same(unordered(data(one.content)), unordered(data(other.content)))
    else:
        assert places(one) == places(other)


def places(merge: FileMerge) -> Counter[str]:
    """The conflicts by kind and place; positions differ with what is added in front."""
    return Counter(
        conflict.kind.value + str([0 if isinstance(step, Index) else step for step in conflict.field])
        for conflict in merge.conflicts
    )


@given(versions())
@law
def test_comments_are_merged_like_content(versions: Versions) -> None:
    merge = versions.merge()
    assume(structured(merge))
    base, ours, theirs = (set(TOKEN.findall(each)) for each in (versions.base, versions.ours, versions.theirs))
    found = TOKEN.findall(merge.content.decode())
    wanted = (ours & theirs) | (ours - base) | (theirs - base)
    if merge.clean:
        assert sorted(found) == sorted(wanted), merge.content.decode()
    else:
        assert wanted <= set(found), merge.content.decode()


@given(versions())
@law
def test_a_clean_merge_writes_no_line_that_no_version_has(versions: Versions) -> None:
    merge = versions.merge()
    if merge.clean:
        known = {bare(line) for text in (versions.base, versions.ours, versions.theirs) for line in text.split("\n")}
        new = [line for line in merge.content.decode().split("\n") if bare(line) not in known]
        assert all("{" in line or "[" in line for line in new), (new, merge.content.decode())


def bare(line: str) -> str:
    """A line without what may come from another version than the rest: its indentation, dash and comment."""
    return TOKEN.sub("", line).strip().removeprefix("-").strip()


@given(versions(), st.sampled_from(["ours", "theirs"]))
@law
def test_resolving_with_a_side_gives_what_that_side_has_in_every_conflicting_place(
    versions: Versions, side: str
) -> None:
    settled: list[Conflict] = []

    def choose(conflict: Conflict) -> str:
        settled.append(conflict)
        return side

    merge = versions.merge(choose)
    assert merge.clean
    result, chosen = data(merge.content), data(getattr(versions, side))
    for conflict in settled:
        steps = place(conflict.field)
        if conflict.kind in (ConflictKind.EDIT_EDIT, ConflictKind.EDIT_DELETE, ConflictKind.ADD_ADD) and steps:
            assert same(value_at(result, steps), value_at(chosen, steps)), (conflict, merge.content.decode())
    if settled and not any(conflict.field for conflict in settled):
        assert canonical(result) == canonical(chosen)


@given(versions(), st.sampled_from(["ours", "theirs", "base"]))
@law
def test_settling_the_conflicts_of_a_document_decides_nothing_else(versions: Versions, side: str) -> None:
    """Neither side is taken whole where only some of its places conflict."""
    merge = versions.merge()
    assume(all(conflict.field for conflict in merge.conflicts))
    settled: list[Conflict] = []

    def choose(conflict: Conflict) -> str:
        settled.append(conflict)
        return side

    versions.merge(choose)
    assert all(conflict.field for conflict in settled), settled


def place(field: FieldPath) -> list[str | int]:
    """The steps of a path of keys and ids; none where it leads through positions."""
    steps: list[str | int] = []
    for step in field:
        if isinstance(step, Key):
            steps.append(step.name)
        elif isinstance(step, Item):
            steps.append(step.values[0])
        else:
            return []
    return steps


texts = st.lists(st.sampled_from(["one", "two", 'a "b" \\n', "caf\u00e9", "#: -", "{x}"]), min_size=2, max_size=6)


def in_double_quotes(lines: list[str], final: str) -> str:
    return "a: " + json.dumps("\n".join(lines) + final) + "\n"


def in_a_block_scalar(lines: list[str], final: str) -> str:
    return f"a: {'|' if final else '|-'}\n" + "".join(f"  {line}\n" for line in lines)


@given(texts, texts, texts, st.sampled_from(["\n", ""]))
@law
def test_a_text_merges_alike_in_double_quotes_and_in_a_block_scalar(
    base: list[str], ours: list[str], theirs: list[str], final: str
) -> None:
    """With a final line break and without."""
    quoted = merge(*(in_double_quotes(each, final) for each in (base, ours, theirs)))
    block = merge(*(in_a_block_scalar(each, final) for each in (base, ours, theirs)))
    assume(structured(block))
    assert quoted.clean == block.clean
    if quoted.clean:
        assert data(quoted.content) == data(block.content)
