"""Why a merged whole is broken: each violation names the change of either side that it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.environments.merges.merge import Outcome, merge
from jetenv.environments.merges.revert import revert
from jetenv.environments.project import open_project
from jetenv.reports.merge import MergeReport
from jetenv.reports.style import PLAIN

SKU = "parameters:\n  - {name: sku, type: string}\n"
PAGE = f"name: Stock\nurl: /stock\n{SKU}components:\n"
TEXT = "  - {{id: {}, type: text, text: '{}'}}\n"
FILTER = "  - {id: city, type: filter, targets: [table], fields: [{field: status}]}\n"
TABLE = "  - {id: table, type: table, data: {type: collection, collection: orders-db/orders}, columns: [{name: id}]}\n"
STOCK = "pages/stock.yaml"
ORDERS = "collections/orders-db/orders.yaml"
BASE = PAGE + TEXT.format("hello", "Hello") + TABLE
EXTRA = "collections/orders-db/extra.yaml"
ID = "verbose_name: Extra\nprimary_key_field: id\nfields:\n  - {name: id, field: IntegerField}\n"
CITY = "  - {name: city, field: CharField}\n"
MENU = "primary:\n  - {id: stock, type: link, label: Stock, page: stock}\nsecondary: []\nuser: []\n"
ITEM = ("ours", "removed", STOCK, "components[hello]")

Files = dict[str, str | None]

CASES: dict[str, tuple[Files, Files, str, list[tuple[str, ...]]]] = {
    # production's change, staging's change, the rule, the changes that are named
    "a file removed here is used there": (
        {STOCK: None},
        {"menu.yaml": MENU},
        "dangling-ref",
        [("ours", "removed", STOCK, ""), ("theirs", "added", "menu.yaml", "primary[stock]")],
    ),
    "a file used here is removed there": (
        {"menu.yaml": MENU},
        {STOCK: None},
        "dangling-ref",
        [("ours", "added", "menu.yaml", "primary[stock]"), ("theirs", "removed", STOCK, "")],
    ),
    "a new file uses what was removed": (
        {ORDERS: None},
        {"pages/new.yaml": PAGE.replace("stock", "new") + TABLE},
        "dangling-ref",
        [("ours", "removed", ORDERS, ""), ("theirs", "added", "pages/new.yaml", "")],
    ),
    "a field of a collection": (
        {EXTRA: ID},
        {EXTRA: "display_field: city\n" + ID + CITY},
        "dangling-ref",
        [("ours", "removed", EXTRA, "fields[city]"), ("theirs", "added", EXTRA, "display_field")],
    ),
    "a parameter of a page": (
        {STOCK: BASE.replace(SKU, "")},
        {"menu.yaml": MENU.replace("page: stock", "page: stock, parameters: {sku: A1}")},
        "dangling-ref",
        [("ours", "removed", STOCK, "parameters"), ("theirs", "added", "menu.yaml", "primary[stock]")],
    ),
    "in a formula": (
        {STOCK: PAGE + TABLE},
        {STOCK: BASE + TEXT.format("more", "=elements.hello.value")},
        "dangling-ref",
        [ITEM, ("theirs", "added", STOCK, "components[more]")],
    ),
    "in a template": (
        {STOCK: PAGE + TABLE},
        {STOCK: BASE + TEXT.format("more", "So {{elements.hello.value}}")},
        "dangling-ref",
        [ITEM, ("theirs", "added", STOCK, "components[more]")],
    ),
    "a component that a list names": (
        {STOCK: PAGE + TEXT.format("hello", "Hello")},
        {STOCK: BASE + FILTER},
        "dangling-ref",
        [("ours", "removed", STOCK, "components[table]"), ("theirs", "added", STOCK, "components[city]")],
    ),
    "one id in two lists": (
        {STOCK: BASE + "  - {id: box, type: container, components: [{id: new, type: text, text: x}]}\n"},
        {STOCK: PAGE + "  - {id: new, type: text, text: y}\n" + TEXT.format("hello", "Hello") + TABLE},
        "duplicate-id",
        [("ours", "added", STOCK, "components[box]"), ("theirs", "added", STOCK, "components[new]")],
    ),
    "fields that do not go together": (
        {STOCK: BASE.replace("type: text, text: 'Hello'", "type: button, label: Hello")},
        {STOCK: BASE.replace("text: 'Hello'", "text: 'Hello', format: markdown")},
        "schema",
        [
            ("ours", "removed", STOCK, "components[hello].text"),
            ("ours", "changed", STOCK, "components[hello].type"),
            ("theirs", "added", STOCK, "components[hello].format"),
        ],
    ),
}


@pytest.fixture
def root(orders_with_staging: Path) -> Path:
    """The example project with production, checked out, and staging; both have one page more."""
    return orders_with_staging


@pytest.fixture
def shared(root, change) -> None:
    change("production", {STOCK: BASE, EXTRA: ID + CITY})
    merge(open_project(root), "production", "staging")


@pytest.mark.parametrize(("production", "staging", "rule", "causes"), CASES.values(), ids=CASES)
def test_a_violation_names_the_change_of_each_side(production, staging, rule, causes, root, change, shared) -> None:
    """In the order ours, theirs; the text has them by the names of the environments."""
    change("production", production)
    change("staging", staging)
    result = merge(open_project(root), "staging", "production")
    assert result.outcome is Outcome.VIOLATIONS, result.conflicts
    named = [
        [(cause.side, cause.action, cause.path, cause.field) for cause in each.causes]
        for each in result.violations
        if each.finding.rule == rule
    ]
    assert causes in named
    text = MergeReport(result).text(PLAIN)
    for side, action, path, field in causes:
        name = {"ours": "production", "theirs": "staging"}[side]
        assert f"  {name} {action} {path}{'#' * bool(field)}{field}\n" in text


def test_a_renamed_file_is_told_with_its_new_name(root, git, change, shared) -> None:
    git("mv", STOCK, "pages/store.yaml", cwd=root)
    git("commit", "-qm", "rename", cwd=root)
    change("staging", {"menu.yaml": MENU})
    (violation, *_) = merge(open_project(root), "staging", "production").violations
    assert [(each.side, each.action, each.new_path) for each in violation.causes] == [
        ("ours", "renamed", "pages/store.yaml"),
        ("theirs", "added", None),
    ]


def test_what_one_side_broke_by_itself_names_that_side_alone(root, change) -> None:
    change("staging", {"menu.yaml": MENU})
    (violation, *_) = merge(open_project(root), "staging", "production").violations
    assert [each.side for each in violation.causes] == ["theirs"]


def test_what_the_target_lacks_already_is_not_held_against_the_merge(root, change) -> None:
    """Though a page that the merge brings is another guess at what was meant."""
    change("production", {"menu.yaml": MENU.replace("page: stock", "page: stocks")})
    change("staging", {STOCK: BASE})
    assert merge(open_project(root), "staging", "production").outcome is Outcome.MERGED


@pytest.mark.parametrize("edit", ["", TEXT.format("more", "More")], ids=["as it is", "edited too"])
def test_what_is_wrong_in_a_file_already_goes_along_with_its_new_name(root, change, git, edit) -> None:
    """What comes with the new name is held against the merge all the same."""
    broken = BASE + TEXT.format("total", "=elements.nothing.value")
    change("staging", {STOCK: broken})
    git("merge", "-q", "staging", cwd=root)
    change("staging", {STOCK: None, "pages/store.yaml": broken + edit})
    assert merge(open_project(root), "staging", "production").outcome is Outcome.MERGED
    change(
        "staging", {"pages/store.yaml": None, "pages/shop.yaml": broken + TEXT.format("new", "=elements.none.value")}
    )
    (violation,) = merge(open_project(root), "staging", "production").violations
    assert (violation.finding.path, violation.finding.field) == ("pages/shop.yaml", "components[new].text")


def test_a_revert_names_them_too(root, change, git) -> None:
    """Theirs is what the revert does."""
    change("production", {STOCK: BASE})
    added = git("rev-parse", "HEAD", cwd=root)
    change("production", {"menu.yaml": MENU})
    (violation,) = revert(open_project(root), added).violations
    assert [(each.side, each.action, each.path) for each in violation.causes] == [
        ("ours", "added", "menu.yaml"),
        ("theirs", "removed", STOCK),
    ]
