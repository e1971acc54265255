"""``jetenv init``: what a new project is, and what was left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.actions import listed
from jetenv.reports.environments import environment_data, named
from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.starting.init import InitResult


@dataclass(frozen=True, slots=True)
class Founded(Report):
    """What `jetenv init` did."""

    result: InitResult

    def text(self, style: Style) -> str:
        """Where the project is, its environment, its admin and the key."""
        result = self.result
        verb = "Started a project" if result.adopted is None else "Adopted the repository as a project"
        key = f"{result.key.path} ({result.key.source})" if result.key.path else "a key of the SSH agent"
        return (
            f"{verb} in {printable(str(result.root))}\n"
            f"  environment  {named(result.environment, style)}, the default one\n"
            f"  admin        {printable(result.member)}, who signs with {printable(key)}\n"
            f"  first commit {result.commit[:10]}, {count(len(result.written), 'file')}\n"
        )

    def notes(self, style: Style) -> tuple[str, ...]:
        """A key that had to be made, and everything that was passed over."""
        result = self.result
        notes = list(map(printable, result.key.notes))
        if result.key.source == "created":
            notes.append(f"there was no SSH key, so one was made: {printable(str(result.key.path))}")
        if result.adopted is not None:
            notes.append(f"the history up to {result.adopted[:10]} is outside the proof of who changed what")
        if result.skipped:
            notes.append(f"not copied: {listed(result.skipped)}")
        if result.untracked:
            notes.append(f"not committed, for it was here before: {listed(result.untracked)}")
        if not result.checked_out:
            here = named(result.environment, style)
            notes.append(f"{here} is not checked out; `jetenv switch {printable(result.environment.id)}` goes there")
        return tuple(notes)

    def data(self) -> Mapping[str, object]:
        """The same for a program; the key is told by its public half."""
        result = self.result
        return {
            "root": str(result.root),
            "environment": environment_data(result.environment),
            "commit": result.commit,
            "member": result.member,
            "key": {
                "public": result.key.public,
                "path": str(result.key.path) if result.key.path else None,
                "source": result.key.source,
                "notes": list(result.key.notes),
            },
            "created_repository": result.created_repository,
            "adopted": result.adopted,
            "written": list(result.written),
            "skipped": list(result.skipped),
            "untracked": list(result.untracked),
            "checked_out": result.checked_out,
        }
