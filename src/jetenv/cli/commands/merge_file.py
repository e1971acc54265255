"""``jetenv merge-file``: merge three versions of one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json, only_one
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

EXAMPLES = (
    ("jetenv merge-file ours.yaml base.yaml theirs.yaml", "Merge what theirs changed since base into ours.yaml."),
    ("jetenv merge-file -p ours.yaml base.yaml theirs.yaml", "Print the result instead, and change nothing."),
    (
        "jetenv merge-file -p --path pages/orders.yaml a b c",
        "Merge as a page of a project: lists by the keys that its schema names.",
    ),
    ("jetenv merge-file --schema crd.yaml ours.yaml base.yaml theirs.yaml", "Merge by a schema of one's own."),
)


def merge_file(
    context: typer.Context,
    ours: Annotated[Path, typer.Argument(metavar="OURS", help="The version that receives the changes.")],
    base: Annotated[Path, typer.Argument(metavar="BASE", help="The version that both others come from.")],
    theirs: Annotated[Path, typer.Argument(metavar="THEIRS", help="The version whose changes are merged.")],
    stdout: Annotated[bool, typer.Option("--stdout", "-p", help="Print the result; OURS stays as it is.")] = False,
    label: Annotated[
        list[str] | None,
        typer.Option("-L", metavar="LABEL", help="Name behind the markers; up to three: of OURS, BASE, THEIRS."),
    ] = None,
    diff3: Annotated[bool, typer.Option("--diff3", help="Show the base in conflict regions too.")] = False,
    zdiff3: Annotated[
        bool, typer.Option("--zdiff3", help="The same, without lines that both sides begin or end with.")
    ] = False,
    marker_size: Annotated[
        int, typer.Option("--marker-size", metavar="N", min=1, help="Length of conflict markers.")
    ] = 7,
    take_ours: Annotated[bool, typer.Option("--ours", help="Settle conflicts as OURS has it.")] = False,
    take_theirs: Annotated[bool, typer.Option("--theirs", help="Settle conflicts as THEIRS has it.")] = False,
    schema: Annotated[
        Path | None,
        typer.Option("--schema", metavar="FILE", help="The JSON Schema of the content.", show_default=False),
    ] = None,
    path: Annotated[
        str | None,
        typer.Option(
            "--path",
            metavar="NAME",
            help="The file of a project that this is, to find its schema; OURS if left out.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing about conflicts.")] = False,
    json: Json = False,
) -> int:
    """Write into OURS what THEIRS changed since BASE, field by field, with git's markers where both changed one.

    What cannot be read as YAML is merged line by line, as git does it. The exit code is 1 if conflicts are left.
    """
    from jetenv.environments.merges import merge_file as use_case
    from jetenv.merging.conflicts import Markers
    from jetenv.reports.merge_file import MergeFileReport

    labels = [*(label or ()), *map(str, (ours, base, theirs)[len(label or ()) :])]
    if len(labels) > 3:
        raise UsageError("-L names more than the three versions", hint="give it up to three times: OURS, BASE, THEIRS")
    side = only_one(ours=take_ours, theirs=take_theirs)
    style = only_one(diff3=diff3, zdiff3=zdiff3) or use_case.conflict_style()
    result = use_case.merge_paths(
        ours,
        base,
        theirs,
        path=path,
        schema=schema,
        side=side,
        markers=Markers((labels[0], labels[1], labels[2]), style, marker_size),
        write=not stdout,
    )
    output = Output.of(context, json)
    if stdout and not json:
        output.content(result.merge.content)
    if json or not quiet:
        output.report(MergeFileReport(result))
    return ExitCode.OK if result.merge.clean else ExitCode.NO
