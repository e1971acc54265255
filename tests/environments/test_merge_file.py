"""Merging single files: what is wrong with a schema that was given is told by the name of its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.api import merge_yaml
from jetenv.environments.merges.merge_file import merge_paths
from jetenv.errors import JetenvError
from jetenv.schemas.failures import SchemaError

VERSIONS = ("l: [b]\n", "l: [b, a]\n", "l: [c, b]\n")
WRONG = [
    ("[1", "", "not YAML"),
    ("- 1", "", "not an object"),
    ('{"type": 3}', "#/type", "no usable JSON Schema"),
    ('{"$ref": "#/nope"}', "", "/nope"),
    ('{"properties": {"l": {"x-jetenv": {"list": "what"}}}}', "#/properties/l/x-jetenv", "'what'"),
    ('{"$id": "https://x.org/a", "properties": {"l": {"x-jetenv": {"list": "what"}}}}', "#/properties/l", "'what'"),
    (
        '{"allOf": [{"properties": {"l": {"x-jetenv": {"list": "set"}}}},'
        ' {"properties": {"l": {"x-jetenv": {"list": "atomic"}}}}]}',
        "#/allOf/1/properties/l",
        "set at {}#/allOf/0",
    ),
]


@pytest.mark.parametrize(("schema", "pointer", "words"), WRONG)
def test_a_schema_file_that_cannot_be_used_is_named(schema, pointer, words, tmp_path: Path) -> None:
    """With the place in it, and nothing is written."""
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, content in zip(paths, VERSIONS, strict=True):
        path.write_text(content)
    file = tmp_path / "schema.json"
    file.write_text(schema)
    base, ours, theirs = paths
    with pytest.raises(SchemaError) as raised:
        merge_paths(ours, base, theirs, schema=file)
    assert (raised.value.where or "").startswith(f"{file}{pointer}")
    assert words.format(file) in raised.value.message
    assert ours.read_text() == VERSIONS[1]


def test_a_binary_file_is_named(tmp_path: Path) -> None:
    ours, base, theirs = (tmp_path / name for name in ("ours", "base", "theirs"))
    for path, content in ((ours, b"a: 1\n"), (base, b"a: 2\n"), (theirs, b"a\0")):
        path.write_bytes(content)
    with pytest.raises(JetenvError) as raised:
        merge_paths(ours, base, theirs)
    assert raised.value.where == str(theirs)


@pytest.mark.parametrize(("schema", "pointer", "words"), WRONG)
def test_a_schema_that_a_program_gives_is_called_the_schema(schema, pointer, words) -> None:
    with pytest.raises(SchemaError) as raised:
        merge_yaml(*(version.encode() for version in VERSIONS), schema=schema)
    assert (raised.value.where or "").startswith(f"schema{pointer}")
    assert words.format("schema") in raised.value.message
