"""The table of the README: four merges that git gets wrong, by git's real answer and by jetenv's."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"

Files = dict[str, str | None]

COLLECTION = """\
verbose_name: Orders
primary_key_field: id
display_field: id
fields:
  - name: id
    field: IntegerField
  - name: placed_at
    field: DateTimeField
  - name: note
    field: TextField
  - name: total
    field: DecimalField
  - name: city
    field: CharField
"""
PAGE = """\
name: Orders
url: /orders
components:
  - id: orders
    type: text
    text: All orders
  - id: help
    type: text
    text: Ask the team lead
"""


def field(name: str, kind: str) -> str:
    return f"  - name: {name}\n    field: {kind}\n"


def component(name: str) -> str:
    return f"  - id: {name}\n    type: text\n    text: {name}\n"


def swapped(page: str) -> str:
    head, first, second = page.partition("  - id: orders\n")[0], *_components(page)
    return head + second + first


def _components(page: str) -> tuple[str, str]:
    body = page[page.index("  - id: orders\n") :]
    cut = body.index("  - id: help\n")
    return body[:cut], body[cut:]


PLACED = field("placed_at", "DateTimeField")
ORDERS = "collections/main/orders.yaml"
NOTES = "collections/main/notes.yaml"
CASES: dict[str, tuple[Files, Files, str, int, str]] = {
    # the row's name: production's change, staging's change, git's answer, jetenv's exit code, what jetenv says
    "a collection is deleted, and a new page uses it": (
        {NOTES: None},
        {
            "pages/notes.yaml": "name: Notes\nurl: /notes\ncomponents:\n  - id: notes\n    type: table\n    data:\n"
            "      type: collection\n      collection: main/notes\n    columns:\n      - name: id\n"
        },
        "clean",
        1,
        "pages/notes.yaml:8:19",
    ),
    "both add a field `status`, of different types": (
        {ORDERS: COLLECTION.replace(PLACED, field("status", "CharField") + PLACED)},
        {ORDERS: COLLECTION + field("status", "IntegerField")},
        "clean",
        1,
        "fields[status].field",
    ),
    "both append a component": (
        {"pages/orders.yaml": PAGE + component("map")},
        {"pages/orders.yaml": PAGE + component("chart")},
        "conflict",
        0,
        "page  orders",
    ),
    "one reorders the components, the other edits one": (
        {"pages/orders.yaml": swapped(PAGE)},
        {"pages/orders.yaml": PAGE.replace("Ask the team lead", "Ask in #orders")},
        "conflict",
        0,
        "page  orders",
    ),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, jetenv, git) -> Path:
    """A project with a page and two collections, production and staging."""
    root = tmp_path / "project"
    jetenv("init", root)
    resource = "name: Main\ntype: sqlite\nparams:\n  name: data/main.db\n"
    files = {
        "resources/main.yaml": resource, ORDERS: COLLECTION, NOTES: COLLECTION.replace("Orders", "Notes"),
        "pages/orders.yaml": PAGE,
    }  # fmt: skip
    write(root, files)
    git("add", "-A", cwd=root)
    git("commit", "-qm", "content", cwd=root)
    assert jetenv("validate", cwd=root, check=False).code == 0, jetenv("validate", cwd=root, check=False)
    jetenv("create", "staging", cwd=root)
    return root


def write(root: Path, files: Files) -> None:
    for path, text in files.items():
        file = root / path
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def commit_on(root: Path, branch: str, files: Files, git: Callable[..., str]) -> None:
    git("switch", "-q", branch, cwd=root)
    write(root, files)
    git("add", "-A", cwd=root)
    git("commit", "-qm", f"edit {branch}", cwd=root)


@pytest.mark.parametrize("name", CASES)
def test_git_and_jetenv_answer_as_the_readme_says(name: str, project: Path, git, jetenv) -> None:
    """Both merge the same two commits."""
    production, staging, answer, code, words = CASES[name]
    commit_on(project, "staging", staging, git)
    commit_on(project, "production", production, git)
    done = subprocess.run(
        ["git", "merge-tree", "--write-tree", "production", "staging"], cwd=project, capture_output=True, check=False
    )
    assert done.returncode == (0 if answer == "clean" else 1)
    merged = jetenv("merge", "staging", "production", cwd=project, check=False)
    assert merged.code == code, merged
    assert words in merged.stdout + merged.stderr
    if not code:
        text = (project / "pages/orders.yaml").read_text()
        for version in (production, staging):
            content = version["pages/orders.yaml"]
            assert content is not None
            added = set(content.splitlines()) - set(PAGE.splitlines())
            assert added <= set(text.splitlines())


def test_the_readme_has_every_row() -> None:
    """With git's answer in the second column."""
    rows = [line.split(" | ") for line in README.read_text().splitlines() if line.startswith("| ")]
    table = {row[0].removeprefix("| "): row[1] for row in rows if len(row) == 3}
    for name, (_, _, answer, _, _) in CASES.items():
        assert answer in table[name]
