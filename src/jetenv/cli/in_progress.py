"""Ending the merge or revert in progress: `--continue` and `--abort` of both commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from jetenv.cli.output import Output


def end(
    output: Output,
    verb: str,
    *,
    proceed: bool,
    abort: bool,
    message: str | None,
    allow_unbound: bool,
    others: tuple[object, ...],
) -> int:
    """Complete or drop what is in progress, a merge or a revert, whichever of them ``verb`` names.

    ``others`` are the other arguments of the command line. Raises UsageError where there is any.
    """
    flag = "--continue" if proceed else "--abort"
    if any(others) or (proceed and abort) or (abort and (message is not None or allow_unbound)):
        raise UsageError(f"{flag} is about what is in progress, and stands alone", hint=f"jetenv {verb} {flag}")
    return _abort(output) if abort else _continue(output, message, allow_unbound)


def _continue(output: Output, message: str | None, allow_unbound: bool) -> int:
    from jetenv.environments.merges.inverse import RevertRequest
    from jetenv.environments.merges.merging_state import required_merge
    from jetenv.environments.project import open_project

    project = open_project(Path.cwd())
    if isinstance(required_merge(project).request, RevertRequest):
        from jetenv.environments.merges.revert import continue_revert
        from jetenv.reports.revert import RevertReport

        reverted = continue_revert(project, message=message, allow_unbound=allow_unbound)
        output.report(RevertReport(reverted))
        return ExitCode.NO if reverted.conflicts or reverted.violations else ExitCode.OK
    from jetenv.environments.merges.merge import continue_merge
    from jetenv.reports.merge import MergeReport

    merged = continue_merge(project, message=message, allow_unbound=allow_unbound)
    output.report(MergeReport(merged))
    return ExitCode.NO if merged.conflicts or merged.violations else ExitCode.OK


def _abort(output: Output) -> int:
    from jetenv.environments.merges.merging_state import drop
    from jetenv.environments.project import open_project
    from jetenv.reports.waiting import AbortReport

    output.report(AbortReport(drop(open_project(Path.cwd()))))
    return ExitCode.OK
