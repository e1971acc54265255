"""What a command did, in a sentence: created, switched, pinned …"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.environments import change_data, environment_data, named, tracking_data
from jetenv.reports.findings import findings_data, findings_text
from jetenv.reports.objects import count, object_data, object_row
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.commit import CommitResult
    from jetenv.environments.delete import DeleteResult
    from jetenv.environments.model import Environment, Tracking
    from jetenv.environments.rename import RenameResult
    from jetenv.environments.settings import SettingResult
    from jetenv.environments.starting.create import CreateResult
    from jetenv.environments.switch import SwitchResult


def stale_notes(environment: Environment, tracking: Tracking | None, style: Style) -> tuple[str, ...]:
    """That a local environment lacks commits of its remote copy, where it does."""
    if tracking is None or not tracking.behind:
        return ()
    lacks = f"{named(environment, style)} lacks {count(tracking.behind, 'commit')} of {printable(tracking.copy.remote)}"
    return (f"{lacks}; `git pull` there brings them",)


@dataclass(frozen=True, slots=True)
class Created(Report):
    """What `jetenv create` did."""

    result: CreateResult

    def text(self, style: Style) -> str:
        """The new environment and what it is a copy of."""
        result = self.result
        tail = ", and switched to it" if result.switched else ""
        return f"Created {named(result.environment, style)} as a copy of {named(result.source, style)}{tail}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """That the source was stale, and a key that had to be made."""
        notes = stale_notes(self.result.source, self.result.stale, style)
        if self.result.key.source == "created":
            made = f"there was no SSH key, so one was made: {printable(str(self.result.key.path))}"
            return (*notes, made)
        return notes

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "source": result.source.id,
            "commit": result.commit,
            "member": result.member,
            "stale": tracking_data(result.stale),
            "switched": result.switched,
        }


@dataclass(frozen=True, slots=True)
class Switched(Report):
    """What `jetenv switch` did."""

    result: SwitchResult

    def text(self, style: Style) -> str:
        """Where one is now."""
        result = self.result
        if result.already:
            return f"Already on {named(result.environment, style)}\n"
        origin = ", which has a local branch now" if result.created else ""
        return f"Switched to {named(result.environment, style)}{origin}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """Uncommitted changes that came along, and a branch that lacks commits of its remote."""
        result = self.result
        notes = stale_notes(result.environment, result.stale, style)
        if result.carried:
            return (f"uncommitted changes came along: {listed(result.carried)}", *notes)
        return notes

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "previous": result.previous,
            "already": result.already,
            "created": result.created,
            "carried": list(result.carried),
            "stale": tracking_data(result.stale),
        }


@dataclass(frozen=True, slots=True)
class _SettingChanged(Report):
    """What a command did that changes one setting."""

    result: SettingResult

    def notes(self, style: Style) -> tuple[str, ...]:
        """A branch that lacks commits of its remote."""
        return stale_notes(self.result.environment, self.result.stale, style)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "previous": result.old,
            "commit": result.commit,
            "stale": tracking_data(result.stale),
        }


class Recolored(_SettingChanged):
    """What `jetenv color` did."""

    __slots__ = ()

    def text(self, style: Style) -> str:
        """The colour before and now."""
        result = self.result
        here, now = named(result.environment, style), printable(result.environment.color or "")
        if result.commit is None:
            return f"{here} is {now} already\n"
        before = f", was {printable(result.old)}" if result.old else ""
        return f"{here} is {now} now{before}\n"


@dataclass(frozen=True, slots=True)
class Renamed(Report):
    """What `jetenv rename` did."""

    result: RenameResult

    def text(self, style: Style) -> str:
        """The name or id before and now."""
        result = self.result
        here = named(result.environment, style)
        if result.old_id != result.environment.id:
            return f"{printable(result.old_id)} is {here} now\n"
        name = printable(result.environment.name)
        if result.commit is None:
            return f"{here} has that {'id' if result.of_id else 'name'} already\n"
        return f"{here} is named {name} now, was {printable(result.old_name)}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """What remotes still call by the old id, and a branch that lacks commits of its remote."""
        result = self.result
        pushes = tuple(
            f"{printable(each.remote)} still has the old id; "
            f"`git push {printable(each.remote)} {result.environment.id} :{result.old_id}` replaces it there"
            for each in result.remotes
        )
        return (*pushes, *stale_notes(result.environment, result.stale, style))

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "previous": {"id": result.old_id, "name": result.old_name},
            "commit": result.commit,
            "remotes": [each.remote for each in result.remotes],
            "stale": tracking_data(result.stale),
        }


@dataclass(frozen=True, slots=True)
class Deleted(Report):
    """What `jetenv delete` did."""

    result: DeleteResult

    def text(self, style: Style) -> str:
        """What is gone, and how it comes back."""
        environment = self.result.environment
        back = f"git branch {printable(environment.id)} {environment.tip[:10]}"
        return f"Deleted {named(environment, style)}; `{back}` brings it back\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """The remotes that still have it."""
        del style
        name = printable(self.result.environment.id)
        return tuple(
            f"{printable(each.remote)} still has it; `git push {printable(each.remote)} :{name}` deletes it there"
            for each in self.result.remotes
        )

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "environment": environment_data(self.result.environment),
            "unmerged": [change_data(each) for each in self.result.unmerged],
            "remotes": [each.remote for each in self.result.remotes],
        }


@dataclass(frozen=True, slots=True)
class Committed(Report):
    """What `jetenv commit` did."""

    result: CommitResult

    def text(self, style: Style) -> str:
        """The commit and its objects, or why there is none."""
        result = self.result
        here = named(result.environment, style) if result.environment else printable(result.branch)
        if result.findings:
            title = f"Nothing was committed on {here}, for this is invalid:"
            return f"{title}\n{findings_text(result.findings, style)}"
        if result.commit is None:
            return f"Nothing to commit on {here}\n"
        subject = printable(result.message.partition("\n")[0])
        rows = [object_row(each, style) for each in result.objects]
        return f"Committed {result.commit[:10]} on {here}: {subject}\n" + columns(rows, style, indent=2, flexible=2)

    def notes(self, style: Style) -> tuple[str, ...]:
        """Untracked files that stay out."""
        del style
        if not self.result.left:
            return ()
        return (f"not committed, for the project has no place for it: {listed(self.result.left)}",)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "branch": result.branch,
            "environment": environment_data(result.environment) if result.environment else None,
            "commit": result.commit,
            "message": result.message,
            "objects": object_data(result.objects),
            "left": list(result.left),
            "findings": findings_data(result.findings),
        }


def listed(paths: tuple[str, ...], limit: int = 5) -> str:
    """The first paths, and how many more there are."""
    shown = ", ".join(map(printable, paths[:limit]))
    return shown if len(paths) <= limit else f"{shown} and {len(paths) - limit} more"
