"""Findings in the words of the author, each at its line and column, one for each real mistake."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest

from jetenv.documents.parsing import parse
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.findings import Finding


def found(path: str, text: str, catalog: Catalog | None = None) -> list[str]:
    """``line:column field: message`` of each finding."""
    findings = (catalog or Catalog.builtin()).check(path, parse(dedent(text), path=path))
    return [f"{each.line}:{each.column} {each.field}: {each.message}" for each in findings]


def with_schema(schema: dict[str, Any], text: str) -> list[str]:
    catalog = Catalog.builtin().with_project({"a.yaml": json.dumps(schema).encode()})
    return found("a.yaml", text, catalog)


def test_mistakes_in_a_page() -> None:
    assert found(
        "pages/orders.yaml",
        """\
        name: 12
        acess: {}
        components:
          - id: orders
            type: table
            titel: Orders
            data: {type: collection, collection: db/orders}
            columns:
              - field: total
          - id: box
            type: contaner
            components: []
          - id: group
            type: container
            gap: wide
            components:
              - {id: note, type: text, text: Hi, visible: perhaps}
              - text: hello
        """,
    ) == [
        "1:7 name: expected a string, found 12",
        "2:1 acess: unknown property 'acess'; did you mean 'access'?",
        "6:5 components[orders].titel: unknown property 'titel'; did you mean 'title'?",
        "9:9 components[orders].columns[0]: missing required 'name'",
        "11:11 components[box].type: 'contaner' is not one of 'container', 'columns', 'tabs', 'modal', 'form', "
        "'table', 'map', 'kanban', … (23 in all); did you mean 'container'?",
        "15:10 components[group].gap: expected a whole number, found 'wide'",
        "17:51 components[group].components[note].visible: 'perhaps' does not match ^=",
        "18:9 components[group].components[1]: missing required 'type'",
    ]


def test_a_setting_of_another_type_is_said_to_be_of_another_type() -> None:
    text = "primary: [{id: a, type: link, label: A, page: a, items: []}]\n"
    assert found("menu.yaml", text) == ["1:50 primary[a].items: unknown property 'items' for type 'link'"]


def test_an_unknown_type_does_not_make_every_other_setting_unknown() -> None:
    text = "name: A\ntype: pg\nparams:\n  host: db\n"
    assert [each.partition(" is not")[0] for each in found("resources/a.yaml", text)] == ["2:7 type: 'pg'"]


def test_a_mistake_inside_does_not_make_its_neighbours_unknown() -> None:
    schema = {
        "properties": {"kind": {"const": "a"}},
        "allOf": [{"properties": {"size": {"type": "integer"}, "name": {"type": "string"}}}],
        "unevaluatedProperties": False,
    }
    assert with_schema(schema, "kind: a\nsize: big\nname: x\n") == ["2:7 size: expected a whole number, found 'big'"]


SHAPES = {
    "oneOf": [
        {"properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
        {"properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"]},
    ]
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: square\n", "1:1 : missing required 'side'"),
        ("kind: square\nside: x\n", "2:7 side: expected a number, found 'x'"),
        ("kind: squar\nside: 1\n", "1:7 kind: 'squar' is not one of 'circle', 'square'; did you mean 'square'?"),
        ("side: 1\n", "1:1 : missing required 'kind'"),
    ],
)
def test_of_several_forms_the_one_is_explained_that_was_meant(text: str, expected: str) -> None:
    assert with_schema(SHAPES, text) == [expected]


def test_forms_of_different_types_are_explained_together() -> None:
    schema = {"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "array"}, {"type": "null"}]}}}
    assert with_schema(schema, "a: {}\n") == ["1:4 a: expected a string, a list or null, found a mapping"]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"const": 1}, "2", "expected '1', found 2"),
        ({"enum": ["on", 3, None]}, "of", "'of' is not one of 'on', '3', 'null'"),
        ({"type": "boolean"}, "yes", "expected true or false, found 'yes'"),
        ({"type": ["string", "null"]}, "[]", "expected a string or null, found a list"),
        ({"type": "string"}, "", "expected a string, found nothing"),
        ({"type": "object"}, "text", "expected a mapping, found 'text'"),
        ({"pattern": "^a$"}, "b", "'b' does not match ^a$"),
        ({"pattern": "^a$"}, '"b\\nc"', "'b\\nc' does not match ^a$"),
        ({"pattern": "^a$"}, '"a\\n"', "'a\\n' does not match ^a$"),
        ({"pattern": r"^\p{L}+$"}, "'1'", r"'1' does not match ^\p{L}+$"),
        ({"minimum": 3}, "2", "2 is less than 3"),
        ({"maximum": 3}, "4", "4 is more than 3"),
        ({"exclusiveMinimum": 3}, "3", "3 is not more than 3"),
        ({"exclusiveMaximum": 3}, "3", "3 is not less than 3"),
        ({"multipleOf": 2}, "3", "3 is not a multiple of 2"),
        ({"minLength": 1}, "''", "an empty string is not allowed"),
        ({"minLength": 3}, "ab", "'ab' is shorter than 3 characters"),
        ({"maxLength": 2}, "abc", "the text has 3 characters, more than 2"),
        ({"minItems": 1}, "[]", "an empty list is not allowed"),
        ({"minItems": 2}, "[1]", "the list has 1 items, at least 2 are needed"),
        ({"maxItems": 1}, "[1, 2]", "the list has 2 items, at most 1 are allowed"),
        ({"minProperties": 1}, "{}", "an empty mapping is not allowed"),
        ({"maxProperties": 1}, "{a: 1, b: 2}", "2 properties, at most 1 are allowed"),
        ({"not": {"type": "string"}}, "x", "'x' is not allowed here"),
        ({"format": "date"}, "2024-13-01", "'2024-13-01' is not a valid date"),
        ({"format": "ipv4"}, "300.1.1.1", "'300.1.1.1' is not a valid ipv4"),
        ({"dependentRequired": {"a": ["b"]}}, "{a: 1}", "missing 'b', which 'a' needs"),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, "{}", "missing required 'a' or 'b'"),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, "{a: 1, b: 2}", "only one is allowed: 'a' or 'b'"),
        ({"type": "number"}, "1e999", "null is not of type \"number\""),
    ],
)  # fmt: skip
def test_words(schema: dict[str, Any], value: str, message: str) -> None:
    assert with_schema({"properties": {"v": schema}}, f"v: {value}\n") == [f"1:{4 if value else 3} v: {message}"]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"minimum": 3, "exclusiveMinimum": True}, "3", "3 is not more than 3"),
        ({"maximum": 3, "exclusiveMaximum": True}, "3", "3 is not less than 3"),
        ({"minimum": 3, "exclusiveMinimum": False}, "2", "2 is less than 3"),
    ],
)
def test_words_of_draft_04(schema: dict[str, Any], value: str, message: str) -> None:
    """There a limit is said to be excluded beside it."""
    whole = {"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"v": schema}}
    assert with_schema(whole, f"v: {value}\n") == [f"1:4 v: {message}"]


def test_every_missing_property_is_a_finding() -> None:
    assert with_schema({"required": ["a", "b"]}, "c: 1\n") == [
        "1:1 : missing required 'a'",
        "1:1 : missing required 'b'",
    ]


def test_the_second_of_two_equal_items_is_the_place() -> None:
    assert with_schema({"properties": {"l": {"uniqueItems": True}}}, "l:\n  - a\n  - b\n  - a\n") == [
        "4:5 l[2]: 'a' is listed twice"
    ]


def test_a_key_that_is_not_allowed_is_the_place() -> None:
    assert with_schema({"propertyNames": {"pattern": "^[a-z]+$"}}, "ok: 1\nNot: 2\n") == [
        "2:1 Not: 'Not' does not match ^[a-z]+$"
    ]


def test_places_count_from_the_text_that_the_author_sees() -> None:
    schema = {"properties": {"a": {"properties": {"ü b": {"type": "string"}}}}}
    assert with_schema(schema, "\ufeff# comment\r\na:\r\n  'ü b': 1\r\n") == [
        '3:10 a."ü b": expected a string, found 1'
    ]


def test_a_mistake_behind_an_alias_is_reported() -> None:
    assert with_schema({"properties": {"b": {"type": "string"}}}, "a: &x 1\nb: *x\n") == [
        "2:4 b: expected a string, found 1"
    ]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_is_a_finding(text: str) -> None:
    assert found("pages/a.yaml", text) == ["1:1 : the file is empty"]


def test_a_second_document_is_a_finding() -> None:
    assert found("pages/a.yaml", "name: A\ncomponents: []\n---\nname: B\n") == [
        "3:1 : a second document; the file holds one object"
    ]


def test_hints_say_what_to_write() -> None:
    def hint(text: str) -> str | None:
        head = "uid: abcdefgh\nname: P\n"
        (finding,) = Catalog.builtin().check("environments/p/environment.yaml", parse(head + text))
        return finding.hint

    assert hint("version: 3.12\n") == "write it in quotes"
    assert hint("version: latest\ncolor: #aabbcc\n") == "write a text; one that begins with # needs quotes"
    assert "YYYY-MM-DD" in str(hint("version: latest\nexpires: soon\n"))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("environments/a/credentials.yaml", "bindings:\n  db: hunter2\n"),
        ("environments/a/credentials.yaml", "bindings:\n  db: [hunter2]\n"),
        ("environments/a/credentials.yaml", "bindings:\n  db: {a: hunter2}\n"),
        ("environments/a/credentials.yaml", "bindings: hunter2\n"),
        ("resources/a.yaml", "name: A\ntype: postgresql\nparams: {host: h, name: n, user: u, password: hunter2}\n"),
        ("credentials/a.yaml", "name: A\nkind: token\nvalue: hunter2\n"),
    ],
)
def test_a_secret_in_a_file_is_a_finding_that_does_not_show_it(path: str, text: str) -> None:
    findings = Catalog.builtin().check(path, parse(text))
    assert findings
    assert "hunter2" not in repr(findings)


def test_a_document_that_is_nested_too_deeply_to_explain_still_gets_its_finding() -> None:
    depth = 190
    schema = {"properties": {"a": {"$ref": "#"}, "b": {"type": "integer"}}, "additionalProperties": False}
    text = "{a: " * depth + "{b: x}" + "}" * depth + "\n"
    (finding,) = with_schema(schema, text)
    assert "integer" in finding or "whole number" in finding


def test_findings_order_by_place() -> None:
    places = [("b", 1, 1), ("a", 2, 1), ("a", 1, 9), ("a", 1, 2)]
    findings = [Finding("schema", "m", path, line, column) for path, line, column in places]
    assert [(each.path, each.line, each.column) for each in sorted(findings)] == sorted(places)
