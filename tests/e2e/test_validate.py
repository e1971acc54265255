"""``jetenv validate`` through the installed command: the bad input that people and tools produce."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jetenv.environments.project import open_project
from jetenv.environments.starting.create import create


@pytest.fixture
def root(minimal: Path) -> Path:
    """A project with production checked out."""
    return minimal


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("path", "content", "place", "rule"),
    [
        ("pages/home.yaml", b"name: [\n", "pages/home.yaml:2:1", "yaml"),
        ("pages/home.yaml", b"name: A\nname: B\n", "pages/home.yaml:2:1", "yaml"),
        ("pages/home.yaml", b"name:\n\t- a\n", "pages/home.yaml:2:1", "yaml"),
        ("pages/home.yaml", b"[" * 2000, "pages/home.yaml:1:201", "yaml"),
        ("pages/home.yaml", b"a: &a [*a]\n", "pages/home.yaml:1:8", "yaml"),
        ("pages/home.yaml", BOMB.encode(), "pages/home.yaml:", "yaml"),
        ("pages/home.yaml", b"name: a\0b\n", "pages/home.yaml:1:8", "yaml"),
        ("pages/home.yaml", b"name: \xe9\n", "pages/home.yaml:1:7", "yaml"),
        ("pages/home.yaml", b"", "pages/home.yaml:1:1", "schema"),
        ("pages/home.yaml", b"name: Home\ncomponents: {}\n", "pages/home.yaml:2:13", "schema"),
        ("pages/home.yaml", b"id: start\nname: Home\ncomponents: []\n", "pages/home.yaml:1:5", "id-mismatch"),
        ("menu.yaml", b"home: nowhere\nprimary: []\n", "menu.yaml:1:7", "dangling-ref"),
        ("pages/other.yml", b"name: Other\n", "pages/other.yml:1:1", "unknown-file"),
        ("teams", b"a file\n", "teams:1:1", "unknown-file"),
    ],
)
def test_each_mistake_is_told_with_its_place_and_rule(jetenv, root, path, content, place, rule):
    (root / path).write_bytes(content)
    done = jetenv("validate", cwd=root, check=False)
    assert done.code == 1, done
    assert any(line.startswith(place) and f"[{rule}]" in line for line in done.stdout.splitlines()), done
    assert "Traceback" not in done.stderr


def test_json_has_every_finding_with_its_parts(jetenv, root):
    (root / "menu.yaml").write_text("home: nowhere\nprimary: []\n")
    done = jetenv("validate", "--json", cwd=root, check=False)
    assert done.code == 1
    data = json.loads(done.stdout)
    assert data["valid"] is False
    (finding,) = [each for each in data["findings"] if each["severity"] == "error"]
    parts = {name: finding[name] for name in ("rule", "path", "line", "column", "field")}
    assert parts == {"rule": "dangling-ref", "path": "menu.yaml", "line": 1, "column": 7, "field": "home"}


@pytest.mark.parametrize("content", [b"name: Home\r\ncomponents: []\r\n", b"\xef\xbb\xbfname: Home\ncomponents: []\n"])
def test_windows_line_endings_and_a_byte_order_mark_are_no_mistake(jetenv, root, content):
    (root / "pages/home.yaml").write_bytes(content)
    assert jetenv("validate", cwd=root).code == 0


def test_a_symbolic_link_is_not_followed(jetenv, root):
    (root / "pages/secret.yaml").symlink_to("/etc/passwd")
    done = jetenv("validate", cwd=root, check=False)
    assert done.code == 1
    assert "pages/secret.yaml:1:1" in done.stdout
    assert "root:" not in done.stdout


def test_a_revision_is_checked_without_touching_anything(jetenv, git, root):
    create(open_project(root), "staging", switch=True)
    (root / "pages/home.yaml").write_text("broken: 1\n")
    git("commit", "-qam", "break", cwd=root)
    git("switch", "-q", "production", cwd=root)
    assert jetenv("validate", cwd=root).code == 0
    assert jetenv("validate", "staging", cwd=root, check=False).code == 1
    assert jetenv("validate", "staging~1", cwd=root).code == 0
    done = jetenv("validate", "nowhere", cwd=root, check=False)
    assert done.code == 2
    assert git("status", "--porcelain", cwd=root) == ""


def test_in_a_bare_repository(jetenv, git, root, tmp_path):
    git("clone", "-q", "--bare", root, "bare.git")
    assert jetenv("validate", "production", cwd=tmp_path / "bare.git").code == 0
    assert jetenv("validate", cwd=tmp_path / "bare.git").code == 0


def test_where_there_is_no_project_nothing_is_called_valid(jetenv, git, repo):
    done = jetenv("validate", cwd=repo, check=False)
    assert (done.code, done.stdout) == (3, "")
    assert "there is nothing to check in the working tree" in done.stderr
    assert "hint: " in done.stderr
    (repo / "code.py").write_text("x")
    git("add", "code.py", cwd=repo)
    git("commit", "-qm", "x", cwd=repo)
    assert jetenv("validate", "main", cwd=repo, check=False).code == 3
