"""``jetenv fmt``: files laid out, and everything else left as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

UGLY = b"name: Home\r\ncomponents:\r\n-   id: a\r\n    type: text   # kept\r\n    text: Hello\r\n\r\n\r\n"
NEAT = b"name: Home\ncomponents:\n  - id: a\n    type: text   # kept\n    text: Hello\n"


@pytest.fixture
def root(minimal: Path) -> Path:
    (minimal / "pages/home.yaml").write_bytes(UGLY)
    return minimal


def test_files_are_laid_out_once(jetenv, root):
    done = jetenv("fmt", cwd=root)
    assert "pages/home.yaml" in done.stdout
    assert (root / "pages/home.yaml").read_bytes() == NEAT
    assert "nothing to change" in jetenv("fmt", cwd=root).stdout
    assert jetenv("fmt", "--check", cwd=root).code == 0
    assert jetenv("validate", cwd=root).code == 0


def test_check_writes_nothing_and_lists(jetenv, root):
    done = jetenv("fmt", "--check", "--json", cwd=root, check=False)
    assert done.code == 1
    assert json.loads(done.stdout)["changed"] == ["pages/home.yaml"]
    assert (root / "pages/home.yaml").read_bytes() == UGLY


def test_paths_are_relative_to_where_one_is(jetenv, root):
    assert "nothing to change" in jetenv("fmt", "menu.yaml", cwd=root).stdout
    assert jetenv("fmt", "../pages/home.yaml", cwd=root / "environments").code == 0
    assert (root / "pages/home.yaml").read_bytes() == NEAT


def test_what_cannot_be_read_is_left_and_told(jetenv, root):
    (root / "pages/broken.yaml").write_text("name: [\n")
    done = jetenv("fmt", cwd=root, check=False)
    assert done.code == 1
    assert "pages/broken.yaml:2:1: left as it is" in done.stdout
    assert (root / "pages/broken.yaml").read_text() == "name: [\n"
    assert (root / "pages/home.yaml").read_bytes() == NEAT


def test_signed_files_are_never_touched(jetenv, root):
    members = root / "environments/production/members.yaml"
    members.write_bytes(members.read_bytes() + b"\n\n")
    before = members.read_bytes()
    assert jetenv("fmt", cwd=root).code == 0
    assert jetenv("fmt", "environments", cwd=root).code == 0
    refused = jetenv("fmt", members, cwd=root, check=False)
    assert refused.code == 1
    assert "signed" in refused.stderr
    assert members.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "code"), [("nowhere.yaml", 2), ("../outside.yaml", 2), ("link.yaml", 1), ("notes.txt", 1)]
)
def test_what_cannot_be_meant_is_refused(jetenv, root, name, code):
    (root.parent / "outside.yaml").write_bytes(UGLY)
    (root / "link.yaml").symlink_to("pages/home.yaml")
    (root / "notes.txt").write_text("a   \n")
    done = jetenv("fmt", name, cwd=root, check=False)
    assert done.code == code, done
    assert "hint:" in done.stderr
    assert (root / "pages/home.yaml").read_bytes() == UGLY
    assert (root.parent / "outside.yaml").read_bytes() == UGLY
