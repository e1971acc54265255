"""The protection of an environment, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.access.protection import NOBODY, Protection, read_protection
from jetenv.reports.actions import stale_notes
from jetenv.reports.columns import columns
from jetenv.reports.environments import environment_data, named
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.people.protect import ProtectResult

_WHO = {"nobody": "nobody", "admins": "admins", "editors": "editors and admins"}


def protection_rows(protection: Protection) -> list[tuple[str, str]]:
    """What may be done by whom, a row each."""
    merges = _WHO[protection.merge]
    if protection.sources is not None and protection.merge != NOBODY:
        merges += f", from {' or '.join(map(printable, protection.sources)) or 'nowhere'}"
    pin = "admins" if protection.version == "locked" else "who may commit"
    return [
        ("commit directly", _WHO[protection.direct]),
        ("merge", merges),
        ("move the version pin", pin),
        ("rewrite its history", _WHO[protection.force_push]),
        ("delete it", _WHO[protection.delete]),
    ]


def protection_text(data: Mapping[str, object]) -> str:
    """The property ``protection`` of an ``environment.yaml`` on one line; empty where there is none."""
    if not data:
        return ""
    protection = read_protection(data)
    if protection.problem is not None:
        return f"not understood, so locked: {printable(protection.problem)}"
    parts = [f"commits by {_WHO[protection.direct]}", f"merges by {dict(protection_rows(protection))['merge']}"]
    if protection.version == "locked":
        parts.append("version locked")
    return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class ProtectReport(Report):
    """What `jetenv protect` and `jetenv unprotect` print."""

    result: ProtectResult

    def text(self, style: Style) -> str:
        """Who may do what on the environment now."""
        result = self.result
        name = named(result.environment, style)
        if result.environment.protection:
            verb = "is protected now" if result.commit is not None else "is protected like that already"
        else:
            verb = "is not protected any more" if result.commit is not None else "is not protected"
        rows = [(style.paint(what, "dim"), who) for what, who in protection_rows(result.after)]
        return f"{name} {verb}\n" + columns(rows, style, indent=2)

    def notes(self, style: Style) -> tuple[str, ...]:
        """A branch that lacks commits of its remote."""
        return stale_notes(self.result.environment, self.result.stale, style)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "before": _data(result.before),
            "after": _data(result.after),
            "commit": result.commit,
        }


def _data(protection: Protection) -> dict[str, object]:
    return {
        "direct": protection.direct,
        "merge": protection.merge,
        "sources": list(protection.sources) if protection.sources is not None else None,
        "version": protection.version,
        "force_push": protection.force_push,
        "delete": protection.delete,
    }
