"""One value set or removed: the data change as told, and every other byte stays."""

from __future__ import annotations

import random
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from styled import Hand, data, mappings

from jetenv.documents.editing import encode, set_value, unset
from jetenv.documents.emitting import dump
from jetenv.documents.fragments import in_flow, read_value
from jetenv.documents.nodes import Entry, Node
from jetenv.documents.parsing import parse
from jetenv.documents.paths import FieldPath, Index, Key, parse_path
from jetenv.documents.resolving import descend, no_keys, resolve
from jetenv.documents.values import to_data
from jetenv.errors import JetenvError, RefusedError, UsageError

PAGE = dedent("""\
    # The orders page.

    id: orders
    title: 'Orders'  # shown in the menu
    note:
    tags: [a, b]   # short
    empty: {}

    # What stands on it.
    components:
    # the total
    - id: total
      type: value   # a number
      query: |
        SELECT sum(total)
        FROM orders

      opts: {a: 1, "b": x}

    # the table
    - id: list
      type: table
      columns:
      - name
      - total # money
    # end of components
    """)


def edited(text: str, path: str, value: str, **options: bool) -> str:
    return set_value(parse(text), parse_path(path), value, **options)


def changed(path: str, value: str, old: str, new: str, text: str = PAGE) -> None:
    """Setting ``path`` replaces the one passage ``old`` by ``new`` and nothing else."""
    assert text.count(old) == 1
    assert edited(text, path, value) == text.replace(old, new)


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        ("title", "Late orders", "'Orders'", "'Late orders'"),
        ("title", '"It\'s"', "'Orders'", "'It''s'"),
        ("title", "12", "'Orders'", "12"),
        ("title", "a\n", "'Orders'", "'a'"),
        ("id", "no", "id: orders", 'id: "no"'),
        ("note", "hi", "note:", "note: hi"),
        ("note.by.whom", "ada", "note:", "note:\n  by:\n    whom: ada"),
        ("tags", "[a, b, c]", "[a, b]", "[a, b, c]"),
        ("tags[b]", "x, y", "[a, b]", '[a, "x, y"]'),
        ("empty.x", "1", "empty: {}", "empty:\n  x: 1"),
        ("empty", "[]", "empty: {}", "empty: []"),
        ("components[total].opts.b", "5", '"b": x', '"b": 5'),
        ("components[total].opts", "{c: 2}", '{a: 1, "b": x}', "{c: 2}"),
        ("components[total].type", "{a: b}", "type: value   # a number", "type:   # a number\n    a: b"),
        ("components[total].type", "[x, z]", "type: value   #", "type: [x, z]   #"),
        ("components[list].columns", "[x, z]", "  - name\n  - total # money", "  - x\n  - z"),
        ("components[list].columns", "no", "columns:\n  - name\n  - total # money", 'columns: "no"'),
        ("components[list].columns[total]", "[a]", "- total # money", "- [a] # money"),
        ("components[1].columns[0]", "{a: 1, b: 2}", "  - name", "  - a: 1\n    b: 2"),
        ("components[1].columns[1]", "{a: 1, b: 2}", "- total # money", "- # money\n    a: 1\n    b: 2"),
    ],
)
def test_a_value_is_replaced_in_place(path: str, value: str, old: str, new: str) -> None:
    changed(path, value, old, new)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("|\n  SELECT 1\n  FROM x", "|\n    SELECT 1\n    FROM x"),
        ('"a\\nb\\n"', "|\n    a\n    b"),
        ("SELECT 1", "|-\n    SELECT 1"),
        ("7", "7"),
        ("{a: 1}", "\n    a: 1"),
    ],
)
def test_a_block_scalar_stays_one_where_the_value_is_a_text(value: str, written: str) -> None:
    old = "query: |\n    SELECT sum(total)\n    FROM orders\n"
    separator = "" if written.startswith("\n") else " "
    changed("components[total].query", value, old, f"query:{separator}{written}\n")


def test_a_folded_text_stays_folded_while_it_is_one_paragraph() -> None:
    text = "a: >  # why\n    one\n    two\n\nb: 1\n"
    assert edited(text, "a", '"three\\n"') == "a: >  # why\n    three\n\nb: 1\n"
    assert edited(text, "a", '"x\\ny\\n"') == "a: |  # why\n    x\n    y\n\nb: 1\n"


