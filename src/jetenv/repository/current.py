"""What the repository at hand says at once, without loading libgit2: for a shell prompt, and for git's own calls.

Where ``git_dir`` is None, it is the repository of the current directory.
"""

from __future__ import annotations

from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.process import run_git

_LOCAL = "refs/heads/"


def current_branch(start: Path) -> str | None:
    """The branch that is checked out where ``start`` is; None when HEAD is detached.

    Raises JetenvError outside any repository.
    """
    done = run_git("symbolic-ref", "--quiet", "HEAD", cwd=start, read_only=True)
    if done.code == 0:
        return done.text.removeprefix(_LOCAL)
    if done.code == 1:
        return None
    raise not_a_repository(start, done.stderr)


def branch_has(start: Path, branch: str, path: str) -> bool:
    """Whether something stands at ``path`` on the local branch ``branch``."""
    rev = f"{_LOCAL}{branch}:{path}"
    return run_git("rev-parse", "--quiet", "--verify", rev, cwd=start, read_only=True).code == 0


def file_of_branch(start: Path, branch: str, path: str) -> bytes | None:
    """The content of the file ``path`` on the local branch ``branch``, or None."""
    done = run_git("cat-file", "blob", f"{_LOCAL}{branch}:{path}", cwd=start, read_only=True)
    return None if done.code else done.stdout


def setting(name: str, git_dir: Path | None = None) -> str | None:
    """The value of git's configuration in force, the user's where there is no repository, or None."""
    done = run_git("config", "--get", name, git_dir=git_dir, read_only=True)
    return None if done.code else done.text


def file_of_head(path: str, git_dir: Path | None = None) -> bytes | None:
    """The content of the file ``path`` in the commit at HEAD, or None."""
    done = run_git("cat-file", "blob", f"HEAD:{path}", git_dir=git_dir, read_only=True)
    return None if done.code else done.stdout


def not_a_repository(start: Path, said: str = "") -> JetenvError:
    """The error for a place that belongs to no repository that can be read."""
    from jetenv.repository.failures import explain  # only on the way to an error

    if said and "not a git repository" not in said:
        return explain(said, "opening the repository", str(start))
    return JetenvError(
        "this is not a git repository, nor is any folder above it",
        where=str(start),
        hint="start a project with `jetenv init`, or name one with -C",
    )
