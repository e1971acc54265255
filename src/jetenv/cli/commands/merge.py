"""``jetenv merge``: merge one environment into another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.in_progress import end
from jetenv.cli.options import AllowUnbound, Json, Message, only_one, revision
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

EXAMPLES = (
    ("jetenv merge staging production --dry-run", "Show what would come to production, and change nothing."),
    ("jetenv merge staging production", "Bring the changes of staging to production."),
    ("jetenv merge staging production --only 'pages/orders#queries'", "Bring the changes of one field alone."),
    ("jetenv merge staging production --exclude 'workflows/**'", "Bring all but the workflows."),
)

_USAGE = "jetenv merge SOURCE TARGET, for example: jetenv merge staging production"


def merge(
    context: typer.Context,
    source: Annotated[
        str | None, revision("SOURCE", "Where the changes come from: an environment, a branch or a commit.")
    ] = None,
    target: Annotated[str | None, revision("TARGET", "The environment they are applied to.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="PATH[#FIELD]",
            help="Bring this file, folder or glob alone, or one field of it. Repeatable.",
            show_default=False,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATH[#FIELD]", help="Leave this out. Repeatable.", show_default=False),
    ] = None,
    reland: Annotated[bool, typer.Option("--reland", help="Bring again what reverts on TARGET hold back.")] = False,
    ours: Annotated[bool, typer.Option("--ours", help="Settle conflicts as TARGET has it.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="Settle conflicts as SOURCE has it.")] = False,
    proceed: Annotated[
        bool, typer.Option("--continue", help="Complete the merge in progress, all conflicts being resolved.")
    ] = False,
    abort: Annotated[bool, typer.Option("--abort", help="Drop the merge in progress.")] = False,
    allow_unbound: AllowUnbound = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the outcome and change nothing, as `jetenv plan` does.")
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="Make exactly the merge that `jetenv plan --save FILE` saved, or none.",
            show_default=False,
        ),
    ] = None,
    message: Message = None,
    json: Json = False,
) -> int:
    """Apply to TARGET what SOURCE changed since they parted, field by field, in one signed commit.

    What TARGET alone has stays. Its settings, members and credentials (environments/) are its own and stay too.

    The merged project is validated before it is committed. With conflicts or violations nothing changes, and the exit
    code is 1. A merge with conflicts is kept: see `jetenv conflicts` and `jetenv resolve`, then give --continue.

    With --only or --exclude a part is brought, in a commit of one parent, and a later merge brings the rest.
    """
    from jetenv.environments.merges import merge as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.merge import MergeReport

    output = Output.of(context, json)
    if proceed or abort:
        others = (source, target, only, exclude, reland, ours, theirs, dry_run, plan)
        return end(
            output, "merge", proceed=proceed, abort=abort, message=message, allow_unbound=allow_unbound, others=others
        )
    favour = only_one(ours=ours, theirs=theirs)
    if plan is not None or dry_run:
        from jetenv.cli.planning import make_planned, show_plan
        from jetenv.environments.reviewing.plan import PlanOptions

        options = PlanOptions(tuple(only or ()), tuple(exclude or ()), reland, favour, allow_unbound)
        if plan is not None:
            return make_planned(output, plan, (source, target, options), message, dry_run=dry_run)
    if source is None or target is None:
        missing = "TARGET is" if source is not None else "SOURCE and TARGET are"
        raise UsageError(f"{missing} missing", hint=_USAGE)
    if dry_run:
        return show_plan(output, source, target, options)
    result = use_case.merge(
        open_project(Path.cwd()),
        source,
        target,
        only=only or (),
        exclude=exclude or (),
        reland=reland,
        favour=favour,
        message=message,
        allow_unbound=allow_unbound,
    )
    output.report(MergeReport(result))
    return ExitCode.NO if result.conflicts or result.violations else ExitCode.OK
