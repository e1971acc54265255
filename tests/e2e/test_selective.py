"""``jetenv merge --only`` and ``--exclude`` through the installed command, with git as the witness."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

ORDERS = "pages/orders.yaml"
STOCK = (
    "name: Stock\nurl: /stock\ncomponents:\n  - id: movements\n    type: table\n    data:\n"
    "      type: collection\n      collection: orders-db/stock_counts\n    columns:\n      - name: id\n"
)
COUNTS = "verbose_name: Stock count\nfields:\n  - {name: id, field: IntegerField}\nprimary_key_field: id\n"


@pytest.fixture
def busy(edit) -> Callable[[str, str], str]:
    """Staging changed a query, a name and a label of one page, and the theme."""
    edit("staging", ORDERS, "refresh_interval: 120", "refresh_interval: 90 # seconds")
    edit("staging", ORDERS, "name: Orders\nurl:", "name: All orders\nurl:")
    edit("staging", ORDERS, "label: New order\n", "label: Add an order\n")
    edit("staging", "theme.yaml", "radius: 8", "radius: 4")
    return edit


def trailers(git, root, revision: str) -> list[str]:
    return git("log", "-1", "--format=%(trailers:only,unfold)", revision, cwd=root).splitlines()


def test_a_field_alone_is_brought_and_a_later_merge_brings_the_rest(busy, root, jetenv, git, show) -> None:
    """The commit is signed, has one parent, and says what was selected; the full merge has no conflict."""
    before = git("rev-parse", "production", cwd=root)
    answer = json.loads(
        jetenv("merge", "staging", "production", "--only", "pages/orders#queries[totals]", "--json", cwd=root).stdout
    )
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == [before]
    git("verify-commit", "production", cwd=root)
    staging = git("rev-parse", "staging", cwd=root)
    assert f"Jetenv-Source: staging {staging}" in trailers(git, root, "production")
    assert "Jetenv-Only: pages/orders#queries[totals]" in trailers(git, root, "production")
    assert show("production", ORDERS) == show(before, ORDERS).replace(
        "refresh_interval: 120", "refresh_interval: 90 # seconds"
    )
    assert git("diff", "--name-only", before, "production", cwd=root) == ORDERS
    left = {(each["path"], each["field"]) for each in answer["left_out"]}
    assert (ORDERS, "name") in left
    assert ("theme.yaml", "") in left
    assert not any("queries" in field for _, field in left)

    jetenv("merge", "staging", "production", cwd=root)
    assert len(git("rev-list", "--parents", "-n1", "production", cwd=root).split()) == 3
    assert show("production", ORDERS) == show("staging", ORDERS)
    assert show("production", "theme.yaml") == show("staging", "theme.yaml")
    assert git("diff", "--stat", "production", "staging", "--", ":!environments", cwd=root) == ""


def test_merging_back_does_not_undo_what_was_left_out_at_the_source(busy, root, jetenv, git, show) -> None:
    """Staging keeps everything, and gets what production has changed itself."""
    busy("production", "menu.yaml", "home: dashboard", "home: orders")
    jetenv("merge", "staging", "production", "--only", "pages/orders#queries", cwd=root)
    before = show("staging", ORDERS)
    jetenv("merge", "production", "staging", cwd=root)
    assert show("staging", ORDERS) == before
    assert "radius: 4" in show("staging", "theme.yaml")
    assert "home: orders" in show("staging", "menu.yaml")
    jetenv("merge", "staging", "production", cwd=root)
    assert show("production", ORDERS) == before
    assert "radius: 4" in show("production", "theme.yaml")


def test_the_same_part_twice_is_brought_once(busy, root, jetenv, refs) -> None:
    """The second time there is nothing to commit."""
    jetenv("merge", "staging", "production", "--only", "theme", cwd=root)
    before = refs()
    done = jetenv("merge", "staging", "production", "--only", "theme", cwd=root)
    assert "already" in done.stdout
    assert refs() == before


@pytest.mark.parametrize(
    "pattern", [ORDERS, "pages/orders", "pages/*", "pages/**", "pages", "**/orders.yaml", "pages/[no]rders"]
)
def test_files_are_named_by_path_folder_or_glob(pattern, busy, root, jetenv, git) -> None:
    """The suffix may be left out; a folder stands for all below it."""
    before = git("rev-parse", "production", cwd=root)
    jetenv("merge", "staging", "production", "--only", pattern, cwd=root)
    assert git("diff", "--name-only", before, "production", cwd=root) == ORDERS


def test_what_is_excluded_stays_and_all_else_comes(busy, root, jetenv, git, show) -> None:
    """A field of a page and a whole file, in one commit of one parent."""
    before = git("rev-parse", "production", cwd=root)
    done = jetenv("merge", "staging", "production", "--exclude", "pages/**#name", "--exclude", "theme", cwd=root)
    assert "Left out" in done.stdout
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == [before]
    assert show("production", ORDERS) == show("staging", ORDERS).replace("name: All orders\n", "name: Orders\n")
    assert show("production", "theme.yaml") == show(before, "theme.yaml")
    jetenv("merge", "staging", "production", cwd=root)
    assert git("diff", "--stat", "production", "staging", "--", ":!environments", cwd=root) == ""


def test_a_new_item_of_a_list_is_brought_by_its_key(edit, root, jetenv, git, show) -> None:
    """Its neighbours, added at the same place, come later and in the order of the source."""
    anchor = "components:\n  - id: heading\n"
    one = "  - id: one\n    type: text\n    text: One\n"
    two = "  - id: two\n    type: text\n    text: Two\n"
    edit("staging", ORDERS, anchor, f"components:\n{one}{two}  - id: heading\n")
    jetenv("merge", "staging", "production", "--only", "pages/orders#components[two]", cwd=root)
    assert f"components:\n{two}  - id: heading\n" in show("production", ORDERS)
    assert "id: one" not in show("production", ORDERS)
    jetenv("merge", "staging", "production", cwd=root)
    assert show("production", ORDERS) == show("staging", ORDERS)


@pytest.fixture
def renamed(root, edit, git) -> None:
    """Staging renamed a workflow and changed it there; production changed it under its old name."""
    git("switch", "-q", "staging", cwd=root)
    git("mv", "workflows/late-orders.yaml", "workflows/morning-report.yaml", cwd=root)
    git("commit", "-qm", "rename", cwd=root)
    git("switch", "-q", "production", cwd=root)
    text = (root / "workflows/late-orders.yaml").read_text()
    name = text.partition("name: ")[2].partition("\n")[0]
    edit("staging", "pages/dashboard.yaml", "workflow: late-orders", "workflow: morning-report")
    edit("staging", "workflows/morning-report.yaml", f"name: {name}\n", "name: Morning report\n")
    edit("production", "workflows/late-orders.yaml", None, text + "# checked\n")


@pytest.mark.parametrize("name", ["workflows/morning-report", "workflows/late-orders"])
def test_a_rename_is_brought_whole_under_either_name(name, renamed, root, jetenv, git, show) -> None:
    """With what the target changed under the old name; the full merge finds nothing to do."""
    jetenv("merge", "staging", "production", "--only", name, "--only", "pages/dashboard", cwd=root)
    files = git("ls-tree", "--name-only", "production", "workflows/", cwd=root).split()
    assert "workflows/morning-report.yaml" in files
    assert "workflows/late-orders.yaml" not in files
    text = show("production", "workflows/morning-report.yaml")
    assert "name: Morning report\n" in text
    assert text.endswith("# checked\n")
    jetenv("merge", "staging", "production", cwd=root)
    assert show("production", "workflows/morning-report.yaml") == text


def test_a_field_of_a_renamed_file_is_brought_to_where_it_stands_in_the_target(renamed, root, jetenv, show) -> None:
    """The rename itself was not selected, and comes later."""
    jetenv("merge", "staging", "production", "--only", "workflows/morning-report#name", cwd=root)
    text = show("production", "workflows/late-orders.yaml")
    assert "name: Morning report\n" in text
    jetenv("merge", "staging", "production", cwd=root)
    assert show("production", "workflows/morning-report.yaml") == text


def test_a_part_of_a_dry_run_changes_nothing(busy, root, jetenv, refs) -> None:
    """It says what would come and what would be left out."""
    before = refs()
    done = jetenv("merge", "staging", "production", "--only", "theme", "--dry-run", cwd=root)
    assert "theme" in done.stdout
    assert f"Left out, for it was not selected: 1 change in 1 file\n  {ORDERS}  changed\n" in done.stdout
    assert refs() == before


def test_a_selected_page_that_needs_an_unselected_collection_is_refused_with_what_to_add(
    edit, root, jetenv, refs
) -> None:
    """The hint is what to add to --only, and with it the merge goes through."""
    edit("staging", "pages/stock.yaml", None, STOCK)
    edit("staging", "collections/orders-db/stock_counts.yaml", None, COUNTS)
    before = refs()
    done = jetenv("merge", "staging", "production", "--only", "pages/stock", cwd=root, check=False)
    assert done.code == 1
    assert "add --only 'collections/orders-db/stock_counts'" in done.stdout
    assert refs() == before
    only = ("--only", "pages/stock", "--only", "collections/orders-db/stock_counts")
    assert jetenv("merge", "staging", "production", *only, cwd=root).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "pages/ordres"), ("pages/ordres", "did you mean 'pages/orders'")),
        (("--only", "workflows/**"), ("workflows/**", "pages/orders")),
        (("--only", "pages/orders#queries[nothing]"), ("queries[nothing]", "queries[totals].refresh_interval")),
        (("--only", "pages/orders", "--only", "resources/**"), ("resources/**",)),
        (("--only", "pages", "--exclude", "pages/*"), ("names nothing but what --exclude 'pages/*' leaves out",)),
        (("--exclude", "pages/ordres"), ("pages/ordres", "did you mean 'pages/orders'")),
        (("--only", "environments/staging/environment"), ("environments/staging/environment", "owns")),
        (("--only", "pages/orders#a["), ("field path",)),
        (("--only", "/etc/passwd"), ("not the path",)),
        (("--only", "theme\nJetenv-Target: x"), ("control",)),
    ],
)
def test_a_pattern_that_names_nothing_is_a_usage_error(arguments, words, busy, root, jetenv, git, refs) -> None:
    """It names the pattern and what was probably meant; a typing error never selects or brings something else."""
    busy("staging", "environments/staging/environment.yaml", "version: latest", "version: '3.12'")
    before = refs()
    done = jetenv("merge", "staging", "production", *arguments, cwd=root, check=False)
    assert done.code == 2
    for word in words:
        assert word in done.stderr
    assert refs() == before


def test_excluding_what_exists_and_did_not_change_is_no_error(busy, root, jetenv) -> None:
    """A script may always exclude the same files."""
    assert jetenv("merge", "staging", "production", "--exclude", "workflows/**", cwd=root).code == 0


def test_a_selected_change_that_conflicts_is_told_and_others_do_not_matter(busy, root, jetenv, refs) -> None:
    """Only what is selected can conflict."""
    busy("production", ORDERS, "refresh_interval: 120", "refresh_interval: 60")
    before = refs()
    only = ("--only", "pages/orders#queries")
    done = jetenv("merge", "staging", "production", *only, "--dry-run", cwd=root, check=False)
    assert done.code == 1
    assert "queries[totals].refresh_interval" in done.stdout
    assert refs() == before
    assert jetenv("merge", "staging", "production", "--exclude", "pages/orders#queries", cwd=root).code == 0


def test_a_selective_merge_that_was_resolved_is_completed_as_one(busy, root, jetenv, git, show) -> None:
    """The part that was selected comes with one parent; the rest comes later."""
    before = busy("production", ORDERS, "refresh_interval: 120", "refresh_interval: 60")
    only = ("--only", "pages/orders#queries", "--only", "theme")
    assert jetenv("merge", "staging", "production", *only, cwd=root, check=False).code == 1
    jetenv("resolve", "pages/orders", "--theirs", cwd=root)
    jetenv("merge", "--continue", cwd=root)
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == [before]
    assert show("production", "theme.yaml") == show("staging", "theme.yaml")
    assert "refresh_interval: 90" in show("production", ORDERS)
    assert "name: Orders\nurl:" in show("production", ORDERS)
    jetenv("merge", "staging", "production", cwd=root)
    assert show("production", ORDERS) == show("staging", ORDERS)
