"""``jetenv hooks``: let git itself merge with jetenv."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

ACTIONS = ("install", "uninstall", "status")

EXAMPLES = (
    ("jetenv hooks install --merge-driver", "From now on `git merge` and its relatives merge YAML with jetenv."),
    ("jetenv hooks install --merge-driver --dry-run", "Show what would be written, and write nothing."),
    ("jetenv hooks status", "Say whether it is set up in this clone; the exit code is 1 if not."),
    ("jetenv hooks uninstall --merge-driver", "Take it out again."),
)


def hooks(
    context: typer.Context,
    action: Annotated[
        str,
        typer.Argument(metavar="ACTION", help="install, uninstall or status.", autocompletion=lambda: list(ACTIONS)),
    ],
    merge_driver: Annotated[
        bool, typer.Option("--merge-driver", help="What git merges a file with that both sides changed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written and write nothing.")] = False,
    json: Json = False,
) -> int:
    """Have git merge, rebase, cherry-pick, revert and unstash YAML files with jetenv, in this repository.

    Two things are written: lines in .gitattributes, to be committed, and the configuration of this clone. In a clone
    without the second, git merges as it always does. Where jetenv fails, git's own merge of lines takes its place.
    """
    from jetenv.environments import hooks as use_case
    from jetenv.reports.hooks import HooksChangeReport, HooksStatusReport
    from jetenv.repository.opening import open_repository

    if action not in ACTIONS:
        raise UsageError(f"there is no action '{action}'", hint="choose install, uninstall or status")
    output = Output.of(context, json)
    if action == "status":
        if dry_run:
            raise UsageError("status changes nothing, so there is no --dry-run of it")
        status = use_case.hooks_status(open_repository(Path.cwd()))
        output.report(HooksStatusReport(status))
        return ExitCode.OK if status.active else ExitCode.NO
    if not merge_driver:
        raise UsageError(f"what to {action} is missing", hint=f"jetenv hooks {action} --merge-driver")
    change = use_case.install_merge_driver if action == "install" else use_case.uninstall_merge_driver
    output.report(HooksChangeReport(change(open_repository(Path.cwd()), dry_run=dry_run)))
    return ExitCode.OK
