"""``--format`` and ``--output`` of the commands whose findings build servers and hosts read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.errors import UsageError
from jetenv.reports.formats.choice import Format, render

if TYPE_CHECKING:
    from jetenv.cli.output import Output
    from jetenv.reports.formats.diagnostics import Run
    from jetenv.reports.report import Report


def check_format(as_json: bool, form: Format | None, file: Path | None) -> None:
    """Refuse options that contradict each other, before anything is done. Raises UsageError."""
    if file is not None and form is None:
        raise UsageError("--output without a format", hint="say which with --format")
    if as_json and file is None and form not in (None, Format.JSON):
        raise UsageError(
            f"--json and --format {form.value if form else ''} both want stdout",
            hint="write one of them to a file with --output FILE",
        )


def report_as(output: Output, report: Report, run: Callable[[], Run], form: Format | None, file: Path | None) -> None:
    """Print ``report`` in the format asked for, or write that to ``file`` and print as ever.

    Raises JetenvError where the file cannot be written.
    """
    if file is not None and form is not None:
        _write(file, _content(report, run, form))
        output.report(report)
    elif form in (None, Format.TEXT, Format.JSON):
        output.as_json = output.as_json or form is Format.JSON
        output.report(report)
    else:
        assert form is not None
        output.content(render(form, run()).encode())


def _content(report: Report, run: Callable[[], Run], form: Format) -> bytes:
    from jetenv.reports.json import document
    from jetenv.reports.style import PLAIN

    if form is Format.TEXT:
        return report.text(PLAIN).encode()
    if form is Format.JSON:
        return document(report.data()).encode()
    return render(form, run()).encode()


def _write(file: Path, content: bytes) -> None:
    from jetenv.environments.file_writing import write_file

    write_file(file, content, new=True)