def test_a_comment_below_does_not_become_a_line_of_the_new_text() -> None:
    assert edited("a: x\n    # deep\nb: 1\n", "a", "|\n x\n y") == "a: |\n  x\n  y\n# deep\nb: 1\n"


def test_blanks_below_do_not_become_lines_of_the_new_text_either() -> None:
    assert edited("a: x\n    \nb: 1\n", "a", "|\n x\n y") == 'a: "x\\ny\\n"\n    \nb: 1\n'
    assert edited("a: x\n    \n", "b", "|-\n x\n y") == 'a: x\nb: "x\\ny"\n    \n'


def test_several_lines_are_placed_as_they_were_given_at_the_indentation_of_the_place() -> None:
    value = "  # why\n  - a: 'x'  # note\n    b: |\n      l1\n\n      l2\n  - {c: d}\n"
    assert edited("k:\n    x: 1\nz: 1\n", "k.x", value) == (
        "k:\n    x:\n        # why\n        - a: 'x'  # note\n          b: |\n            l1\n\n            l2\n"
        "        - {c: d}\nz: 1\n"
    )


def test_the_same_value_again_changes_nothing() -> None:
    assert edited(PAGE, "components[total].opts", '{"b": x, a: 1}') == PAGE


@pytest.mark.parametrize(
    ("text", "path", "value", "result"),
    [
        ("a: 1\n", "b", "2", "a: 1\nb: 2\n"),
        ("a: 1", "b", "2", "a: 1\nb: 2"),
        ("a: 1\r\n", "b.c", "2", "a: 1\r\nb:\r\n  c: 2\r\n"),
        ("a: |\n  x", "b", "2", "a: |-\n  x\nb: 2"),
        ("a: 1", "b", "|\n  x", "a: 1\nb: |\n  x\n"),
        ("a: 1\n# tail\n", "b", "2", "a: 1\nb: 2\n# tail\n"),
        ("a:\n   x: 1\n\nb: 1\n", "a.z", "2", "a:\n   x: 1\n   z: 2\n\nb: 1\n"),
        ("a:\n    b: 1\n", "c.d", "2", "a:\n    b: 1\nc:\n    d: 2\n"),
        ("- a: 1\n", "[0].b", "2", "- a: 1\n  b: 2\n"),
        ("", "a", "1", "a: 1\n"),
        ("# only a comment", "a", "1", "# only a comment\na: 1\n"),
        ("--- # x\n...\n", "a", "1", "--- # x\na: 1\n...\n"),
        ("{}\n", "a", "1", "a: 1\n"),
        ("--- {} # none\n", "a", "1", "---\n# none\na: 1\n"),
        ("{a: 1}\n", "b", "x y", "{a: 1, b: x y}\n"),
        ("{a: 1,}\n", "b", "2", "{a: 1, b: 2,}\n"),
        ("{a: 1, b: }\n", "c", "2", "{a: 1, b: , c: 2}\n"),
        ("x: {a: {}}\n", "x.a.b", "{c: no}", 'x: {a: {b: {c: "no"}}}\n'),
        ("x: [a: 1]\n", "x[0].b", "2", "x: [{a: 1, b: 2}]\n"),
        ('{\n  "a": "x"\n}\n', "b", "y", '{\n  "a": "x",\n  "b": "y"\n}\n'),
        ("{\n  a: 1, # one\n  b: 2, # two\n}\n", "c", "3", "{\n  a: 1, # one\n  b: 2, # two\n  c: 3,\n}\n"),
        ("{\n  a: 1 # one\n}\n", "b", "2", "{\n  a: 1, # one\n  b: 2\n}\n"),
        ("{\n  a: 1}\n", "b", "2", "{\n  a: 1,\n  b: 2}\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", "d", "4", "a: 1\n\nb: 2\n\nc: 3\n\nd: 4\n"),
        ('"a": 1\n"b": 2\n', "c", "3", '"a": 1\n"b": 2\n"c": 3\n'),
        ("? a\n: b\n", "a", "c", "? a\n: c\n"),
        ("{a}\n", "a", "1", "{a: 1}\n"),
        ("t: [a]\n", "t[b]", "b", "t: [a, b]\n"),
        ("t:\n- a\n", "t[b]", "b", "t:\n- a\n- b\n"),
        ("&x\na: 1\n", "b", "2", "&x\na: 1\nb: 2\n"),
        ("a: &x\n", "a.b", "1", "a:\n  b: 1\n"),
        ("a: !t {}\n", "a.b", "1", "a: !t {b: 1}\n"),
        ("a: 1\n", "b", "!t x", "a: 1\nb: !t x\n"),
        ("a: 1\n", '"x: y".no', "", 'a: 1\n"x: y":\n  "no": null\n'),
    ],
)
def test_a_missing_key_is_added_at_the_end_in_the_style_of_its_mapping(
    text: str, path: str, value: str, result: str
) -> None:
    assert edited(text, path, value) == result


