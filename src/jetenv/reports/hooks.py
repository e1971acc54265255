"""``jetenv hooks``: what was written into git, and whether it is set up."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.hooks import HooksChange, HooksStatus

_AGAIN = "`jetenv hooks install --merge-driver`"


@dataclass(frozen=True, slots=True)
class HooksChangeReport(Report):
    """What installing or uninstalling did, or would do."""

    result: HooksChange

    def text(self, style: Style) -> str:
        """The outcome, then each line that changes."""
        result = self.result
        if not result.changes:
            return f"The merge driver is {'installed already' if result.installed else 'not installed'}\n"
        done = "Installed" if result.installed else "Uninstalled"
        head = f"{done} the merge driver" if not result.dry_run else "Nothing was changed. This would be:"
        lines = [head]
        if result.attributes is not None:
            lines += ["  .gitattributes", *(f"    {line}" for line in _changed_lines(*result.attributes, style))]
        if result.settings:
            lines.append("  configuration of this clone")
            for setting in result.settings:
                if setting.old is not None:
                    lines.append("    " + style.paint(f"- {self._shown(setting.name, setting.old)}", "red"))
                if setting.new is not None:
                    lines.append("    " + style.paint(f"+ {self._shown(setting.name, setting.new)}", "green"))
        return "\n".join(lines) + "\n"

    def _shown(self, name: str, value: str) -> str:
        """A setting; with its value, which is a long line of shell, where it is only announced."""
        return f"{name} = {printable(value)}" if self.result.dry_run else name

    def notes(self, style: Style) -> tuple[str, ...]:
        """What is left to do, and lines that stand against it."""
        del style
        result = self.result
        notes = _overruled(result.overruled)
        if result.attributes is not None and not result.dry_run:
            others = "; each clone needs the command once" if result.installed else ""
            notes = (f"commit .gitattributes{others}", *notes)
        return notes

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        old, new = result.attributes or (None, None)
        return {
            "installed": result.installed != result.dry_run if result.changes else result.installed,
            "dry_run": result.dry_run,
            "attributes": None if result.attributes is None else {"old": _text(old), "new": _text(new)},
            "settings": [{"name": each.name, "old": each.old, "new": each.new} for each in result.settings],
            "overruled": list(result.overruled),
        }


@dataclass(frozen=True, slots=True)
class HooksStatusReport(Report):
    """Whether the merge driver is set up."""

    result: HooksStatus

    def text(self, style: Style) -> str:
        """One line: yes, no, or what is missing."""
        result = self.result
        if result.active:
            state = style.paint("active", "green") + ": git merges YAML files with jetenv here"
        elif result.attributes and not result.configured:
            state = f"named in .gitattributes, but not set up in this clone: run {_AGAIN}"
        elif result.configured and not result.attributes:
            state = f"set up in this clone, but not named in .gitattributes: run {_AGAIN}"
        elif result.configured and not result.found:
            state = f"set up, but {printable(result.command or 'its command')} is not there: run {_AGAIN}"
        elif result.configured:
            state = "set up, but overruled"
        else:
            state = "not installed"
        return f"merge driver  {state}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """That it was set up by another version or installation, and lines that stand against it."""
        del style
        result = self.result
        notes = _overruled(result.overruled) if result.attributes else ()
        if result.active and result.outdated:
            notes = (f"it was set up by another version or installation: {_AGAIN} brings it up to date", *notes)
        return notes

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "merge_driver": {
                "active": result.active,
                "attributes": result.attributes,
                "configured": result.configured,
                "outdated": result.outdated,
                "command": result.command,
                "found": result.found,
                "overruled": list(result.overruled),
            }
        }


def _overruled(patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not patterns:
        return ()
    return (f"git is told to merge {', '.join(patterns)} otherwise; `git check-attr merge -- FILE` shows how",)


def _changed_lines(old: bytes | None, new: bytes | None, style: Style) -> list[str]:
    before, after = ((content or b"").decode("utf-8", "replace").splitlines() for content in (old, new))
    paint = {"+": "green", "-": "red"}
    return [
        style.paint(printable(line), paint[line[0]])
        for line in difflib.ndiff(before, after)
        if line.startswith(("+", "-"))
    ]


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")
