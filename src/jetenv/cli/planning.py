"""What `jetenv plan` and `jetenv merge --dry-run` have in common, and the merge that was planned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.cli.formats import report_as
from jetenv.errors import ExitCode, UsageError
from jetenv.reports.documents import DocumentFormat

if TYPE_CHECKING:
    from jetenv.cli.output import Output
    from jetenv.environments.reviewing.plan import PlanOptions


def show_plan(
    output: Output,
    source: str,
    target: str,
    options: PlanOptions,
    *,
    save: Path | None = None,
    form: DocumentFormat | None = None,
    limit: int | None = None,
    file: Path | None = None,
) -> int:
    """Print what a merge would do, and save it where asked; the exit code is 1 where something is in its way."""
    from jetenv.environments.project import open_project
    from jetenv.environments.reviewing import plan as use_case
    from jetenv.reports.plan import PlanReport

    drawn = form is DocumentFormat.HTML
    project = open_project(Path.cwd())
    found = use_case.plan(project, source, target, options, draw=drawn)

    def render(form: DocumentFormat) -> str:
        if form is DocumentFormat.HTML:
            from jetenv.reports.html.plan import plan_page

            return plan_page(found)
        if form is DocumentFormat.GITHUB:
            from jetenv.environments.reviewing.places import conflict_places
            from jetenv.reports.risk_diagnostics import plan_github

            return plan_github(found, conflict_places(project, found.result))
        from jetenv.reports.markdown import LIMIT
        from jetenv.reports.plan import plan_markdown

        return plan_markdown(found, limit or LIMIT)

    if save is not None:
        use_case.save(found, save)
    report_as(output, PlanReport(found, str(save) if save is not None else None), render, form, file)
    return ExitCode.OK if found.is_clean else ExitCode.NO


def make_planned(
    output: Output,
    file: Path,
    asked: tuple[str | None, str | None, PlanOptions],
    message: str | None,
    *,
    dry_run: bool,
) -> int:
    """Make the merge that was saved in ``file``, and print what it did."""
    from jetenv.environments.project import open_project
    from jetenv.environments.reviewing.plan import merge_planned
    from jetenv.reports.merge import MergeReport

    if dry_run:
        raise UsageError("--plan and --dry-run exclude each other", hint="`jetenv plan` shows it, --plan makes it")
    result = merge_planned(open_project(Path.cwd()), file, asked, message)
    output.report(MergeReport(result))
    return ExitCode.NO if result.conflicts or result.violations else ExitCode.OK
