"""What every schema that comes with jetenv keeps to, so that merges, findings and editors can rely on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[2] / "schemas"
SCHEMAS: dict[str, Any] = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
REGISTRY = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in SCHEMAS.values())
KINDS = (
    "project", "environment", "members", "credential", "credentials", "resource", "collection", "page", "menu",
    "theme", "workflow", "team",
)  # fmt: skip

every_schema = pytest.mark.parametrize("name", SCHEMAS)


def _objects(schema: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema object below ``schema``, with its place; names of properties are no schema objects."""
    if isinstance(schema, dict):
        yield place, schema
        for key, value in schema.items():
            if key in ("properties", "patternProperties", "$defs"):
                for name, inner in value.items():
                    yield from _objects(inner, f"{place}/{key}/{name}")
            elif key not in ("const", "enum", "default", "x-jetenv", "dependentRequired"):
                yield from _objects(value, f"{place}/{key}")
    elif isinstance(schema, list):
        for position, inner in enumerate(schema):
            yield from _objects(inner, f"{place}/{position}")


def _resolved(schema: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """``schema`` and what its reference leads to."""
    yield schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        uri, _, pointer = reference.partition("#")
        home = uri.split(":")[3] if uri else name
        found = SCHEMAS[home]
        for step in pointer.split("/")[1:]:
            found = found[step]
        yield from _resolved(found, home)


def _says(schema: dict[str, Any], name: str, keyword: str) -> bool:
    return any(each.get(keyword) for each in _resolved(schema, name))


def test_every_kind_of_file_has_a_schema() -> None:
    assert set(KINDS) <= SCHEMAS.keys()


@every_schema
def test_the_id_is_made_from_the_file_name(name: str) -> None:
    assert SCHEMAS[name]["$id"] == f"urn:jetenv:schema:{name}:1"


@every_schema
def test_both_validators_take_it(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    registry = jsonschema_rs.Registry([(each["$id"], each) for each in SCHEMAS.values()])
    jsonschema_rs.Draft202012Validator(SCHEMAS[name], registry=registry)


@every_schema
def test_every_reference_leads_somewhere(name: str) -> None:
    for place, schema in _objects(SCHEMAS[name], name):
        assert list(_resolved(schema, name)), place


@every_schema
def test_every_property_has_a_title_and_a_description(name: str) -> None:
    bare = []
    for place, schema in _objects(SCHEMAS[name], name):
        # Branches of if/then/else refine properties that are described where they are declared.
        if schema.get("type") != "object":
            continue
        for group in ("properties", "patternProperties"):
            for each, inner in schema.get(group, {}).items():
                if not (_says(inner, name, "title") and _says(inner, name, "description")):
                    bare.append(f"{place}/{each}")
    assert bare == []


@every_schema
def test_every_object_refuses_unknown_properties_or_takes_any_on_purpose(name: str) -> None:
    open_ended = []
    for place, schema in _objects(SCHEMAS[name], name):
        if schema.get("type") != "object" or "properties" not in schema:
            continue
        closed = any(schema.get(each) is False for each in ("additionalProperties", "unevaluatedProperties"))
        # A base for others, and a choice between closed branches, close where they are used.
        if not closed and "allOf" not in schema and not _is_base(place):
            open_ended.append(place)
    assert open_ended == []


def _is_base(place: str) -> bool:
    """Whether any schema extends the object at ``place``."""
    return any(_extends(name, place) for name in SCHEMAS)


def _extends(name: str, place: str) -> bool:
    """Whether an object with properties of its own in the schema ``name`` refers to the definition at ``place``."""
    home, _, pointer = place.partition("/")
    targets = {f"urn:jetenv:schema:{home}:1#/{pointer}", *([f"#/{pointer}"] if home == name else [])}
    return any(schema.get("$ref") in targets and "properties" in schema for _, schema in _objects(SCHEMAS[name], name))


@every_schema
def test_every_list_says_how_it_merges(name: str) -> None:
    silent = [
        place
        for place, schema in _objects(SCHEMAS[name], name)
        if schema.get("type") == "array" and "list" not in schema.get("x-jetenv", {})
    ]
    assert silent == []


@every_schema
def test_the_keys_of_keyed_lists_are_required_in_their_items(name: str) -> None:
    missing = []
    for place, schema in _objects(SCHEMAS[name], name):
        annotations = schema.get("x-jetenv", {})
        if annotations.get("list") != "keyed":
            continue
        for key in annotations["keys"]:
            if not any(key in required for required in _required(schema["items"], name)):
                missing.append(f"{place}: {key}")
    assert missing == []


@every_schema
def test_what_is_drawn_as_boxes_holds_boxes(name: str) -> None:
    empty = []
    for place, schema in _objects(SCHEMAS[name], name):
        if schema.get("x-jetenv", {}).get("draw") in ("below", "beside") and not any(
            each.get("x-jetenv", {}).get("draw") == "box" for each in _resolved(schema["items"], name)
        ):
            empty.append(place)
    assert empty == []


def _required(schema: dict[str, Any], name: str) -> Iterator[list[str]]:
    for each in _resolved(schema, name):
        yield each.get("required", [])
        for branch in each.get("allOf", []):
            yield from _required(branch.get("then", branch), name)


@every_schema
def test_no_object_gives_a_key_twice(name: str) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs), pairs
        return dict(pairs)

    json.loads((FOLDER / f"{name}.json").read_text("utf-8"), object_pairs_hook=once)


def test_whatever_names_a_credential_has_that_word_before_it() -> None:
    """By it the files are found that name one, without a check of all the others: see ``tree_credentials``."""
    places = [
        place
        for name, schema in SCHEMAS.items()
        for place, each in _objects(schema, name)
        if "credential" in each.get("x-jetenv", {}).get("ref", ()) or "credentialRef" in str(each.get("$ref"))
    ]
    assert len(places) > 4
    bindings = "credentials/properties/bindings/propertyNames"  # of an environment, and no use of a credential
    assert {place.rpartition("/")[2] for place in places if place != bindings} <= {"credential", "credentialRef"}
