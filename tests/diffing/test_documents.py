"""Changes between two versions of a document, by field."""

from __future__ import annotations

import json
import re

import pytest
from handwritten import Author
from hypothesis import given
from hypothesis import strategies as st
from merging_profile import law
from oracle import same

from jetenv.diffing.documents import Action, diff_documents
from jetenv.documents.parsing import parse
from jetenv.documents.paths import format_path
from jetenv.documents.values import to_data
from jetenv.environments.merges.merge_file import schema_rules
from jetenv.schemas.rules import Rules


def rules_of(**annotation: object) -> Rules:
    """The rules of a document whose property ``l`` is a list with this annotation."""
    schema = {"properties": {"l": {"type": "array", "x-jetenv": annotation}}}
    return schema_rules(json.dumps(schema).encode(), "schema.json")


def diff(old: str, new: str, rules: Rules = Rules.NONE) -> list[tuple[str, str, str | None, str | None]]:
    changes = diff_documents(parse(old), parse(new), rules)
    return [(each.action.value, format_path(each.path), each.old, each.new) for each in changes]


CHANGES = [
    ("a value", "a: 1\n", "a: 2\n", [("changed", "a", "1", "2")]),
    ("an added key", "a: 1\n", "a: 1\nb: 2\n", [("added", "b", None, "2")]),
    ("a removed key", "a: 1\nb: 2\n", "a: 1\n", [("removed", "b", "2", None)]),
    ("a nested value", "a:\n  b: {c: 1}\n", "a:\n  b: {c: 2}\n", [("changed", "a.b.c", "1", "2")]),
    ("a type", "a: 1\n", "a:\n  b: 1\n", [("changed", "a", "1", "b: 1")]),
    ("a number to a string", "a: 1\n", "a: '1'\n", [("changed", "a", "1", "'1'")]),
    ("quotes", "a: x\n", "a: 'x'\n", [("format", "a", "x", "'x'")]),
    ("an item by its id", "- id: x\n  v: 1\n", "- id: x\n  v: 2\n", [("changed", "[x].v", "1", "2")]),
    ("an added item", "- id: x\n", "- id: x\n- id: y\n", [("added", "[y]", None, "id: y")]),
    ("a removed item", "- id: x\n- id: y\n", "- id: y\n", [("removed", "[x]", "id: x", None)]),
    ("the order of items", "- id: x\n- id: y\n", "- id: y\n- id: x\n", [("order", "", None, None)]),
    ("the order of keys", "a: 1\nb: 2\n", "b: 2\na: 1\n", [("format", "", None, None)]),
    ("an item by position", "- one\n- two\n", "- one\n- TWO\n", [("changed", "[1]", "two", "TWO")]),
    ("an inserted item", "- one\n- two\n", "- one\n- half\n- two\n", [("added", "[1]", None, "half")]),
    ("a comment above", "# x\na: 1\n", "# y\na: 1\n", [("comment", "a", None, None)]),
    ("a comment behind", "a: 1\n", "a: 1 # x\n", [("comment", "a", None, None)]),
    ("a comment behind a key", "a: # x\n  b: 1\n", "a: # y\n  b: 1\n", [("comment", "a", None, None)]),
    ("a header", "# x\n\na: 1\n", "# y\n\na: 1\n", [("comment", "", None, None)]),
    ("a closing comment", "a: 1\n", "a: 1\n# end\n", [("comment", "", None, None)]),
    ("a closing comment inside", "a:\n- x\n# end\nb: 1\n", "a:\n- x\nb: 1\n", [("comment", "b", None, None)]),
    (
        "a comment inside flow",
        "a: [\n  x, # one\n  y\n]\n",
        "a: [\n  x, # two\n  y\n]\n",
        [("comment", "a", None, None)],
    ),
    ("a comment inside a flow document", "[ # one\n  x]\n", "[ # two\n  x]\n", [("comment", "", None, None)]),
    ("a hash in a key", "'a #': # x\n  b: 1\n", "'a #': # x\n  b: 2\n", [("changed", '"a #".b', "1", "2")]),
    ("blank lines", "a: 1\nb: 1\n", "a: 1\n\nb: 1\n", []),
    ("indentation", "a:\n  b: 1\n", "a:\n    b: 1\n", []),
    ("a text", "a: |\n  x\n", "a: |\n  y\n", [("changed", "a", "|\n  x", "|\n  y")]),
    ("an alias for what it stands for", "a: &x 1\nb: *x\n", "a: &x 1\nb: 1\n", [("format", "b", "*x", "1")]),
    ("what an alias stands for", "a: &x 1\nb: *x\n", "a: &x 2\nb: *x\n", [("changed", "a", "&x 1", "&x 2")]),
    ("one of several documents", "a: 1\n---\nb: 1\n", "a: 1\n---\nb: 2\n", [("changed", "[1].b", "1", "2")]),
    ("an added document", "a: 1\n", "a: 1\n---\nb: 2\n", [("added", "[1]", None, "b: 2")]),
    ("a comment alone", "# x\n", "# y\n", [("comment", "", None, None)]),
    ("a tag", "a: !x 1\n", "a: !y 1\n", [("changed", "a", "!x 1", "!y 1")]),
]


@pytest.mark.parametrize(("old", "new", "expected"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_changed(old: str, new: str, expected: list[tuple[str, str, str | None, str | None]]) -> None:
    assert diff(old, new) == expected


def test_a_set_has_no_order() -> None:
    assert diff("l: [a, b]\n", "l: [b, a]\n", rules_of(list="set")) == [("format", "l", None, None)]


def test_an_atomic_list_changes_as_a_whole() -> None:
    assert diff("l: [a]\n", "l: [a, b]\n", rules_of(list="atomic")) == [("changed", "l", "[a]", "[a, b]")]


def test_key_fields_tell_items_apart() -> None:
    old, new = "l:\n- {p: 1, q: 1, v: 1}\n- {p: 1, q: 2, v: 1}\n", "l:\n- {p: 1, q: 1, v: 1}\n- {p: 1, q: 2, v: 2}\n"
    assert diff(old, new, rules_of(list="keyed", keys=["p", "q"])) == [("changed", 'l["1","2"].v', "1", "2")]


def test_no_file_is_an_empty_one() -> None:
    (change,) = diff_documents(None, parse("a: 1\n"), Rules.NONE)
    assert change.action is Action.ADDED
    (change,) = diff_documents(parse("a: 1\n"), None, Rules.NONE)
    assert change.action is Action.REMOVED


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    author = Author(draw(st.randoms(use_true_random=False)))
    document = author.document()
    return author.text(document), author.text(author.edited(document, author.random.randint(0, 3)))


@given(pairs())
@law
def test_a_document_does_not_differ_from_itself(pair: tuple[str, str]) -> None:
    assert diff(pair[0], pair[0]) == []


@given(pairs())
@law
def test_data_differs_where_a_change_of_data_is_told(pair: tuple[str, str]) -> None:
    actions = {each.action for each in diff_documents(parse(pair[0]), parse(pair[1]), Rules.NONE)}
    told = bool(actions - {Action.COMMENT, Action.FORMAT})
    assert told != same(to_data(parse(pair[0]).root), to_data(parse(pair[1]).root))


@given(pairs())
@law
def test_a_changed_comment_is_told(pair: tuple[str, str]) -> None:
    old, new = (set(re.findall(r"# c\d+", each)) for each in pair)
    if old != new:
        assert diff(*pair)
