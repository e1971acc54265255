"""What of a file is hidden from everybody, and what is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.documents.parsing import parse
from jetenv.documents.paths import parse_path
from jetenv.schemas.catalog import Catalog, builtin_rules
from jetenv.schemas.hiding import hidden_source, hidden_value, secret_spans
from jetenv.schemas.secrets import HIDDEN, covered, hidden_tokens

BINDINGS_FILE = "environments/main/credentials.yaml"
BINDINGS = builtin_rules(BINDINGS_FILE)
RESOURCE = builtin_rules("resources/shop.yaml")
TOKEN = "ghp_" + "aB3" * 12


@pytest.mark.parametrize(
    ("path", "text", "shown"),
    [
        (BINDINGS_FILE, "bindings:\n  a: hunter2 # why\n", "bindings:\n  a: HIDDEN # why\n"),
        (BINDINGS_FILE, "bindings: {a: {b: [x, 1]}}\n", "bindings: {a: {b: [HIDDEN, HIDDEN]}}\n"),
        (BINDINGS_FILE, "bindings: hunter2\n", "bindings: HIDDEN\n"),
        (BINDINGS_FILE, "bindings:\n  a: &x hunter2\n  b: *x\n", "bindings:\n  a: &x HIDDEN\n  b: *x\n"),
        (BINDINGS_FILE, "bindings:\n  a: |\n    x\n    y\n  b: env:B\n", "bindings:\n  a: HIDDEN\n  b: env:B\n"),
        ("resources/a.yaml", "type: mysql\nparams: {password: hunter2}\n", "type: mysql\nparams: {password: HIDDEN}\n"),
        ("resources/a.yaml", "secret_tokens: [{name: a, value: x}]\n", "secret_tokens: [{name: a, value: HIDDEN}]\n"),
        ("pages/a.yaml", f"# see {TOKEN}\nname: A\n", "# see HIDDEN\nname: A\n"),
        ("pages/a.yaml", "x-api-key: 9fQ2mB7xL0vT4sZ8\n", "x-api-key: HIDDEN\n"),
        ("any/other.yaml", "password: 9fQ2mB7xL0vT4sZ8\n", "password: HIDDEN\n"),
    ],
)
def test_a_secret_in_plain_text_is_hidden_and_nothing_around_it(path: str, text: str, shown: str) -> None:
    assert hidden_source(parse(text), builtin_rules(path)).text == shown.replace("HIDDEN", HIDDEN)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (BINDINGS_FILE, "bindings:\n  a: hunter2\n  b: {c: [x, 1]}\n  d: env:D\n  # no\n  e: |\n    x\n\n    y\n"),
        ("pages/a.yaml", f"name: A\ncomponents:\n- {{id: a, token: 9fQ2mB7xL0vT4sZ8}}\n# {TOKEN}\n- id: {TOKEN}\n"),
        ("resources/a.yaml", "secret_tokens:\n- name: a\n  value: x\n- {name: b, value: y}\n"),
    ],
)
def test_a_stretch_hides_what_the_whole_file_does_there(path: str, text: str) -> None:
    source, rules = parse(text), builtin_rules(path)
    whole = secret_spans(source, rules)
    assert whole
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            found = secret_spans(source, rules, (start, end))
            assert covered(text, start, end, found) == covered(text, start, end, whole), text[start:end]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (BINDINGS_FILE, "bindings:\n  a: env:A\n  b: 'file:s.json#x'\n  c: op:vault/item\n"),
        ("resources/shop.yaml", "type: postgresql\nparams:\n  user: app\n  password: {credential: shop-password}\n"),
        (
            "environments/main/members.yaml",
            "members: [{id: ada, keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada]}]\n",
        ),
        ("pages/a.yaml", "password: orders-db-password\ntoken: '{{secrets.token}}'\n"),
    ],
)
def test_references_and_words_are_shown(path: str, text: str) -> None:
    source = parse(text)
    assert hidden_source(source, builtin_rules(path)) is source


@pytest.mark.parametrize(
    ("field", "text", "shown"),
    [
        ("bindings.a", "hunter2", HIDDEN),
        ("bindings.a", "a: hunter2\n", f"a: {HIDDEN}\n"),
        ("bindings.a", "a: env:A\n", "a: env:A\n"),
        ("bindings.a.b.c", "hunter2", HIDDEN),
        ("bindings.a", "no: [yaml", HIDDEN),
        ("bindings", "a: hunter2\nb: env:B\n", f"a: {HIDDEN}\nb: env:B\n"),
    ],
)
def test_a_part_of_a_document_is_hidden_by_where_it_stands(field: str, text: str, shown: str) -> None:
    assert hidden_value(text, BINDINGS, parse_path(field)) == shown


def test_a_part_is_hidden_whatever_the_rest_of_its_document_says() -> None:
    """The type of the resource, which decides what its parameters are, is not in the part."""
    assert hidden_value("password: hunter2\n", RESOURCE, parse_path("params.password")) == f"password: {HIDDEN}\n"
    shown = "password: {credential: shop-password}\n"
    assert hidden_value(shown, RESOURCE, parse_path("params.password")) == shown


def test_a_project_says_by_its_schema_what_may_be_shown() -> None:
    schema = b"""{"properties": {"pin": {"$ref": "#/$defs/ref", "x-jetenv": {"risk": "secret"}}},
        "$defs": {"ref": {"type": "string", "pattern": "^ref:"}}}"""
    rules = Catalog.builtin().with_project({"own/*.yaml": schema}).rules_for("own/a.yaml")
    assert hidden_source(parse("pin: 1234\n"), rules).text == f"pin: {HIDDEN}\n"
    assert hidden_source(parse("pin: ref:a\n"), rules).text == "pin: ref:a\n"


def test_a_private_key_is_hidden_to_its_end() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"
    assert hidden_tokens(f"a {key} b") == f"a {HIDDEN} b"
    assert hidden_tokens("a -----BEGIN PRIVATE KEY-----\nMIIB\n") == f"a {HIDDEN}\n"
    assert hidden_source(parse(f'x: "{key}"\ny: 1\n'), BINDINGS).text == f"x: {HIDDEN}\ny: 1\n"


@given(st.text(max_size=80), st.text(max_size=40))
def test_whatever_stands_around_a_token_it_is_hidden(before: str, after: str) -> None:
    assert TOKEN not in hidden_tokens(f"{before} {TOKEN} {after}")


LETTERS = st.characters(max_codepoint=0x2FFF, exclude_categories=("Cc", "Cs", "Zl", "Zp"))


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.text(LETTERS, min_size=1, max_size=30), min_size=1)
)
def test_no_binding_that_validate_refuses_is_shown(bindings: dict[str, str]) -> None:
    text = json.dumps({"bindings": bindings}, ensure_ascii=False)
    source = parse(text)
    catalog = Catalog.builtin()
    refused = {finding.field for finding in catalog.check(BINDINGS_FILE, source) if finding.field}
    root = hidden_source(source, BINDINGS).root
    shown = root.get("bindings") if root is not None else None
    assert shown is not None
    for name in bindings:
        value = shown.get(name)
        assert value is not None
        if f"bindings.{name}" in refused:
            assert value.value == HIDDEN
