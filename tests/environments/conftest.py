"""Projects to work on, and what must not have changed when something was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from jetenv.environments.project import Project, open_project

from .members_helpers import PRODUCTION, prove, versions_by_hand


@pytest.fixture
def root(minimal: Path) -> Path:
    """The folder of a fresh project with its environment production."""
    return minimal


@pytest.fixture
def opened(root: Path) -> Callable[[], Project]:
    """Opens the project of ``root`` as the next command would."""
    return lambda: open_project(root)


@pytest.fixture
def commit(root: Path, git) -> Callable[..., str]:
    """``commit(path, content)`` writes a file and commits it on the branch that is checked out; returns the commit."""

    def run(path: str, content: str | None, *, cwd: Path = root) -> str:
        file = cwd / path
        if content is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        git("add", "--all", "--", path, cwd=cwd)
        git("commit", "-qm", f"change {path}", cwd=cwd)
        return git("rev-parse", "HEAD", cwd=cwd)

    return run


@pytest.fixture
def change(orders_with_staging: Path, git) -> Callable[[str, Mapping[str, str | None]], None]:
    """``change(branch, files)`` writes or deletes files and commits; production is checked out afterwards."""

    def run(branch: str, files: Mapping[str, str | None]) -> None:
        root = orders_with_staging
        git("switch", "-q", branch, cwd=root)
        for path, content in files.items():
            if content is None:
                (root / path).unlink()
            else:
                (root / path).write_text(content)
        git("add", "-A", cwd=root)
        git("commit", "-qm", f"edit on {branch}", cwd=root)
        git("switch", "-q", "production", cwd=root)

    return run


@pytest.fixture
def snapshot(git) -> Callable[[Path], object]:
    """``snapshot(path)``: HEAD, refs, index, configuration and every file of a repository, to compare."""

    def take(path: Path) -> object:
        files = {
            str(file.relative_to(path)): file.read_bytes()
            for file in sorted(path.rglob("*"))
            if file.is_file() and ".git" not in file.relative_to(path).parts
        }
        return (
            git("for-each-ref", cwd=path),
            (path / ".git" / "HEAD").read_text(),
            git("ls-files", "--stage", cwd=path),
            (path / ".git" / "config").read_text(),
            files,
        )

    return take


@pytest.fixture
def be(root: Path, git, keys: Mapping[str, Path]) -> Callable[[str], None]:
    """``be(name)``: from here on the key of ``ada``, ``bob`` or ``carol`` signs in the project."""
    return lambda name: git("config", "user.signingkey", f"{keys[name]}.pub", cwd=root)


@pytest.fixture
def team(root: Path, add_members) -> Path:
    """The project with ada, who is admin, bob, an editor, and carol, a viewer of production."""
    add_members(root, ("bob", "editor"), ("carol", "viewer"))
    return root


@pytest.fixture
def by_hand(root: Path, tmp_path: Path) -> Callable[..., int]:
    """Proves the project with the verifier, and its members files with git and ssh-keygen; the number of versions."""

    def run(environment: str = PRODUCTION) -> int:
        prove(root)
        return versions_by_hand(root, environment, tmp_path)

    return run
