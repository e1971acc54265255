"""``jetenv status`` through the installed command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PAGE = "name: Orders\ncomponents: []\n"


@pytest.fixture
def root(on_staging: Path) -> Path:
    """A project with production and staging, staging checked out."""
    return on_staging


def test_uncommitted_changes_and_drift_by_object(jetenv, git, root):
    (root / "pages/orders.yaml").write_text(PAGE)
    git("add", ".", cwd=root)
    git("commit", "-qm", "Orders", cwd=root)
    (root / "pages/home.yaml").write_text(PAGE)
    text = jetenv("status", cwd=root).stdout
    assert text.startswith("On staging")
    data = json.loads(jetenv("status", "--json", cwd=root).stdout)
    assert data["environment"]["id"] == "staging"
    assert [(each["action"], each["kind"], each["id"]) for each in data["uncommitted"]] == [("changed", "page", "home")]
    assert "orders" in text
    assert "home" in text


@pytest.mark.parametrize("place", ["feature", "detached"])
def test_elsewhere_than_on_an_environment_it_says_so(jetenv, git, root, place):
    git("switch", "-q", *(["-c", "feature"] if place == "feature" else ["--detach"]), cwd=root)
    text = jetenv("status", cwd=root).stdout
    assert ("feature" if place == "feature" else "detached") in text.lower()
    assert json.loads(jetenv("status", "--json", cwd=root).stdout)["environment"] is None


def test_a_conflicted_working_tree_and_the_merge_under_way(jetenv, git, root):
    git("switch", "-qc", "side", cwd=root)
    (root / "pages/home.yaml").write_text("name: Side\ncomponents: []\n")
    git("commit", "-qam", "side", cwd=root)
    git("switch", "-q", "staging", cwd=root)
    (root / "pages/home.yaml").write_text("name: Main\ncomponents: []\n")
    git("commit", "-qam", "main", cwd=root)
    with pytest.raises(AssertionError):
        git("merge", "-q", "side", cwd=root)
    before = git("ls-files", "--stage", cwd=root)
    text = jetenv("status", cwd=root).stdout
    assert "merge" in text
    assert "home" in text
    assert git("ls-files", "--stage", cwd=root) == before


def test_a_file_that_is_broken_at_the_moment_does_not_hide_the_status(jetenv, root):
    (root / "jetenv.yaml").write_text("schemas: [\n")
    assert "project" in jetenv("status", cwd=root).stdout


def test_nothing_is_written_by_looking(jetenv, root):
    index = (root / ".git/index").read_bytes()
    jetenv("status", cwd=root)
    assert (root / ".git/index").read_bytes() == index
