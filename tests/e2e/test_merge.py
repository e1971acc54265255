"""``jetenv merge`` through the installed command, held against what git says of the result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"


def test_edits_of_both_sides_in_one_file_are_both_in_the_result(root, edit, jetenv, git) -> None:
    """The merge is a signed commit of two parents, and the working tree on the target follows."""
    ours = edit("production", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 60 # seconds")
    theirs = edit("staging", "pages/orders.yaml", "name: Orders\nurl:", "name: All orders\nurl:")
    base = git("merge-base", "production", "staging", cwd=root)
    done = jetenv("merge", "staging", "production", cwd=root)
    assert "page  orders" in done.stdout
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == [ours, theirs]
    assert git("verify-commit", "production", cwd=root) == ""
    assert git("status", "--porcelain", cwd=root) == ""
    text = (root / "pages/orders.yaml").read_text()
    before = git("show", f"{base}:pages/orders.yaml", cwd=root) + "\n"
    assert text == before.replace("name: Orders\nurl:", "name: All orders\nurl:").replace(
        "refresh_interval: 120", "refresh_interval: 60 # seconds"
    )
    assert git("merge-base", "production", "staging", cwd=root) == theirs
    assert jetenv("merge", "staging", "production", cwd=root).code == 0
    assert git("rev-parse", "production^2", cwd=root) == theirs, "merging again changes nothing"


def test_a_file_that_is_no_yaml_is_merged_by_lines_and_that_is_said(root, edit, jetenv, git) -> None:
    """The validation says nothing new of it: it was no YAML before."""
    template = "{% if orders %}\n" + "".join(f"line{number}: 1\n" for number in range(9)) + "{% endif %}\n"
    edit("production", "pages/generated.yaml", None, template)
    git("switch", "-q", "staging", cwd=root)
    git("merge", "-q", "--no-edit", "production", cwd=root)
    edit("production", "pages/generated.yaml", "line1: 1", "line1: 2")
    edit("staging", "pages/generated.yaml", "line7: 1", "line7: 2")
    done = jetenv("merge", "staging", "production", "--json", cwd=root)
    (told,) = json.loads(done.stdout)["merged_by_lines"]
    assert told["path"] == "pages/generated.yaml"
    assert told["reason"].startswith("not YAML: ")
    text = (root / "pages/generated.yaml").read_text()
    assert "line1: 2" in text
    assert "line7: 2" in text
    edit("production", "pages/generated.yaml", "line3: 1", "line3: 3")
    undone = jetenv("revert", "HEAD~1", "production", cwd=root)
    assert "pages/generated.yaml was merged by lines: not YAML: " in undone.stderr


def test_what_environments_own_never_travels(root, edit, jetenv, git) -> None:
    """Settings, members and bindings of both stay, and the answer says what was kept back."""
    edit("staging", "environments/staging/environment.yaml", "version: latest", "version: '3.12'")
    edit("staging", "menu.yaml", None, (root / "menu.yaml").read_text() + "# reviewed\n")
    before = git("rev-parse", "production:environments", cwd=root)
    done = jetenv("merge", "staging", "production", "--json", cwd=root)
    assert git("rev-parse", "production:environments", cwd=root) == before
    answer = json.loads(done.stdout)
    assert answer["schema_version"] == 1
    assert any(path.startswith("environments/staging/") for path in answer["kept_back"])


def test_a_dry_run_changes_nothing(root, edit, jetenv, git, refs) -> None:
    """It tells what would arrive."""
    edit("staging", "menu.yaml", None, (root / "menu.yaml").read_text() + "# reviewed\n")
    before = refs()
    done = jetenv("merge", "staging", "production", "--dry-run", cwd=root)
    assert "menu" in done.stdout
    assert refs() == before


def test_a_conflict_is_an_answer_and_changes_no_branch_and_no_file(root, edit, jetenv, git, refs) -> None:
    """Exit code 1; the place, both values and the base are told. How it goes on is in test_resolve.py."""
    edit("production", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 60")
    edit("staging", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 300")
    before = refs()
    done = jetenv("merge", "staging", "production", cwd=root, check=False)
    assert done.code == 1
    assert refs() == before
    for word in ("pages/orders", "queries[totals].refresh_interval", "120", "60", "300"):
        assert word in done.stdout + done.stderr
    again = jetenv("merge", "staging", "production", "--dry-run", "--json", cwd=root, check=False)
    assert again.code == 1
    (conflict,) = json.loads(again.stdout)["conflicts"]
    assert conflict["path"] == "pages/orders.yaml"
    assert conflict["kind"] == "edit/edit"


@pytest.mark.parametrize(
    ("name", "production", "staging", "words"),
    [
        (
            "a deleted collection that a new page uses",
            [("collections/orders-db/stock_movements.yaml", None, None), ("pages/products.yaml", None, None)],
            [
                (
                    "pages/stock.yaml",
                    None,
                    "name: Stock\nurl: /stock\ncomponents:\n  - id: movements\n    type: table\n    data:\n"
                    "      type: collection\n      collection: orders-db/stock_movements\n"
                    "    columns:\n      - name: id\n",
                )
            ],
            ("pages/stock.yaml:8:", "stock_movements"),
        ),
    ],
)
def test_a_merge_that_git_calls_clean_and_the_project_broken_is_refused(
    name, production, staging, words, root, edit, jetenv, git, refs
) -> None:
    """Violations are told apart from conflicts, with their places; nothing has changed."""
    for change in production:
        edit("production", *change)
    for change in staging:
        edit("staging", *change)
    before = refs()
    assert git("merge-tree", "--write-tree", "production", "staging", cwd=root), "git sees no conflict"
    done = jetenv("merge", "staging", "production", cwd=root, check=False)
    assert done.code == 1
    assert refs() == before
    for word in words:
        assert word in done.stdout + done.stderr
    answer = json.loads(jetenv("merge", "staging", "production", "--json", cwd=root, check=False).stdout)
    assert answer["outcome"] == "violations"
    assert not answer["conflicts"]


def test_both_sides_adding_a_field_of_one_name_with_different_types_is_a_conflict(root, edit, jetenv) -> None:
    """git joins the two additions cleanly where other lines lie between them."""
    anchor = "  - name: number\n    verbose_name: Order no."
    edit(
        "production",
        "collections/orders-db/orders.yaml",
        anchor,
        f"  - name: priority\n    field: IntegerField\n{anchor}",
    )
    edit(
        "staging",
        "collections/orders-db/orders.yaml",
        "  - name: customer_id\n    verbose_name: Customer",
        "  - name: priority\n    field: CharField\n    params: {length: 10}\n"
        "  - name: customer_id\n    verbose_name: Customer",
    )
    done = jetenv("merge", "staging", "production", cwd=root, check=False)
    assert done.code == 1
    assert "fields[priority].field" in done.stdout + done.stderr


def test_a_local_edit_that_the_merge_would_overwrite_stops_it_before_anything_moves(
    root, edit, jetenv, git, refs
) -> None:
    """An edit elsewhere is carried along."""
    edit("staging", "menu.yaml", None, (root / "menu.yaml").read_text() + "# reviewed\n")
    (root / "menu.yaml").write_text("# mine\n" + (root / "menu.yaml").read_text())
    before = refs()
    done = jetenv("merge", "staging", "production", cwd=root, check=False)
    assert done.code == 1
    assert "menu.yaml" in done.stderr
    assert refs() == before
    git("checkout", "--", "menu.yaml", cwd=root)
    (root / "theme.yaml").write_text("# mine\n" + (root / "theme.yaml").read_text())
    jetenv("merge", "staging", "production", cwd=root)
    assert (root / "theme.yaml").read_text().startswith("# mine\n")
    assert (root / "menu.yaml").read_text().endswith("# reviewed\n")


def test_a_bare_repository_merges(root, edit, jetenv, git, clone) -> None:
    """Without a working tree only the branch moves."""
    edit("staging", "menu.yaml", None, (root / "menu.yaml").read_text() + "# reviewed\n")
    bare = clone("--bare", root, "bare.git")
    done = jetenv("merge", "staging", "production", cwd=bare)
    assert done.code == 0
    assert git("show", "production:menu.yaml", cwd=bare).endswith("# reviewed")


def test_a_plain_branch_brings_the_targets_own_settings(root, edit, jetenv, git) -> None:
    """A feature branch cut from staging may change staging's pin; folders of other environments stay."""
    git("branch", "raise-pin", "staging", cwd=root)
    edit("raise-pin", "environments/staging/environment.yaml", "version: latest", "version: '3.12'")
    edit("raise-pin", "environments/production/environment.yaml", "version: latest", "version: '3.11'")
    jetenv("merge", "raise-pin", "staging", cwd=root)
    assert "version: '3.12'" in git("show", "staging:environments/staging/environment.yaml", cwd=root)
    assert "version: latest" in git("show", "staging:environments/production/environment.yaml", cwd=root)


