"""``--format`` and ``--output`` of the commands whose results build servers, hosts and reviewers read."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from jetenv.cli.output import without_secrets
from jetenv.errors import UsageError
from jetenv.reports.markdown import LEAST_LIMIT, LIMIT

if TYPE_CHECKING:
    from jetenv.cli.output import Output
    from jetenv.reports.report import Report

AnyFormat = TypeVar("AnyFormat", bound=Enum)
_EVERY_REPORT = ("text", "json")


Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        min=LEAST_LIMIT,
        help=f"Most characters of markdown; {LIMIT} if left out, as GitHub has it.",
        show_default=False,
    ),
]


def output_option() -> Any:
    """The declaration of ``--output``."""
    help = "Write the format to FILE, and the text to stdout."
    return typer.Option("--output", metavar="FILE", help=help, show_default=False)


def check_format(as_json: bool, form: Enum | None, file: Path | None, limit: int | None = None) -> None:
    """Refuse options that exclude each other, before anything is done. Raises UsageError."""
    if limit is not None and (form is None or form.value != "markdown"):
        raise UsageError("--limit is for markdown", hint="add --format markdown, or leave it out")
    if file is not None and form is None:
        raise UsageError("--output without a format", hint="say which with --format")
    if as_json and file is None and form is not None and form.value != "json":
        raise UsageError(
            f"--json and --format {form.value} both want stdout",
            hint="write one of them to a file with --output FILE",
        )


def report_as(
    output: Output, report: Report, render: Callable[[AnyFormat], str], form: AnyFormat | None, file: Path | None
) -> None:
    """Print ``report`` in the format asked for, or write that to ``file`` and print as ever.

    ``render`` makes the formats that not every report has. Raises JetenvError where the file cannot be written.
    """
    if file is not None and form is not None:
        from jetenv.environments.file_writing import write_file

        write_file(file, without_secrets(_content(report, render, form)).encode(), new=True)
        output.report(report)
    elif form is None or form.value in _EVERY_REPORT:
        output.as_json = output.as_json or (form is not None and form.value == "json")
        output.report(report)
    else:
        output.content(without_secrets(render(form)).encode())


def _content(report: Report, render: Callable[[AnyFormat], str], form: AnyFormat) -> str:
    if form.value == "text":
        from jetenv.reports.style import PLAIN

        return report.text(PLAIN)
    if form.value == "json":
        from jetenv.reports.json import document

        return document(report.data())
    return render(form)
