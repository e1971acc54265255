"""``jetenv resolve``: settle conflicts of the merge or revert in progress."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jetenv.cli.candidates import complete_conflicts
from jetenv.cli.options import Json, NoInput, only_one
from jetenv.cli.output import Output
from jetenv.errors import UsageError

if TYPE_CHECKING:
    from jetenv.environments.merges.resolve import ConflictList, ResolveResult
    from jetenv.environments.project import Project

EXAMPLES = (
    ("jetenv resolve", "At a terminal: show one conflict after the other and ask."),
    ("jetenv resolve theme#colors.primary --theirs", "Take the value of the source."),
    ("jetenv resolve theme#colors.primary --value '#0f766e'", "Take a value of your own."),
    ("jetenv resolve pages/orders --ours", "Keep all of a file as the target has it."),
    ("jetenv resolve --all --remembered", "Resolve as in earlier merges what was the same."),
)


def resolve(
    context: typer.Context,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE[#FIELD]",
            help="A file, a field in it, or the id of a conflict, as `jetenv conflicts` shows them.",
            show_default=False,
            autocompletion=complete_conflicts,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every conflict, in place of FILE.")] = False,
    ours: Annotated[bool, typer.Option("--ours", help="As the environment has it that is changed.")] = False,
    theirs: Annotated[
        bool, typer.Option("--theirs", help="As the source has it; in a revert, as it was before the commit.")
    ] = False,
    base: Annotated[
        bool, typer.Option("--base", help="As it was before both changed it; in a revert, as the commit has it.")
    ] = False,
    value: Annotated[
        str | None,
        typer.Option("--value", metavar="YAML", help="This value; for a whole file its content.", show_default=False),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help="The same, as a text whatever it looks like.", show_default=False),
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="What you write in the editor of git.")] = False,
    remembered: Annotated[
        bool, typer.Option("--remembered", help="As the same conflict was resolved in an earlier merge.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Open it again, and forget how it was resolved.")] = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Settle conflicts of the merge or revert in progress: as a side has it, or by a value of your own.

    Nothing changes before `jetenv merge --continue` or `jetenv revert --continue`. Without arguments and at a terminal,
    each conflict that is left is shown with its versions, and you are asked; what was resolved stays when you stop.
    Resolutions are remembered, and offered when the very same conflict comes up in another merge.
    """
    from jetenv.environments.merges.resolve import list_conflicts, require_right
    from jetenv.environments.project import open_project
    from jetenv.reports.resolving import ResolvedReport

    sides = {"ours": ours, "theirs": theirs, "base": base}
    values = {"value": value is not None, "text": text is not None}
    way = only_one(**sides, edit=edit, remembered=remembered, undo=undo, **values)
    if target is not None and everything:
        raise UsageError("--all stands in place of a file", hint="give one of them")
    output = Output.of(context, json)
    named = target is not None or everything or remembered
    if named and way is None:
        raise UsageError(
            "nothing says how to resolve",
            hint="add --ours, --theirs, --base, --value, --text, --edit, --remembered or --undo",
        )
    if not named and way is not None:
        raise UsageError(f"nothing says what to resolve with --{way}", hint="name a file, or add --all")
    project = open_project(Path.cwd())
    with project.repo.trees.unsaved():
        if way is None:
            from jetenv.cli.guided import resolve_guided

            output.report(ResolvedReport(resolve_guided(project, output, no_input=no_input)))
            return
        listed = list_conflicts(project)
        require_right(project, listed.prepared)  # before an editor opens
        output.report(ResolvedReport(_resolved(project, listed, target, way, value if text is None else text)))


def _resolved(project: Project, listed: ConflictList, target: str | None, way: str, value: str | None) -> ResolveResult:
    from jetenv.cli.guided import edited
    from jetenv.environments.merges import resolve as use_case
    from jetenv.merging.resolutions import SIDES, Resolution, stands_in_a_field

    chosen = use_case.find_conflicts(listed, target) if target is not None else listed.conflicts
    if target is None and way in SIDES:
        chosen = listed.open
    if way == "undo":
        return use_case.undo(project, listed, chosen)
    if way == "remembered":
        return use_case.accept_remembered(project, listed, chosen)
    if way in SIDES:
        return use_case.resolve(project, listed, chosen, Resolution(way))
    one = use_case.require_one_place(chosen)
    if way == "text" and stands_in_a_field(one.conflict):
        value = json_text.dumps(value, ensure_ascii=False)
    resolution = Resolution(value=value) if value is not None else edited(project, listed, one)
    return use_case.resolve(project, listed, chosen, resolution)
