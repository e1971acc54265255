"""An invitation, and the request that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.environments import environment_data
from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.people.invitations import InviteResult, JoinResult


@dataclass(frozen=True, slots=True)
class Invited(Report):
    """What `jetenv members invite` made."""

    result: InviteResult

    def text(self, style: Style) -> str:
        """The invitation itself, or the file that has it."""
        del style
        if self.result.file is None:
            return self.result.text
        return f"Wrote the invitation to {printable(str(self.result.file))}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """Which keys of a list were refused, and what comes next."""
        del style
        result = self.result
        invited = result.invitation
        notes = []
        if result.listed is not None:
            refused = result.listed.refused
            notes += [f"line {each.line} was refused: {printable(each.reason)}" for each in refused]
            lines = f", {count(len(refused), 'line')} refused" if refused else ""
            notes.append(f"{count(len(result.listed.keys), 'key')} taken{lines}")
        member, environment = printable(invited.member), printable(invited.id)
        return (*notes, f"when {member}.join comes back: jetenv members add {environment} {member}.join")

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        invited = result.invitation
        return {
            "environment": environment_data(result.environment),
            "member": invited.member,
            "role": invited.role,
            "root": invited.root,
            "keys": list(invited.keys),
            "refused": [
                {"line": each.line, "reason": each.reason} for each in (result.listed.refused if result.listed else ())
            ],
            "file": str(result.file) if result.file is not None else None,
            "text": result.text,
        }


@dataclass(frozen=True, slots=True)
class Joined(Report):
    """What `jetenv members join` made."""

    result: JoinResult

    def text(self, style: Style) -> str:
        """The request itself, or the file that has it."""
        del style
        if self.result.file is None:
            return self.result.data.decode()
        return f"Wrote the request to {printable(str(self.result.file))}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """Whom to send it to, and the root to compare."""
        del style
        result = self.result
        sent = f"send it to an admin of '{printable(result.environment)}', who runs `jetenv members add`"
        if result.root is None:
            return (sent,)
        return (
            sent,
            f"the root of the project is {result.root}: in your clone `jetenv trust pin` takes it",
        )

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        from jetenv.access.public_keys import fingerprint

        result = self.result
        return {
            "project": result.request.project,
            "environment": {"id": result.environment, "uid": result.request.environment},
            "member": result.request.member,
            "key": result.request.key,
            "fingerprint": fingerprint(result.request.key),
            "source": result.key.source,
            "root": result.root,
            "file": str(result.file) if result.file is not None else None,
            "text": result.data.decode(),
        }
