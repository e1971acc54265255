"""Git's configuration, as git itself reads it: every file, include and override in its order."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from jetenv.repository.failures import explain, git_errors
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
        self._write(name, value, "--local")

    def unset(self, name: str) -> None:
        """Remove ``name`` from the repository's own configuration; no error where it is not set."""
        self._write(name, None, "--local")

    def _write(self, name: str, value: str | None, *where: str) -> None:
        change = ("--unset-all", name) if value is None else (name, value)
        done = run_git("config", *where, *change, git_dir=self._git_dir)
        if done.code and not (value is None and done.code == _NOT_SET):
            verb = "removing {} from" if value is None else "setting {} in"
            raise explain(done.stderr, f"{verb.format(name)} git's configuration")
        self._values = None

    def change(self, values: Mapping[str, str | None]) -> None:
        """Set each of ``values`` in the repository's own configuration, or remove it where None: all, or none.

        Raises JetenvError where the configuration cannot be written, or another process is writing it.
        """
        if not values:
            return
        doing = "writing git's configuration"
        found = run_git("rev-parse", "--git-path", "config", git_dir=self._git_dir, doing=doing)
        with git_errors(doing):
            file = ((self._git_dir or Path()) / found.text).resolve()
            lock = file.with_name(f"{file.name}.lock")  # as git has it: the configuration to come
            try:
                lock.open("xb").close()
            except FileExistsError as error:
                raise explain(f"could not lock config file {file}: File exists", doing) from error
            try:
                if file.exists():
                    shutil.copy2(file, lock)
                for name, value in values.items():
                    self._write(name, value, "--file", str(lock))
                lock.replace(file)
            finally:
                lock.unlink(missing_ok=True)
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
