"""Where HEAD points, without loading libgit2: this answers a shell prompt."""

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
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n").removeprefix(_LOCAL)
    if done.code == 1:
        return None
    raise not_a_repository(start, done.stderr)


def branch_has(start: Path, branch: str, path: str) -> bool:
    """Whether something stands at ``path`` on the local branch ``branch``."""
    rev = f"{_LOCAL}{branch}:{path}"
    return run_git("rev-parse", "--quiet", "--verify", rev, cwd=start, read_only=True).code == 0


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
