"""``jetenv revert``: undo a merge or a commit on an environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.cli.in_progress import end
from jetenv.cli.options import AllowUnbound, Json, Message
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

EXAMPLES = (
    ("jetenv revert --last production", "Undo the last merge or commit on production."),
    ("jetenv revert 1a2b3c4d", "Undo a commit on the current environment, and keep what came after it."),
    ("jetenv revert --continue", "Complete it when its conflicts are resolved."),
)


def revert(
    context: typer.Context,
    commit: Annotated[
        str | None,
        typer.Argument(metavar="COMMIT", help="The commit to undo; not with --last.", show_default=False),
    ] = None,
    environment: Annotated[
        str | None,
        typer.Argument(
            metavar="ENV",
            help="The environment on which it is undone: the current one unless named.",
            show_default=False,
            autocompletion=complete_environments,
        ),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="Undo the last merge or commit.")] = False,
    proceed: Annotated[
        bool, typer.Option("--continue", help="Complete the revert in progress, all conflicts being resolved.")
    ] = False,
    abort: Annotated[bool, typer.Option("--abort", help="Drop the revert in progress.")] = False,
    allow_unbound: AllowUnbound = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the outcome and change nothing.")] = False,
    message: Message = None,
    json: Json = False,
) -> int:
    """Take back what a merge or commit changed on an environment, field by field, in one signed commit.

    What was changed since stays. The result is validated before it is committed. With conflicts or violations nothing
    changes, and the exit code is 1. A revert with conflicts is kept: see `jetenv conflicts` and `jetenv resolve`, then
    give --continue.

    A merge that was reverted is not brought again by the next merge: that says what is held back, and with --reland
    brings it.
    """
    from jetenv.environments.merges import revert as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.revert import RevertReport

    output = Output.of(context, json)
    if proceed or abort:
        others = (commit, environment, last, dry_run)
        return end(
            output, "revert", proceed=proceed, abort=abort, message=message, allow_unbound=allow_unbound, others=others
        )
    if last:
        if environment is not None:
            raise UsageError("--last says which commit to undo, and so does COMMIT", hint="give one of them")
        commit, environment = None, commit
    elif commit is None:
        raise UsageError("which commit is to be undone?", hint="name it, or give --last")
    result = use_case.revert(
        open_project(Path.cwd()), commit, environment, dry_run=dry_run, message=message, allow_unbound=allow_unbound
    )
    output.report(RevertReport(result))
    return ExitCode.NO if result.conflicts or result.violations else ExitCode.OK
