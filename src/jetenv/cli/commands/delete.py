"""``jetenv delete``: delete an environment, after asking."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Environment, Json, NoInput, Yes
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv delete eu-test", "Delete it after a question, if its work is merged."),
    ("jetenv delete eu-test --yes --force", "Delete it with work that no other environment has."),
)


def delete(
    context: typer.Context,
    environment: Environment,
    yes: Yes = False,
    force: Annotated[bool, typer.Option("--force", help="Delete it even with work that is not merged.")] = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Delete an environment from this repository: its branch goes, other environments stay as they are.

    Work that is not merged anywhere is not deleted without --force. The default environment is never deleted.
    """
    from jetenv.cli.prompts import confirm
    from jetenv.environments import delete as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.actions import Deleted
    from jetenv.reports.environments import named
    from jetenv.reports.objects import count

    output = Output.of(context, json)
    project = open_project(Path.cwd())
    plan = use_case.plan_delete(project, environment, force=force)
    lost = f" with {count(len(plan.unmerged), 'commit')} that no other branch has" if plan.unmerged else ""
    question = f"Delete {named(plan.environment, output.message_style)}{lost}"
    confirm(question, yes=yes, no_input=no_input)
    output.report(Deleted(use_case.delete(project, plan)))
