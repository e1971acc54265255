"""``jetenv conflicts``: what the merge or revert in progress waits for."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import ExitCode

EXAMPLES = (
    ("jetenv conflicts", "Every conflict with its three versions and its state."),
    ("jetenv conflicts --json", "The same for a program, with the versions in full."),
)


def conflicts(context: typer.Context, json: Json = False) -> int:
    """List the conflicts of the merge or revert in progress.

    OURS is what the environment has that is merged into, THEIRS what the source has, BASE what both had before. In a
    revert THEIRS is what was before the commit, and BASE what it made of that. The exit code is 1 while one is left to
    resolve.
    """
    from jetenv.environments.merges.merging_state import merge_in_progress
    from jetenv.environments.merges.resolve import list_conflicts
    from jetenv.environments.project import open_project
    from jetenv.reports.resolving import ConflictsReport

    project = open_project(Path.cwd())
    with project.repo.trees.unsaved():
        found = list_conflicts(project) if merge_in_progress(project) is not None else None
        Output.of(context, json).report(ConflictsReport(found))
    return ExitCode.NO if found is not None and found.open else ExitCode.OK
