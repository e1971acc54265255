"""Input that no configuration should be: merged by lines, merged right, or refused with a clear error."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from merging_profile import law

from jetenv.environments.merges.merge_file import schema_rules
from jetenv.errors import JetenvError
from jetenv.merging.files import FileMerge, Method, merge_file
from jetenv.repository.lines import BinaryContentError, merge_lines
from jetenv.schemas.rules import Rules


def merge(base: str | bytes, ours: str | bytes, theirs: str | bytes, rules: Rules = Rules.NONE) -> FileMerge:
    versions = [each.encode() if isinstance(each, str) else each for each in (base, ours, theirs)]
    return merge_file(*versions, rules, merge_lines, path="page.yaml")


def deep(levels: int) -> str:
    return "".join(f"{' ' * level}k{level}:\n" for level in range(levels)) + " " * levels + "end: 1\n"


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))

BY_LINES = {
    "2,000 levels": deep(2_000),
    "2,000 levels in flow": "k: " + "[" * 2_000 + "]" * 2_000 + "\n",
    "exploding aliases": BOMB,
    "an alias to what contains it": "k: &x\n  a: *x\n",
    "bytes that are not UTF-8": b"k: \xff\xfe\n",
    "duplicate keys": "k: 1\nk: 2\n",
    "a template": "{{ k }}: {{ v }}\n{% if x %}\n",
    "a control character": "k: \x01\n",
    "a lone carriage return": "k: 1\rl: 2\n",
}


@pytest.mark.parametrize("content", BY_LINES.values(), ids=BY_LINES.keys())
def test_what_cannot_be_read_is_merged_by_lines_and_said_so(content: str | bytes) -> None:
    data = content.encode() if isinstance(content, str) else content
    first, last = b"# 1\n\n\n\n", b"\n\n\n# 2\n"
    base = first + data + last
    done = merge(base, base.replace(b"# 1\n", b"# one\n"), base.replace(b"# 2\n", b"# two\n"))
    assert done.clean
    assert done.content == base.replace(b"# 1\n", b"# one\n").replace(b"# 2\n", b"# two\n")
    assert done.method is Method.LINES
    assert done.note is not None
    assert "page.yaml:" in done.note


def test_files_of_comments_alone_are_merged_by_lines_and_said_so() -> None:
    merged = merge("# a\n\n# b\n", "# ours\n\n# b\n", "# a\n\n# b\n# c\n")
    assert (merged.content, merged.conflicts) == (b"# ours\n\n# b\n# c\n", ())
    assert (merged.method, merged.note) == (Method.LINES, "it holds a text and no fields")
    assert not merge("# a\n", "# b\n", "# c\n").clean


def test_content_with_nul_is_left_to_the_caller() -> None:
    with pytest.raises(BinaryContentError):
        merge("a: 1\0\n", "a: 2\0\n", "a: 3\0\n")


def test_the_deepest_allowed_nesting_is_merged_by_structure() -> None:
    base = deep(190)
    done = merge(base + "z: 1\n", base.replace("end: 1", "end: 2") + "z: 1\n", base + "z: 2\n")
    assert done.method is Method.STRUCTURE
    assert done.content.decode() == base.replace("end: 1", "end: 2") + "z: 2\n"


def test_keys_and_values_of_a_megabyte() -> None:
    key, value = "k" * 1_000_000, "v" * 1_000_000
    done = merge(f"? {key}\n: {value}\nb: 1\n", f"? {key}\n: {value}x\nb: 1\n", f"? {key}\n: {value}\nb: 2\n")
    assert done.content.decode() == f"? {key}\n: {value}x\nb: 2\n"


def seconds(item: str, size: int) -> float:
    """The time of this process for merging a list of ``size`` items, edited at both sides."""
    base = [item.format(at) for at in range(size)]
    ours = [*base[: size // 3], item.format("ours"), *base[size // 3 :]]
    theirs = [*base[: size // 2], *base[size // 2 + 1 :], item.format("theirs")]
    start = time.process_time()
    done = merge(*("".join(version) for version in (base, ours, theirs)))
    spent = time.process_time() - start
    assert done.clean
    return spent


@pytest.mark.parametrize("item", ["- id: i{}\n  v: 1\n", "- i{}\n", "- same\n"])
def test_a_list_eight_times_as_long_takes_about_eight_times_as_long(item: str) -> None:
    assert seconds(item, 4_000) < 20 * seconds(item, 500) + 0.2


@pytest.mark.long
def test_a_list_of_200_000_items_is_merged() -> None:
    assert seconds("- i{}\n", 200_000) > 0


RECURSIVE = {"type": "object", "properties": {"a": {"$ref": "#"}, "l": {"type": "array", "items": {"$ref": "#"}}}}


def test_a_schema_that_refers_to_itself_describes_every_level() -> None:
    rules = schema_rules(json.dumps(RECURSIVE).encode(), "schema.json")
    done = merge(
        "a:\n  a:\n    x: 1\n    y: 1\n", "a:\n  a:\n    x: 2\n    y: 1\n", "a:\n  a:\n    x: 1\n    y: 2\n", rules
    )
    assert done.content == b"a:\n  a:\n    x: 2\n    y: 2\n"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"allOf": [{"$ref": "#"}]},
        {"properties": {"l": {"$ref": "#/nowhere"}}},
        {"properties": {"l": {"x-jetenv": {"list": "keyed"}}}},
        {"properties": {"l": {"x-jetenv": {"list": "atomic"}, "x-kubernetes-list-type": "set"}}},
        {"properties": {"l": {"x-jetenv": {"list": "what"}}}},
        {"properties": {"l": {"x-jetenv": []}}},
        {"properties": 7},
        {"properties": {"l": 7}},
        [],
        7,
        True,
        False,
        None,
    ],
)
def test_a_schema_that_makes_no_sense_is_refused_or_says_nothing(schema: object) -> None:
    try:
        rules = schema_rules(json.dumps(schema).encode(), "schema.json")
        done = merge("l:\n- a\nz: 1\n", "l:\n- a\n- b\nz: 1\n", "l:\n- a\nz: 2\n", rules)
    except JetenvError as error:
        assert error.where
    else:
        assert done.content == b"l:\n- a\n- b\nz: 2\n"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"{} {}"])
def test_a_schema_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(JetenvError):
        schema_rules(content, "schema.json")


LINES = st.sampled_from(
    ["a: 1", "a:", "b: [1, 2]", "- x", "- id: 1", "  c: 2", "  - d: 3", "    e: 4", "# k", "  # l", "", "---", "...",
     "t: |", "  text", "x: &x {y: 1}", "z: *x", "<<: *x", "a: 2", "{a: 1}", "\tt: 1", "'", "? k", ": v", "b: [1, 3]"]
)  # fmt: skip
TEXTS = st.tuples(st.lists(LINES, max_size=7), st.sampled_from(["\n", "\r\n"]), st.booleans()).map(
    lambda drawn: drawn[1].join(drawn[0]) + drawn[1] * drawn[2]
)


@given(TEXTS, TEXTS, TEXTS)
@example("", "a: 1", "b: [1, 3]\na:\n: v")
@law
def test_whatever_the_versions_there_is_a_merge(base: str, ours: str, theirs: str) -> None:
    done = merge(base, ours, theirs)
    assert done.clean == (not done.conflicts)
    assert b"<<<<<<< ours" in done.content or done.clean
    for side in ("base", "ours", "theirs"):
        versions = (base.encode(), ours.encode(), theirs.encode())
        assert merge_file(*versions, Rules.NONE, merge_lines, choose=lambda _, side=side: side).clean
