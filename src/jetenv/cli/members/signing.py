"""``jetenv members sign`` and ``drop``."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Json, NoInput, OneEnvironment, Yes
from jetenv.cli.output import Output

EXAMPLES = {
    "sign": (
        ("jetenv members sign production", "Show what waits for a signature, and sign it after a question."),
        ("jetenv members sign production --yes", "Sign it; `jetenv members list production` shows what it is."),
    ),
    "drop": (("jetenv members drop production", "Take back what waits for signatures, after a question."),),
}


def sign(
    context: typer.Context,
    environment: OneEnvironment = None,
    yes: Yes = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Sign a change of the members that waits for signatures. The last one needed puts it on the environment.

    The change is shown before it is signed. It comes on a branch of its own, as `git fetch` brings it; push that branch
    for the next admin.
    """
    from jetenv.cli.prompts import confirm
    from jetenv.environments.people import members_change
    from jetenv.environments.project import open_project
    from jetenv.reports.environments import named
    from jetenv.reports.members_changes import MembersChanged, proposal_text

    output = Output.of(context, json)
    project = open_project(Path.cwd())
    plan = members_change.plan_sign(project, environment)
    output.message(proposal_text(plan.proposal, output.message_style))
    confirm(f"Sign this for {named(plan.environment, output.message_style)}", yes=yes, no_input=no_input)
    output.report(MembersChanged(members_change.sign_proposal(project, plan)))


def drop(
    context: typer.Context,
    environment: OneEnvironment = None,
    yes: Yes = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Drop what is proposed for the members of an environment: the local branches of it are deleted.

    The environment stays as it is. Branches that remotes have of it are told.
    """
    from jetenv.cli.prompts import confirm
    from jetenv.environments.people import members_change
    from jetenv.environments.project import open_project
    from jetenv.reports.members_changes import Dropped, proposal_text

    output = Output.of(context, json)
    project = open_project(Path.cwd())
    plan = members_change.plan_drop(project, environment)
    for proposal in plan.proposals:
        output.message(proposal_text(proposal, output.message_style))
    confirm("Drop this", yes=yes, no_input=no_input)
    output.report(Dropped(members_change.drop(project, plan)))
