"""Histories made by the real git, for the rooms under test to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from jetenv.repository.objects import Oid
from jetenv.repository.opening import open_repository
from jetenv.repository.repository import Repository

Git = Callable[..., str]
Commit = Callable[..., Oid]


@pytest.fixture
def opened(repo: Path) -> Repository:
    """The repository of the fixture ``repo``, opened."""
    return open_repository(repo)


@pytest.fixture
def commit(git: Git, repo: Path) -> Commit:
    """``commit(branch, {path: content or None}, cwd=) -> Oid``: a child of the branch's tip, or its first commit.

    Neither the index nor the files of a working tree are touched.
    """

    def make(branch: str, files: Mapping[str, str | bytes | None], cwd: Path = repo) -> Oid:
        index = {"GIT_INDEX_FILE": str(cwd.parent / f"index-{cwd.name}")}
        ref = f"refs/heads/{branch}"
        tip = git("for-each-ref", "--format=%(objectname)", ref, cwd=cwd)
        git("read-tree", tip or "--empty", cwd=cwd, env=index)
        for path, content in files.items():
            if content is None:
                line = f"0 {'0' * 40}\t{path}\0"
            else:
                blob = git("hash-object", "-w", "--stdin", cwd=cwd, input=content)
                line = f"100644 {blob}\t{path}\0"
            data = line.encode("utf-8", "surrogateescape")
            git("update-index", "-z", "--add", "--replace", "--index-info", cwd=cwd, env=index, input=data)
        tree = git("write-tree", cwd=cwd, env=index)
        oid = git("commit-tree", tree, *(["-p", tip] if tip else []), "-m", f"on {branch}", cwd=cwd)
        git("update-ref", ref, oid, tip or "0" * 40, cwd=cwd)
        return Oid(oid)

    return make


@pytest.fixture
def fill(git: Git, repo: Path, commit: Commit) -> Commit:
    """As ``commit``, on ``main`` by default, and the working tree of ``repo`` follows."""

    def make(files: Mapping[str, str | bytes | None], branch: str = "main") -> Oid:
        oid = commit(branch, files)
        git("reset", "-q", "--hard", branch, cwd=repo)
        return oid

    return make
