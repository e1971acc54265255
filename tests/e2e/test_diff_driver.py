"""``git diff`` and ``git log -p`` with the diff driver: a line for each field, and git's own way where jetenv fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Runner = Callable[..., Any]
INSTALL = ("hooks", "install", "--diff-driver")
OLD = """\
name: Orders
components:
  - id: box
    type: container
    components:
      # the list of orders
      - {id: list, type: table, title: Orders}
"""
NEW = OLD.replace("{id: list, type: table, title: Orders}", "id: list\n        type: table\n        title: All orders")


@pytest.fixture
def root(repo: Path, git: Runner, jetenv: Runner, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the driver, and a page of which the title of a table has changed and the layout too."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (repo / "pages").mkdir()
    (repo / "pages/orders.yaml").write_text(OLD)
    (repo / "broken.yaml").write_text("a: [1\n")
    jetenv(*INSTALL, cwd=repo)
    git("add", "-A", cwd=repo)
    git("commit", "-qm", "old", cwd=repo)
    (repo / "pages/orders.yaml").write_text(NEW)
    (repo / "broken.yaml").write_text("a: [2\n")
    return repo


def changed(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(("+", "-")) and line[:3] not in ("+++", "---")]


TITLE = [
    "-components[box].components[list].title: Orders",
    "+components[box].components[list].title: All orders",
]
BROKEN = ["-a: [1", "+a: [2"]


def test_a_line_says_which_field_of_which_item_it_is(git: Runner, root: Path) -> None:
    assert changed(git("diff", cwd=root)) == [*BROKEN, *TITLE]
    git("commit", "-qam", "new", cwd=root)
    assert changed(git("log", "-p", "-1", cwd=root)) == [*BROKEN, *TITLE]
    assert changed(git("show", "HEAD", "--", "pages", cwd=root)) == TITLE


def test_a_patch_to_apply_is_made_of_the_file_itself(git: Runner, root: Path) -> None:
    patch = git("format-patch", "--stdout", "HEAD~0", cwd=root) + git("diff", "--no-textconv", cwd=root)
    git("stash", "-q", cwd=root)
    git("apply", "-", cwd=root, input=patch + "\n")
    assert (root / "pages/orders.yaml").read_text() == NEW


def test_without_jetenv_git_shows_the_file_as_it_is(git: Runner, root: Path) -> None:
    line = git("config", "diff.jetenv.textconv", cwd=root)
    git("config", "diff.jetenv.textconv", line.replace("jetenv textconv", "jetenv-gone textconv"), cwd=root)
    plain = git("diff", "--no-textconv", cwd=root)
    assert git("diff", cwd=root) == plain
    git("config", "diff.jetenv.textconv", line.replace("jetenv textconv", "jetenv textconv --fail"), cwd=root)
    assert git("diff", cwd=root) == plain


def test_a_name_with_anything_in_it_is_a_name(git: Runner, root: Path) -> None:
    name = "a b'c\"$(touch pwned)`x`;.yaml"
    (root / name).write_text("a:\n  b: 1\n")
    git("add", "-A", cwd=root)
    git("commit", "-qm", "odd", cwd=root)
    (root / name).write_text("a:\n  b: 2\n")
    assert changed(git("diff", cwd=root)) == ["-a.b: 1", "+a.b: 2"]
    assert not list(root.rglob("pwned"))


def test_both_drivers_share_the_file_of_attributes(jetenv: Runner, root: Path) -> None:
    attributes = root / ".gitattributes"
    alone = attributes.read_bytes()
    jetenv("hooks", "install", "--merge-driver", cwd=root)
    assert b"*.yaml merge=jetenv" in attributes.read_bytes()
    assert b"*.yaml diff=jetenv" in attributes.read_bytes()
    jetenv("hooks", "uninstall", "--merge-driver", cwd=root)
    assert attributes.read_bytes() == alone
    jetenv("hooks", "install", "--merge-driver", cwd=root)
    jetenv("hooks", "uninstall", "--diff-driver", cwd=root)
    jetenv("hooks", "uninstall", "--merge-driver", cwd=root)
    assert not attributes.exists()
