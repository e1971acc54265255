"""Which files git sees in a folder: those that its index names, and those that it would take in.

Paths are relative to the folder. A repository of its own inside the folder is listed as its path with a slash.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jetenv.repository.process import run_git
from jetenv.repository.trees import decode_path


def tracked_files(git_dir: Path, folder: Path) -> list[str]:
    """The paths in the index of ``git_dir``; none where there is no index that can be read."""
    return _paths(run_git("ls-files", "-z", git_dir=git_dir, work_tree=folder, read_only=True).stdout)


def untracked_files(git_dir: Path, folder: Path) -> list[str]:
    """The files below ``folder`` that git neither tracks nor ignores."""
    return _listed(git_dir, folder, "--others")


def all_files(git_dir: Path, folder: Path) -> list[str]:
    """The paths in the index and the files that git neither tracks nor ignores, each once."""
    return list(dict.fromkeys(_listed(git_dir, folder, "--cached", "--others")))


def foreign_files(git_dir: Path, folder: Path, ignoring: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files of any ``folder`` that git would take in there, and what it ignores, folders with a slash.

    ``git_dir`` lends its configuration, of its index nothing counts; ``ignoring`` are more patterns as in .gitignore.
    """
    patterns = [f"--exclude={pattern}" for pattern in ignoring]
    no_index = git_dir / "jetenv-no-index"
    taken = _listed(git_dir, folder, "--others", *patterns, index=no_index)
    return taken, _listed(git_dir, folder, "--others", *patterns, "--ignored", "--directory", index=no_index)


def _listed(git_dir: Path, folder: Path, *options: str, index: Path | None = None) -> list[str]:
    done = run_git(
        "ls-files", "-z", "--exclude-standard", *options,
        git_dir=git_dir, work_tree=folder, index=index, doing=f"listing the files of {folder}", read_only=True,
    )  # fmt: skip
    return _paths(done.stdout)


def _paths(output: bytes) -> list[str]:
    return [decode_path(path) for path in output.split(b"\0") if path]
