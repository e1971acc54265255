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


def test_a_page_is_written_at_once_and_the_text_printed_beside_it(jetenv, root, tmp_path):
    jetenv("set", "pages/home#name", "<Start>", cwd=root)
    file = tmp_path / "diff.html"
    ran = jetenv("diff", "--format", "html", "--output", file, cwd=root)
    assert "name: Home → " in ran.stdout
    assert "&lt;Start&gt;" in file.read_text()
    assert jetenv("diff", "--format", "html", cwd=root).stdout == file.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["diff.html", "orders"]


def test_pages_are_drawn_by_the_schemas_of_the_project(jetenv, git, root):
    (root / "stacks").mkdir()
    service = {"x-jetenv": {"draw": "box"}, "properties": {"image": {"x-jetenv": {"draw": "value"}}}}
    services = {"x-jetenv": {"draw": "below"}, "additionalProperties": service}
    schema = {"x-jetenv": {"draw": "box"}, "properties": {"services": services}}
    (root / "stack.json").write_text(json.dumps(schema))
    (root / "jetenv.yaml").write_text((root / "jetenv.yaml").read_text() + "schemas:\n  stacks/*.yaml: stack.json\n")
    (root / "stacks/web.yaml").write_text("services:\n  db: {image: postgres}\n")
    git("add", "-A", cwd=root)
    git("commit", "-qm", "Add a stack", cwd=root)
    (root / "stacks/web.yaml").write_text("services:\n  db: {image: postgres}\n  web: {image: nginx}\n")
    page = jetenv("diff", "--format", "html", cwd=root).stdout
    assert "stacks/web.yaml, drawn: 1 added" in page


def test_formats_that_contradict_each_other_are_refused(jetenv, root, tmp_path):
    for arguments in (("--output", tmp_path / "x"), ("--json", "--format", "html"), ("--format", "pdf")):
        assert jetenv("diff", *arguments, cwd=root, check=False).code == 2
    ran = jetenv("diff", "--format", "html", "--output", tmp_path / "no" / "x", cwd=root, check=False)
    assert (ran.code, "writing" in ran.stderr) == (3, True)
    assert json.loads(jetenv("diff", "--format", "json", cwd=root).stdout)["differs"] is False
