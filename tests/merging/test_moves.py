"""Entries that move to another list or parent while the other side edits, moves or deletes them.

Every case is merged both ways: swapping the sides gives the same data and the same conflicts.
"""

from __future__ import annotations

import json
import re
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from merging_profile import law

from jetenv.documents.parsing import parse
from jetenv.documents.paths import format_path
from jetenv.documents.values import to_data
from jetenv.environments.merges.merge_file import schema_rules
from jetenv.merging.conflicts import Choose, Conflict, leave_open
from jetenv.merging.files import FileMerge, merge_file
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"components": {"$ref": "#/$defs/components"}},
    "$defs": {
        "components": {
            "type": "array",
            "items": {"type": "object", "properties": {"components": {"$ref": "#/$defs/components"}}},
            "x-jetenv": {"list": "keyed", "keys": ["code"]},
        }
    },
}


def page(text: str) -> str:
    return dedent(text).lstrip("\n")


PAGE = page("""
    name: Page
    components:
      - id: left
        type: container
        components:
          # The sum of all orders.
          - id: total
            type: chart
            title: Total
          - id: other
            type: text
      - id: right
        type: container
        components:
          - id: help
            type: text
""")
TOTAL = "      # The sum of all orders.\n      - id: total\n        type: chart\n        title: Total\n"
WITHOUT = PAGE.replace(TOTAL, "")
IN_RIGHT = WITHOUT + TOTAL
ON_TOP = WITHOUT.replace(
    "components:\n  - id: left",
    "components:\n  # The sum of all orders.\n  - id: total\n    type: chart\n    title: Total\n  - id: left",
    1,
)
RULES = {"inferred keys": Rules.NONE, "keys of a schema": schema_rules(json.dumps(SCHEMA).encode(), "page.json")}


def merge(base: str, ours: str, theirs: str, rules: Rules = Rules.NONE, choose: Choose = leave_open) -> FileMerge:
    return merge_file(
        base.encode(), ours.encode(), theirs.encode(), rules, merge_lines, path="pages/p.yaml", choose=choose
    )


def told(done: FileMerge) -> list[tuple[str, str]]:
    return [(each.kind.value, format_path(each.field)) for each in done.conflicts]


def both_ways(base: str, ours: str, theirs: str, rules: Rules = Rules.NONE, side: str | None = None) -> FileMerge:
    other = {"ours": "theirs", "theirs": "ours"}.get(side or "", side)
    one = merge(base, ours, theirs, rules, lambda _: side)
    swapped = merge(base, theirs, ours, rules, lambda _: other)
    assert told(one) == told(swapped)
    if one.clean:
        assert to_data(parse(one.content).root) == to_data(parse(swapped.content).root)
    return one


def clean(base: str, ours: str, theirs: str, rules: Rules = Rules.NONE, side: str | None = None) -> str:
    done = both_ways(base, ours, theirs, rules, side)
    assert done.clean, done.content.decode()
    return done.content.decode()


@pytest.mark.parametrize("keyed", RULES)
def test_an_edit_lands_where_the_other_side_moved_the_item(keyed: str) -> None:
    """With the comments of both; the list that it left has it no more."""
    key = "code" if keyed == "keys of a schema" else "id"
    versions = [
        text.replace("id:", f"{key}:") for text in (PAGE, IN_RIGHT, PAGE.replace("title: Total", "title: Sum # all"))
    ]
    assert clean(*versions, RULES[keyed]) == versions[1].replace("title: Total", "title: Sum # all")


def test_an_edit_of_the_mover_and_one_of_the_other_side_are_both_in_the_item() -> None:
    moved = IN_RIGHT.replace("title: Total", "title: Total\n        color: red")
    edited = PAGE.replace("type: chart", "type: gauge")
    assert clean(PAGE, moved, edited) == moved.replace("type: chart", "type: gauge")


def test_both_editing_one_field_of_a_moved_item_is_a_conflict_over_that_field_at_the_new_place() -> None:
    done = both_ways(PAGE, IN_RIGHT.replace("Total", "Turnover"), PAGE.replace("Total", "Sum"))
    assert told(done) == [("edit/edit", "components[right].components[total].title")]


