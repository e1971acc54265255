"""What was verified before, kept in the git directory: outside of every tree, and trusted like the pinned root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jetenv.access.ledger import EDITION, Ledger
from jetenv.environments.rights.trusted import LEDGER
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.repository.records import Record

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class Remembered:
    """The ``ledger``, and what remotes last showed: by the uid of an environment the tip on each remote.

    ``problem`` says why nothing is remembered although something was written; None otherwise.
    """

    ledger: Ledger
    published: Mapping[str, Mapping[str, Oid]] = field(default_factory=dict)
    problem: str | None = None


def recall(repo: Repository, root: str | None) -> Remembered:
    """What was verified under the pinned ``root``. A record that cannot be used is as good as none, and said so."""
    record = _record(repo)
    try:
        data = record.read()
    except JetenvError as error:
        return Remembered(Ledger(root), problem=f"{error.message} ({record.path}), so everything is verified again")
    if data is None:
        return Remembered(Ledger(root))
    if data.get("root") != root or data.get("edition") != EDITION:
        what = "another root" if data.get("root") != root else "other rules"
        return Remembered(
            Ledger(root), problem=f"what was verified before was so under {what}, so everything is verified again"
        )
    ledger = Ledger.from_data(data, root)
    published = _published(data.get("published"))
    if published is None or len(ledger.environments) != len(data.get("environments", ())):
        return Remembered(Ledger(root), problem=f"{record.path} makes no sense, so everything is verified again")
    return Remembered(ledger, published)


def remember(repo: Repository, known: Remembered) -> str | None:
    """Keep ``known`` for the next time; why that could not be done, or None."""
    record = _record(repo)
    try:
        with record.lock():
            record.write({**known.ledger.as_data(), "published": known.published})
    except JetenvError as error:
        return f"what was verified is not remembered: {error.message}"
    return None


def forget(repo: Repository) -> bool:
    """Forget everything that was verified; whether there was anything."""
    record = _record(repo)
    found = record.exists()
    with record.lock():
        record.remove()
    return found


def _record(repo: Repository) -> Record:
    return Record(
        repo.room / LEDGER,
        "the record of what was verified",
        "remove the file: everything is verified again then",
    )


def _published(data: Any) -> dict[str, dict[str, Oid]] | None:
    try:
        return {str(uid): {str(name): Oid(str(tip)) for name, tip in tips.items()} for uid, tips in data.items()}
    except AttributeError:
        return None