def test_criss_cross_histories_merge_over_a_merged_base(root, edit, jetenv, git) -> None:
    """Two environments that merged each other at the same time have two merge bases."""
    production = edit("production", "menu.yaml", None, (root / "menu.yaml").read_text() + "# one\n")
    staging = edit("staging", "theme.yaml", None, (root / "theme.yaml").read_text() + "# two\n")
    jetenv("merge", "staging", "production", cwd=root)
    git("branch", "old", production, cwd=root)
    jetenv("merge", "old", "staging", cwd=root)
    assert sorted(git("merge-base", "--all", "production", "staging", cwd=root).split()) == sorted(
        [production, staging]
    )
    edit("staging", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 90")
    jetenv("merge", "staging", "production", cwd=root)
    assert "refresh_interval: 90" in git("show", "production:pages/orders.yaml", cwd=root)
    assert git("show", "production:menu.yaml", cwd=root).endswith("# one")
    assert git("show", "production:theme.yaml", cwd=root).endswith("# two")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("staging", "staging"), 2, "same environment"),
        (("stagign", "production"), 2, "did you mean 'staging'"),
        (("staging", "productoin"), 2, "did you mean 'production'"),
        (("staging",), 2, "TARGET"),
    ],
)
def test_names_that_cannot_be_meant(arguments, code, words, root, jetenv) -> None:
    """Each is a usage error that says what was probably meant."""
    done = jetenv("merge", *arguments, cwd=root, check=False)
    assert done.code == code
    assert words in done.stderr


