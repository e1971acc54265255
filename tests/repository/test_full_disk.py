"""On a disk that is full or nearly so, a landing is refused with nothing moved, or is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.journal import land
from jetenv.repository.objects import Oid
from jetenv.repository.opening import open_repository


@pytest.fixture
def repo(disk: Path, git) -> Path:
    """An empty repository on the small disk."""
    path = disk / "project"
    git("init", "-q", "-b", "main", "--template=", str(path), cwd=disk)
    return path


def files_of(repo: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(repo)): path.read_bytes()
        for path in sorted(repo.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(repo).parts
    }


def sweep(repo: Path, old: Oid, new: Oid, leave, git) -> list[bool]:
    """Whether the landing succeeded, with ever more pages free, until it did several times in a row."""
    landed: list[bool] = []
    before = files_of(repo)
    while landed[-3:] != [True] * 3:
        assert len(landed) < 100
        leave(len(landed))
        try:
            land(open_repository(repo), "main", old, new, "x")
        except JetenvError as error:
            assert "free some space, then run the command again" in (error.hint or "")
            landed.append(False)
        else:
            landed.append(True)
        expected = new if landed[-1] else old
        assert git("rev-parse", "main", cwd=repo) == expected, f"{len(landed)} pages"
        if not landed[-1]:
            assert files_of(repo) == before
        left = [
            path.name for path in (repo / ".git").rglob("*") if path.parent.name == "jetenv" or path.suffix == ".lock"
        ]
        assert set(left) <= {"lock"}
        leave(None)
        assert git("status", "--porcelain", cwd=repo) == ""
        git("reset", "-q", "--hard", old, cwd=repo)
    return landed


def test_whatever_space_is_left_a_landing_is_whole_or_refused(repo: Path, fill, commit, leave, git):
    old = fill({"page": "1\n", "grows": "1\n" * 100, "gone": "1\n", "folder/x": "1\n"})
    git("branch", "draft", "main", cwd=repo)
    new = commit("draft", {"page": "2\n", "grows": "2\n" * 9000, "gone": None, "folder/x": "2\n", "new/deep/er": "2\n"})
    landed = sweep(repo, old, new, leave, git)
    assert landed[0] is False
    assert landed == sorted(landed)
