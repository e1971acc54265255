"""Verdicts on files kept by blob id, so that only files that changed are checked again.

A verdict depends on path, content, schemas and version of jetenv alone. The store is a cache: where it cannot be read
or written, everything is checked anew, and nobody is told.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from jetenv.repository.objects import Oid
from jetenv.schemas.project_check import FileVerdict

_TABLE = """
CREATE TABLE IF NOT EXISTS verdict (
    fingerprint TEXT NOT NULL, path TEXT NOT NULL, blob TEXT NOT NULL, verdict TEXT NOT NULL,
    PRIMARY KEY (fingerprint, path, blob)
) WITHOUT ROWID
"""
_SPARE = 20_000  # verdicts of other branches and older contents that may stay
_PATIENCE = 0.5  # seconds to wait for another process


class VerdictCache:
    """The verdicts in ``folder`` that were reached with the schemas and the version that ``fingerprint`` stands for."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._file = folder / "verdicts.sqlite"
        self._fingerprint = fingerprint

    def load(self) -> Mapping[tuple[str, Oid], FileVerdict]:
        """Every verdict kept, by path and blob id."""
        if not self._file.exists():
            return {}
        try:
            with self._open() as database:
                rows = database.execute(
                    "SELECT path, blob, verdict FROM verdict WHERE fingerprint = ?", (self._fingerprint,)
                ).fetchall()
            return _Verdicts({(path, Oid(blob)): verdict for path, blob, verdict in rows})
        except (sqlite3.Error, OSError):
            return {}

    def keep(self, verdicts: Iterable[tuple[Oid, FileVerdict]]) -> None:
        """Add verdicts. Those of other schemas and versions go, and all others when they have become too many."""
        rows = [
            (self._fingerprint, verdict.path, blob, json.dumps(verdict.to_data(), separators=(",", ":")))
            for blob, verdict in verdicts
        ]
        if not rows:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as database, database:
                database.execute(_TABLE)
                database.execute("DELETE FROM verdict WHERE fingerprint <> ?", (self._fingerprint,))
                (count,) = database.execute("SELECT count(*) FROM verdict").fetchone()
                if count > _SPARE + len(rows):
                    database.execute("DELETE FROM verdict")
                database.executemany("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)", rows)
        except sqlite3.OperationalError:
            return  # read-only, full or locked
        except (sqlite3.Error, OSError, UnicodeError):
            self._discard()

    def _discard(self) -> None:
        try:
            self._file.unlink(missing_ok=True)
        except OSError:
            return

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=_PATIENCE)) as database:
            yield database


class _Verdicts(Mapping[tuple[str, Oid], FileVerdict]):
    """Verdicts that are decoded when asked for; one that cannot be decoded counts as missing."""

    def __init__(self, texts: dict[tuple[str, Oid], str]) -> None:
        self._texts = texts

    def __getitem__(self, key: tuple[str, Oid]) -> FileVerdict:
        try:
            return FileVerdict.from_data(json.loads(self._texts[key]))
        except (ValueError, TypeError, AttributeError) as error:
            raise KeyError(key) from error

    def __iter__(self) -> Iterator[tuple[str, Oid]]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
