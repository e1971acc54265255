"""The working trees of a repository, the main one and the linked ones, and what is going on in each.

See gitrepository-layout(5) for the files read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jetenv.repository.failures import git_errors

_LOCAL = "refs/heads/"
_OPERATIONS = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply/applying": "am",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}


@dataclass(frozen=True, slots=True)
class Checkout:
    """A working tree at ``path`` with its own git directory (HEAD, index).

    ``branch`` is None when HEAD is detached; ``operation`` is what git has under way there (``merge``, …),
    ``rebasing`` the branch that a rebase will move when it ends, and ``bisecting`` the one that a bisect goes back to.
    """

    git_dir: Path
    path: Path
    branch: str | None
    operation: str | None
    rebasing: str | None
    bisecting: str | None


def operation_in(git_dir: Path) -> str | None:
    """What git has under way in the working tree whose git directory is ``git_dir``."""
    return next((name for file, name in _OPERATIONS.items() if (git_dir / file).exists()), None)


def checkouts(common_dir: Path, main_path: Path | None) -> list[Checkout]:
    """Every working tree whose folder exists; ``main_path`` is None in a bare repository."""
    found = []
    with git_errors("looking for working trees"):
        if main_path is not None:
            found.append(_checkout(common_dir, main_path))
        linked = common_dir / "worktrees"
        for git_dir in sorted(linked.iterdir()) if linked.is_dir() else []:
            link = git_dir / "gitdir"
            if not link.is_file():
                continue
            path = (git_dir / _line(link)).parent
            if path.is_dir():
                found.append(_checkout(git_dir, path))
    return found


def _checkout(git_dir: Path, path: Path) -> Checkout:
    target = _line(git_dir / "HEAD").removeprefix("ref:").strip()
    rebasing = next(
        (
            _line(file).removeprefix(_LOCAL)
            for file in (git_dir / "rebase-merge" / "head-name", git_dir / "rebase-apply" / "head-name")
            if file.is_file()
        ),
        None,
    )
    branch = target.removeprefix(_LOCAL) if target.startswith(_LOCAL) else None
    start = git_dir / "BISECT_START"
    bisecting = _line(start).removeprefix(_LOCAL) if start.is_file() else None
    return Checkout(git_dir, path, branch, operation_in(git_dir), rebasing, bisecting)


def git_dirs_on(common_dir: Path, branch: str) -> list[Path]:
    """The git directories whose HEAD names ``branch``, those of working trees whose folder is away included."""
    with git_errors("looking for working trees"):
        linked = common_dir / "worktrees"
        found = [common_dir, *(sorted(linked.iterdir()) if linked.is_dir() else ())]
        heads = {each: each / "HEAD" for each in found}
        return [each for each, head in heads.items() if head.is_file() and _line(head) == f"ref: {_LOCAL}{branch}"]


def _line(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "surrogateescape").strip()
