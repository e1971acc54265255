"""The lines that let members in over SSH."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.report import Report
from jetenv.reports.style import Style

if TYPE_CHECKING:
    from jetenv.environments.serving.serve_git import KeyLine


@dataclass(frozen=True, slots=True)
class AuthorizedKeys(Report):
    """A file of the format that sshd(8) calls AUTHORIZED_KEYS."""

    lines: tuple[KeyLine, ...]

    def text(self, style: Style) -> str:
        """The file."""
        del style
        return "".join(f"{line.text}\n" for line in self.lines)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "keys": [
                {"member": each.member, "key": each.key, "command": each.command, "line": each.text}
                for each in self.lines
            ]
        }
