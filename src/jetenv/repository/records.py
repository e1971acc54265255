"""Small records that jetenv keeps in its own folder of the repository: JSON, replaced whole, one writer at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jetenv.errors import JetenvError
from jetenv.repository.failures import git_errors
from jetenv.repository.locking import file_lock

_PATIENCE = 30.0  # seconds to wait for another writer


class Record:
    """A JSON object in a file, with the number of its format. ``called`` is what messages call it: a noun phrase."""

    def __init__(self, path: Path, called: str, way_out: str, version: int = 1) -> None:
        """``way_out`` is the hint for a file that cannot be read."""
        self.path = path
        self._called = called
        self._way_out = way_out
        self._version = version

    def exists(self) -> bool:
        """Whether there is one, readable or not."""
        return self.path.exists()

    def read(self) -> dict[str, Any] | None:
        """What was written last, or None. Raises JetenvError with the way out where it cannot be understood."""
        with git_errors(f"reading {self._called}"):
            try:
                data = json.loads(self.path.read_bytes())
            except FileNotFoundError:
                return None
            except (ValueError, RecursionError):
                raise self.broken() from None
        if not isinstance(data, dict) or not isinstance(data.get("format"), int):
            raise self.broken()
        if data.pop("format") != self._version:
            raise JetenvError(
                f"{self._called} cannot be read: another version of jetenv wrote it",
                where=str(self.path),
                hint=f"use that version; or {self._way_out}",
            )
        return data

    def write(self, data: Mapping[str, object]) -> None:
        """Replace the whole record; after a crash there is the old one or the new one."""
        self.prepare(data)()

    def prepare(self, data: Mapping[str, object]) -> Callable[[], None]:
        """Write the next record beside this one, and return the step that puts it in its place.

        That step needs no space on the disk.
        """
        with git_errors(f"writing {self._called}"):
            self.path.parent.mkdir(exist_ok=True)
            try:
                with self._draft.open("w", encoding="utf-8") as file:
                    file.write(json.dumps({"format": self._version, **data}))  # `dump` knows no fast way
                    file.flush()
                    os.fsync(file.fileno())
            except OSError:
                self._draft.unlink(missing_ok=True)
                raise
        return self._put

    def _put(self) -> None:
        with git_errors(f"writing {self._called}"):
            self._draft.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @property
    def _draft(self) -> Path:
        return self.path.with_suffix(".new")

    def remove(self) -> None:
        """Remove the record, and the next one where it is prepared; no error where there is none."""
        with git_errors(f"removing {self._called}"):
            self.path.unlink(missing_ok=True)
            self._draft.unlink(missing_ok=True)

    def broken(self) -> JetenvError:
        """The error for content that makes no sense."""
        return JetenvError(f"{self._called} cannot be read", where=str(self.path), hint=self._way_out)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other writers out. Raises JetenvError where another one does not finish in time."""
        lock = self.path.with_suffix(".lock")
        with file_lock(lock, _PATIENCE, f"locking {self._called}") as held:
            if not held:
                raise JetenvError(
                    f"another jetenv command is busy with {self._called}", hint="try again when it is done"
                )
            yield
