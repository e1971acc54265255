"""Git's configuration, as git itself reads it: every file, include and override in its order."""

from __future__ import annotations

import re
from pathlib import Path

from jetenv.repository.failures import explain
from jetenv.repository.process import run_git

_NOT_SET = 5  # the exit code of git config --unset


class Config:
    """The configuration of one repository, or of the user alone where there is no repository."""

    def __init__(self, git_dir: Path | None) -> None:
        self._git_dir = git_dir
        self._values: dict[str, str] | None = None

    def _all(self) -> dict[str, str]:
        if self._values is None:
            if self._git_dir is None:
                done = run_git(
                    "config", "--list", "-z", "--includes", cwd=Path("/"), doing="reading git's configuration"
                )
            else:
                done = run_git("config", "--list", "-z", git_dir=self._git_dir, doing="reading git's configuration")
            self._values = {}
            for item in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
                name, equals, value = item.partition("\n")
                if name:
                    self._values[name] = value if equals else "true"
        return self._values

    def get(self, name: str) -> str | None:
        """The value in force, or None. ``name`` has its section and its last part in lower case."""
        return self._all().get(name)

    def own(self, name: str) -> str | None:
        """The value that the repository's own configuration has, whatever the user's says, or None."""
        done = run_git("config", "--local", "--get", name, git_dir=self._git_dir, read_only=True)
        return done.text if done.code == 0 else None

    def set(self, name: str, value: str) -> None:
        """Set ``name`` in the repository's own configuration."""
        run_git("config", "--local", name, value, git_dir=self._git_dir, doing=f"setting {name} in git's configuration")
        self._values = None

    def unset(self, name: str) -> None:
        """Remove ``name`` from the repository's own configuration; no error where it is not set."""
        done = run_git("config", "--local", "--unset-all", name, git_dir=self._git_dir)
        if done.code not in {0, _NOT_SET}:
            raise explain(done.stderr, f"removing {name} from git's configuration")
        self._values = None

    def rename_section(self, old: str, new: str) -> bool:
        """Rename a section of the repository's own configuration; False where there is none of the name ``old``."""
        found = run_git(
            "config", "--local", "--get-regexp", f"^{re.escape(old)}\\.", git_dir=self._git_dir, read_only=True
        )
        if found.code:
            return False
        run_git(
            "config", "--local", "--rename-section", old, new,
            git_dir=self._git_dir, doing=f"renaming {old} in git's configuration",
        )  # fmt: skip
        self._values = None
        return True
