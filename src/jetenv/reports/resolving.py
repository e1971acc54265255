"""``jetenv conflicts`` and ``jetenv resolve``: what is in conflict, and how it was settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.documents.paths import Key, format_path
from jetenv.reports.columns import columns
from jetenv.reports.conflicts import conflicts_data, place_text, read_versions, shown_value
from jetenv.reports.environments import named
from jetenv.reports.excerpts import Versions, as_blocks, first_line, on_one_line
from jetenv.reports.objects import count, cut
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable, width_of
from jetenv.reports.waiting import merge_data

if TYPE_CHECKING:
    from jetenv.environments.merges.resolve import ConflictList, ListedConflict, ResolveResult
    from jetenv.merging.conflicts import Conflict
    from jetenv.merging.resolutions import Resolution, Settled
    from jetenv.schemas.catalog import RulesFor

_SHORT = 26
_SETTLED = 100
_IN_THEIR_LOOKS = ("dim", "cyan", "magenta")
_LOOKS = dict(zip(("base", "ours", "theirs"), _IN_THEIR_LOOKS, strict=True))
_STATES = {"open": "red", "resolved": "green", "remembered": "yellow"}


@dataclass(frozen=True, slots=True)
class ConflictsReport(Report):
    """What `jetenv conflicts` prints: a row for each, or some lines where a terminal is too narrow for rows.

    ``conflicts`` is None where nothing is in progress."""

    conflicts: ConflictList | None

    def text(self, style: Style) -> str:
        """A row for each conflict."""
        found = self.conflicts
        if found is None:
            return "No merge or revert is in progress\n"
        header = ("ID", "PLACE", "KIND", "BASE", "OURS", "THEIRS", "STATE")
        rows = [_row(each, style, found.rules_for) for each in found.conflicts]
        table = columns(rows, style, header=header)
        if style.width is not None and any(width_of(line) > style.width for line in table.split("\n")):
            table = "\n".join(
                _stacked(_row(each, style, found.rules_for, style.width), style) for each in found.conflicts
            )
        return f"{_headline(found, style)}\n\n{table}"

    def notes(self, style: Style) -> tuple[str, ...]:
        """What to do next."""
        del style
        return _next_steps(self.conflicts) if self.conflicts is not None else ()

    def data(self) -> Mapping[str, object]:
        """The same for a program; the versions of a conflict are YAML source."""
        if self.conflicts is None:
            return {"merge": None, "open": 0, "conflicts": []}
        return list_data(self.conflicts)


@dataclass(frozen=True, slots=True)
class ResolvedReport(Report):
    """What `jetenv resolve` did."""

    result: ResolveResult

    def text(self, style: Style) -> str:
        """Each conflict with what settles it now."""
        lines = []
        rules_for = self.result.conflicts.rules_for
        for each in self.result.changed:
            where = style.paint(place_text(each.conflict), "bold")
            if each.resolution is None:
                lines.append(f"{where} is open again\n")
            else:
                lines.append(
                    f"{where} is resolved: {resolution_text(each.conflict, each.resolution, style, rules_for)}\n"
                )
        return "".join(lines) + _tally(self.result.conflicts, style) + "\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """What to do next."""
        del style
        return _next_steps(self.result.conflicts)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        changed = [each.conflict.id for each in self.result.changed]
        return {"changed": changed, **list_data(self.result.conflicts)}


def list_data(found: ConflictList) -> dict[str, object]:
    """The conflicts of a merge or revert in progress for a program."""
    described = conflicts_data([each.conflict for each in found.conflicts], found.rules_for)
    return {
        "merge": merge_data(found.merge),
        "open": len(found.open),
        "conflicts": [
            {
                **data,
                "state": each.state,
                "resolution": resolution_data(each.conflict, each.resolution, found.rules_for),
                "remembered": resolution_data(each.conflict, each.remembered, found.rules_for),
            }
            for data, each in zip(described, found.conflicts, strict=True)
        ],
    }


def resolution_data(conflict: Conflict, resolution: Resolution | None, rules_for: RulesFor) -> dict[str, object] | None:
    """A resolution of ``conflict`` for a program: a side, or a value."""
    if resolution is None:
        return None
    value = resolution.value
    return {"side": resolution.side, "value": value and shown_value(conflict, value, rules_for)}


def settled_data(settled: Sequence[Settled], rules_for: RulesFor) -> list[dict[str, object]]:
    """The conflicts that a merge or revert settled, for a program."""
    return [
        {
            "id": each.conflict.id,
            "path": each.conflict.path,
            "field": format_path(each.conflict.field),
            "kind": each.conflict.kind,
            **(resolution_data(each.conflict, each.resolution, rules_for) or {}),
        }
        for each in settled
    ]


def favoured_text(settled: Sequence[Settled], kept: str, style: Style, rules_for: RulesFor) -> str:
    """What was settled as the side ``kept`` has it, with what gave way to that: nobody has been asked."""
    if not settled:
        return ""
    rows = []
    for each in sorted(settled, key=lambda each: each.conflict.path):
        versions = dict(zip(_LOOKS, on_one_line(_bare_versions(each.conflict, rules_for), style, _SHORT), strict=True))
        side = each.resolution.side or "ours"
        given_up = versions["theirs" if side == "ours" else "ours"]
        rows.append((place_text(each.conflict), f"{versions[side]}, not {given_up}"))
    shown, more = cut(rows, _SETTLED)
    head = f"\n{count(len(settled), 'conflict')} settled as {kept} has it:\n"
    return (
        head + columns(shown, style, indent=2, flexible=1) + (f"  and {more} more, all with --json\n" if more else "")
    )


def resolution_text(conflict: Conflict, resolution: Resolution, style: Style, rules_for: RulesFor) -> str:
    """What a resolution puts in place of ``conflict``, on one line."""
    if resolution.side is None:
        return first_line(shown_value(conflict, resolution.value or "", rules_for), style, _SHORT * 2)
    versions = on_one_line(_bare_versions(conflict, rules_for), style, _SHORT * 2)
    version = dict(zip(_LOOKS, versions, strict=True))[resolution.side]
    return f"{style.paint(resolution.side, _LOOKS[resolution.side])}, {version}"


def card(listed: ListedConflict, number: str, found: ConflictList, style: Style) -> str:
    """One conflict with its three versions in full, for a person who is to decide."""
    conflict = listed.conflict
    lines = [f"\n{number} {style.paint(place_text(conflict), 'bold')} ({conflict.kind.value})"]
    theirs = _theirs(found, style)
    names = (
        "",
        f" of {named(found.prepared.target, style)}",
        f", {theirs}" if found.merge.request.verb == "revert" else f" of {theirs}",
    )
    in_file = bool(conflict.field) and conflict.kind.value != "text"
    blocks = as_blocks(read_versions(conflict, found.rules_for), _IN_THEIR_LOOKS, style, in_file=in_file)
    for side, name, block in zip(_LOOKS, names, blocks, strict=True):
        lines.append(f"  {style.paint(side, _LOOKS[side])}{name}")
        lines += [f"    {line}" for line in block]
    if listed.resolution is not None:
        lines.append(f"  resolved: {resolution_text(conflict, listed.resolution, style, found.rules_for)}")
    elif listed.remembered is not None:
        remembered = resolution_text(conflict, listed.remembered, style, found.rules_for)
        lines.append(f"  {style.paint('remembered', 'yellow')}: {remembered}")
    return "\n".join(lines) + "\n"


def _row(listed: ListedConflict, style: Style, rules_for: RulesFor, width: int = _SHORT) -> tuple[str, ...]:
    conflict = listed.conflict
    state = style.paint(listed.state, _STATES[listed.state])
    settled = listed.resolution or listed.remembered
    if settled is not None:
        state += f" ({settled.side or 'a value'})"
    return (
        style.paint(conflict.id, "dim"),
        place_text(conflict),
        conflict.kind.value,
        *on_one_line(_bare_versions(conflict, rules_for), style, width),
        state,
    )


def _stacked(row: tuple[str, ...], style: Style) -> str:
    """A row of the table on lines of their own, the place in full, as other commands take it."""
    name, place, kind, *versions, state = row
    head = f"{style.paint(place, 'bold')} ({kind}) {state}\n"
    rows = [("id", name), *zip(_LOOKS, versions, strict=True)]
    return head + columns(rows, style, indent=4, flexible=1)


def _bare_versions(conflict: Conflict, rules_for: RulesFor) -> Versions:
    base, ours, theirs = (_bare(conflict, version) for version in read_versions(conflict, rules_for))
    return base, ours, theirs


def _bare(conflict: Conflict, version: str | None) -> str | None:
    """The value without the key in front of it, which the place names already."""
    last = conflict.field[-1] if conflict.field else None
    if version is None or not isinstance(last, Key) or not version.startswith(f"{last.name}:"):
        return version
    return version[len(last.name) + 1 :].strip(" \r\n")


def _headline(found: ConflictList, style: Style) -> str:
    target, merge = named(found.prepared.target, style), found.merge
    if merge.request.verb == "revert":
        return f"Reverting {style.paint(merge.source_tip[:10], 'yellow')} on {target}: {_tally(found, style)}"
    return f"Merging {_theirs(found, style)} into {target}: {_tally(found, style)}"


def _theirs(found: ConflictList, style: Style) -> str:
    source = found.prepared.source
    if isinstance(source, str):
        return source
    return named(source.environment, style) if source.environment is not None else printable(source.name)


def _tally(found: ConflictList, style: Style) -> str:
    left, total = len(found.open), len(found.conflicts)
    if left:
        return style.paint(f"{left} of {count(total, 'conflict')} left to resolve", "yellow")
    return style.paint(f"all conflicts are resolved ({total})", "green")


def _next_steps(found: ConflictList) -> tuple[str, ...]:
    verb = found.merge.request.verb
    if not found.open:
        return (f"`jetenv {verb} --continue` completes the {verb}",)
    steps = [f"`jetenv resolve` settles them one by one; `jetenv {verb} --abort` drops the {verb}"]
    remembered = sum(each.state == "remembered" for each in found.open)
    if remembered:
        steps.append(f"{remembered} resolved alike before; `jetenv resolve --remembered` accepts that")
    return tuple(steps)
