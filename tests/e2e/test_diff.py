"""``jetenv diff`` of the working tree through the installed command: what git sees in it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def root(minimal: Path) -> Path:
    """A project with production checked out."""
    return minimal


def shared(jetenv, root) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """By path, what became of an object and its fields."""
    objects = json.loads(jetenv("diff", "--json", cwd=root).stdout)["shared"]
    return {
        each["path"]: (each["action"], [(change["field"], change["action"]) for change in each["changes"]])
        for each in objects
    }


def test_the_line_endings_of_a_checkout_are_no_difference(jetenv, git, root):
    git("config", "core.autocrlf", "true", cwd=root)
    (root / "pages/home.yaml").unlink()
    git("checkout", "-q", "pages", cwd=root)
    assert b"\r\n" in (root / "pages/home.yaml").read_bytes()
    jetenv("set", "pages/home#name", "Start", cwd=root)
    assert shared(jetenv, root) == {"pages/home.yaml": ("changed", [("name", "changed")])}


def test_links_and_modes_count_as_in_status(jetenv, git, root):
    (root / "pages/link.yaml").symlink_to("home.yaml")
    (root / "theme.yaml").chmod(0o755)
    assert shared(jetenv, root) == {"pages/link.yaml": ("added", []), "theme.yaml": ("changed", [])}
    status = json.loads(jetenv("status", "--json", cwd=root).stdout)
    assert {each["path"] for each in status["uncommitted"]} == {"pages/link.yaml", "theme.yaml"}


def test_outside_of_an_environment_the_working_tree_is_called_that_too(jetenv, git, root):
    git("switch", "-q", "-c", "feature", cwd=root)
    assert jetenv("diff", cwd=root).stdout == "No difference between feature and the working tree.\n"
