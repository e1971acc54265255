"""What differs as data: the form of ``--format json`` that docs/review.md describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.risks import risks_data, risks_of

if TYPE_CHECKING:
    from jetenv.diffing.records import Change, ObjectDiff, Rename
    from jetenv.environments.reviewing.diff import DiffResult, DiffSide


def diff_data(result: DiffResult) -> Mapping[str, object]:
    """A comparison; ``old`` and ``new`` of a change are YAML source."""
    return {
        "from": _side_data(result.old),
        "to": _side_data(result.new),
        "differs": result.differs,
        "abridged": result.abridged,
        "risks": risks_data(risks_of((*result.shared, *result.own))),
        "shared": objects_data(result.shared),
        "own": objects_data(result.own),
    }


def objects_data(objects: Sequence[ObjectDiff]) -> list[dict[str, object]]:
    """Objects that differ, with their changes."""
    return [
        {
            "path": each.path,
            "kind": each.kind,
            "id": each.id,
            "action": each.action,
            "old_path": each.old_path,
            "old_id": each.old_id,
            "note": each.note,
            "follows": _rename_data(each.follows),
            "followers": [{"path": place.path, "field": format_path(place.field)} for place in each.followers],
            "risks": [risk.id for risk in each.risks],
            "changes": [_change_data(change) for change in each.changes],
            "left_out": each.left_out,
        }
        for each in objects
    ]


def _change_data(change: Change) -> dict[str, object]:
    return {
        "field": format_path(change.path),
        "action": change.action,
        "old": change.old,
        "new": change.new,
        "old_field": None if change.old_path is None else format_path(change.old_path),
        "line": change.line,
        "old_line": change.old_line,
        "hunks": [
            {"old_line": hunk.old_line, "new_line": hunk.new_line, "lines": list(hunk.lines)} for hunk in change.hunks
        ],
        "follows": _rename_data(change.follows),
    }


def _rename_data(rename: Rename | None) -> dict[str, str] | None:
    return None if rename is None else {"kind": rename.kind, "old_id": rename.old_id, "new_id": rename.new_id}


def _side_data(side: DiffSide) -> dict[str, object]:
    environment = side.environment.id if side.environment else None
    return {"name": side.name, "environment": environment, "commit": side.commit}