def test_items_wrapped_in_a_new_container_take_edits_along() -> None:
    """The container comes from one side, what is edited in it from the other."""
    base = page("""
        components:
          - id: a
            type: text
          - id: b
            type: chart
            title: B
    """)
    wrapped = page("""
        components:
          - id: box
            type: columns # new
            components:
              - id: b
                type: chart
                title: B
              - id: a
                type: text
    """)
    edited = base.replace("title: B", "title: Bee # buzz")
    assert clean(base, wrapped, edited) == wrapped.replace("title: B", "title: Bee # buzz")
    edited = edited.replace("type: text", "type: html")
    assert clean(base, wrapped, edited) == wrapped.replace("title: B", "title: Bee # buzz").replace("text", "html")


def test_items_unwrapped_from_a_deleted_container_keep_edits() -> None:
    base = page("""
        components:
          - id: box
            type: columns
            components:
              - id: a
                type: text
                title: A
              - id: b
                type: chart
    """)
    unwrapped = page("""
        components:
          - id: a
            type: text
            title: A
          - id: b
            type: chart
    """)
    assert clean(base, unwrapped, base.replace("title: A", "title: Aa")) == unwrapped.replace("title: A", "title: Aa")


def test_the_only_item_of_a_list_moves_out_of_it_and_into_an_empty_one() -> None:
    """The list that it leaves stays as the mover has it."""
    base = page("""
        components:
          - id: left
            components:
              - id: a
                type: text
                title: A
          - id: right
            components: []
    """)
    moved = page("""
        components:
          - id: left
            components: []
          - id: right
            components:
              - id: a
                type: text
                title: A
    """)
    assert clean(base, moved, base.replace("title: A", "title: Aa")) == moved.replace("title: A", "title: Aa")


def test_an_item_edited_by_both_that_moved_with_its_container_is_followed() -> None:
    """An item inside a moved one is where its container is."""
    edited = PAGE.replace("title: Total", "title: Sum")
    moved = page("""
        name: Page
        components:
          - id: right
            type: container
            components:
              - id: help
                type: text
              - id: left
                type: container
                components:
                  # The sum of all orders.
                  - id: total
                    type: chart
                    title: Total
                  - id: other
                    type: text
    """)
    assert clean(PAGE, moved, edited) == moved.replace("title: Total", "title: Sum")


def test_two_moves_to_one_place_with_different_edits_are_merged_over_the_base() -> None:
    ours, theirs = IN_RIGHT.replace("title: Total", "title: Sum"), IN_RIGHT.replace("chart", "gauge")
    assert clean(PAGE, ours, theirs) == IN_RIGHT.replace("title: Total", "title: Sum").replace("chart", "gauge")


def test_moves_by_both_sides_of_different_items_are_both_made() -> None:
    ours = IN_RIGHT.replace("type: text\n  - id: right", "type: html\n  - id: right")
    theirs = PAGE.replace("      - id: other\n        type: text\n", "").replace("title: Total", "title: Sum")
    theirs += "  - id: other\n    type: text\n"
    assert clean(PAGE, ours, theirs) == page("""
        name: Page
        components:
          - id: left
            type: container
            components: []
          - id: right
            type: container
            components:
              - id: help
                type: text
              # The sum of all orders.
              - id: total
                type: chart
                title: Sum
          - id: other
            type: html
    """)


def test_two_moves_to_different_places_are_a_conflict_over_the_place() -> None:
    """The values are the places; an edit is no part of it, and each choice leaves the item once."""
    ours, theirs = IN_RIGHT.replace("title: Total", "title: Sum"), ON_TOP
    done = both_ways(PAGE, ours, theirs)
    assert told(done) == [("move/move", "components[left].components[total]")]
    (conflict,) = done.conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == (
        "components[left].components[total]",
        "components[right].components[total]",
        "components[total]",
    )
    text = done.content.decode()
    assert text.count("<<<<<<<") == 2
    assert clean(PAGE, ours, theirs, side="ours") == ours
    assert clean(PAGE, ours, theirs, side="theirs") == theirs.replace("title: Total", "title: Sum")
    assert to_data(parse(clean(PAGE, ours, theirs, side="base").encode()).root) == to_data(
        parse(PAGE.replace("title: Total", "title: Sum").encode()).root
    )
    for side in ("ours", "theirs"):
        assert settle(text, side) == clean(PAGE, ours, theirs, side=side)


