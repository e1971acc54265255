"""The merge in progress, as other commands mention it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jetenv.reports.objects import count
from jetenv.reports.style import printable

if TYPE_CHECKING:
    from jetenv.environments.merging_state import MergeInProgress
    from jetenv.environments.waiting import WaitingMerge


def merge_data(merge: MergeInProgress) -> dict[str, object]:
    """A merge in progress for a program."""
    return {
        "source": merge.source,
        "source_commit": merge.source_tip,
        "target": merge.target,
        "target_commit": merge.target_tip,
        "conflicts": len(merge.conflicts),
        "open": merge.open,
    }


def waiting_text(waiting: WaitingMerge) -> str:
    """That a merge is in progress, in a sentence without its stop."""
    merge = waiting.merge
    if merge is None:
        return f"a merge is in progress, but {printable(waiting.problem or '')}"
    done = len(merge.conflicts) - merge.open
    return (
        f"the merge of {printable(merge.source)} into {printable(merge.target)} is in progress, "
        f"{done} of {count(len(merge.conflicts), 'conflict')} resolved"
    )


def waiting_steps(waiting: WaitingMerge | None) -> tuple[str, ...]:
    """What can be done about it."""
    if waiting is None:
        return ()
    if waiting.merge is None:
        return ("`jetenv merge --abort` drops the merge",)
    if waiting.merge.open:
        return ("`jetenv conflicts` shows the conflicts, `jetenv resolve` settles them",)
    return ("`jetenv merge --continue` completes the merge",)


def waiting_data(waiting: WaitingMerge | None) -> dict[str, object] | None:
    """The same for a program; a merge of which nothing can be read has a ``problem`` alone."""
    if waiting is None:
        return None
    return merge_data(waiting.merge) if waiting.merge is not None else {"problem": waiting.problem}
