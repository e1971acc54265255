"""The grammar of references, and that the schema of bindings accepts exactly what it accepts."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.credentials.references import PLUGIN_SCHEMES, SCHEMES, Reference, parse_reference
from jetenv.errors import UsageError

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "credentials.json").read_text())
PATTERN = {"pattern": SCHEMA["properties"]["bindings"]["additionalProperties"]["pattern"]}

GOOD = {
    "env:ORDERS_DB_PASSWORD": Reference("env", "ORDERS_DB_PASSWORD"),
    "file:secrets/key.pem": Reference("file", "secrets/key.pem"),
    "file:secrets/orders.env#DB_PASSWORD": Reference("file", "secrets/orders.env", "DB_PASSWORD"),
    "file:/run/my secrets/db.json#a.b.0": Reference("file", "/run/my secrets/db.json", "a.b.0"),
    "file:~/x": Reference("file", "~/x"),
    "age:secrets/orders.env.age#PASSWORD": Reference("age", "secrets/orders.env.age", "PASSWORD"),
    "keyring:orders-db/orders_app": Reference("keyring", "orders-db/orders_app"),
    "vault:secret/orders/db#password": Reference("vault", "secret/orders/db", "password"),
    "aws-sm:prod/orders#password": Reference("aws-sm", "prod/orders", "password"),
    "aws-sm:arn:aws:secretsmanager:eu:1:secret:x": Reference("aws-sm", "arn:aws:secretsmanager:eu:1:secret:x"),
    "aws-ssm:/prod/orders/password": Reference("aws-ssm", "/prod/orders/password"),
    "cmd:orders-db-password": Reference("cmd", "orders-db-password"),
    "gcp-sm:projects/a/secrets/b#c": Reference("gcp-sm", "projects/a/secrets/b", "c"),
    "op:vault/item#field": Reference("op", "vault/item", "field"),
    "my-store:some/where": Reference("my-store", "some/where"),
}
BAD = (
    "", ":", "env", "env:", "env:1A", "env:A-B", "env:A#b", "env: A", "ENV:A", "file:", "file:#a", "file:a#",
    "file:a#b#c", "file: a", "file:a ", "file:a\nb",
    "file:a\x1bb", "age:", "keyring:a", "keyring:/a", "keyring:a/", "keyring:a/b#c",
    "vault:secret#a", "vault:secret/a", "vault:secret//a#b", "vault:/a#b", "aws-sm:", "aws-sm:a b", "aws-ssm:a#b",
    "cmd:", "cmd:Pass", "cmd:pass show x", "cmd:a/b", "hunter2", "postgres://app:hunter2@db/shop", "plain:hunter2",
    "my-store:", "my-store:a b", "op:a#b#c",
)  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_reference_is_read_and_written_alike(text: str) -> None:
    assert parse_reference(text) == GOOD[text]
    assert str(GOOD[text]) == text


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_reference_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_reference(text)
    assert "hunter2" not in f"{error.value.message} {error.value.hint}"
    assert error.value.hint


@pytest.mark.parametrize(("text", "meant"), [("envv:A", "env:"), ("valt:a/b#c", "vault:"), ("aws_sm:a", "aws-sm:")])
def test_a_mistyped_scheme_is_answered_with_the_one_that_was_meant(text: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean '{meant}'"):
        parse_reference(text)


@pytest.mark.parametrize("text", [*GOOD, *BAD])
def test_the_schema_agrees(text: str) -> None:
    assert jsonschema.Draft202012Validator(PATTERN).is_valid(text) == (text in GOOD)


@given(st.sampled_from([*SCHEMES, *PLUGIN_SCHEMES, "my-store", "other"]), st.text("aA1_-./#: ~\t\n", max_size=12))
def test_the_schema_agrees_on_any_text(scheme: str, rest: str) -> None:
    text = f"{scheme}:{rest}"
    try:
        accepted = str(parse_reference(text)) == text
    except UsageError:
        accepted = False
    assert jsonschema.Draft202012Validator(PATTERN).is_valid(text) == accepted
