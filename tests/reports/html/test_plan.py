"""The page of a plan: what a merge would bring, drawn, and what is in its way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from test_page import checked, walk, words

Runner = Callable[..., Any]
PAGE = "pages/orders.yaml"


def commit(root: Path, git: Runner, branch: str, old: str, new: str) -> None:
    git("switch", "-q", branch, cwd=root)
    text = (root / PAGE).read_text()
    assert old in text
    (root / PAGE).write_text(text.replace(old, new, 1))
    git("commit", "-qam", f"change {branch}", cwd=root)
    git("switch", "-q", "production", cwd=root)


def test_what_would_come_is_drawn_as_the_merge_has_it(orders_with_staging: Path, git: Runner, jetenv: Runner) -> None:
    """The merged file is on no branch, and nothing of it is written."""
    root = orders_with_staging
    more = "components:\n  - id: hint\n    type: text\n    text: Ask <us>\n"
    commit(root, git, "staging", "components:\n", more)
    commit(root, git, "production", "name: Orders\n", "name: Our orders\n")
    objects = git("count-objects", "-v", cwd=root)
    page = checked(jetenv("plan", "staging", "production", "--format", "html", cwd=root).stdout)
    assert git("count-objects", "-v", cwd=root) == objects
    headings = [words(each) for each in walk(page) if each.tag.endswith(("}h1", "}h2"))]
    assert headings == ["What merging Staging into Production would bring", "What changes"]
    drawings = {
        each.get("class"): words(each) for each in walk(page) if (each.get("class") or "").startswith("drawing ")
    }
    assert "Our orders" in drawings["drawing after"]
    assert "Ask <us>" in drawings["drawing after"]
    assert "Ask <us>" not in drawings["drawing before"]


def test_what_is_in_the_way_comes_first(orders_with_staging: Path, git: Runner, jetenv: Runner) -> None:
    root = orders_with_staging
    commit(root, git, "staging", "name: Orders\n", "name: All orders\n")
    commit(root, git, "production", "name: Orders\n", "name: Our orders\n")
    ran = jetenv("plan", "staging", "production", "--format", "html", cwd=root, check=False)
    assert ran.code == 1
    page = checked(ran.stdout)
    assert next(words(each) for each in walk(page) if each.tag.endswith("}h2")) == "1 conflict"
    assert "pages/orders.yaml#name" in words(page)
    assert "It does not merge" in words(page)
