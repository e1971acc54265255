"""``jetenv merge-driver``: what git runs for a file that both sides changed; see ``jetenv hooks``."""

from __future__ import annotations

from jetenv.errors import UsageError

USAGE = "Usage: jetenv merge-driver BASE OURS THEIRS MARKER-SIZE PATH [BASE-LABEL OURS-LABEL THEIRS-LABEL]"


def run(arguments: list[str]) -> int:
    """Merge into the file OURS, with the exit code of a merge driver: 0 clean, 1 conflicts.

    With ``--engine`` the merge is done here, and the exit code tells that it was; without, the guard of the engine
    takes the place of this process.
    """
    from jetenv.environments.merges import merge_driver

    options = [argument for argument in arguments[:2] if argument in ("--engine", "--ancestor")]
    rest = arguments[len(options) :]
    if len(rest) not in (5, 8) or not rest[3].isdecimal():
        raise UsageError(f"{USAGE}", hint="`jetenv hooks install --merge-driver` tells git how to call it")
    if "--engine" in options:
        return merge_driver.run_engine(rest, ancestor="--ancestor" in options)
    return _guarded(rest, ancestor="--ancestor" in options)


def _guarded(arguments: list[str], *, ancestor: bool) -> int:
    import os
    import shlex
    import sys

    from jetenv.environments.merges.merge_driver import guarded

    # -P, for the current directory is a repository, and not to be imported from.
    command = f"{shlex.quote(sys.executable)} -P -m jetenv"
    line = guarded(command, tuple(map(shlex.quote, arguments)), ancestor=ancestor)
    os.execvp("sh", ["sh", "-c", line])  # noqa: S606 the guard must outlive this process
