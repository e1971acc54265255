"""Where git looks for the hooks of a repository."""

from __future__ import annotations

from pathlib import Path

from jetenv.repository.process import run_git
from jetenv.repository.repository import Repository


def hooks_folder(repo: Repository) -> Path:
    """The folder of the hooks, which ``core.hooksPath`` may have moved; it need not exist."""
    done = run_git("rev-parse", "--git-path", "hooks", git_dir=repo.path, doing="looking for the hooks", read_only=True)
    # git runs hooks from the top of the working tree, and takes a relative core.hooksPath from there.
    return ((repo.workdir or repo.path) / done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")).resolve()
