"""Files that were merged by lines where a merge by structure was to be expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from jetenv.reports.style import printable

if TYPE_CHECKING:
    from jetenv.merging.trees import MergedFile

_YAML = (".yaml", ".yml")


def line_merge_notes(merged: Iterable[MergedFile]) -> list[str]:
    """Which YAML files were merged by lines, and why."""
    return [
        f"{printable(each.path)} was merged by lines: {printable(each.merge.note)}"
        for each in merged
        if each.merge.note is not None and each.path.endswith(_YAML)
    ]


def line_merge_data(merged: Iterable[MergedFile]) -> list[Mapping[str, object]]:
    """The files that were merged by lines, each with the reason."""
    return [{"path": each.path, "reason": each.merge.note} for each in merged if each.merge.note is not None]
