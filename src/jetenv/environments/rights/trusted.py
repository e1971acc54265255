"""The own folders of environments that are known to be in force by right, kept in the git directory.

A command that writes need not verify a history again to know what is in force: it was verified once, or a command here
has put it there after it was judged. What it is known by is the id of the folder's tree, for one pinned root.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jetenv.environments.project import ROOT_PIN
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.repository.records import Record

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

_KEPT = 2_000  # folders; the oldest ones go first


def is_known(repo: Repository, environment: str, folder: Oid) -> bool:
    """Whether the tree ``folder`` of the environment with that id is in force by right."""
    return _name(environment, folder) in _folders(repo)


def learn(repo: Repository, environment: str, folder: Oid) -> None:
    """Remember that it is. Where that cannot be written it is found out again the next time."""
    record = _record(repo)
    with suppress(JetenvError), record.lock():
        names = [each for each in _folders(repo) if each != _name(environment, folder)]
        names.append(_name(environment, folder))
        record.write({"root": repo.config.get(ROOT_PIN), "folders": names[-_KEPT:]})


def _folders(repo: Repository) -> list[str]:
    root = repo.config.get(ROOT_PIN)
    try:
        data = _record(repo).read()
    except JetenvError:
        return []
    if data is None or root is None or data.get("root") != root or not isinstance(data.get("folders"), list):
        return []
    return list(map(str, data["folders"]))


def _name(environment: str, folder: Oid) -> str:
    return f"{environment} {folder}"


def _record(repo: Repository) -> Record:
    return Record(repo.room / "trusted.json", "the record of what is in force", "remove the file")
