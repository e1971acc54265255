"""Where git looks for the hooks of a repository."""

from __future__ import annotations

import os
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.failures import git_errors
from jetenv.repository.process import run_git
from jetenv.repository.repository import Repository


def hooks_folder(repo: Repository) -> Path:
    """The folder of the hooks, which ``core.hooksPath`` may have moved; it need not exist."""
    done = run_git("rev-parse", "--git-path", "hooks", git_dir=repo.path, doing="looking for the hooks", read_only=True)
    # git runs hooks from the top of the working tree, and takes a relative core.hooksPath from there.
    return ((repo.workdir or repo.path) / done.text).resolve()


def hook_script(file: Path) -> str | None:
    """The text of a hook, None where there is none. Raises JetenvError where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JetenvError(f"the hook cannot be read: {error.strerror}", where=str(file)) from error


def refuse_two_hooks(file: Path, kept_as: Path) -> None:
    """Raise RefusedError where the hook ``file`` cannot be kept as ``kept_as``, for something is there."""
    if os.path.lexists(kept_as):
        raise RefusedError(
            f"there are two hooks to keep: {file.name} and {kept_as.name}", where=str(file), hint="make one of them"
        )


def write_hook(file: Path, script: str, *, kept_as: Path | None = None) -> None:
    """Make ``file`` the executable hook ``script``, at once or not at all; one that is it already stays.

    What was there before is moved to ``kept_as``, where that is given.
    """
    with git_errors("writing a hook"):
        if hook_script(file) == script and os.access(file, os.X_OK):
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}-{os.getpid()}")
        try:
            draft.write_text(script, encoding="utf-8")
            draft.chmod(0o755)
            if kept_as is not None:
                file.rename(kept_as)
            draft.replace(file)
        except BaseException:
            draft.unlink(missing_ok=True)
            if kept_as is not None and kept_as.exists() and not file.exists():
                kept_as.rename(file)
            raise
