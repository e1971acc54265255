"""A Jet Bridge's answer as collections: pure, from data to bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.errors import JetenvError
from jetenv.introspection.columns import column_type, digits_of, fits
from jetenv.introspection.comparing import Kind, compare
from jetenv.introspection.configured import ConfiguredCollection, read_collection
from jetenv.introspection.description import read_description
from jetenv.introspection.planning import Plan, plan
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.project_check import check_project


def column(name: str, kind: str = "IntegerField", told: str = "INTEGER", **more: Any) -> dict[str, Any]:
    params = {"db_internal_type": told, **more.pop("params", {})}
    return {"name": name, "db_column": name, "field": kind, "db_field": kind, "null": False, "params": params, **more}


def table(name: str, *columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = list(columns) or [column("id")]
    return {"model": name, "db_table": name, "fields": found, "primary_key_field": found[0]["name"], **more}


def pointing(name: str, to: str, **params: Any) -> dict[str, Any]:
    return column(name, params={"related_model": {"model": to}, **params})


def related(direction: str, local: str, model: str, field: str) -> dict[str, Any]:
    name = f"{local}__to__{model}__{field}"
    return {
        "name": name, "direction": direction, "local_field": local, "related_model": model, "related_field": field
    }  # fmt: skip


def planned(answer: list[dict[str, Any]], *collections: ConfiguredCollection, prune: bool = False) -> Plan:
    return plan("db", read_description(answer), collections, prune=prune)


def written(made: Plan) -> dict[str, str]:
    return {each.path.removeprefix("collections/db/"): each.new.decode() for each in made.files}


def taken_over(made: Plan) -> list[ConfiguredCollection]:
    return [read_collection("db", each.path, each.new) for each in made.files]


def test_ids_and_names_are_the_nearest_and_never_taken_twice() -> None:
    made = planned(
        [table("Order Items"), table("order_items"), table("order-items"), table("日本"), table("A" * 80), table("9")]
    )
    assert sorted(written(made)) == [
        "9.yaml", f"{'a' * 63}.yaml", "order-items.yaml", "order_items.yaml",
        "order_items_2.yaml", "table.yaml",
    ]  # fmt: skip
    assert "db_table: Order Items\n" in written(made)["order_items_2.yaml"]
    fields = planned([table("t", column("a b"), column("a-b"), column("a_b"), column("1st"))]).files[0].fields
    assert fields == ("a_b_2", "a_b_3", "a_b", "_1st")


def test_a_foreign_key_of_several_columns_is_left_out_whichever_pair_is_told() -> None:
    for local, field in (("pa", "a"), ("pa", "b"), ("pb", "a"), ("pb", "b")):
        made = planned(
            [
                table(
                    "notes",
                    column("id"),
                    pointing("pa", "pairs"),
                    pointing("pb", "pairs", custom_primary_key="b"),
                    relations=[related("MANYTOONE", local, "pairs", field)],
                ),
                table(
                    "pairs", column("a"), column("b"), relations=[related("ONETOMANY", field, "notes", local)]
                ),
            ]
        )  # fmt: skip
        assert "relations" not in "".join(written(made).values())
        assert "ForeignKey" not in written(made)["notes.yaml"]
        assert [each.table for each in made.remarks] == ["notes"]


def test_two_foreign_keys_to_one_table_are_two_relations() -> None:
    answer = [
        table("people"),
        table(
            "tasks", column("id"), pointing("author", "people"), pointing("owner", "people"),
            relations=[related("MANYTOONE", name, "people", "id") for name in ("author", "owner")],
        ),
    ]  # fmt: skip
    assert written(planned(answer))["tasks.yaml"].count("direction: MANYTOONE") == 2


def test_a_foreign_key_to_what_is_not_served_is_the_type_of_its_column() -> None:
    assert (
        "field: BigIntegerField"
        in written(
            planned([table("t", column("id"), {**pointing("x", "hidden_table"), "db_field": "BigIntegerField"})])
        )["t.yaml"]
    )


def test_an_id_of_another_name_is_what_relations_point_to() -> None:
    mine = read_collection(
        "db", "collections/db/persons.yaml",
        b"verbose_name: P\ndb_table: people\nprimary_key_field: key\n"
        b"fields:\n  - {name: key, db_column: id, field: IntegerField}\n",
    )  # fmt: skip
    answer = [
        table("people"),
        table(
            "tasks", column("id"), pointing("who", "people"), relations=[related("MANYTOONE", "who", "people", "id")]
        ),
    ]
    text = written(planned(answer, mine))["tasks.yaml"]
    assert "related_model: db/persons\n      related_field: key\n" in text
    assert "    related_model: db/persons\n    related_field: key\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "verbose_name: T\r\nprimary_key_field: id\r\nfields:\r\n- name: id\r\n  field: IntegerField\r\n",
        "{verbose_name: T, primary_key_field: id, fields: [{name: id, field: IntegerField}]}\n",
        "\ufeffverbose_name: T\nprimary_key_field: id\nfields:\n    -   name: id\n        field: IntegerField\n# end\n",
        "verbose_name: T\nprimary_key_field: id\nfields:\n  - name: id\n    field: IntegerField",
    ],
    ids=["CRLF", "flow", "BOM and wide", "no final newline"],
)
def test_what_is_there_keeps_its_bytes_in_any_style(text: str) -> None:
    old = text.encode()
    answer = [table("t", column("id"), column("more", "CharField", "VARCHAR(9)", params={"length": 9}))]
    (file,) = planned(answer, read_collection("db", "collections/db/t.yaml", old)).files
    rest = iter(file.new)
    assert all(byte in rest for byte in old), "something that was there is gone"
    again = read_collection("db", "collections/db/t.yaml", file.new)
    assert {each.name: each.length for each in again.fields}["more"] == 9
    assert planned(answer, again).files == ()


@pytest.mark.parametrize(
    ("called", "told", "expected"),
    [
        ("CharField", "BLOB", "BinaryField"),
        ("CharField", "TIME", "TimeField"),
        ("NumberField", "NUMERIC(10, 2)", "DecimalField"),
        ("TimestampField", "TIMESTAMP", "DateTimeField"),
        ("JSONField", "TEXT[]", "JSONField"),
        ("VectorField", "VECTOR(3)", None),
        ("NullType", "", None),
    ],
)
def test_types(called: str, told: str, expected: str | None) -> None:
    assert column_type(called, told) == expected


def test_a_field_may_say_more_than_its_column_and_nothing_else() -> None:
    assert fits("EmailField", "CharField")
    assert fits("SelectField", "IntegerField")
    assert fits("MoneyField", "DecimalField")
    assert fits("AnyField", None)
    assert not fits("IntegerField", "CharField")
    assert not fits("DateTimeField", "IntegerField")
    assert (digits_of("NUMERIC(10, 2)"), digits_of("NUMERIC"), digits_of("VARCHAR(3)")) == ((10, 2), None, None)


@pytest.mark.parametrize(
    "answer",
    [None, {}, "x", [1], [{}], [{"model": 3}], [{"model": "t", "fields": 3}], [{"model": "t", "fields": [{}]}]],
)
def test_what_is_no_description_is_an_error_and_no_crash(answer: object) -> None:
    with pytest.raises(JetenvError, match="no description of a database"):
        read_description(answer)


def test_a_column_that_no_collection_of_its_table_shows_is_told_once() -> None:
    halves = [
        read_collection(
            "db", f"collections/db/{id_}.yaml",
            f"db_table: t\nfields: [{{name: id, field: IntegerField}}, {{name: {name}, field: CharField}}]\n".encode(),
        )
        for id_, name in (("one", "a"), ("two", "b"))
    ]  # fmt: skip
    answer = [table("t", column("id"), *(column(name, "CharField", "TEXT") for name in "abc"))]
    found = compare(read_description(answer), halves)
    assert [(each.kind, each.column) for each in found] == [(Kind.COLUMN_NEW, "c")]


TASKS = [
    table("people", relations=[related("ONETOMANY", "id", "tasks", "who")]),
    table("tasks", column("id"), pointing("who", "people"), relations=[related("MANYTOONE", "who", "people", "id")]),
]


def test_pruning_a_foreign_key_takes_the_relations_of_both_sides() -> None:
    """The other side's has nothing to lead to, and the project would be invalid with it."""
    first = planned(TASKS)
    made = planned([table("people"), table("tasks")], *taken_over(first), prune=True)
    assert {each.path.rsplit("/", 1)[-1]: each.removed for each in made.files} == {
        "people.yaml": ("id__to__tasks__who",),
        "tasks.yaml": ("who__to__people__id", "who"),
    }
    files = {each.path: each.new for each in made.files}
    assert all(b"related_model" not in data for data in files.values())
    files["resources/db.yaml"] = b"name: D\ntype: sqlite\nparams:\n  name: x.db\n"
    assert check_project(files, Catalog.builtin()) == []


