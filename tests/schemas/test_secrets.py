"""Secrets in plain text: by their shape, by their look, and what is none. Tokens are made up when the tests run."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.schemas.catalog import Catalog
from jetenv.schemas.project_check import check_file
from jetenv.schemas.secrets import known_tokens, looks_random, names_secret

DRAW = random.Random(5)


def drawn(count: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(DRAW.choice(letters) for _ in range(count))


UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
TOKENS = {
    "AWS": "AKIA" + drawn(16, UPPER),
    "GitHub": "ghp_" + drawn(36),
    "GitHub fine-grained": "github_pat_" + drawn(22) + "_" + drawn(59),
    "GitLab": "glpat-" + drawn(20),
    "Slack": "xoxb-" + drawn(12, string.digits) + "-" + drawn(24),
    "Slack webhook": "https://hooks.slack.com/services/T" + drawn(8, UPPER) + "/B" + drawn(8, UPPER) + "/" + drawn(24),
    "Stripe": "sk_live_" + drawn(24),
    "Google": "AIza" + drawn(35),
    "private key": "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    "JWT": "eyJ" + drawn(20) + ".eyJ" + drawn(30) + "." + drawn(43),
    "connection string": "postgresql+asyncpg://app:" + drawn(12) + "@db.example.com:5432/shop",
    "SendGrid": "SG." + drawn(22) + "." + drawn(43),
    "npm": "npm_" + drawn(36),
    "Azure": "AccountKey=" + drawn(86) + "==",
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_is_found_wherever_it_stands_and_never_shown(name: str) -> None:
    token = TOKENS[name]
    for line in (f"description: see {token}", f"# {token}", f'x-note: "{token}"', f"x-list: [{token}]"):
        verdict = check_file("pages/a.yaml", f"name: A\n{line}\ncomponents: []\n".encode(), Catalog.builtin())
        (found,) = [each for each in verdict.findings if each.rule == "plaintext-secret"]
        assert found.line == 2
        assert token not in repr(verdict.findings)


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "https://example.com/a:b@c",
        "https://user:{{secrets.token}}@example.com",
        "postgres://app:$PASSWORD@db/shop",
        "postgres://user:password@localhost/shop",
        "https://example.com:8443/path",
        "git@github.com:example/repo.git",
        "ghp_short",
        "mailto:a@example.com",
        "eyJ.eyJ.x",
        "ssh://git@example.com:22/x",
        "-----BEGIN PUBLIC KEY-----",
    ],
)
def test_what_only_resembles_a_token_is_none(text: str) -> None:
    assert list(known_tokens(text)) == []


@pytest.mark.parametrize(
    "key", ["password", "db_password", "api_key", "apiKey", "client_secret", "token", "access-token", "Authorization"]
)
def test_a_key_promises_a_secret_by_its_name(key: str) -> None:
    assert names_secret(key)


@pytest.mark.parametrize("key", ["primary_key_field", "keys", "tokens_left", "passing", "id", "author", "key"])
def test_other_keys_do_not(key: str) -> None:
    assert not names_secret(key)


@given(st.text(alphabet=string.ascii_letters + string.digits + "+/", min_size=32, max_size=64).filter(looks_random))
def test_randomness_does_not_hang_on_the_scheme_before_it(value: str) -> None:
    assert looks_random(f"Bearer {value}")


@pytest.mark.parametrize(
    "value",
    [
        "orders-db-password", "ORDERS_DB_PASSWORD_2024", "env:ORDERS_DB_PASSWORD_1", "vault:secret/db#password1",
        "/run/secrets/db-password-1", "keys/production-2024.pem", "{{secrets.token1234567890}}",
        "=params.token_1234567",
        "correct horse battery 1", "aaaaaaaaaaaaaaaa1111", "short1", "https://example.com/token1234",
    ],
)  # fmt: skip
def test_names_paths_references_and_words_are_not_random(value: str) -> None:
    assert not looks_random(value)


def test_most_random_tokens_are_seen() -> None:
    values = [drawn(24) for _ in range(500)]
    assert sum(map(looks_random, values)) >= 490
