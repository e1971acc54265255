"""One changed object as HTML: a golden file for each kind of change, found by glob.

``UPDATE_GOLDEN=1`` writes what is expected anew; read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import html5lib
import pytest

from jetenv.diffing.trees import diff_trees
from jetenv.diffing.wireframes import wireframe
from jetenv.documents.parsing import parse
from jetenv.reports.html.changes import changed_object
from jetenv.repository.objects import FILE, Oid, TreeChange, TreeEntry
from jetenv.schemas.catalog import Catalog

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())


def rendered(case: Path) -> str:
    """The object of a case: ``path`` names it, ``old.yaml`` and ``new.yaml`` hold it, and either may be missing."""
    path = (case / "path").read_text().strip()
    files = {name: case / f"{name}.yaml" for name in ("old", "new")}
    data = {name: file.read_bytes() for name, file in files.items() if file.exists()}
    entries = {name: TreeEntry(Oid(name), FILE) for name in data}
    change = TreeChange(entries.get("old"), entries.get("new"))
    catalog = Catalog.builtin()
    (found,) = diff_trees({path: change}, lambda oid: data[oid], catalog)
    sources = {name: parse(each) for name, each in data.items()}
    drawn = wireframe(sources.get("old"), sources.get("new"), catalog.rules_for(path))
    return changed_object(found, drawn, "object-1", unfolded=True) + "\n"


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_an_object_is_told_as_the_golden_file_has_it(case: Path) -> None:
    found = rendered(case)
    if os.environ.get("UPDATE_GOLDEN"):
        (case / "expected.html").write_text(found)
    assert found == (case / "expected.html").read_text()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_markup_has_no_mistake(case: Path) -> None:
    parser = html5lib.HTMLParser(strict=True)
    parser.parseFragment(rendered(case))
    assert parser.errors == []