def settle(text: str, side: str) -> str:
    """``text`` with every conflict region resolved by hand."""
    kept, state = [], ""
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<< "):
            state = "ours"
        elif line.startswith("=======") and state:
            state = "theirs"
        elif line.startswith(">>>>>>> "):
            state = ""
        elif state in ("", side):
            kept.append(line)
    return "".join(kept)


LEFT_IN_RIGHT = page("""
    name: Page
    components:
      - id: right
        type: container
        components:
          - id: help
            type: text
          - id: left
            type: container
            components:
              # The sum of all orders.
              - id: total
                type: chart
                title: Total
              - id: other
                type: text
""")
RIGHT_IN_LEFT = page("""
    name: Page
    components:
      - id: left
        type: container
        components:
          # The sum of all orders.
          - id: total
            type: chart
            title: Total
          - id: other
            type: text
          - id: right
            type: container
            components:
              - id: help
                type: text
""")


def test_two_moves_that_would_make_a_cycle_are_one_conflict() -> None:
    """Nothing is lost and nothing is there twice, whatever is chosen."""
    theirs = LEFT_IN_RIGHT.replace("title: Total", "title: Sum")
    done = both_ways(PAGE, RIGHT_IN_LEFT, theirs)
    assert told(done) == [("move/move", "components[left]")]
    assert clean(PAGE, RIGHT_IN_LEFT, theirs, side="ours") == RIGHT_IN_LEFT.replace("title: Total", "title: Sum")
    assert clean(PAGE, RIGHT_IN_LEFT, theirs, side="theirs") == theirs
    assert to_data(parse(clean(PAGE, RIGHT_IN_LEFT, theirs, side="base").encode()).root) == to_data(
        parse(PAGE.replace("title: Total", "title: Sum").encode()).root
    )
    for side in ("ours", "theirs"):
        assert to_data(parse(settle(done.content.decode(), side).encode()).root)


def test_what_cannot_be_followed_is_a_conflict_of_the_whole_file_and_never_there_twice() -> None:
    """Items in flow style stand in the middle of lines."""
    base = "left: [{id: a, v: 1}, {id: b}]\nkeep:\n  v: 1\nright: [{id: c}]\nlast:\n  - x\ntop: [{id: d}]\n"
    ours = base.replace("{id: a, v: 1}, ", "").replace("[{id: c}]", "[{id: c}, {id: a, v: 1}]")
    theirs = base.replace("{id: a, v: 1}, ", "").replace("[{id: d}]", "[{id: d}, {id: a, v: 1}]")
    assert told(both_ways(base, ours, theirs)) == [("move/move", "")]
    assert clean(base, ours, theirs, side="theirs") == theirs


def test_names_that_stand_in_several_lists_are_not_followed() -> None:
    """Which of them went where nobody can tell."""
    base = page("""
        tables:
          - id: t
            columns:
              - id: name
                width: 1
          - id: u
            columns:
              - id: size
                width: 1
          - id: v
            columns:
              - id: name
                width: 1
    """)
    first, second = "      - id: name\n        width: 1\n", "      - id: size\n        width: 1\n"
    ours = base.replace(first, "      - id: code\n        width: 7\n", 1).replace(second, second + first)
    theirs = base.replace("width: 1", "width: 2", 1)
    assert told(both_ways(base, ours, theirs)) == [("edit/delete", "tables[t].columns[name]")]


def test_an_item_with_nothing_in_common_but_the_key_is_another_one() -> None:
    moved = WITHOUT + "      - id: total\n        label: grand\n        sum: yes\n        of: all\n        x: 1\n"
    assert told(both_ways(PAGE, moved, PAGE.replace("Total", "Sum"))) == [
        ("edit/delete", "components[left].components[total]")
    ]


def test_a_container_that_the_other_side_deleted_does_not_come_back() -> None:
    """One side moved an item into it, the other deleted it and edited the item: that is for a person."""
    edited = page("""
        name: Page
        components:
          - id: left
            type: container
            components:
              # The sum of all orders.
              - id: total
                type: chart
                title: Sum
              - id: other
                type: text
    """)
    assert not both_ways(PAGE, IN_RIGHT, edited).clean


