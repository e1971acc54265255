"""Changes as a reviewer is told them: moves, renames, lines of texts, and what follows the rename of an object."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.diffing.documents import review_documents
from jetenv.diffing.hunks import hunks
from jetenv.diffing.records import Action, ObjectDiff
from jetenv.diffing.trees import diff_trees
from jetenv.documents.parsing import parse
from jetenv.documents.paths import format_path
from jetenv.environments.merges.merge_file import schema_rules
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.rules import Rules


def review(old: str, new: str, rules: Rules = Rules.NONE) -> list[tuple[str, ...]]:
    """Action, path and, where it has one, the old path of every change."""
    changes = [site.change for site in review_documents(parse(old), parse(new), rules)]
    return [
        (each.action.value, format_path(each.path), *([format_path(each.old_path)] if each.old_path else []))
        for each in changes
    ]


TABS = """\
tabs:
- id: a
  items:
  - id: x
    title: Total
    type: chart
  - id: z
- id: b
  items:
  - id: y
"""
MOVED = """\
tabs:
- id: a
  items:
  - id: z
- id: b
  items:
  - id: y
  - id: x
    title: Total
    type: chart
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(TABS, MOVED, [("moved", "tabs[b].items[x]", "tabs[a].items[x]")], id="an item to another list"),
        pytest.param(
            TABS,
            MOVED.replace("Total", "Sum"),
            [("moved", "tabs[b].items[x]", "tabs[a].items[x]"), ("changed", "tabs[b].items[x].title")],
            id="and edited there",
        ),
        pytest.param(
            "a:\n  k: 1\n  x: {p: 1, q: 2}\nb:\n  l: 1\n",
            "a:\n  k: 1\nb:\n  l: 1\n  x: {p: 1, q: 2}\n",
            [("moved", "b.x", "a.x")],
            id="an entry of a mapping",
        ),
        pytest.param(
            "l:\n- id: x\n  p: 1\n  q: 2\n  r: 3\n  s: 4\n  t: 5\n",
            "l:\n- id: z\n  p: 1\n  q: 2\n  r: 4\n  s: 4\n  t: 5\n",
            [("renamed", "l[z]", "l[x]"), ("changed", "l[z].r")],
            id="another key, and an edit",
        ),
        pytest.param(
            "a:\n  k: 1\n  x: 1\nb:\n  l: 1\n",
            "a:\n  k: 1\nb:\n  l: 1\n  x: 1\n",
            [("removed", "a.x"), ("added", "b.x")],
            id="a scalar never moves",
        ),
        pytest.param(
            "a:\n  k: 1\n  x: {p: 1, q: 2}\nb:\n  l: 1\n",
            "a:\n  k: 1\nb:\n  l: 1\n  x: {r: 3, s: 4}\n",
            [("removed", "a.x"), ("added", "b.x")],
            id="nothing in common but the name",
        ),
        pytest.param(
            "a:\n- id: x\n  p: 1\n- id: k\nb:\n- id: x\n  p: 1\n- id: k\nc:\n- id: k\n",
            "a:\n- id: k\nb:\n- id: k\nc:\n- id: k\n- id: x\n  p: 1\n",
            [("removed", "a[x]"), ("removed", "b[x]"), ("added", "c[x]")],
            id="which of two it was cannot be told",
        ),
    ],
)
def test_what_moved_or_got_another_key_is_told_once(old: str, new: str, expected: list[tuple[str, ...]]) -> None:
    assert review(old, new) == expected


