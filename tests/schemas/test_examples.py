"""The example projects are sound, and the two validators agree on whatever happens to them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.explanation import explain
from jetenv.schemas.project_check import check_project

EXAMPLES = Path(__file__).parents[2] / "examples"


def _files(name: str) -> dict[str, bytes]:
    root = EXAMPLES / name
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", ["minimal", "orders"])
def test_an_example_has_no_findings(name: str) -> None:
    files = _files(name)
    assert files
    assert check_project(files, Catalog.builtin()) == []


DOCUMENTS = [
    (path, to_data(parse(data, path=path).root))
    for path, data in _files("orders").items()
    if Catalog.builtin().describes(path)
]
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.sampled_from(["=a", "{{a}}", "table", "orders-db/orders", "2024-01-01", "#fff", ""]),
    st.lists(st.text(max_size=3), max_size=2), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)  # fmt: skip


@st.composite
def _mutated(draw: st.DrawFn) -> tuple[str, Any]:
    """A document of the example with one place changed, removed, copied or renamed."""
    path, document = draw(st.sampled_from(DOCUMENTS))
    document = copy.deepcopy(document)
    node: Any = document
    while True:
        if isinstance(node, dict) and node:
            step: Any = draw(st.sampled_from(sorted(node)))
        elif isinstance(node, list) and node:
            step = draw(st.integers(0, len(node) - 1))
        else:
            return path, draw(ODD)
        child = node[step]
        if isinstance(child, dict | list) and child and draw(st.integers(0, 3)):
            node = child
            continue
        match draw(st.sampled_from(["set", "remove", "copy", "add"])):
            case "set":
                node[step] = draw(ODD)
            case "remove":
                del node[step]
            case "copy" if isinstance(node, list):
                node.append(copy.deepcopy(child))
            case "copy" | "add" if isinstance(node, dict):
                node[draw(st.sampled_from([f"{step}s", "x-note", "custom", "type", "id", "name"]))] = draw(ODD)
            case _:
                node.insert(step, draw(ODD))
        return path, document


@given(_mutated())
def test_both_validators_agree_and_every_no_is_explained(mutated: tuple[str, Any]) -> None:
    path, document = mutated
    catalog = Catalog.builtin()
    (schema,) = catalog._schemas(path)
    accepted = schema.accepts(document)
    assert accepted == (next(schema.errors(document), None) is None)
    if not accepted:
        assert explain(schema, document, catalog.rules_for(path))
