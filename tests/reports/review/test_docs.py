"""What docs/review.md shows is what the golden cases, which real comparisons make, have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"
DOCS = (Path(__file__).parents[3] / "docs" / "review.md").read_text()
BLOCKS = re.findall(r"<!-- (\S+/expected\.\w+) -->\n(`{3,})\w+\n(.*?)\2\n", DOCS, re.DOTALL)


@pytest.mark.parametrize(("name", "shown"), [(name, shown) for name, _, shown in BLOCKS], ids=[b[0] for b in BLOCKS])
def test_a_block_is_what_the_case_has(name: str, shown: str) -> None:
    assert shown == (GOLDEN / name).read_text()


def test_there_is_a_block_for_each_format() -> None:
    assert {name.rpartition(".")[2] for name, _, _ in BLOCKS} == {"txt", "json", "md", "github"}
