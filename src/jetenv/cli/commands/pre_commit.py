"""``jetenv pre-commit``: what the hook of git, or the pre-commit framework, runs; see ``jetenv hooks``."""

from __future__ import annotations

from jetenv.errors import ExitCode


def run(arguments: list[str]) -> int:
    """Check what is about to be committed: 0 where it is valid, else 1 and the findings on stderr."""
    del arguments  # the framework may append the names of files; a project is valid as a whole or not at all
    import os
    from pathlib import Path

    from jetenv.cli.output import Output
    from jetenv.environments.installing.pre_commit import check_commit
    from jetenv.reports.findings import ValidationReport

    result = check_commit(Path.cwd())
    if result.is_valid:
        return ExitCode.OK
    output = Output(color=os.environ.get("JETENV_COLOR") or "auto")
    style = output.message_style
    hint = "nothing was committed; `git commit --no-verify` commits it all the same"
    output.message(f"{ValidationReport(result).text(style)}{style.paint('hint:', 'cyan')} {hint}")
    return ExitCode.NO
