"""What a database has and the configuration lacks, and the reverse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.environments import environment_data, named
from jetenv.reports.findings import findings_data, findings_text
from jetenv.reports.objects import count, sign
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.sources.drift import Drift
    from jetenv.environments.sources.introspect import Introspection
    from jetenv.introspection.comparing import Difference
    from jetenv.introspection.planning import FilePlan


@dataclass(frozen=True, slots=True)
class IntrospectionReport(Report):
    """``jetenv introspect``."""

    result: Introspection

    def text(self, style: Style) -> str:
        """A line for each file, then what stays different, then the count."""
        result, plan = self.result, self.result.plan
        lines = [_file_line(each, style) for each in plan.files]
        lines += [_line(each, style) for each in plan.differences]
        text = "".join(line + "\n" for line in lines)
        if result.findings:
            said = "not written, for this would be invalid then:\n" + findings_text(result.findings, style)
        elif not plan.files:
            said = f"{count(plan.tables, 'table')} of {printable(result.resource)}, nothing to write\n"
        else:
            done = "would be written" if result.dry_run else "written"
            tables, files = count(plan.tables, "table"), count(len(plan.files), "file")
            said = f"{tables} of {printable(result.resource)}, {files} {done}\n"
        return text + said

    def notes(self, style: Style) -> tuple[str, ...]:
        """What a collection cannot say as the database does."""
        del style
        return tuple(f"{printable(each.table)} {printable(each.text)}" for each in self.result.plan.remarks)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "resource": result.resource,
            "dry_run": result.dry_run,
            "written": result.is_written,
            "tables": result.plan.tables,
            "files": [
                {
                    "path": each.path,
                    "table": each.table,
                    "action": "added" if each.old is None else "changed",
                    "fields": each.fields,
                    "relations": each.relations,
                    "removed": each.removed,
                }
                for each in result.plan.files
            ],
            "differences": [_data(each) for each in result.plan.differences],
            "remarks": [{"table": each.table, "text": each.text} for each in result.plan.remarks],
            "findings": findings_data(result.findings),
        }


@dataclass(frozen=True, slots=True)
class DriftReport(Report):
    """``jetenv drift``."""

    result: Drift

    def text(self, style: Style) -> str:
        """The differences of each database below its name."""
        result = self.result
        parts = [f"{named(result.environment, style)}\n"]
        for each in result.resources:
            if each.problem is not None:
                said = f"could not be asked: {printable(each.problem.message)}"
                parts.append(f"{style.paint(printable(each.resource), 'bold')}: {said}\n")
                if each.problem.hint:
                    parts.append(f"  hint: {printable(each.problem.hint)}\n")
                continue
            if each.differences:
                said = count(len(each.differences), "difference")
            else:
                said = f"{count(each.tables, 'table')}, as configured"
            parts.append(f"{style.paint(printable(each.resource), 'bold')}: {said}\n")
            parts += [f"  {_line(difference, style)}\n" for difference in each.differences]
        if not result.resources:
            parts.append("no databases\n")
        return "".join(parts)

    def notes(self, style: Style) -> tuple[str, ...]:
        """The resources that are no databases."""
        del style
        others = self.result.passed_over
        if not others:
            return ()
        return (f"passed over, for they are no databases: {', '.join(_kinds(others))}",)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "differs": result.differs,
            "complete": result.is_complete,
            "resources": [
                {
                    "resource": each.resource,
                    "tables": each.tables,
                    "differences": [_data(difference) for difference in each.differences],
                    "problem": each.problem.message if each.problem is not None else None,
                }
                for each in result.resources
            ],
            "passed_over": [{"resource": id_, "type": kind} for id_, kind in result.passed_over],
        }


def _kinds(others: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{printable(id_)} ({printable(kind)})" for id_, kind in others]


def _file_line(each: FilePlan, style: Style) -> str:
    parts = _counts((("field", each.fields), ("relation", each.relations)), "+")
    parts += [f"-{printable(name)}" for name in each.removed]
    return (
        f"{sign('added' if each.old is None else 'changed', style)} {printable(each.path)}  {', '.join(parts)}".rstrip()
    )


def _counts(parts: Iterable[tuple[str, Sequence[str]]], mark: str) -> list[str]:
    return [f"{mark}{count(len(names), what)}" for what, names in parts if names]


_SAID = {
    "table-not-in-database": ("removed", "not in the database"),
    "table-not-configured": ("added", "not in the configuration"),
    "column-not-in-database": ("removed", "not in the database"),
    "column-not-configured": ("added", "not in the configuration"),
    "type": ("changed", "type"),
    "length": ("changed", "length"),
}


def _line(each: Difference, style: Style) -> str:
    action, said = _SAID[each.kind.value]
    what = printable(each.table if each.column is None else f"{each.table}.{each.column}")
    if each.kind.value in ("type", "length"):
        said += f" {printable(each.configured or '')}, but the database has {printable(each.actual or '')}"
    elif each.column is None:
        said = f"table {said}"
    else:
        said = f"column {said}"
    place = f" ({printable(each.path)})" if each.path is not None and action != "added" else ""
    return f"{sign(action, style)} {what}  {said}{place}"


def _data(each: Difference) -> Mapping[str, object]:
    return {
        "kind": each.kind.value,
        "table": each.table,
        "column": each.column,
        "path": each.path,
        "field": each.field,
        "configured": each.configured,
        "actual": each.actual,
    }
