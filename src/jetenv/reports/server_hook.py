"""How a bare repository was made to judge pushes, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.serving.server_hook import ServerHookChange, ServerHookStatus

_AGAIN = "run `jetenv hooks install --server`"
_SECRETS = ("receive.certNonceSeed",)


@dataclass(frozen=True, slots=True)
class ServerHookChangeReport(Report):
    """What installing or uninstalling did, or would do."""

    result: ServerHookChange

    def text(self, style: Style) -> str:
        """The outcome, then each thing that changes."""
        result = self.result
        if not result.changes:
            return f"The pre-receive hook is {'installed already' if result.installed else 'not installed'}\n"
        done = "Installed" if result.installed else "Uninstalled"
        lines = [f"{done} the pre-receive hook" if not result.dry_run else "Nothing was changed. This would be:"]
        if result.writes:
            sign, color = ("+", "green") if result.installed else ("-", "red")
            lines.append("  " + style.paint(f"{sign} {printable(str(result.hook))}", color))
        if result.keeps:
            verb = "is kept as" if result.installed else "comes back from"
            lines.append(f"    the hook that was there {verb} pre-receive.local")
        if result.settings:
            lines.append("  configuration of this repository")
            for each in result.settings:
                if each.old is not None:
                    lines.append("    " + style.paint(f"- {each.name} = {_shown(each.name, each.old)}", "red"))
                if each.new is not None:
                    lines.append("    " + style.paint(f"+ {each.name} = {_shown(each.name, each.new)}", "green"))
        if result.head is not None:
            lines.append(f"  HEAD names {printable(result.head)}")
        return "\n".join(lines) + "\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """Where the root came from."""
        del style
        result = self.result
        if result.found_in is None:
            return ()
        return (f"the root is what '{result.found_in}' has here: hold it against `jetenv trust show` in a clone",)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "installed": result.installed,
            "dry_run": result.dry_run,
            "changed": result.changes,
            "hook": str(result.hook),
            "keeps": result.keeps,
            "settings": [
                {"name": each.name, "old": _secret(each.name, each.old), "new": _secret(each.name, each.new)}
                for each in result.settings
            ],
            "head": result.head,
            "root": result.root,
            "found_in": result.found_in,
        }


@dataclass(frozen=True, slots=True)
class ServerHookStatusReport(Report):
    """Whether pushes are judged."""

    result: ServerHookStatus

    def text(self, style: Style) -> str:
        """One line for the hook, one for what it stands on."""
        result = self.result
        if result.active:
            state = style.paint("active", "green") + ": every push is judged here"
        elif not result.installed:
            state = f"not installed: {_AGAIN}"
        elif result.root is None:
            state = f"installed, but no root is pinned, so every push is refused: {_AGAIN}"
        else:
            state = f"installed by another version or installation, or its settings changed: {_AGAIN}"
        lines = [f"pre-receive  {state}"]
        if result.root is not None:
            begins = f", where '{printable(result.default)}' begins" if result.default is not None else ""
            lines.append(f"root         {result.root}{begins}")
        if result.chained:
            lines.append("then         pre-receive.local is asked")
        return "\n".join(lines) + "\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """What nobody can push to."""
        del style
        result = self.result
        notes = tuple(
            f"nothing is proven of '{printable(name)}', so nobody sees it or pushes to it" for name in result.unproven
        )
        if result.root is not None and result.default is None:
            notes = ("no environment here begins at the root: the first push has to bring it", *notes)
        return notes

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "server": {
                "active": result.active,
                "installed": result.installed,
                "current": result.current,
                "root": result.root,
                "default": result.default,
                "unproven": list(result.unproven),
                "chained": result.chained,
            }
        }


def _shown(name: str, value: str) -> str:
    return "…" if name in _SECRETS else printable(value)


def _secret(name: str, value: str | None) -> str | None:
    return None if value is None else "…" if name in _SECRETS else value
