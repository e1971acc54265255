"""``jetenv protect``: who may change an environment in which way."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.cli.options import Environment, Json, only_one
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv protect staging", "Editors reach it by merge only; admins may commit, too."),
    ("jetenv protect production --from staging", "And merges come from staging only."),
    ("jetenv protect production --direct nobody --lock-version", "Not even admins commit; admins move the pin."),
)


class Who(Enum):
    """Who may, of the members."""

    NOBODY = "nobody"
    ADMINS = "admins"
    EDITORS = "editors"


class Admins(Enum):
    """Whether admins may."""

    NOBODY = "nobody"
    ADMINS = "admins"


def protect(
    context: typer.Context,
    environment: Environment,
    direct: Annotated[Who | None, typer.Option("--direct", help="Who may commit directly.", show_default=False)] = None,
    merge: Annotated[Who | None, typer.Option("--merge", help="Who may merge into it.", show_default=False)] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="An environment that merges may come from, instead of from everywhere. Repeatable.",
            show_default=False,
            autocompletion=complete_environments,
        ),
    ] = None,
    from_anywhere: Annotated[bool, typer.Option("--from-anywhere", help="Merges may come from everywhere.")] = False,
    lock_version: Annotated[
        bool | None,
        typer.Option("--lock-version/--open-version", help="Whether only admins move the pin.", show_default=False),
    ] = None,
    force_push: Annotated[
        Admins | None, typer.Option("--force-push", help="Who may rewrite its history.", show_default=False)
    ] = None,
    delete: Annotated[Admins | None, typer.Option("--delete", help="Who may delete it.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Protect an environment, in one commit on it. What no option names stays as it is.

    An environment without protection gets that of a new project first: editors reach it by merge only, admins may
    commit, too, nobody rewrites its history or deletes it.
    """
    from jetenv.environments.people import protect as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.protection import ProtectReport

    only_one(**{"from": bool(source), "from-anywhere": from_anywhere})
    chosen = {"direct": direct, "merge": merge, "force_push": force_push, "delete": delete}
    settings = {name: each.value for name, each in chosen.items() if each is not None}
    if lock_version is not None:
        settings["version"] = "locked" if lock_version else "open"
    project = open_project(Path.cwd())
    result = use_case.protect(project, environment, settings, sources=source or (), from_anywhere=from_anywhere)
    Output.of(context, json).report(ProtectReport(result))