FLAT = """\
items:
- id: x
  title: Total
  type: chart
- id: y
  title: Orders
  type: table
- id: z
"""
GROUPED = """\
items:
# both
- id: box
  type: container
  items:
  # the chart
  - id: x
    title: Total
    type: chart
  - id: y
    title: Orders
    type: table
- id: z
"""
ONE = "- id: x\n  title: Total\n  type: chart\n"
AROUND_ONE = FLAT.replace(ONE, "- id: x2\n  items:\n  - id: x\n    title: Total\n    type: chart\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            FLAT,
            GROUPED,
            [
                ("added", "items[box]"),
                ("moved", "items[box].items[x]", "items[x]"),
                ("comment", "items[box].items[x]"),
                ("moved", "items[box].items[y]", "items[y]"),
            ],
            id="into a new group",
        ),
        pytest.param(
            GROUPED,
            FLAT.replace("Orders", "Orders of today"),
            [
                ("removed", "items[box]"),
                ("moved", "items[x]", "items[box].items[x]"),
                ("comment", "items[x]"),
                ("moved", "items[y]", "items[box].items[y]"),
                ("changed", "items[y].title"),
            ],
            id="out of a group that is gone",
        ),
        pytest.param(
            FLAT,
            AROUND_ONE,
            [("added", "items[x2]"), ("moved", "items[x2].items[x]", "items[x]")],
            id="a group around one item is no rename of it",
        ),
        pytest.param(
            "items:\n- id: a\n  k: 1\n  items:\n  - {id: x, p: 1, q: 2}\n  - {id: y, p: 3, q: 4}\n",
            "items:\n- id: b\n  l: 2\n  m: 3\n  n: 4\n  o: 5\n  r: 6\n  items:\n  - {id: x, p: 1, q: 2}\n",
            [("removed", "items[a]"), ("added", "items[b]"), ("moved", "items[b].items[x]", "items[a].items[x]")],
            id="from one group to another",
        ),
        pytest.param(
            FLAT,
            GROUPED.replace("title: Total\n    type: chart", "title: Sum\n    type: gauge"),
            [
                ("removed", "items[x]"),
                ("added", "items[box]"),
                ("moved", "items[box].items[y]", "items[y]"),
            ],
            id="nothing in common but the name is no move",
        ),
    ],
)  # fmt: skip
def test_what_was_moved_in_or_out_of_a_group_is_told_as_moved(old, new, expected) -> None:
    assert review(old, new) == expected


def test_a_new_group_is_shown_without_what_was_moved_into_it() -> None:
    sites = review_documents(parse(FLAT), parse(GROUPED), Rules.NONE)
    (added,) = (site.change for site in sites if site.change.action is Action.ADDED)
    assert [hunk.lines for hunk in added.hunks] == [
        ("+id: box", "+type: container", "+items:", " - id: x  # moved", " - id: y  # moved")
    ]
    assert added.new is not None
    assert "title: Total" in added.new


def test_parts_of_items_that_are_no_boxes_do_not_move() -> None:
    """The columns of a table are told with the table, whatever other table has one of that name."""
    rules = Catalog.builtin().rules_for("pages/a.yaml")
    column = "columns:\n    - {name: total, label: Sum, display: money}\n"
    old = f"name: A\ncomponents:\n  - id: a\n    type: table\n    {column}"
    new = (
        f"name: A\ncomponents:\n  - id: b\n    type: detail\n    per_row: 2\n    {column.replace('columns', 'fields')}"
    )
    assert review(old, new, rules) == [("removed", "components[a]"), ("added", "components[b]")]


def test_an_atomic_mapping_is_looked_into_for_people() -> None:
    schema = {"properties": {"m": {"type": "object", "x-jetenv": {"map": "atomic"}}}}
    rules = schema_rules(json.dumps(schema).encode(), "schema.json")
    assert review("m: {a: 1, b: 1}\n", "m: {a: 2, b: 1}\n", rules) == [("changed", "m.a")]


def test_every_change_has_its_lines() -> None:
    old = "a: 1\nb:\n  c: 1\n  d: 1\n"
    new = "# new\n\na: 1\nx: 1\nb:\n  d: 2\n"
    found = {
        format_path(site.change.path): (site.change.old_line, site.change.line)
        for site in review_documents(parse(old), parse(new), Rules.NONE)
    }
    assert found["b.c"] == (3, 6)
    assert found["b.d"] == (4, 6)
    assert found["x"] == (None, 4)