def test_a_missing_item_of_a_keyed_list_is_appended_with_its_key() -> None:
    written = edited(PAGE, "components[banner]", "{type: text, on: [a, {b: 1}]}")
    item = '\n- id: banner\n  type: text\n  "on":\n  - a\n  - b: 1\n'
    assert written == PAGE.replace("# end of components", item.lstrip(" ") + "# end of components")
    with pytest.raises(UsageError, match="id: other"):
        edited(PAGE, "components[banner]", "{id: other}")
    with pytest.raises(UsageError, match="is a mapping"):
        edited(PAGE, "components[banner]", "text")


def test_the_schema_says_which_fields_name_an_item() -> None:
    text = "rows:\n- {team: ops, region: eu, id: 1}\n- {team: ops, region: us, id: 2}\n"
    keys = {parse_path("rows"): ("team", "region"), parse_path("new"): ("name",)}.get
    at = "{team: ops, region: us, id: 2}"
    assert set_value(parse(text), parse_path("rows[ops,us].id"), "3", keys) == text.replace(at, at.replace("2", "3"))
    assert set_value(parse(text), parse_path("new[x]"), "{a: 1}", keys) == text + "new:\n- name: x\n  a: 1\n"
    with pytest.raises(UsageError, match=r"named by \[team,region\]"):
        resolve(parse(text), parse_path("rows[ops]"), keys)
    with pytest.raises(UsageError, match=r"no item \[ops,uk\]") as error:
        resolve(parse(text), parse_path("rows[ops,uk]"), keys)
    assert error.value.hint == "did you mean [ops,us]?"


@pytest.mark.parametrize(
    ("path", "removed"),
    [
        ("note", "note:\n"),
        ("title", "title: 'Orders'  # shown in the menu\n"),
        ("empty", "empty: {}\n"),
        ("tags[a]", "a, "),
        ("tags[b]", ", b"),
        ("components[total].opts.b", ', "b": x'),
        ("components[total].query", "  query: |\n    SELECT sum(total)\n    FROM orders\n"),
        ("components[list].columns[total]", "  - total # money\n"),
        ("components[list]", "\n# the table\n- id: list\n  type: table\n  columns:\n  - name\n  - total # money\n"),
    ],
)
def test_an_entry_is_removed_with_the_comments_it_owns(path: str, removed: str) -> None:
    assert PAGE.count(removed) == 1
    assert unset(parse(PAGE), parse_path(path)) == PAGE.replace(removed, "")


