"""The environment that is checked out, told fast enough for a shell prompt."""

from __future__ import annotations

import re
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError

_COLOR = re.compile(rb"^color:[ \t]*[\"']?(#?[0-9A-Za-z]+)[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)


def current_with_color(start: Path) -> tuple[str, str | None] | None:
    """The id and the colour of the environment that is checked out, for a prompt; None where none is, or no repository.

    The colour is looked for in the committed ``environment.yaml`` without a YAML parser, which would cost more than all
    the rest; jetenv itself writes it on a line of its own.
    """
    from jetenv.repository.current import current_branch, file_of_branch

    try:
        branch = current_branch(start)
    except JetenvError:
        return None
    settings = file_of_branch(start, branch, f"environments/{branch}/environment.yaml") if branch is not None else None
    if branch is None or settings is None:
        return None
    found = _COLOR.search(settings)
    return branch, found[1].decode() if found else None


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
