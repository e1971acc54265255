"""Values: the data of the YAML 1.2 core schema."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from styled import Hand, mappings

from jetenv.documents.nodes import Node
from jetenv.documents.parsing import parse
from jetenv.documents.values import scalar_data, to_data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-0x1F", -31),
        ("0o17", 15),
        ("017", 17),
        ("1_000", 1000),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        (".inf", math.inf),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("null", None),
        ("~", None),
        ("", None),
        ("Null", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("2026-01-01", "2026-01-01"),
        ("12:30:45", "12:30:45"),
        ("!!str 1", "1"),
        ("!!int '1'", 1),
        ("!secret x", "x"),
        ("!!int x", "x"),
        ("=formula", "=formula"),
    ],
)
def test_scalars(text: str, expected: object) -> None:
    root = parse(f"a: {text}\n").root
    assert root is not None
    value = scalar_data(root.entries[0].value)
    assert value == expected
    assert type(value) is type(expected)


def test_a_number_too_long_for_python_stays_its_text() -> None:
    digits = "1" * 5000
    assert to_data(parse(f"a: {digits}\n").root) == {"a": digits}


def test_no_document_is_null() -> None:
    assert to_data(None) is None


def test_keys_stay_their_source_text() -> None:
    data = to_data(parse("1: a\ntrue: b\n'c d': e\n? [x, 2]\n: f\n").root)
    assert data == {"1": "a", "true": "b", "c d": "e", "['x', 2]": "f"}


def test_aliases_are_expanded_and_merge_keys_applied() -> None:
    data = to_data(parse("d: &d {x: 1, y: 2}\ne: &e {z: 3}\na:\n  <<: [*d, *e]\n  y: 5\nb: *d\n").root)
    assert data["a"] == {"x": 1, "y": 5, "z": 3}
    assert data["b"] == {"x": 1, "y": 2}


def test_the_earlier_of_several_merged_mappings_wins() -> None:
    data = to_data(parse("d: &d {x: 1}\ne: &e {x: 2}\na: {<<: [*d, *e]}\n").root)
    assert data["a"] == {"x": 1}


def test_a_quoted_merge_key_is_a_key() -> None:
    assert to_data(parse('a: {"<<": {b: 1}}\n').root) == {"a": {"<<": {"b": 1}}}


@given(st.integers(0, 2**32), mappings)
def test_values_equal_those_of_ruamel(seed: int, data: dict[str, object]) -> None:
    text = Hand(seed).write(data)
    loaded = YAML(typ="safe", pure=True).load(text)
    assert to_data(parse(text).root) == loaded


@pytest.mark.parametrize("tail", ["", "1", ".5", "rue", "RUE", "alse", "ull", "ULL", "inf", "nan", "0x1", "1e3"])
def test_whatever_the_core_schema_types_is_typed(tail: str) -> None:
    """No first character hides a number, boolean or null of ruamel's own resolver."""
    resolver = YAML(typ="safe", pure=True).resolver
    for text in [tail, *(chr(code) + tail for code in range(0x21, 0x180))]:
        tag = str(resolver.resolve(ScalarNode, text, (True, False)))
        typed = tag.rpartition(":")[2] in {"bool", "float", "int", "null"}
        assert isinstance(scalar_data(Node(0, len(text), text)), str) != typed
