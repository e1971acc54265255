"""Verdicts on files kept by blob id, so that only files that changed are checked again.

A verdict depends on path, content, schemas and version of jetenv alone. They are kept beside all repositories, in the
user's own folder for caches (``JETENV_CACHE_DIR``, else ``jetenv`` in ``XDG_CACHE_HOME``, else in ``~/.cache``), so
that checking writes nothing into a repository and nobody else's verdicts are trusted. Where the store cannot be read or
written, everything is checked anew, and nobody is told.
"""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from jetenv.repository.objects import Oid
from jetenv.schemas.verdict import FileVerdict

_TABLE = """
CREATE TABLE IF NOT EXISTS verdict (
    fingerprint TEXT NOT NULL, path TEXT NOT NULL, blob TEXT NOT NULL, verdict TEXT NOT NULL,
    PRIMARY KEY (fingerprint, path, blob)
) WITHOUT ROWID
"""
_ONE = "SELECT verdict FROM verdict WHERE fingerprint = ? AND path = ? AND blob = ?"
_ALL = "SELECT path, blob, verdict FROM verdict WHERE fingerprint = ?"
_MANY = 1000  # verdicts that are read faster in one go, with those that are not asked for
_MOST = 100_000  # verdicts, of all projects, contents and schemas; then the store starts anew
_PATIENCE = 0.5  # seconds to wait for another process

VERDICT_FORM = b"6"
"""Counts up when verdicts come to say something else of the same file, or in another form."""


def cache_folder() -> Path | None:
    """The folder of what jetenv may forget; it need not exist. None for a user without a home."""
    own = os.environ.get("JETENV_CACHE_DIR")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(shared) if shared else Path.home() / ".cache") / "jetenv"
    except RuntimeError:
        return None


@contextmanager
def _without_collections() -> Iterator[None]:
    """Look for no garbage meanwhile: nothing read here refers in circles, and looking takes half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class VerdictCache:
    """The verdicts that were reached with the schemas and the version that ``fingerprint`` stands for."""

    def __init__(self, folder: Path | None, fingerprint: str) -> None:
        """``folder`` need not exist; without one nothing is kept."""
        self._file = folder / "verdicts.sqlite" if folder is not None else None
        self._fingerprint = fingerprint

    def load(self, wanted: Iterable[tuple[str, Oid]]) -> dict[tuple[str, Oid], FileVerdict]:
        """Those of the verdicts ``wanted``, by path and blob id, that are kept."""
        found = {}
        try:
            if self._file is None or not self._file.exists():
                return {}
            with self._open(self._file) as database, _without_collections():
                for key, row in self._rows(database, list(wanted)):
                    with suppress(ValueError):  # what makes no sense is missing
                        found[key] = FileVerdict.from_text(row)
        except (sqlite3.Error, OSError, UnicodeError):
            return {}
        return found

    def _rows(
        self, database: sqlite3.Connection, wanted: list[tuple[str, Oid]]
    ) -> Iterator[tuple[tuple[str, Oid], str]]:
        if len(wanted) < _MANY:
            for path, blob in wanted:
                row = database.execute(_ONE, (self._fingerprint, path, blob)).fetchone()
                if row is not None:
                    yield (path, blob), row[0]
            return
        known = set(wanted)
        for path, blob, verdict in database.execute(_ALL, (self._fingerprint,)):
            if (path, blob) in known:
                yield (path, blob), verdict

    def keep(self, verdicts: Iterable[tuple[Oid, FileVerdict]]) -> None:
        """Add verdicts; all others go when they have become too many."""
        rows = [(self._fingerprint, verdict.path, blob, verdict.to_text()) for blob, verdict in verdicts]
        if not rows or self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open(self._file) as database, database:
                database.execute(_TABLE)
                (count,) = database.execute("SELECT count(*) FROM verdict").fetchone()
                if count > _MOST:
                    database.execute("DELETE FROM verdict")
                database.executemany("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)", rows)
        except sqlite3.OperationalError:
            return  # read-only, full or locked
        except (sqlite3.Error, OSError, UnicodeError):
            self._discard(self._file)

    def _discard(self, file: Path) -> None:
        with suppress(OSError):
            file.unlink(missing_ok=True)

    @contextmanager
    def _open(self, file: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(file, timeout=_PATIENCE)) as database:
            yield database