def test_a_text_of_several_lines_is_told_by_lines() -> None:
    old = "sql: |\n" + "".join(f"  line {n}\n" for n in range(20))
    (site,) = review_documents(parse(old), parse(old.replace("line 9\n", "line nine\n")), Rules.NONE)
    (hunk,) = site.change.hunks
    assert (hunk.old_line, hunk.new_line) == (8, 8)
    assert hunk.lines == (" line 7", " line 8", "-line 9", "+line nine", " line 10", " line 11")


lines = st.lists(st.sampled_from("abcd"), max_size=12).map("\n".join)


@given(lines, lines, st.integers(0, 3))
def test_hunks_lead_from_one_text_to_the_other(old: str, new: str, context: int) -> None:
    before, after = old.split("\n"), []
    at = 0
    for hunk in hunks(old, new, context):
        after += before[at : hunk.old_line - 1]
        at = hunk.old_line - 1
        for line in hunk.lines:
            if line[0] != "+":
                assert before[at] == line[1:]
                at += 1
            if line[0] != "-":
                after.append(line[1:])
    assert "\n".join([*after, *before[at:]]) == new
    assert (hunks(old, new) == ()) is (old == new)


@dataclass(frozen=True)
class Entry:
    oid: str  # the content itself stands for its id
    mode: int = 0o100644


@dataclass(frozen=True)
class Pair:
    old: Entry | None
    new: Entry | None


def trees(**files: tuple[str | None, str | None]) -> dict[str, ObjectDiff]:
    """The objects that differ by path; ``pages__x`` stands for ``pages/x.yaml``."""
    changes = {
        name.replace("__", "/") + ".yaml": Pair(*(None if text is None else Entry(text) for text in pair))
        for name, pair in files.items()
    }
    return {each.path: each for each in diff_trees(changes, lambda oid: oid.encode(), Catalog.builtin())}


ORDERS = "id: orders\nname: Orders\nurl: /orders\ndescription: All of them\nicon: cart\n"
SALES = ORDERS.replace("id: orders", "id: sales")


OPS = "id: ops\nname: Ops\nproject_permissions:\n- permission_type: page\n  object: orders\n  actions: [r]\n"


def test_references_that_follow_a_rename_are_told_with_it() -> None:
    found = trees(
        pages__orders=(ORDERS, None),
        pages__sales=(None, SALES),
        menu=(
            "primary:\n- id: orders\n  type: link\n  label: Orders\n  page: orders\n",
            "primary:\n- id: orders\n  type: link\n  label: Orders\n  page: sales\n",
        ),
        teams__ops=(
            OPS,
            OPS.replace("orders", "sales").replace("Ops", "Operations"),
        ),
    )
    page = found["pages/sales.yaml"]
    assert (page.action, page.old_path, page.old_id) == (Action.RENAMED, "pages/orders.yaml", "orders")
    assert [(each.path, format_path(each.field)) for each in page.followers] == [
        ("menu.yaml", "primary[orders].page"),
        ("teams/ops.yaml", "project_permissions[page,sales]"),
    ]
    assert found["menu.yaml"].only_follows
    assert not found["teams/ops.yaml"].only_follows
    assert [format_path(each.path) for each in found["teams/ops.yaml"].changes if each.follows is None] == ["name"]


def test_a_collection_that_moves_with_its_resource_follows_it() -> None:
    resource = "id: db\nname: Database\ntype: sqlite\nparams:\n  path: a.db\n  timezone: UTC\n"
    found = trees(
        resources__db=(resource, None),
        resources__main=(None, resource.replace("id: db", "id: main")),
        collections__db__orders=(ORDERS, None),
        collections__main__orders=(None, ORDERS),
    )
    collection = found["collections/main/orders.yaml"]
    assert (collection.action, collection.old_id) == (Action.MOVED, "db/orders")
    assert collection.follows is not None
    assert (collection.follows.kind, collection.follows.new_id) == ("resource", "main")


def test_an_object_does_not_become_one_of_another_kind() -> None:
    found = trees(pages__a=("name: A\n", None), teams__a=(None, "name: A\n"))
    assert [each.action for each in found.values()] == [Action.REMOVED, Action.ADDED]