@pytest.mark.parametrize(
    ("text", "path", "result"),
    [
        ("a:\n  b: 1\n", "a.b", "a: {}\n"),
        ("a: # why\n  # one\n  - x\n  # end\nb: 1\n", "a[0]", "a: [] # why\n  # end\nb: 1\n"),
        ("a: &x\n  b: 1\n", "a.b", "a: &x {}\n"),
        ("- a: 1\n- b\n", "[0].a", "- {}\n- b\n"),
        ("- - a\n", "[0][0]", "- []\n"),
        ("# head\n\na: 1", "a", "# head\n\n{}"),
        ("a:\n  b: 1", "a.b", "a: {}"),
        ("- a: 1\n  b: 2\n", "[0].a", "- b: 2\n"),
        ("- a: 1\n  # why\n  b: 2\n", "[0].a", "-\n  # why\n  b: 2\n"),
        ("{ a: 1 }\n", "a", "{}\n"),
        ("[a: 1, b]\n", "[0].a", "[{}, b]\n"),
        ("{a: 1, b: 2, c: 3}\n", "b", "{a: 1, c: 3}\n"),
        ("{a: 1, b: 2,}\n", "b", "{a: 1, }\n"),
        ("{\n  a: 1, # one\n  # about b\n  b: 2, # two\n}\n", "b", "{\n  a: 1, # one\n}\n"),
        ("{\n  a: 1, # one\n  b: 2 # two\n}\n", "a", "{\n  b: 2 # two\n}\n"),
        ('{\n  "a": 1,\n  "b": 2\n}\n', "b", '{\n  "a": 1\n}\n'),
        ("{a: , b}\n", "a", "{b}\n"),
        ("a: 1\r\nb: 2\r\n", "a", "b: 2\r\n"),
    ],
)
def test_what_is_left_is_still_well_written(text: str, path: str, result: str) -> None:
    assert unset(parse(text), parse_path(path)) == result


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("componets[0]", "the document has no key 'componets'", "did you mean components?"),
        ("components[totl].type", "'components' has no item [totl]", "did you mean [total]?"),
        ("components[9]", "'components' has 2 items, no [9]", None),
        ("components.total", "'components' is a list and has no key 'total'", "components[total]"),
        ("title.x", "'title' is a single value and has no 'x'", None),
        ("components[total][a]", "'components[total]' is a mapping, not a list", "components[total].a"),
        ("note.x", "'note' has no value", None),
        ("empty.x", "'empty' has no key 'x'", "it is empty"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_exists(path: str, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as error:
        unset(parse(PAGE), parse_path(path))
    assert error.value.message == message
    assert hint is None or hint in (error.value.hint or "")


def test_items_that_nothing_tells_apart_are_named_by_position() -> None:
    text = "a:\n- {id: x}\n- {id: x, name: y}\n"
    with pytest.raises(UsageError, match="nothing tells the items of 'a' apart"):
        resolve(parse(text), parse_path("a[x]"))
    with pytest.raises(UsageError, match="2 items") as error:
        resolve(parse(text), parse_path("a[x]"), lambda _path: ("id",))
    assert error.value.hint == "name the item by position: [0] or [1]"


SHARED = "base: &b\n  x: 1\n  y: &y 2\nalias: *b\nmerged:\n  <<: *b\n  own: *y\n"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("base", "carries the anchor &b"),
        ("base.y", "carries the anchor &y"),
        ("alias.x", "is the alias *b"),
        ("merged.x", "comes through a merge key"),
    ],
)
def test_what_other_places_share_is_not_edited_behind_their_back(path: str, reason: str) -> None:
    for edit in (lambda: edited(SHARED, path, "5"), lambda: unset(parse(SHARED), parse_path(path))):
        with pytest.raises(RefusedError, match=r".") as error:
            edit()
        assert reason in error.value.message
        assert error.value.hint


