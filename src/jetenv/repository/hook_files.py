"""Where git looks for the hooks of a repository."""

from __future__ import annotations

import os
from pathlib import Path

from jetenv.repository.failures import git_errors
from jetenv.repository.process import run_git
from jetenv.repository.repository import Repository


def hooks_folder(repo: Repository) -> Path:
    """The folder of the hooks, which ``core.hooksPath`` may have moved; it need not exist."""
    done = run_git("rev-parse", "--git-path", "hooks", git_dir=repo.path, doing="looking for the hooks", read_only=True)
    # git runs hooks from the top of the working tree, and takes a relative core.hooksPath from there.
    return ((repo.workdir or repo.path) / done.text).resolve()


def write_hook(file: Path, script: str) -> None:
    """Make ``file`` the executable hook ``script``, at once or not at all; one that is it already stays."""
    with git_errors("writing a hook"):
        if file.is_file() and file.read_text(encoding="utf-8", errors="replace") == script and os.access(file, os.X_OK):
            return
        file.parent.mkdir(exist_ok=True)
        draft = file.with_name(f".{file.name}-{os.getpid()}")
        draft.write_text(script, encoding="utf-8")
        draft.chmod(0o755)
        draft.replace(file)
