"""``jetenv plan``: what a merge would do, by object and field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.formats import Limit, check_format, output_option
from jetenv.cli.options import AllowUnbound, Json, only_one, revision
from jetenv.cli.output import Output
from jetenv.reports.documents import DocumentFormat

EXAMPLES = (
    ("jetenv plan staging production", "What would come to production, with its risks."),
    ("jetenv plan staging production --save plan.json", "Keep it, so that exactly this is merged later."),
    ("jetenv merge --plan plan.json", "Make that merge, unless anything has moved since."),
    ("jetenv plan feature production --format markdown", "A comment for a pull request."),
)


def plan(
    context: typer.Context,
    source: Annotated[str, revision("SOURCE", "Where the changes come from: an environment, a branch or a commit.")],
    target: Annotated[str, revision("TARGET", "The environment they would be applied to.")],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="PATH[#FIELD]", help="As of `jetenv merge`. Repeatable.", show_default=False),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="PATH[#FIELD]", help="As of `jetenv merge`. Repeatable.", show_default=False),
    ] = None,
    reland: Annotated[bool, typer.Option("--reland", help="Bring again what reverts on TARGET hold back.")] = False,
    ours: Annotated[bool, typer.Option("--ours", help="Settle conflicts as TARGET has it.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="Settle conflicts as SOURCE has it.")] = False,
    allow_unbound: AllowUnbound = False,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FILE", help="Keep the plan for `jetenv merge --plan FILE`.", show_default=False
        ),
    ] = None,
    form: Annotated[
        DocumentFormat | None, typer.Option("--format", help="How the plan is told.", show_default=False)
    ] = None,
    limit: Limit = None,
    file: Annotated[Path | None, output_option()] = None,
    json: Json = False,
) -> int:
    """Show what merging SOURCE into TARGET would bring, and change nothing. No key is needed.

    What arrives, by object and field, with its risks; what is kept back; conflicts; and violations, which are what
    would be wrong with the merged whole. The exit code is 1 where something is in the way of the merge.
    """
    from jetenv.cli.planning import show_plan
    from jetenv.environments.reviewing.plan import PlanOptions

    check_format(json, form, file, limit)
    favour = only_one(ours=ours, theirs=theirs)
    options = PlanOptions(tuple(only or ()), tuple(exclude or ()), reland, favour, allow_unbound)
    return show_plan(Output.of(context, json), source, target, options, save=save, form=form, limit=limit, file=file)