@pytest.mark.parametrize("prune", [False, True])
def test_pruning_takes_the_relations_to_a_table_that_is_gone_and_not_its_collection(prune: bool) -> None:
    made = planned([table("people")], *taken_over(planned(TASKS)), prune=prune)
    assert [(each.kind, each.table) for each in made.differences] == [(Kind.TABLE_GONE, "tasks")]
    removed = [(each.path, each.removed) for each in made.files]
    assert removed == ([("collections/db/people.yaml", ("id__to__tasks__who",))] if prune else [])


def test_pruning_leaves_relations_that_only_people_know_of() -> None:
    """Between columns that are there, without a foreign key."""
    mine = read_collection(
        "db", "collections/db/people.yaml",
        b"fields: [{name: id, field: IntegerField}]\nrelations:\n  - {name: mine, direction: ONETOMANY, "
        b"local_field: id, related_model: db/tasks, related_field: id}\n",
    )  # fmt: skip
    made = planned([table("people"), table("tasks")], mine, prune=True)
    assert [each.path for each in made.files] == ["collections/db/tasks.yaml"]


def test_five_hundred_tables_with_awkward_names_validate() -> None:
    answer = [
        table(
            f"Table {number}", column("id"), pointing("the next", f"Table {(number + 1) % 500}"),
            relations=[related("MANYTOONE", "the next", f"Table {(number + 1) % 500}", "id")],
        )
        for number in range(500)
    ]  # fmt: skip
    made = planned(answer)
    assert len(made.files) == 500
    sample = {each.path: each.new for each in made.files}
    sample["resources/db.yaml"] = b"name: D\ntype: sqlite\nparams:\n  name: x.db\n"
    assert check_project(sample, Catalog.builtin()) == []
    assert plan("db", read_description(answer), taken_over(made)).files == ()


