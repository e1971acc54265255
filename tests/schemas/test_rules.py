"""Rules walk the schemas of a document: references, branches, annotations, and what contradicts itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from jetenv.schemas.catalog import Catalog
from jetenv.schemas.rules import Rules, SchemaError


def rules_of(schema: Mapping[str, Any], *others: Mapping[str, Any]) -> Rules:
    extra = {f"{position}.yaml": json.dumps(each).encode() for position, each in enumerate((schema, *others))}
    return Catalog.builtin().with_project(extra).rules_for("0.yaml")


def scalars(**values: str) -> Callable[[str], str | None]:
    return values.get


KEYED: dict[str, Any] = {"type": "array", "x-jetenv": {"list": "keyed", "keys": ["id"]}}


def test_without_a_schema_nothing_is_said_anywhere() -> None:
    rules = Catalog.builtin().rules_for("notes.yaml")
    assert rules is Rules.NONE
    assert not rules.property("a").item().narrow(scalars(type="x"))
    assert (rules.list, rules.keys, rules.map, rules.text, rules.ref) == (None, (), None, False, ())


def test_annotations_of_jetenv() -> None:
    rules = rules_of(
        {
            "properties": {
                "list": KEYED,
                "code": {"x-jetenv": {"text": "lines"}},
                "page": {"x-jetenv": {"ref": "page", "since": "3.12", "risk": "permission"}},
                "table": {"x-jetenv": {"map": "atomic"}, "title": "Table"},
                "name": {"x-jetenv": {"draw": "title"}, "title": "Name"},
            }
        }
    )
    assert (rules.property("list").list, rules.property("list").keys) == ("keyed", ("id",))
    assert rules.property("code").text
    page = rules.property("page")
    assert (page.ref, page.since, page.risk) == (("page",), "3.12", "permission")
    assert rules.property("table").map == "atomic"
    assert (rules.property("name").draw, rules.property("name").titles) == ("title", ("Name",))


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port", "protocol"]}, ("keyed", None)),
        ({"x-kubernetes-list-type": "set"}, ("set", None)),
        ({"x-kubernetes-list-type": "atomic"}, ("atomic", None)),
        ({"x-kubernetes-map-type": "granular"}, (None, "granular")),
        ({"x-kubernetes-map-type": "atomic"}, (None, "atomic")),
    ],
)
def test_annotations_of_kubernetes(annotation: dict[str, Any], expected: tuple[str, str]) -> None:
    rules = rules_of({"properties": {"a": annotation}}).property("a")
    assert (rules.list, rules.map) == expected
    assert rules.keys == tuple(annotation.get("x-kubernetes-list-map-keys", ()))


def test_properties_by_name_by_pattern_and_the_rest() -> None:
    rules = rules_of(
        {
            "properties": {"a": {"x-jetenv": {"list": "set"}}},
            "patternProperties": {"^x-": {"x-jetenv": {"list": "atomic"}}},
            "additionalProperties": {"x-jetenv": {"list": "sequence"}},
        }
    )
    assert [rules.property(name).list for name in ("a", "x-b", "other")] == ["set", "atomic", "sequence"]


def test_unevaluated_properties_are_those_that_nothing_else_describes() -> None:
    rules = rules_of(
        {
            "allOf": [{"properties": {"a": {"x-jetenv": {"list": "set"}}}}],
            "unevaluatedProperties": {"x-jetenv": {"list": "atomic"}},
        }
    )
    assert (rules.property("a").list, rules.property("b").list) == ("set", "atomic")


def test_items_and_prefix_items() -> None:
    rules = rules_of({"prefixItems": [{"x-jetenv": {"ref": "page"}}], "items": {"x-jetenv": {"ref": "team"}}})
    assert set(rules.item().ref) == {"page", "team"}


def test_keys_of_a_mapping_have_rules_of_their_own() -> None:
    rules = rules_of({"propertyNames": {"x-jetenv": {"ref": "credential"}}})
    assert rules.key().ref == ("credential",)


@pytest.mark.parametrize("reference", ["#/$defs/list", "#list", "urn:other#/$defs/list", "urn:other#list"])
def test_references_within_a_schema_and_between_schemas(reference: str) -> None:
    definitions = {"$defs": {"list": {**KEYED, "$anchor": "list"}}}
    rules = rules_of({"properties": {"a": {"$ref": reference}}, **definitions}, {"$id": "urn:other", **definitions})
    assert rules.property("a").keys == ("id",)


def test_relative_references_start_from_the_id() -> None:
    rules = rules_of(
        {"$id": "https://schemas.test/a/page.json", "properties": {"b": {"$ref": "../b.json"}}},
        {"$id": "https://schemas.test/b.json", **KEYED},
    )
    assert rules.property("b").list == "keyed"


def test_a_subschema_with_an_id_is_found_by_it() -> None:
    rules = rules_of(
        {
            "$id": "urn:outer",
            "properties": {"a": {"$ref": "urn:inner"}, "b": {"$ref": "urn:inner#/$defs/x"}},
            "$defs": {"i": {"$id": "urn:inner", "$defs": {"x": {"x-jetenv": {"list": "set"}}}, "$ref": "#/$defs/x"}},
        }
    )
    assert (rules.property("a").list, rules.property("b").list) == ("set", "set")


def test_a_schema_may_refer_to_the_bundled_ones() -> None:
    rules = rules_of({"properties": {"p": {"$ref": "urn:jetenv:schema:common:1#/$defs/pageRef"}}})
    assert rules.property("p").ref == ("page",)


def test_cycles_of_references_end() -> None:
    rules = rules_of(
        {
            "$defs": {
                "a": {"allOf": [{"$ref": "#/$defs/b"}]},
                "b": {"anyOf": [{"$ref": "#/$defs/a"}, {"properties": {"next": {"$ref": "#/$defs/a"}}}]},
            },
            "$ref": "#/$defs/a",
        }
    )
    for _ in range(50):
        rules = rules.property("next")
        assert rules


def test_recursion_reuses_the_same_rules_so_that_memory_stays_bounded() -> None:
    components = Catalog.builtin().rules_for("pages/a.yaml").property("components")
    seen = set()
    rules = components
    for _ in range(30):
        seen.add(id(rules))
        rules = rules.item().narrow(scalars(type="container")).property("components")
    assert len(seen) <= 3
    assert rules.keys == ("id",)


BRANCHES: list[dict[str, Any]] = [
    {"properties": {"type": {"const": "table"}, "columns": {"x-jetenv": {"list": "keyed", "keys": ["name"]}}}},
    {"properties": {"type": {"enum": ["kanban", "board"]}, "columns": {"x-jetenv": {"list": "set"}}}},
]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_branches_are_told_apart_by_constants(keyword: str) -> None:
    rules = rules_of({keyword: BRANCHES})
    assert rules.narrow(scalars(type="table")).property("columns").keys == ("name",)
    assert rules.narrow(scalars(type="board")).property("columns").list == "set"
    assert not rules.narrow(scalars(type="other")).property("columns")


def test_branches_that_are_not_told_apart_say_only_what_they_agree_on() -> None:
    rules = rules_of({"oneOf": [*BRANCHES, {"properties": {"columns": {"x-jetenv": {"risk": "permission"}}}}]})
    columns = rules.property("columns")
    assert (columns.list, columns.keys) == (None, ())
    assert columns.risk == "permission"


@pytest.mark.parametrize("condition", [{"const": "table"}, {"enum": ["table", "list"]}, {"$ref": "#/$defs/table"}])
def test_then_and_else(condition: dict[str, Any]) -> None:
    rules = rules_of(
        {
            "if": {"properties": {"type": condition}, "required": ["type"]},
            "then": BRANCHES[0],
            "else": {"properties": {"columns": {"x-jetenv": {"list": "atomic"}}}},
            "$defs": {"table": {"const": "table"}},
        }
    )
    assert rules.narrow(scalars(type="table")).property("columns").list == "keyed"
    assert rules.narrow(scalars(type="text")).property("columns").list == "atomic"
    assert rules.narrow(scalars()).property("columns").list == "atomic"


def test_a_condition_that_is_more_than_constants_keeps_its_else() -> None:
    rules = rules_of(
        {
            "if": {"properties": {"type": {"const": "a"}, "size": {"minimum": 3}}, "required": ["type"]},
            "else": {"properties": {"columns": {"x-jetenv": {"list": "atomic"}}}},
        }
    )
    assert rules.narrow(scalars(type="a")).property("columns").list == "atomic"


def test_constants_that_are_no_strings_compare_by_their_text() -> None:
    rules = rules_of(
        {"oneOf": [{"properties": {"on": {"const": True}, "a": KEYED}}, {"properties": {"on": {"const": 2}}}]}
    )
    assert rules.narrow(scalars(on="true")).property("a").list == "keyed"
    assert rules.narrow(scalars(on="2")).property("a").list is None


def test_dependent_schemas_apply() -> None:
    assert rules_of({"dependentSchemas": {"a": {"properties": {"b": KEYED}}}}).property("b").list == "keyed"


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"x-jetenv": {"list": "set"}}, {"x-jetenv": {"list": "atomic"}}]},
        {"x-jetenv": {"list": "set"}, "x-kubernetes-list-type": "atomic"},
        {"x-jetenv": {"list": "keyed", "keys": ["id"]}, "$ref": "#/$defs/b"},
        {"x-jetenv": {"list": "set"}, "if": {"required": ["x"]}, "then": {"x-jetenv": {"list": "atomic"}}},
    ],
)
def test_annotations_that_contradict_each_other_are_an_error_with_both_places(schema: dict[str, Any]) -> None:
    rules = rules_of(
        {
            "$id": "urn:t",
            "properties": {"a": schema},
            "$defs": {"b": {"x-jetenv": {"list": "keyed", "keys": ["name"]}}},
        }
    )
    with pytest.raises(SchemaError) as caught:
        _ = rules.property("a").list
    assert caught.value.message.count(" at urn:t#/") == 2


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ({"x-jetenv": {"list": "map"}}, "is not one of keyed"),
        ({"x-jetenv": {"draw": "circle"}}, "is not one of box, title"),
        ({"x-jetenv": {"list": "keyed"}}, "without the names of its keys"),
        ({"x-jetenv": {"list": "set", "keys": ["id"]}}, "not keyed"),
        ({"x-jetenv": {"list": "keyed", "keys": "id"}}, "not a list of names"),
        ({"x-jetenv": {"where": ["mode"]}}, "'where' is not an object"),
        ({"x-jetenv": {"where": {"mode": "create"}}}, "'where/mode' is not a list of names"),
        ({"x-jetenv": "keyed"}, "not an object"),
        ({"x-kubernetes-list-type": "list"}, "is not one of map"),
    ],
)
def test_an_annotation_that_means_nothing_is_an_error_with_its_place(annotation: dict[str, Any], words: str) -> None:
    with pytest.raises(SchemaError, match=words) as caught:
        _ = rules_of({"$id": "urn:t", "properties": {"a": annotation}}).property("a").list
    assert str(caught.value.where).startswith("urn:t#/properties/a")


def test_the_highest_version_and_the_gravest_risk_of_all_that_applies_count() -> None:
    rules = rules_of(
        {
            "allOf": [
                {"x-jetenv": {"since": "3.9", "risk": "secret"}},
                {"x-jetenv": {"since": "3.12", "risk": "permission"}},
            ]
        }
    )
    assert (rules.since, rules.risk) == ("3.12", "secret")


def test_a_reference_to_nothing_is_an_error() -> None:
    for reference in ("#/$defs/none", "#none", "urn:nowhere", "https://schemas.test/a.json"):
        with pytest.raises(SchemaError):
            rules_of({"properties": {"a": {"$ref": reference}}}).property("a")


def test_the_components_of_a_page_are_told_apart_by_type() -> None:
    item = Catalog.builtin().rules_for("pages/orders.yaml").property("components").item()
    assert item.narrow(scalars(type="table")).property("columns").keys == ("name",)
    assert item.narrow(scalars(type="columns")).property("columns").keys == ("id",)
