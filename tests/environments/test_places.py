"""Conflicts stand at their true lines, in the files of the source or, where only that has it, of the target."""

from __future__ import annotations

import pytest

from jetenv.environments.merges.merge import rehearse
from jetenv.environments.merges.preparation import MergeRequest
from jetenv.environments.project import open_project
from jetenv.environments.reviewing.places import Place, conflict_places

STOCK = "pages/stock.yaml"
BASE = """\
name: Stock
queries:
  - id: late
    query:
      type: sql
      resource: orders-db
      sql: |
        select id
        from orders
        where late
        order by id
components:
  - id: hello
    type: text
    text: Hello
  - id: bye
    type: text
    text: Bye
"""
ABOVE = "# of the shop\n# and its shelves\n"
BYE = "  - id: bye\n    type: text\n    text: Bye\n"
TEMPLATE = "a: 1\nb: {{ b }}: x\nc: 1\nd: 1\n"

Files = dict[str, str | None]

CASES: dict[str, tuple[Files, Files, list[Place]]] = {
    # production's change, staging's change, the places of the conflicts
    "a value": (
        {STOCK: BASE.replace("text: Hello", "text: Hi")},
        {STOCK: ABOVE + BASE.replace("text: Hello", "text: Good day")},
        [Place(STOCK, 17, 5)],
    ),
    "lines of a text": (
        {STOCK: BASE.replace("where late", "where late and open")},
        {STOCK: ABOVE + BASE.replace("where late", "where very_late")},
        [Place(STOCK, 12, 1)],
    ),
    "what the source removed": (
        {STOCK: ABOVE + BASE.replace("text: Bye", "text: See you")},
        {STOCK: BASE.replace(BYE, "")},
        [Place(STOCK, 18, 3)],
    ),
    "what the target removed": (
        {STOCK: BASE.replace(BYE, "")},
        {STOCK: ABOVE + BASE.replace("text: Bye", "text: See you")},
        [Place(STOCK, 18, 3)],
    ),
    "a file that the source renamed": (
        {STOCK: BASE.replace("text: Hello", "text: Hi")},
        {STOCK: None, "pages/shelves.yaml": BASE.replace("text: Hello", "text: Good day")},
        [Place("pages/shelves.yaml", 15, 5)],
    ),
    "a file that is no YAML": (
        {"notes.yaml": TEMPLATE.replace("d: 1", "d: 2")},
        {"notes.yaml": "# x\n" + TEMPLATE.replace("d: 1", "d: 3")},
        [Place("notes.yaml", 5)],
    ),
    "a file that one side deleted": (
        {"notes.yaml": None},
        {"notes.yaml": TEMPLATE.replace("d: 1", "d: 3")},
        [Place("notes.yaml", 1)],
    ),
}


@pytest.mark.parametrize(("production", "staging", "places"), CASES.values(), ids=CASES)
def test_a_conflict_stands_where_it_is(production, staging, places, change, orders_with_staging, git) -> None:
    change("production", {STOCK: BASE, "notes.yaml": TEMPLATE})
    git("branch", "-qf", "feature", "production", cwd=orders_with_staging)
    change("production", production)
    change("feature", staging)
    project = open_project(orders_with_staging)
    with project.repo.trees.unsaved():
        result = rehearse(project, MergeRequest("feature", "production"), None)
        assert conflict_places(project, result) == places, result.conflicts