def test_a_mapping_that_moves_under_another_key_takes_edits_along() -> None:
    """Where its key stands once in each version."""
    base = page("""
        database:
          url: x
          pool:
            size: 5
            timeout: 30
        cache:
          ttl: 60
    """)
    moved = page("""
        database:
          url: x
        cache:
          ttl: 60
          pool:
            size: 5
            timeout: 30
    """)
    assert clean(base, moved, base.replace("size: 5", "size: 9")) == moved.replace("size: 5", "size: 9")


def test_an_edit_follows_a_mapping_under_keys_that_are_new() -> None:
    base = page("""
        id: start
        source:
          path: template.yaml
          title: Start
          layout: wide
    """)
    moved = page("""
        id: start
        areas:
          content:
            source:
              path: template.yaml
              title: Start
              layout: wide
    """)
    assert clean(base, moved, base.replace("wide", "narrow")) == moved.replace("wide", "narrow")


@pytest.mark.parametrize("side", ["moved", "edited"])
def test_a_move_alone_and_an_edit_alone_merge_as_ever(side: str) -> None:
    assert clean(PAGE, IN_RIGHT, PAGE.replace("type: text\n  - id: right", "type: html\n  - id: right")) == (
        IN_RIGHT.replace("type: text\n  - id: right", "type: html\n  - id: right")
    )


def test_line_endings_stay_when_an_edit_is_carried_to_another_place() -> None:
    versions = [text.replace("\n", "\r\n") for text in (PAGE, IN_RIGHT, PAGE.replace("title: Total", "title: Sum"))]
    assert clean(*versions) == IN_RIGHT.replace("title: Total", "title: Sum").replace("\n", "\r\n")


def test_the_same_conflict_has_the_same_id_in_every_run() -> None:
    def ids(done: FileMerge) -> list[str]:
        return [each.id for each in done.conflicts]

    assert ids(merge(PAGE, IN_RIGHT, ON_TOP)) == ids(merge(PAGE, IN_RIGHT, ON_TOP))
    seen: list[Conflict] = []
    merge(PAGE, IN_RIGHT, ON_TOP, choose=lambda conflict: (seen.append(conflict), "ours")[1])
    assert [each.id for each in seen] == ids(merge(PAGE, IN_RIGHT, ON_TOP))


Tree = list[tuple[str, int, "Tree"]]


def written(items: Tree, indent: int = 0) -> str:
    pad = " " * indent
    text = ""
    for name, title, below in items:
        text += f"{pad}- id: {name}\n{pad}  kind: of {name}\n{pad}  title: {title}\n"
        if below:
            text += f"{pad}  components:\n{written(below, indent + 4)}"
    return text


def places(items: Tree) -> list[tuple[Tree, int]]:
    return [each for at, item in enumerate(items) for each in [(items, at), *places(item[2])]]


def copied(items: Tree) -> Tree:
    return [(name, title, copied(below)) for name, title, below in items]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    root: Tree = [("root", 0, [])]
    for number in range(draw(st.integers(2, 7))):
        siblings, at = draw(st.sampled_from(places(root)))
        siblings[at][2].append((f"item{number}", 0, []))
    return root


@st.composite
def changed(draw: st.DrawFn, base: Tree, mark: int) -> Tree:
    """``base`` with items moved, edited, and wrapped in new ones."""
    tree = copied(base)
    for step in range(draw(st.integers(0, 3))):
        siblings, at = draw(st.sampled_from(places(tree)[1:]))
        action = draw(st.sampled_from(["move", "move", "edit", "wrap"]))
        name, _, below = item = siblings[at]
        if action == "edit":
            siblings[at] = (name, mark, below)
        elif action == "wrap":
            siblings[at] = (f"box{mark}{step}", 0, [item])
        else:
            del siblings[at]
            target, to = draw(st.sampled_from(places(tree)))
            target[to][2].insert(draw(st.integers(0, len(target[to][2]))), item)
    return tree


@st.composite
def triplets(draw: st.DrawFn) -> tuple[Tree, Tree, Tree]:
    base = draw(trees())
    return base, draw(changed(base, 1)), draw(changed(base, 2))


