"""The environment that is checked out, told fast enough for a shell prompt."""

from __future__ import annotations

from pathlib import Path

from jetenv.errors import RefusedError


def current(start: Path) -> str:
    """The id of the environment whose branch is checked out where ``start`` is.

    Raises RefusedError where HEAD is detached or on a branch that is no environment, and JetenvError outside any
    repository. Neither libgit2 nor a YAML parser is loaded.
    """
    from jetenv.repository.current import branch_has, current_branch

    branch = current_branch(start)
    if branch is None:
        raise RefusedError("HEAD is detached, so no environment is checked out", hint="`jetenv switch NAME`")
    if not branch_has(start, branch, f"environments/{branch}/environment.yaml"):
        raise RefusedError(
            f"branch '{branch}' is not an environment",
            hint="`jetenv list` shows them, `jetenv switch NAME` goes to one",
        )
    return branch
