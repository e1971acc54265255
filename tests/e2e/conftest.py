"""The example project in two environments, and edits on either of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def root(orders_with_staging: Path) -> Path:
    """The example project with production and staging, production checked out."""
    return orders_with_staging


@pytest.fixture
def edit(root: Path, git) -> Callable[..., str]:
    """``edit(branch, path, old, new)`` replaces text in a file on a branch and commits it.

    ``old=None`` writes the whole file, ``new=None`` deletes it. Returns the commit; production is checked out again.
    """

    def run(branch: str, path: str, old: str | None, new: str | None) -> str:
        git("switch", "-q", branch, cwd=root)
        file = root / path
        if new is None:
            file.unlink()
        elif old is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(new)
        else:
            text = file.read_text()
            assert text.count(old) == 1, f"{old!r} is not once in {path}"
            file.write_text(text.replace(old, new))
        git("add", "-A", cwd=root)
        git("commit", "-qm", f"edit {path}", cwd=root)
        git("switch", "-q", "production", cwd=root)
        return git("rev-parse", branch, cwd=root)

    return run


@pytest.fixture
def show(root: Path, git) -> Callable[[str, str], str]:
    """``show(revision, path)``: a file as a commit has it, with its final line break."""
    return lambda revision, path: git("show", f"{revision}:{path}", cwd=root) + "\n"


@pytest.fixture
def refs(root: Path, git) -> Callable[[], str]:
    """Every ref, the state of the working tree and the stash, to compare before and after."""
    return lambda: (
        git("for-each-ref", cwd=root) + git("status", "--porcelain", cwd=root) + git("stash", "list", cwd=root)
    )