def titles(content: str) -> dict[str, int]:
    found: dict[str, int] = {}

    def visit(items: object) -> None:
        assert isinstance(items, list)
        for item in items:
            assert item["id"] not in found, f"{item['id']} is there twice:\n{content}"
            found[item["id"]] = item["title"]
            visit(item.get("components", []))

    visit(to_data(parse(content).root))
    return found


@given(triplets(), st.sampled_from(["ours", "theirs"]))
@law
def test_whatever_moves_no_item_is_lost_and_none_is_there_twice(versions: tuple[Tree, Tree, Tree], side: str) -> None:
    """Every edit of one side alone is in the result, wherever the item went and whatever settles the conflicts."""
    texts = [written(tree) for tree in versions]
    base, ours, theirs = (titles(text) for text in texts)
    done = merge(*texts, choose=lambda _: side)
    assert done.clean, done.content.decode()
    found = titles(done.content.decode())
    assert base.keys() <= found.keys()
    whole = any(not each.field for each in settled(texts))
    for name in base.keys() if not whole else ():
        allowed = {ours[name], theirs[name]} - ({base[name]} if ours[name] != theirs[name] else set())
        assert found[name] in (allowed or {base[name]}), name
    one, swapped = merge(*texts), merge(texts[0], texts[2], texts[1])
    # Where one side changes the order of a list and the other moves items to it, the order may conflict one way only.
    assert {each for each in told(one) if each[0] != "order"} == {each for each in told(swapped) if each[0] != "order"}
    if one.clean and swapped.clean:
        assert unordered(one.content) == unordered(swapped.content)


# One line a tree: what stands in brackets is inside the item before it, and ! marks one that was edited.
TREES = {
    "an edited item goes to where another contested one is taken to": (
        "item0 item1 item2",
        "item0! item1 box1[item2]",
        "box2[item2 item0] item1",
        "box2[item2 item0!] item1 box1",
    ),
    "an item that one side took out of what the other side wrapped": (
        "item0[item2] item1",
        "item2! item0 box1[item1]",
        "box2[item1 item0[item2]]",
        "box2[item1 item0] item2! box1",
    ),
    "an item goes into one that the other side wrapped with a contested one": (
        "item0 item1 item2",
        "box1[item0] item2[item1]",
        "box2[item2 item0] item1",
        "box2[item2[item1] item0] box1",
    ),
    "an item is wrapped in what both sides moved to the same place": (
        "item0 item3[item4]",
        "item0[item3[box1[item4]]]",
        "item0[item3[item4]]",
        "item0[item3[box1[item4]]]",
    ),
    "an item is added to what both sides emptied": (
        "item0[item1]",
        "item1 item0",
        "item1 item0[box2]",
        "item1 item0[box2]",
    ),
    "an order changes where both sides moved an item to": (
        "item0[item2] item1",
        "item0 item1 item2",
        "item1 item0 item2",
        "item1 item0 item2",
    ),
}


@pytest.mark.parametrize("name", TREES)
def test_moves_and_edits_of_trees(name: str) -> None:
    """Conflicts are settled with theirs; the order of items does not count."""
    *texts, expected = (written(drawn(line)) for line in TREES[name])
    done = merge(*texts, choose=lambda _: "theirs")
    assert done.clean, done.content.decode()
    assert unordered(done.content) == unordered(expected.encode())


def drawn(line: str) -> Tree:
    """The tree that a line of ``TREES`` stands for."""
    found: list[Tree] = [[]]
    for token in re.findall(r"\w+!?|[\[\]]", line):
        if token == "[":
            found.append(found[-1][-1][2])
        elif token == "]":
            found.pop()
        else:
            found[-1].append((token.rstrip("!"), int(token.endswith("!")), []))
    return [("root", 0, found[0])]


def unordered(content: bytes) -> object:
    """The data without the order of lists, in which additions of ours come first."""

    def sort(items: list[dict[str, list]]) -> list:
        items = [{**item, "components": sort(item.get("components", []))} for item in items]
        return sorted(items, key=lambda item: str(item["id"]))

    return sort(to_data(parse(content).root))


def settled(texts: list[str]) -> tuple[Conflict, ...]:
    return merge(*texts).conflicts
