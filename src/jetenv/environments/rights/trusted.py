"""The own folders of environments that are known to be in force by right, kept in the git directory.

A command that writes need not verify a history again to know what is in force: it was verified once, or a command here
has put it there after it was judged. What it is known by is the id of the folder's tree, for one pinned root. It is
also kept which folder was held against all that was verified here, so that this is done again only after the next
verification.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jetenv.environments.project import ROOT_PIN
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.repository.records import Record

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

LEDGER = "verified.json"
"""What was verified, in the folder that jetenv has in the git directory."""

_KEPT = 2_000  # folders; the oldest ones go first


class Trusted:
    """The folders that are known to be in force in ``repo``; read once, when first asked for."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._record = Record(repo.room / "trusted.json", "the record of what is in force", "remove the file")

    def has(self, environment: str, folder: Oid) -> bool:
        """Whether the tree ``folder`` of the environment with that id is in force by right."""
        return _name(environment, folder) in self._folders

    def is_latest(self, environment: str, folder: Oid) -> bool:
        """Whether ``learn`` was told that of ``folder``, and nothing has been verified here since."""
        return self._latest.get(environment) == [folder, self.ledger_state()]

    def ledger_state(self) -> str:
        """What changes whenever the record of what was verified is written."""
        try:
            found = (self._repo.room / LEDGER).stat()
        except OSError:
            return ""
        return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"

    def learn(self, environment: str, folder: Oid, *, latest_at: str | None = None) -> None:
        """Remember that ``folder`` is in force. Where that cannot be written it is found out again the next time.

        ``latest_at`` is the state of the ledger in which nothing later than ``folder`` had been verified here.
        """
        with suppress(JetenvError), self._record.lock():
            self.__dict__.pop("_data", None)
            names = [each for each in self._folders if each != _name(environment, folder)]
            names.append(_name(environment, folder))
            latest = self._latest | ({environment: [folder, latest_at]} if latest_at is not None else {})
            root = self._repo.config.get(ROOT_PIN)
            self._record.write({"root": root, "folders": names[-_KEPT:], "latest": latest})
            self.__dict__.pop("_data", None)

    @property
    def _folders(self) -> list[str]:
        found = self._data.get("folders")
        return list(map(str, found)) if isinstance(found, list) else []

    @property
    def _latest(self) -> dict[str, Any]:
        found = self._data.get("latest")
        return found if isinstance(found, dict) else {}

    @cached_property
    def _data(self) -> dict[str, Any]:
        root = self._repo.config.get(ROOT_PIN)
        with suppress(JetenvError):
            data = self._record.read()
            if data is not None and root is not None and data.get("root") == root:
                return data
        return {}


def _name(environment: str, folder: Oid) -> str:
    return f"{environment} {folder}"
