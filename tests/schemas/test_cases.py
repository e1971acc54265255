"""Documents that each schema must accept, and ones that it must refuse at the place their first line names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jetenv.documents.parsing import parse
from jetenv.documents.paths import parse_path
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.objects import ObjectRef, path_of

CASES = Path(__file__).parent / "cases"
NAMED_OTHERWISE = {"credentials": "bindings"}


def _path(case: Path) -> str:
    kind = case.parent.parent.name
    return path_of(ObjectRef(NAMED_OTHERWISE.get(kind, kind), "sample/sample" if kind == "collection" else "sample"))


def _cases(folder: str) -> list[pytest.ParameterSet]:
    found = sorted(CASES.glob(f"*/{folder}/*.yaml"))
    return [pytest.param(case, id=f"{case.parent.parent.name}-{case.stem}") for case in found]


@pytest.mark.parametrize("case", _cases("valid"))
def test_a_valid_document_has_no_finding(case: Path) -> None:
    path = _path(case)
    assert Catalog.builtin().check(path, parse(case.read_bytes(), path=path)) == []


@pytest.mark.parametrize("case", _cases("invalid"))
def test_an_invalid_document_has_a_finding_at_the_expected_place(case: Path) -> None:
    path = _path(case)
    data = case.read_bytes()
    first = data.decode().splitlines()[0]
    assert first.startswith("# expect: "), "the first line says which field is wrong"
    field = re.match(r"(?:\[[^]]*\]|\S)+", first.removeprefix("# expect: "))[0]
    findings = Catalog.builtin().check(path, parse(data, path=path))
    assert any(_is_at(field, finding.field, finding.message) for finding in findings), findings


def _is_at(expected: str, field: str, message: str) -> bool:
    # What is missing has no place of its own: it is reported at the mapping that lacks it.
    parent, _, name = expected.rpartition(".")
    if expected in ("(root)", "document"):
        return field == ""
    return parse_path(field) == parse_path(expected) or (
        parse_path(field) == parse_path(parent) and f"missing required '{name}'" in message
    )
