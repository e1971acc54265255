"""The merge or revert in progress, as other commands mention it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.merges.merging_state import MergeInProgress
    from jetenv.environments.merges.waiting import WaitingMerge


@dataclass(frozen=True, slots=True)
class AbortReport(Report):
    """What `--abort` dropped; ``merge`` is None where its record could not be read."""

    merge: MergeInProgress | None

    def text(self, style: Style) -> str:
        """Which merge or revert it was."""
        del style
        if self.merge is None:
            return "Dropped the merge in progress, whose record could not be read\n"
        return f"Dropped {_called(self.merge)}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """That resolutions are not lost."""
        del style
        if self.merge is None or not self.merge.resolutions:
            return ()
        return ("what was resolved is remembered, and offered when the same conflict comes up again",)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"aborted": merge_data(self.merge) if self.merge is not None else None}


def merge_data(merge: MergeInProgress) -> dict[str, object]:
    """A merge or revert in progress for a program; the source of a revert is the commit that is undone."""
    return {
        "operation": merge.request.verb,
        "source": merge.source_tip if merge.request.verb == "revert" else merge.source,
        "source_commit": merge.source_tip,
        "target": merge.target,
        "target_commit": merge.target_tip,
        "conflicts": len(merge.conflicts),
        "open": merge.open,
    }


def _called(merge: MergeInProgress) -> str:
    if merge.request.verb == "revert":
        return printable(merge.request.called).replace("'", "")
    return f"the merge of {printable(merge.source)} into {printable(merge.target)}"


def waiting_text(waiting: WaitingMerge) -> str:
    """That a merge or revert is in progress, in a sentence without its stop."""
    merge = waiting.merge
    if merge is None:
        return f"a merge is in progress, but {printable(waiting.problem or '')}"
    done = len(merge.conflicts) - merge.open
    return f"{_called(merge)} is in progress, {done} of {count(len(merge.conflicts), 'conflict')} resolved"


def waiting_steps(waiting: WaitingMerge | None) -> tuple[str, ...]:
    """What can be done about it."""
    if waiting is None:
        return ()
    if waiting.merge is None:
        return ("`jetenv merge --abort` drops the merge",)
    if waiting.merge.open:
        return ("`jetenv conflicts` shows the conflicts, `jetenv resolve` settles them",)
    verb = waiting.merge.request.verb
    return (f"`jetenv {verb} --continue` completes the {verb}",)


def kept_steps(verb: str, conflicts: int, remembered: int) -> tuple[str, ...]:
    """How to go on with what was just kept in progress, or could not be completed yet."""
    steps = [f"{remembered} resolved alike before; `jetenv resolve --remembered` accepts that"] if remembered else []
    if conflicts:
        steps.append(f"`jetenv resolve` settles them one by one, then `jetenv {verb} --continue` completes the {verb}")
    else:
        steps.append(f"resolve a conflict in another way (`jetenv conflicts`), then `jetenv {verb} --continue`")
        steps.append("or drop it and mend the environment: what was resolved is offered when you ask for it again")
    return (*steps, f"`jetenv {verb} --abort` drops the {verb}")


def waiting_data(waiting: WaitingMerge | None) -> dict[str, object] | None:
    """The same for a program; a merge of which nothing can be read has a ``problem`` alone."""
    if waiting is None:
        return None
    return merge_data(waiting.merge) if waiting.merge is not None else {"problem": waiting.problem}
