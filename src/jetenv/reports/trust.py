"""``jetenv trust``: what is pinned, and what the first members files of a clone say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.people.trust import PinResult, Root, TrustState


@dataclass(frozen=True, slots=True)
class TrustReport(Report):
    """What `jetenv trust show` prints."""

    state: TrustState

    def text(self, style: Style) -> str:
        """The pinned digest, how it came here, and the first members file that it is of; else what is there."""
        from jetenv.environments.people.trust import ORIGINS

        state = self.state
        if state.pin is None:
            found = "".join(_root_text(root, style) for root in state.roots)
            unknown = style.paint("No root is pinned here", "yellow")
            return f"{unknown}, so nothing can be proven. This clone begins with:\n{found}"
        origin = ORIGINS[state.origin] if state.origin is not None else "in git's configuration"
        head = f"{style.paint('Root', 'bold')} {printable(state.pin)}\n  pinned {origin}\n"
        if state.pinned is None:
            missing = style.paint("It is not what this clone begins with:", "red")
            return head + missing + "\n" + "".join(_root_text(root, style) for root in state.roots)
        text = head + admins_text(state.pinned, style)
        for root in state.roots[1:]:
            text += f"Another first members file is here, and not trusted:\n{_root_text(root, style)}"
        return text

    def notes(self, style: Style) -> tuple[str, ...]:
        """What to do where nothing is trusted."""
        del style
        if self.state.pin is None:
            return ("ask an admin, by another way than this repository, for the digest: `jetenv trust pin DIGEST`",)
        if self.state.pinned is None:
            return ("do not go on before an admin has told you, by another way than this repository, what happened",)
        return ()

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        state = self.state
        return {
            "root": state.pin,
            "origin": state.origin,
            "trusted": state.is_trusted,
            "roots": [_root_data(root) for root in state.roots],
        }


@dataclass(frozen=True, slots=True)
class PinReport(Report):
    """What `jetenv trust pin` and `jetenv trust rotate` print."""

    result: PinResult

    def text(self, style: Style) -> str:
        """The root that is pinned now."""
        result = self.result
        if not result.changed:
            return f"The root {result.root.digest} is pinned already\n"
        instead = f", in place of {result.before}" if result.before is not None else ""
        return f"Pinned the root {result.root.digest}{instead}\n" + admins_text(result.root, style)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        root = _root_data(result.root)
        return {"root": root, "before": result.before, "origin": result.origin, "changed": result.changed}


@dataclass(frozen=True, slots=True)
class Forgotten(Report):
    """What `jetenv trust forget` prints."""

    found: bool

    def text(self, style: Style) -> str:
        """Whether there was anything."""
        del style
        return "Forgot what was verified\n" if self.found else "Nothing was remembered\n"

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"forgotten": self.found}


def admins_text(root: Root, style: Style) -> str:
    """Where the first members file stands, and who its admins are, by their keys."""
    from jetenv.access.public_keys import fingerprint

    rows = [("environment", printable(root.environment)), ("since", root.commit[:12])]
    for member in root.members.members:
        if member.role == "admin":
            keys = ", ".join(fingerprint(key) for key in member.keys)
            rows.append(("admin", f"{printable(member.id)} ({printable(member.name)}) {keys}"))
    return columns([(style.paint(name, "dim"), value) for name, value in rows], style, indent=2)


def _root_text(root: Root, style: Style) -> str:
    return f"  {root.digest}\n" + admins_text(root, style)


def _root_data(root: Root) -> Mapping[str, object]:
    from jetenv.access.public_keys import fingerprint

    return {
        "digest": root.digest,
        "environment": root.environment,
        "commit": root.commit,
        "admins": [
            {"id": each.id, "name": each.name, "keys": [fingerprint(key) for key in each.keys]}
            for each in root.members.members
            if each.role == "admin"
        ],
    }
