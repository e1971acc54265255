"""``jetenv merge-file``: what conflicts, and how the file was merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.documents.paths import format_path
from jetenv.reports.conflicts import place_text, shown_versions
from jetenv.reports.json import FileContent
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.merges.merge_file import FileMerged


@dataclass(frozen=True, slots=True)
class MergeFileReport(Report):
    """What `jetenv merge-file` says beside the content."""

    result: FileMerged

    def text(self, style: Style) -> str:
        """Nothing: the result is the file."""
        del style
        return ""

    def notes(self, style: Style) -> tuple[str, ...]:
        """Each conflict, and why the file was not merged by structure."""
        merge = self.result.merge
        notes = [f"conflict {style.paint(place_text(each), 'bold')} ({each.kind.value})" for each in merge.conflicts]
        if merge.note is not None:
            notes.append(f"merged by lines: {printable(merge.note)}")
        return tuple(notes)

    def data(self) -> Mapping[str, object]:
        """How it was decided; the content itself only where no file has it, null where it is not UTF-8."""
        result, merge = self.result, self.result.merge
        data: dict[str, object] = {
            "clean": merge.clean,
            "method": merge.method,
            "note": merge.note,
            "path": result.path,
            "schema": result.described,
            "written": result.written,
            "conflicts": [
                {
                    "id": each.id,
                    "field": format_path(each.field),
                    "kind": each.kind,
                    **dict(zip(("base", "ours", "theirs"), shown_versions(each, lambda _: result.rules), strict=True)),
                }
                for each in merge.conflicts
            ],
        }
        if not result.written:
            data["content"] = _text(merge.content)
        return data


def _text(content: bytes) -> str | None:
    try:
        return FileContent(content.decode("utf-8"))
    except UnicodeDecodeError:
        return None
