"""What jetenv writes afresh reads as the same data everywhere."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from styled import data

from jetenv.documents.emitting import block_scalar, dump, scalar, text_scalar
from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data
from jetenv.errors import UsageError


def read_elsewhere(text: str, version: tuple[int, int]) -> object:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(StringIO(text))


@pytest.mark.parametrize(
    "text",
    ["Late orders", "orders-db", "a/b_c", "it's", "x=1", "#tag"[1:], "100% cotton"[5:], "é", "a#b", "a:b", "nope"],
)
def test_a_harmless_text_is_written_plain(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "~", "null", "Null", "yes", "No", "on", "OFF", "y", "N", "true", "False"),
        *("0", "012", "0o14", "0x1F", "1e3", "1_000", "3.12", "3.12.1", ".5", "+1", "-1", ".inf", "-.INF", ".NaN"),
        *("1:30", "190:20:30", "2026-01-02", "2026-01-02T10:00:00Z", "2026-01-02 10:00:00 +1", "1,000"),
        *("- a", "? a", ": a", "-", "?", ":", "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a"),
        *("{a", "}a", "[a", "]a", ",a", "'a", '"a', " a", "a ", "a\tb", "<<", "=", "--- a", "..."),
    ],
)
def test_a_text_that_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    written = scalar(text)
    assert written[0] in {"'", '"'}
    assert read_elsewhere(f"a: {written}", (1, 1)) == {"a": text}
    assert read_elsewhere(f"a: {written}", (1, 2)) == {"a": text}


@pytest.mark.parametrize("text", ["a,b", "a]b", "{{ params.id }}", "x}", "what?"])
def test_inside_brackets_more_is_quoted(text: str) -> None:
    assert to_data(parse(f"[{text_scalar(text, flow=True)}]").root) == [text]


def test_quotes_are_those_that_need_no_escapes() -> None:
    assert scalar("no") == '"no"'
    assert scalar('"no"') == "'\"no\"'"
    assert scalar("a\nb") == '"a\\nb"'
    assert text_scalar("it's", style="'") == "'it''s'"
    assert text_scalar("plain", style='"') == '"plain"'


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "null"), (True, "true"), (12, "12"), (1e16, "1.0e+16"), (float("inf"), ".inf"), (float("nan"), ".nan")],
)
def test_other_scalars(value: object, written: str) -> None:
    assert scalar(value) == written


def test_what_utf8_cannot_carry_is_refused() -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        scalar("\udc80")


def test_a_file_is_written_in_block_style_with_keys_in_order() -> None:
    written = dump(
        {
            "name": "Staging",
            "version": "3.12",
            "sql": "SELECT 1\n  FROM t\n",
            "members": [{"id": "ada", "keys": ["ssh-ed25519 AAAA"]}, []],
            "empty": {},
            "none": None,
        }
    )
    assert written == (
        "name: Staging\n"
        'version: "3.12"\n'
        "sql: |\n"
        "  SELECT 1\n"
        "    FROM t\n"
        "members:\n"
        "  - id: ada\n"
        "    keys:\n"
        "      - ssh-ed25519 AAAA\n"
        "  - []\n"
        "empty: {}\n"
        "none: null\n"
    )


def test_a_block_that_starts_with_blanks_says_its_indentation() -> None:
    assert block_scalar(" a\nb") == ("|2-", ["   a", "  b"])
    assert block_scalar("a\n\n\n") == ("|+", ["  a", "", ""])
    assert block_scalar("\r\n") is None


@given(data)
@example({"k" * 1500: ["a\nb\n"]})
@example([["a\n\n", "\ta\nb"], {"": {"#": "\n a\n"}}])
def test_written_data_read_back_as_they_were(value: object) -> None:
    text = dump(value)
    assert text.endswith("\n")
    assert to_data(parse(text).root) == value
    assert YAML(typ="safe").load(text) == value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_every_reader_takes_a_written_text_for_this_text(text: str) -> None:
    for written in (scalar(text), text_scalar(text, flow=True), text_scalar(text, style="'")):
        assert to_data(parse(f"{{a: {written}}}" if written != scalar(text) else f"a: {written}").root) == {"a": text}
        assert read_elsewhere(f"a: {written}\n", (1, 1)) == {"a": text}