NAMES = st.text(min_size=1, max_size=70).filter(lambda text: text.isprintable())
TYPES = st.sampled_from(
    [("IntegerField", "INTEGER"), ("CharField", "VARCHAR(5)"), ("NumberField", "NUMERIC(4, 1)"), ("NullType", "?")]
)
ANSWERS = st.dictionaries(NAMES, st.dictionaries(NAMES, TYPES, min_size=1, max_size=4), min_size=1, max_size=4).map(
    lambda tables: [
        table(name, *(column(each, *kind) for each, kind in columns.items())) for name, columns in tables.items()
    ]
)


@given(ANSWERS)
def test_whatever_a_database_is_called_its_collections_validate_and_are_complete(answer: list[dict[str, Any]]) -> None:
    made = planned(answer)
    files = {each.path: each.new for each in made.files}
    files["resources/db.yaml"] = b"name: D\ntype: sqlite\nparams:\n  name: x.db\n"
    assert check_project(files, Catalog.builtin()) == []
    configured = taken_over(made)
    assert compare(read_description(answer), configured) == ()
    assert plan("db", read_description(answer), configured).files == ()


def test_pruning_takes_every_field_and_relation_of_a_column_that_is_gone() -> None:
    text = """\
fields:
  - {name: id, field: IntegerField}
  - {name: old, field: IntegerField}
  - {name: again, field: CharField, db_column: old}
relations:
  - {name: one, direction: MANYTOONE, local_field: old, related_model: db/t, related_field: id}
  - {name: two, direction: MANYTOONE, local_field: old, related_model: db/t, related_field: id}
"""
    configured = read_collection("db", "collections/db/t.yaml", text.encode())
    tables = read_description([table("t", column("id"))])
    assert [each.field for each in compare(tables, [configured])] == ["old", "again"]
    made = plan("db", tables, [configured], prune=True)
    assert made.files[0].removed == ("one", "two", "again", "old")
    assert plan("db", tables, taken_over(made), prune=True).files == ()


@given(ANSWERS, ANSWERS)
def test_pruning_leaves_no_difference_but_tables_types_and_lengths(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    first = planned(before)
    made = planned(after, *taken_over(first), prune=True)
    files = {each.path: each.new for each in (*first.files, *made.files)}
    left = compare(read_description(after), [read_collection("db", path, data) for path, data in files.items()])
    assert {each.kind for each in left} <= {Kind.TABLE_GONE, Kind.TYPE, Kind.LENGTH}
    assert left == made.differences
