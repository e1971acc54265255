"""Objects drawn before and after as boxes, by nothing but what their schemas say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.diffing.wireframes import MOST_DRAWN, MOST_ITEMS, Box, Mark, Wireframe, wireframe
from jetenv.documents.parsing import parse
from jetenv.environments.merges.merge_file import schema_rules
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.rules import Rules

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
DRAWN = sorted(
    path.relative_to(EXAMPLE).as_posix() for path in (*EXAMPLE.glob("*/*.yaml"), EXAMPLE / "menu.yaml")
    if path.parent.name in ("pages", "workflows", EXAMPLE.name)
)  # fmt: skip
PAGE = Catalog.builtin().rules_for("pages/x.yaml")


def drawn(old: str | None, new: str | None, rules: Rules = PAGE) -> Wireframe:
    found = wireframe(None if old is None else parse(old), None if new is None else parse(new), rules)
    assert found is not None
    return found


def page(*components: Any) -> str:
    return json.dumps({"name": "Orders", "components": components})


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "type": "text", "text": f"This is {key}", **more}


def container(key: str, *components: Any) -> dict[str, Any]:
    return {"id": key, "type": "container", "components": components}


def marks(box: Box | None) -> dict[str, list[str]]:
    """The marks of the boxes that have some, by key; the outermost box under ``""``."""
    return {each.key: [mark.value for mark in each.marks] for each in (box.walk() if box else ()) if each.marks}


def one(box: Box | None, key: str) -> Box:
    assert box is not None
    (found,) = (each for each in box.walk() if each.key == key)
    return found


def test_a_box_says_what_the_component_is_and_what_it_shows() -> None:
    table = {
        "id": "list",
        "type": "table",
        "title": "All orders",
        "layout": {"width": 8},
        "data": {"type": "collection", "collection": "orders-db/orders", "segment": "open"},
        "columns": [{"name": "number"}, {"name": "total", "label": "Sum"}],
    }
    box = one(drawn(None, page(table)).after, "list")
    assert (box.kind, box.title, box.width) == ("table", "All orders", 8)
    assert [(each.label, each.text) for each in box.values] == [
        ("Collection", "orders-db/orders"),
        ("Segment", "open"),
    ]
    assert [(each.label, [item.text for item in each.items]) for each in box.lists] == [("Columns", ["number", "Sum"])]


def test_a_component_is_added_removed_or_changed() -> None:
    found = drawn(page(text("a"), text("b"), text("c")), page(text("a"), text("b", size="large"), text("d")))
    assert marks(found.before) == {"b": ["changed"], "c": ["removed"]}
    assert marks(found.after) == {"b": ["changed"], "d": ["added"]}
    assert one(found.after, "b").changed == ("Size",)
    assert dict(found.counts) == {Mark.ADDED: 1, Mark.REMOVED: 1, Mark.CHANGED: 1}


def test_what_moved_into_another_container_says_where_it_was_and_where_it_is() -> None:
    old = page(container("left", text("a")), container("right"))
    found = drawn(old, page(container("left"), container("right", text("a"))))
    assert marks(found.before) == marks(found.after) == {"a": ["moved"]}
    assert (one(found.before, "a").elsewhere, one(found.after, "a").elsewhere) == ("right", "left")


def test_what_moved_and_changed_is_both() -> None:
    found = drawn(page(text("a"), container("box")), page(container("box", text("a", size="small"))))
    assert marks(found.after) == {"a": ["moved", "changed"]}


def test_of_a_new_order_as_few_as_possible_have_moved() -> None:
    found = drawn(page(*map(text, "abcd")), page(*map(text, "bcda")))
    assert marks(found.before) == marks(found.after) == {"a": ["moved"]}
    assert (one(found.before, "a").elsewhere, one(found.after, "a").elsewhere) == ("down", "down")
    back = drawn(page(*map(text, "abcd")), page(*map(text, "dabc")))
    assert one(back.after, "d").elsewhere == "up"


def test_what_was_taken_out_of_a_removed_container_has_moved() -> None:
    found = drawn(page(container("box", text("a"), text("b"))), page(text("a")))
    assert marks(found.before) == {"box": ["removed"], "a": ["moved"], "b": ["removed"]}
    assert marks(found.after) == {"a": ["moved"]}


def test_a_component_under_a_new_id_is_the_same_one() -> None:
    found = drawn(page(text("total", text="Sum")), page(text("sum", text="Sum")))
    assert (marks(found.before), marks(found.after)) == ({"total": ["changed"]}, {"sum": ["changed"]})
    assert one(found.after, "sum").changed == ("Id",)


def test_columns_of_the_same_name_in_two_places_are_not_the_same_column() -> None:
    def columns(key: str, *names: str) -> dict[str, Any]:
        inner = [{"id": each, "components": [text(f"{key}_{each}")]} for each in names]
        return {"id": key, "type": "columns", "columns": inner}

    found = drawn(page(columns("one", "left", "right")), page(columns("two", "left", "right")))
    assert Mark.MOVED not in dict(found.counts)


def test_values_and_items_are_marked_for_themselves() -> None:
    def table(collection: str, *columns: dict[str, str]) -> str:
        data = {"type": "collection", "collection": collection}
        return page({"id": "list", "type": "table", "data": data, "columns": columns})

    a, b, c, d = ({"name": name} for name in "abcd")
    found = drawn(table("db/old", a, b, c), table("db/new", {**a, "width": "80"}, c, d))
    before, after = one(found.before, "list"), one(found.after, "list")
    assert [(each.text, each.mark) for each in (*before.values, *after.values)] == [
        ("db/old", Mark.CHANGED),
        ("db/new", Mark.CHANGED),
    ]
    assert {each.text: each.mark for each in before.lists[0].items} == {"a": Mark.CHANGED, "b": Mark.REMOVED, "c": None}
    assert {each.text: each.mark for each in after.lists[0].items} == {"a": Mark.CHANGED, "c": None, "d": Mark.ADDED}
    assert after.changed == ("Data", "Columns")


def test_items_of_a_list_in_another_order_have_moved() -> None:
    def table(*columns: str) -> str:
        return page({"id": "list", "type": "table", "columns": [{"name": name} for name in columns]})

    after = one(drawn(table(*"abcd"), table(*"bcda")).after, "list")
    assert {each.text: each.mark for each in after.lists[0].items if each.mark} == {"a": Mark.MOVED}


def test_a_new_object_is_all_added_and_one_that_went_all_removed() -> None:
    assert marks(drawn(None, page(text("a"))).after) == {"": ["added"], "a": ["added"]}
    assert drawn(None, page(text("a"))).before is None
    assert marks(drawn(page(text("a")), None).before) == {"": ["removed"], "a": ["removed"]}


def test_nothing_is_drawn_where_no_schema_says_so() -> None:
    assert wireframe(parse("a: 1\n"), parse("a: 2\n"), Rules.NONE) is None
    assert wireframe(parse("a: 1\n"), parse("a: 2\n"), Catalog.builtin().rules_for("theme.yaml")) is None
    assert wireframe(None, parse("just text\n"), PAGE) is None


def test_a_schema_of_the_projects_own_is_drawn_the_same_way() -> None:
    """Any mapping of mappings will do: services of a compose file, say, that the engine has never heard of."""
    service = {
        "title": "Service",
        "x-jetenv": {"draw": "box"},
        "properties": {"image": {"title": "Image", "x-jetenv": {"draw": "value"}}},
    }
    services = {"title": "Services", "x-jetenv": {"draw": "beside"}, "additionalProperties": service}
    schema = {"title": "Stack", "x-jetenv": {"draw": "box"}, "properties": {"services": services}}
    rules = schema_rules(json.dumps(schema).encode(), "stack.json")
    old = "services:\n  web: {image: nginx}\n  db: {image: postgres}\n"
    found = drawn(old, "services:\n  db: {image: postgres:17}\n  cache: {image: redis}\n", rules)
    assert found.after is not None
    assert [(each.label, each.beside) for each in found.after.groups] == [("Services", True)]
    assert marks(found.before) == {"web": ["removed"], "db": ["changed"]}
    assert marks(found.after) == {"db": ["changed"], "cache": ["added"]}
    assert one(found.after, "db").kind == "Service"


def test_of_a_huge_page_what_changed_is_drawn() -> None:
    names = [f"c{number}" for number in range(MOST_DRAWN * 4)]
    components = [container(name, text(f"in_{name}")) for name in names]
    changed = [*components]
    changed[700] = container("c700", text("in_c700", size="large"))
    found = drawn(page(*components), page(*changed))
    assert found.after is not None
    assert [each.key for each in found.after.walk()] == ["", "c700", "in_c700"]
    assert found.after.groups[0].more == len(names) - 1
    new = drawn(None, page(*components)).after
    assert new is not None
    assert len(list(new.walk())) == MOST_DRAWN
    assert new.groups[0].more > 0


def test_of_a_long_list_the_items_that_changed_are_named() -> None:
    def table(*columns: str) -> str:
        return page({"id": "list", "type": "table", "columns": [{"name": name} for name in columns]})

    names = [f"n{number}" for number in range(MOST_ITEMS * 3)]
    found = drawn(table(*names), table(*names, "last"))
    listing = one(found.after, "list").lists[0]
    assert listing.items[-1].text == "last"
    assert (len(listing.items), listing.more) == (MOST_ITEMS, len(names) + 1 - MOST_ITEMS)


def test_values_are_clipped_and_told_apart_by_all_of_them() -> None:
    long = "x" * 1_000_000
    found = drawn(page(text("a", title=long)), page(text("a", title=long + "y")))
    assert marks(found.after) == {"a": ["changed"]}
    assert len(one(found.after, "a").title) < 200


def test_aliases_are_drawn_as_what_they_stand_for_within_limits() -> None:
    head = "name: P\ncomponents:\n- &c0 {id: c0, type: container, components: []}\n"
    after = drawn(None, head + "- {id: b, type: container, components: [*c0]}\n").after
    assert [each.key for each in one(after, "b").walk()] == ["b", "c0"]
    doubled = (f"- &c{n} {{id: c{n}, type: container, components: [*c{n - 1}, *c{n - 1}]}}\n" for n in range(1, 15))
    bomb = head + "".join(doubled)
    assert drawn(bomb, bomb.replace("name: P", "name: Q")).after is not None


@pytest.mark.parametrize("path", DRAWN)
def test_the_files_of_the_example_are_drawn_whole(path: str) -> None:
    source = parse((EXAMPLE / path).read_bytes())
    found = wireframe(source, source, Catalog.builtin().rules_for(path))
    assert found is not None
    assert found.before == found.after
    assert found.after is not None
    assert found.counts == ()
    assert len(list(found.after.walk())) > 3
    assert all(each.title or each.key or each.kind for each in found.after.walk())


@st.composite
def trees(draw: st.DrawFn) -> str:
    """A page of containers and texts whose ids are unique, in any order and nesting."""
    names = draw(st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=8))
    components: list[Any] = []
    open_lists = [components]
    for name in names:
        into = draw(st.sampled_from(open_lists))
        if name < "e":
            inner: list[Any] = []
            into.append({"id": name, "type": "container", "components": inner})
            open_lists.append(inner)
        else:
            into.append(text(name, size=draw(st.sampled_from(["small", "large"]))))
    return page(*components)


def names_in(source: str) -> Iterator[str]:
    waiting = json.loads(source)["components"]
    while waiting:
        each = waiting.pop()
        yield each["id"]
        waiting += each.get("components", ())


@given(trees(), trees())
def test_every_component_is_drawn_once_in_each_version_with_marks_that_mirror(old: str, new: str) -> None:
    found, back = drawn(old, new), drawn(new, old)
    for box, source in ((found.before, old), (found.after, new)):
        assert box is not None
        assert sorted(each.key for each in box.walk()) == sorted(["", *names_in(source)])
    added = {key for key, each in marks(found.after).items() if "added" in each}
    assert added == {key for key, each in marks(back.before).items() if "removed" in each}
    kept = {key for key in names_in(new) if key not in marks(found.after)}
    assert kept <= set(names_in(old))


@given(trees())
def test_what_is_the_same_has_no_mark(source: str) -> None:
    found = drawn(source, source)
    assert not found.counts
    assert found.before == found.after
