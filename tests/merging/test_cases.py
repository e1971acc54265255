"""Golden merges, one folder each: ``base``, ``ours``, ``theirs`` and what ``expected`` comes out.

A folder of ``cases/`` holds ``base.yaml`` (absent where both sides added the file), ``ours.yaml``, ``theirs.yaml``,
``expected.yaml``, where wanted a ``schema.json`` with merge annotations, and, where the merge is not clean,
``conflicts.json``: kind and field of each conflict; ``expected.yaml`` then holds the markers. Folders of
``known_failures/`` look the same and say in ``reason.txt`` what is wrong; their ``expected.yaml`` is what should come.

To write ``expected.yaml`` and ``conflicts.json`` of new cases from what the engine does, then to be read critically::

    .venv/bin/python tests/merging/test_cases.py NAME...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from jetenv.documents.paths import format_path
from jetenv.environments.merges.merge_file import schema_rules
from jetenv.merging.files import FileMerge, merge_file
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules

CASES = Path(__file__).parent / "cases"
FAILURES = Path(__file__).parent / "known_failures"


def folders(parent: Path) -> list[Path]:
    return sorted(path.parent for path in parent.glob("*/ours.yaml"))


def merged(folder: Path) -> FileMerge:
    """The merge of a case."""
    base = folder / "base.yaml"
    schema = folder / "schema.json"
    rules = schema_rules(schema.read_bytes(), schema.name) if schema.exists() else Rules.NONE
    return merge_file(
        base.read_bytes() if base.exists() else b"",
        (folder / "ours.yaml").read_bytes(),
        (folder / "theirs.yaml").read_bytes(),
        rules,
        merge_lines,
        path="page.yaml",
    )


def conflicts(merge: FileMerge) -> list[dict[str, str]]:
    return [{"kind": each.kind.value, "field": format_path(each.field)} for each in merge.conflicts]


def expected_conflicts(folder: Path) -> list[dict[str, str]]:
    path = folder / "conflicts.json"
    return json.loads(path.read_text()) if path.exists() else []


PARAMETERS = [
    *(pytest.param(each, id=each.name) for each in folders(CASES)),
    *(
        pytest.param(each, id=each.name, marks=pytest.mark.xfail(reason=(each / "reason.txt").read_text()))
        for each in folders(FAILURES)
    ),
]


@pytest.mark.parametrize("folder", PARAMETERS)
def test_case(folder: Path) -> None:
    merge = merged(folder)
    assert merge.content.decode() == (folder / "expected.yaml").read_bytes().decode()
    assert conflicts(merge) == expected_conflicts(folder)


def rewrite(folder: Path) -> None:
    merge = merged(folder)
    (folder / "expected.yaml").write_bytes(merge.content)
    path = folder / "conflicts.json"
    path.unlink(missing_ok=True)
    if merge.conflicts:
        path.write_text(json.dumps(conflicts(merge), indent=2) + "\n")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        rewrite(CASES / name)
