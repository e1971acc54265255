"""``jetenv hooks``: what was written into git, and whether it is set up."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.installing.git_drivers import DriverChange, DriverStatus
    from jetenv.environments.installing.hooks import HooksStatus
    from jetenv.environments.installing.pre_commit import CommitHookChange, CommitHookStatus

_DOES = {"merge driver": "git merges YAML files with jetenv here", "diff driver": "git shows changes of YAML by field"}


@dataclass(frozen=True, slots=True)
class DriverChangeReport(Report):
    """What installing or uninstalling a driver did, or would do."""

    result: DriverChange

    def text(self, style: Style) -> str:
        """The outcome, then each line that changes."""
        result = self.result
        if not result.changes:
            return f"The {result.driver} is {'installed already' if result.installed else 'not installed'}\n"
        done = "Installed" if result.installed else "Uninstalled"
        head = f"{done} the {result.driver}" if not result.dry_run else "Nothing was changed. This would be:"
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
        notes = _overruled(result.driver, result.overruled)
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
class CommitHookChangeReport(Report):
    """What installing or uninstalling the pre-commit hook did, or would do."""

    result: CommitHookChange

    def text(self, style: Style) -> str:
        """The outcome, then the file."""
        result = self.result
        if not result.writes:
            return f"The pre-commit hook is {'installed already' if result.installed else 'not installed'}\n"
        done = "Installed" if result.installed else "Uninstalled"
        sign, color = ("+", "green") if result.installed else ("-", "red")
        lines = [f"{done} the pre-commit hook" if not result.dry_run else "Nothing was changed. This would be:"]
        lines.append("  " + style.paint(f"{sign} {printable(str(result.hook))}", color))
        if result.keeps:
            what = "is kept as pre-commit.local, and run first" if result.installed else "comes back"
            lines.append(f"    the hook that was there {what}")
        return "\n".join(lines) + "\n"

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "installed": result.installed != result.dry_run if result.writes else result.installed,
            "dry_run": result.dry_run,
            "changed": result.writes,
            "hook": str(result.hook),
            "keeps": result.keeps,
        }


@dataclass(frozen=True, slots=True)
class HooksStatusReport(Report):
    """What is set up of all that can be."""

    result: HooksStatus

    def text(self, style: Style) -> str:
        """A line for each: yes, no, or what is missing."""
        rows = [(each.driver, _driver_state(each, style)) for each in self.result.drivers]
        rows.append(("pre-commit", _hook_state(self.result.commit_hook, style)))
        return "".join(f"{name:<12}  {state}\n" for name, state in rows)

    def notes(self, style: Style) -> tuple[str, ...]:
        """What was set up by another version or installation, and lines that stand against a driver."""
        del style
        notes: list[str] = []
        for each in self.result.drivers:
            if each.active and each.outdated:
                what = f"the {each.driver} was set up by another version or installation"
                notes.append(f"{what}: {_again(each)} brings it up to date")
            notes += _overruled(each.driver, each.overruled) if each.attributes else ()
        hook = self.result.commit_hook
        if hook.installed and not hook.current:
            what = "the pre-commit hook was written by another version or installation"
            notes.append(f"{what}: `jetenv hooks install` brings it up to date")
        return tuple(notes)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        hook = self.result.commit_hook
        drivers = {
            each.driver.replace(" ", "_"): {
                "active": each.active,
                "attributes": each.attributes,
                "configured": each.configured,
                "outdated": each.outdated,
                "command": each.command,
                "found": each.found,
                "overruled": list(each.overruled),
            }
            for each in self.result.drivers
        }
        commit_hook = {"active": hook.active, "hook": str(hook.hook), "current": hook.current, "chained": hook.chained}
        return {**drivers, "pre_commit": commit_hook}


def _driver_state(each: DriverStatus, style: Style) -> str:
    again = f"run {_again(each)}"
    if each.active:
        return f"{style.paint('active', 'green')}: {_DOES[each.driver]}"
    if each.attributes and not each.configured:
        return f"named in .gitattributes, but not set up in this clone: {again}"
    if each.configured and not each.attributes:
        return f"set up in this clone, but not named in .gitattributes: {again}"
    if each.configured and not each.found:
        return f"set up, but {printable(each.command or 'its command')} is not there: {again}"
    return "set up, but overruled" if each.configured else "not installed"


def _hook_state(hook: CommitHookStatus, style: Style) -> str:
    if not hook.installed:
        return "not installed"
    then = ", after pre-commit.local" if hook.chained else ""
    return f"{style.paint('active', 'green')}: what is staged is checked before a commit{then}"


def _again(each: DriverStatus) -> str:
    return f"`jetenv hooks install --{each.driver.replace(' ', '-')}`"


def _overruled(driver: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    if not patterns:
        return ()
    kind = driver.removesuffix(" driver")
    return (f"git is told to {kind} {', '.join(patterns)} otherwise; `git check-attr {kind} -- FILE` shows how",)


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