def test_shared_values_can_be_read_and_edited_where_they_stand() -> None:
    source = parse(SHARED)
    assert to_data(resolve(source, parse_path("merged.x"))) == 1
    assert to_data(resolve(source, parse_path("alias.y"))) == 2
    assert edited(SHARED, "base.x", "3") == SHARED.replace("x: 1", "x: 3")
    assert edited(SHARED, "merged.own", "3") == SHARED.replace("*y", "3")
    assert edited(SHARED, "merged.new", "3") == SHARED + "  new: 3\n"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a: b: c", "not usable YAML"),
        ("[a", "not usable YAML"),
        ("*x", "not usable YAML"),
        ("&x 1", "anchor"),
        ("--- a\n--- b\n", "several YAML documents"),
        ("{a: 1, a: 2}", "duplicate key"),
        ("\udcff", "UTF-8"),
    ],
)
def test_a_value_that_is_no_plain_yaml_is_refused(value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        edited(PAGE, "title", value)


def test_what_begins_with_a_hash_is_a_text_and_no_comment() -> None:
    """A colour is what people set most often, and a comment is no value."""
    assert set_value(parse("color: red\n"), (Key("color"),), "#0f766e") == 'color: "#0f766e"\n'


def test_a_text_is_taken_as_it_is_when_asked() -> None:
    assert edited("a: 1\n", "a", "{x: y", as_text=True) == 'a: "{x: y"\n'
    assert edited("a: 1\n", "a", "", as_text=True) == 'a: ""\n'
    assert edited("a: 1\n", "a", "x\ny", as_text=True) == "a: |-\n  x\n  y\n"


def test_a_whole_file_or_one_of_several_documents_is_no_field() -> None:
    for edit in (lambda: set_value(parse("a: 1\n"), (), "2"), lambda: unset(parse("a: 1\n"), ())):
        with pytest.raises(UsageError, match="whole file"):
            edit()
    with pytest.raises(JetenvError, match="several YAML documents"):
        edited("a: 1\n---\nb: 1\n", "a", "2")


def test_the_byte_order_mark_is_kept() -> None:
    source = parse(b"\xef\xbb\xbfa: 1\n")
    assert encode(source, set_value(source, parse_path("a"), "2")) == b"\xef\xbb\xbfa: 2\n"


def paths(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        step = (*path, Key(name) if isinstance(name, str) else Index(name))
        yield step
        yield from paths(inner, step)


def applied(value: Any, path: FieldPath, new: Any) -> Any:
    """``value`` with ``new`` at ``path``; without the entry where ``new`` is ``...``."""
    step, *rest = path
    at = step.name if isinstance(step, Key) else step.position  # type: ignore[union-attr]
    result: Any = dict(value or {}) if isinstance(step, Key) else list(value)
    if rest:
        inner = result.get(at) if isinstance(result, dict) else result[at]
        result[at] = applied(inner, tuple(rest), new)
    elif new is ...:
        del result[at]
    else:
        result[at] = new
    return result


def entry_at(text: str, path: FieldPath) -> tuple[Node, Entry]:
    return descend(parse(text), path, no_keys, reading=True).trail[-1]


def same_around(old: str, new: str, start: int, end: int) -> bool:
    """Whether ``new`` differs from ``old`` between ``start`` and ``end`` only."""
    return new.startswith(old[:start]) and new.endswith(old[end:])


@given(mappings, st.integers(0, 10**6), data, st.integers(0, 10**6), st.booleans())
def test_a_value_set_anywhere_is_the_only_thing_that_changes(
    value: dict[str, Any], seed: int, new: Any, pick: int, flow: bool
) -> None:
    text = Hand(seed).write(value)
    path = random.Random(pick).choice(list(paths(value)))
    given_text = in_flow(read_value(dump(new))) if flow else dump(new)
    result = set_value(parse(text), path, given_text)
    assert to_data(parse(result).root) == applied(value, path, new)
    parent, entry = entry_at(text, path)
    end = entry.end if parent.is_block else parent.end
    assert same_around(text, result, entry.head, end) or result + "\n" == text[: entry.head]


@given(mappings, st.integers(0, 10**6), data, st.integers(0, 10**6))
def test_a_key_added_anywhere_leaves_all_that_was_there(value: dict[str, Any], seed: int, new: Any, pick: int) -> None:
    text = Hand(seed).write(value)
    places = [(), *(path for path in paths(value) if isinstance(applied_at(value, path), dict))]
    path = (*random.Random(pick).choice(places), Key("added"))
    result = set_value(parse(text), path, dump(new))
    assert to_data(parse(result).root) == applied(value, path, new)
    # Only the braces of an empty mapping give way to the first entry; everything else is still there, in order.
    rest = iter(result)
    assert all(character in rest for character in text if character not in "{} ")


def applied_at(value: Any, path: FieldPath) -> Any:
    for step in path:
        value = value[step.name if isinstance(step, Key) else step.position]  # type: ignore[union-attr]
    return value


@given(mappings, st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_entry_removed_anywhere_takes_nothing_else_with_it(value: dict[str, Any], seed: int, pick: int) -> None:
    text = Hand(seed).write(value)
    path = random.Random(pick).choice(list(paths(value)))
    result = unset(parse(text), path)
    assert to_data(parse(result).root) == applied(value, path, ...)
    parent, entry = entry_at(text, path)
    line_start = text.rfind("\n", 0, entry.head) + 1
    if parent.is_block and len(parent.entries) > 1 and not text[line_start : entry.head].strip():
        assert result == text[: entry.start] + text[entry.end :]


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_is_taken_as_it_is(text: str) -> None:
    for before in ("a: 1\nb: 2\n", "a: |\n  x\nb: 2\n", "{a: 'x', b: 2}\n", "c:\n- a: 1\n  b: 2\n"):
        path = parse_path("c[0].a" if before.startswith("c") else "a")
        result = parse(set_value(parse(before), path, text, as_text=True))
        assert to_data(resolve(result, path)) == text
