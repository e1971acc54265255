"""Which schemas describe which file, and what happens with schemas that cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from jetenv.documents.parsing import parse
from jetenv.schemas import bundled
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.objects import KINDS, ObjectRef, path_of
from jetenv.schemas.rules import Rules, SchemaError

PATHS = {kind: path_of(ObjectRef(kind, "a/b" if kind == "collection" else "a")) for kind in KINDS}


def with_schema(schema: Any, glob: str = "deploy/**/*.yaml") -> Catalog:
    data = schema if isinstance(schema, bytes) else json.dumps(schema).encode()
    return Catalog.builtin().with_project({glob: data})


def messages(catalog: Catalog, path: str, text: str) -> list[str]:
    return [finding.message for finding in catalog.check(path, parse(text, path=path))]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_has_rules_and_is_checked(kind: str) -> None:
    catalog = Catalog.builtin()
    assert catalog.kind_of(PATHS[kind]) == kind
    assert catalog.rules_for(PATHS[kind])
    assert messages(catalog, PATHS[kind], "[]") == ["expected a mapping, found a list"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_bundled_annotations_never_contradict_each_other(kind: str) -> None:
    seen: set[Rules] = set()
    waiting = [Catalog.builtin().rules_for(PATHS[kind])]
    while waiting:
        rules = waiting.pop()
        if rules and rules not in seen:
            seen.add(rules)
            _ = rules.annotations
            waiting.extend([rules.item(), rules.key(), *(rules.property(name) for name in (*rules.declared, "x-y"))])


def test_a_file_that_no_schema_describes_has_no_rules_and_no_findings() -> None:
    catalog = Catalog.builtin()
    assert catalog.rules_for("deploy/a.yaml") is Rules.NONE
    assert catalog.object_of("deploy/a.yaml") is None
    assert not catalog.describes("deploy/a.yaml")
    assert messages(catalog, "deploy/a.yaml", "a: 1") == []


def test_there_is_one_builtin_catalog() -> None:
    assert Catalog.builtin() is Catalog.builtin()
    assert Catalog.builtin().with_project({}) is Catalog.builtin()


@pytest.mark.parametrize("schema", [{"required": ["a"]}, b"# YAML serves too\nrequired: [a]\n"])
def test_a_project_describes_further_files(schema: Any) -> None:
    catalog = with_schema(schema)
    assert messages(catalog, "deploy/eu/a.yaml", "b: 1") == ["missing required 'a'"]
    assert messages(catalog, "other/a.yaml", "b: 1") == []


def test_schemas_of_a_project_apply_beside_the_bundled_ones() -> None:
    catalog = with_schema({"required": ["x-owner"]}, "pages/*.yaml")
    assert messages(catalog, "pages/a.yaml", "name: A\n") == [
        "missing required 'components'",
        "missing required 'x-owner'",
    ]
    assert catalog.rules_for("pages/a.yaml").property("components").keys == ("id",)


def test_several_globs_may_share_a_schema() -> None:
    data = json.dumps({"$id": "urn:shared", "required": ["a"]}).encode()
    catalog = Catalog.builtin().with_project({"a/*.yaml": data, "b/*.yaml": data})
    assert messages(catalog, "a/x.yaml", "b: 1") == messages(catalog, "b/x.yaml", "b: 1") == ["missing required 'a'"]


def test_two_different_schemas_may_not_have_the_same_id() -> None:
    first, second = ({"$id": "urn:shared", "required": [name]} for name in "ab")
    with pytest.raises(SchemaError, match="urn:shared"):
        Catalog.builtin().with_project({"a.yaml": json.dumps(first).encode(), "b.yaml": json.dumps(second).encode()})


def test_a_schema_of_a_project_cannot_take_the_place_of_a_bundled_one() -> None:
    with pytest.raises(SchemaError, match="urn:jetenv:schema:page:1"):
        with_schema({"$id": "urn:jetenv:schema:page:1"})


def test_schemas_of_a_project_may_refer_to_each_other_and_to_the_bundled_ones() -> None:
    catalog = Catalog.builtin().with_project(
        {
            "a.yaml": json.dumps({"properties": {"b": {"$ref": "urn:b"}}}).encode(),
            "b.yaml": json.dumps({"$id": "urn:b", "$ref": "urn:jetenv:schema:common:1#/$defs/slug"}).encode(),
        }
    )
    assert messages(catalog, "a.yaml", "b: ok") == []
    assert messages(catalog, "a.yaml", "b: Not Ok") == ["'Not Ok' does not match ^[a-z0-9][a-z0-9_-]{0,62}$"]


def test_older_drafts_are_understood_by_their_name() -> None:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}
    assert messages(with_schema(schema), "deploy/a.yaml", "[1]") == ["expected a string, found 1"]


def test_what_an_older_draft_has_no_use_for_is_passed_over() -> None:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "prefixItems": 5, "dependentSchemas": 7}
    assert messages(with_schema(schema), "deploy/a.yaml", "a: 1") == []
    assert not with_schema(schema).rules_for("deploy/a.yaml").property("a")


def test_true_and_false_are_schemas() -> None:
    assert messages(with_schema(True), "deploy/a.yaml", "a: 1") == []
    assert messages(with_schema(False), "deploy/a.yaml", "a: 1") == ["a mapping is not allowed here"]


def test_each_document_of_a_file_of_a_project_is_checked() -> None:
    catalog = with_schema({"required": ["kind"]})
    text = "kind: a\n---\nname: b\n---\nkind: c\n"
    assert [finding.line for finding in catalog.check("deploy/a.yaml", parse(text))] == [3]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (b"", "not an object"),
        (b"[]", "not an object"),
        (b"3", "not an object"),
        (b'"text"', "not an object"),
        (b"a: [", "no JSON Schema"),
        (b"\xff", "not UTF-8"),
        (b"[" * 3000, "no JSON Schema"),
        ({"type": "text"}, "no usable JSON Schema"),
        ({"properties": []}, "no usable JSON Schema"),
        ({"pattern": "("}, "no usable JSON Schema"),
        ({"allOf": 3}, "no usable JSON Schema"),
        ({"$id": 3}, "no usable JSON Schema"),
        ({"$ref": "#/$defs/none"}, "no usable JSON Schema"),
        ({"$schema": "urn:unknown-draft"}, "no usable JSON Schema"),
        ({"$id": "http://[a/b", "$ref": "c.json"}, "no usable JSON Schema"),
    ],
)  # fmt: skip
def test_what_is_no_schema_is_an_error_that_names_the_glob(schema: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words) as caught:
        with_schema(schema).verify()
    assert "deploy/**/*.yaml" in str(caught.value.where)
    with pytest.raises(SchemaError):
        with_schema(schema).rules_for("deploy/a.yaml")
    with pytest.raises(SchemaError):
        messages(with_schema(schema), "deploy/a.yaml", "a: 1")


@pytest.mark.parametrize("uri", ["https://schemas.invalid/a.json", "http://127.0.0.1:9/a", "file:///etc/hostname"])
def test_a_remote_reference_is_refused_and_never_fetched(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    for schema in ({"$ref": uri}, {"$ref": uri, "properties": {"a": {"$ref": "urn:jetenv:schema:common:1"}}}):
        with pytest.raises(SchemaError) as caught:
            with_schema(schema).verify()
        assert uri in caught.value.message
        assert caught.value.hint is not None


def test_a_schema_that_refers_to_itself_is_fine() -> None:
    catalog = with_schema({"properties": {"next": {"$ref": "#"}}, "additionalProperties": False})
    assert messages(catalog, "deploy/a.yaml", "next: {next: {next: {}}}") == []
    assert messages(catalog, "deploy/a.yaml", "next: {next: {nxt: {}}}") == [
        "unknown property 'nxt'; did you mean 'next'?"
    ]


def test_rules_and_fast_answers_do_not_load_the_explaining_library() -> None:
    code = """if True:
        import sys
        from jetenv.documents.parsing import parse
        from jetenv.schemas.catalog import Catalog
        catalog = Catalog.builtin()
        catalog.rules_for("pages/a.yaml").property("components").item()
        assert "jsonschema_rs" not in sys.modules, "rules need no validator"
        assert catalog.check("pages/a.yaml", parse("name: A\\ncomponents: []\\n")) == []
        assert "jsonschema" not in sys.modules, "a yes needs no explanation"
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_bundled_schema_is_found_by_its_uri() -> None:
    assert bundled.load(bundled.uri_of("page")) is not None
    assert bundled.load(bundled.uri_of("nothing")) is None
    assert bundled.load("https://schemas.invalid/page.json") is None