@pytest.mark.parametrize("strategy", [("--no-ff",), ("--ff-only",)])
def test_a_plain_git_merge_leaves_both_environments_what_they_were(strategy, root, edit, jetenv, git) -> None:
    """Fast-forward or not: identity, pin and members of each stay its own."""
    edit("staging", "menu.yaml", None, (root / "menu.yaml").read_text() + "# reviewed\n")
    before = json.loads(jetenv("list", "--json", cwd=root).stdout)
    git("merge", "-q", *strategy, "staging", "-m", "merge", cwd=root) if "--no-ff" in strategy else git(
        "merge", "-q", *strategy, "staging", cwd=root
    )
    after = json.loads(jetenv("list", "--json", cwd=root).stdout)

    def identity(answer: dict) -> list:
        return [(each["id"], each["uid"], each["name"], each["version"]) for each in environments(answer)]

    assert identity(before) == identity(after)
    assert jetenv("validate", "production", cwd=root).code == 0


def environments(answer: dict) -> list[dict]:
    rows = answer["environments"]
    return [row.get("environment", row) for row in rows]


def test_a_target_that_only_a_remote_has_gets_its_branch_which_tracks_that_one(root, edit, jetenv, git, clone):
    edit("production", "menu.yaml", None, (root / "menu.yaml").read_text() + "# reviewed\n")
    copy = clone(root, "copy")
    jetenv("merge", "production", "staging", cwd=copy)
    assert git("rev-parse", "staging^1", cwd=copy) == git("rev-parse", "origin/staging", cwd=copy)
    assert git("rev-parse", "--abbrev-ref", "staging@{upstream}", cwd=copy) == "origin/staging"
