"""What files refer to: annotated values, lists, keys, formulas and templates."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest

from jetenv.documents.parsing import parse
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.formulas import is_formula, names_in, readings
from jetenv.schemas.references import find_references


def references(path: str, text: str, catalog: Catalog | None = None) -> list[tuple[str, str, str, str]]:
    """Kind, target, field and the source text at the reported offset, as far as the target is long."""
    rules = (catalog or Catalog.builtin()).rules_for(path)
    source = parse(dedent(text), path=path)
    found = find_references(path, source, rules)
    assert all(source.place(each.offset) == (each.line, each.column) for each in found)
    return [(each.kind, each.target, each.field, source.text[each.offset :].split("\n")[0][:12]) for each in found]


def with_schema(schema: dict[str, Any], text: str) -> list[tuple[str, str, str, str]]:
    catalog = Catalog.builtin().with_project({"a.yaml": json.dumps(schema).encode()})
    return references("a.yaml", text, catalog)


def test_a_value_names_an_object() -> None:
    schema = {"properties": {"p": {"x-jetenv": {"ref": "pages"}}}}
    assert with_schema(schema, "p: orders\n") == [("page", "orders", "p", "orders")]


@pytest.mark.parametrize(
    "schema", [{"x-jetenv": {"ref": "page"}}, {"items": {"x-jetenv": {"ref": "page"}}}], ids=["list", "items"]
)
def test_the_items_of_a_list_name_objects_whichever_of_the_two_says_so(schema: dict[str, Any]) -> None:
    assert with_schema({"properties": {"l": schema}}, "l: [a, b]\n") == [
        ("page", "a", "l[0]", "a, b]"),
        ("page", "b", "l[1]", "b]"),
    ]


def test_the_keys_of_a_mapping_name_objects() -> None:
    assert references("environments/a/credentials.yaml", "bindings:\n  db: env:DB\n") == [
        ("credential", "db", "bindings.db", "db: env:DB")
    ]


def test_what_is_computed_or_no_text_names_no_object() -> None:
    schema = {"additionalProperties": {"x-jetenv": {"ref": "page"}}}
    assert with_schema(schema, "a: =params.page\nb: '{{params.page}}'\nc: 12\nd:\ne: {x: y}\n") == []


def test_an_alias_names_what_its_anchor_holds() -> None:
    schema = {"additionalProperties": {"x-jetenv": {"ref": "page"}}}
    assert with_schema(schema, "a: &x orders\nb: *x\n") == [
        ("page", "orders", "a", "&x orders"),
        ("page", "orders", "b", "*x"),
    ]


def test_formulas_and_templates_name_what_stands_on_the_page() -> None:
    page = """\
        name: "{{queries.total.data}} orders"
        components:
          - id: text
            type: text
            text: >-
              {{elements.table.selected_item.id}} of {{params.city}},
              not elements.plain or params.plain
          - id: other
            type: text
            text: =IF(EQ(elements["my table"].value, "elements.quoted"), params.city, steps.none)
        """
    assert references("pages/a.yaml", page) == [
        ("query", "total", "name", "queries.tota"),
        ("component", "table", "components[text].text", "elements.tab"),
        ("parameter", "city", "components[text].text", "params.city}"),
        ("component", "my table", "components[other].text", 'elements["my'),
        ("parameter", "city", "components[other].text", "params.city,"),
    ]


def test_formulas_of_a_file_without_components_name_none() -> None:
    schema = {"properties": {"title": {"type": "string"}}}
    assert with_schema(schema, "title: =elements.orders.value\n") == []


def test_a_field_belongs_to_the_collection_that_is_named_beside_it() -> None:
    team = """\
        name: A
        project_permissions:
          - permission_type: collection
            object: db/orders
            actions: [r]
            hidden_fields: [total]
        """
    rules = Catalog.builtin().rules_for("teams/a.yaml")
    found = find_references("teams/a.yaml", parse(dedent(team)), rules)
    assert [(each.kind, each.target, each.of) for each in found] == [
        ("collection", "db/orders", ""),
        ("field", "total", "db/orders"),
    ]


def test_a_field_of_a_collection_file_is_one_of_its_own_unless_the_schema_says_of_which() -> None:
    collection = """\
        verbose_name: Order
        primary_key_field: id
        fields:
          - name: id
            field: IntegerField
          - name: customer_id
            field: ForeignKey
            params: {related_model: db/customers, related_field: key}
        """
    path = "collections/db/orders.yaml"
    found = find_references(path, parse(dedent(collection)), Catalog.builtin().rules_for(path))
    assert [(each.target, each.of) for each in found if each.kind == "field"] == [
        ("id", "db/orders"),
        ("key", "db/customers"),
    ]


def fields_of(path: str, text: str) -> list[tuple[str, str]]:
    """The fields that a file names with the collections that they are to be fields of."""
    found = find_references(path, parse(dedent(text)), Catalog.builtin().rules_for(path))
    return [(each.target, each.of) for each in found if each.kind == "field"]


def test_the_fields_of_a_filter_belong_to_the_collections_of_its_targets() -> None:
    page = """\
        name: A
        components:
          - {id: f, type: filter, targets: [a, b, c, d, gone], fields: [{field: city, lookup: exact, input: text}]}
          - {id: a, type: table, data: {type: collection, collection: db/orders}, columns: []}
          - id: box
            type: container
            components:
              - {id: b, type: table, data: {type: collection, collection: db/customers}, columns: []}
          - {id: c, type: table, data: {type: sql, resource: db, sql: select 1}, columns: []}
          - {id: d, type: table, data: {type: collection, collection: db/other, transform: x}, columns: []}
        """
    assert fields_of("pages/a.yaml", page) == [("city", "db/orders"), ("city", "db/customers")]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("mode: create, collection: db/a", [("first", "db/a"), ("other", "db/a"), ("by_id", "db/a")]),
        ("mode: update, collection: db/a, key: 1", [("first", "db/a"), ("other", "db/a"), ("by_id", "db/a")]),
        ("mode: custom, collection: db/a", [("other", "db/a")]),
        ("collection: db/a", [("other", "db/a")]),
        ("mode: create", [("other", "")]),
    ],
)
def test_an_input_writes_the_field_of_its_id_where_its_form_writes_a_record(
    form: str, expected: list[tuple[str, str]]
) -> None:
    page = """\
        name: A
        components:
          - id: form
            type: form
            custom: {}
            initial_values: {first: 1}
            components:
              - {id: given, type: field, input: text, field: other}
              - id: box
                type: container
                components:
                  - {id: by_id, type: field, input: text}
              - {id: sum, type: field, input: formula, value: =values.other}
        """.replace("custom: {}", "\n            ".join(form.split(", ")))
    assert fields_of("pages/a.yaml", page) == expected


def test_parameters_belong_to_the_page_or_workflow_that_gets_them() -> None:
    page = """\
        name: A
        parameters: [{name: city, type: string}]
        on_load:
          - {id: a, type: navigate, page: b, parameters: {city: =params.city}}
          - {id: b, type: run_workflow, workflow: c, parameters: {x: 1}}
          - {id: c, type: navigate, page: =params.city, parameters: {city: 1}}
        components: []
        """
    found = find_references("pages/a.yaml", parse(dedent(page)), Catalog.builtin().rules_for("pages/a.yaml"))
    assert [(each.target, each.of) for each in found if each.kind == "parameter"] == [
        ("city", "page b"),
        ("city", ""),
        ("x", "workflow c"),
        ("city", ""),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=elements.a.b + params.c", [("component", "a"), ("parameter", "c")]),
        ("=my.elements.a + xelements.b + $params.c", []),
        ('=CONCAT(\'elements.a\', "params.b\\" params.c", steps.d)', [("step", "d")]),
        ("=elements . a", [("component", "a")]),
        ("=elements['a b'].value", [("component", "a b")]),
        ("=elements[params.which]", [("parameter", "which")]),
        ("it's elements.a", []),
        ("it's {{elements.a}} and {{ params.b }}", [("component", "a"), ("parameter", "b")]),
        ("{{ elements.a", []),
        ("=elements.0-orders_x", [("component", "0-orders_x")]),
    ],
)
def test_names_in_formulas(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind, name) for kind, name, _ in names_in(text)] == expected


def test_a_hyphen_is_part_of_a_name_or_a_minus() -> None:
    assert list(readings("order-total-1")) == ["order-total-1", "order-total", "order"]


def test_what_is_a_formula() -> None:
    assert is_formula("=1") and is_formula("a {{b}}")
    assert not is_formula("a = b") and not is_formula("{a}")
