"""Whether a merge is in progress, for commands that only mention it: cheap where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.environments.project import Project
from jetenv.errors import JetenvError

if TYPE_CHECKING:
    from jetenv.environments.merges.merging_state import MergeInProgress


@dataclass(frozen=True, slots=True)
class WaitingMerge:
    """The merge in progress; where its record cannot be read, ``merge`` is None and ``problem`` says why."""

    merge: MergeInProgress | None
    problem: str | None = None


def waiting_merge(project: Project) -> WaitingMerge | None:
    """The merge in progress, or None."""
    if not project.repo.merge_record.exists():
        return None
    from jetenv.environments.merges.merging_state import merge_in_progress

    try:
        merge = merge_in_progress(project)
    except JetenvError as error:
        return WaitingMerge(None, error.message)
    return WaitingMerge(merge) if merge is not None else None
