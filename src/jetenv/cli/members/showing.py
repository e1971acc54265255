"""``jetenv members list`` and ``show``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.members.words import environment_and, words
from jetenv.cli.options import Json, OneEnvironment
from jetenv.cli.output import Output

EXAMPLES = {
    "list": (
        ("jetenv members list", "The members of the current environment."),
        ("jetenv members list production --json", "Those of production, for a program."),
    ),
    "show": (("jetenv members show staging bob", "Bob's role on staging, and the fingerprints of his keys."),),
}


def list_members(context: typer.Context, environment: OneEnvironment = None, json: Json = False) -> None:
    """List the members of an environment, and the changes of them that wait for signatures.

    Of each change it is told what it changes, who has signed it and who has not.
    """
    from jetenv.environments.people import membership
    from jetenv.environments.project import open_project
    from jetenv.reports.members import MembersListed

    Output.of(context, json).report(MembersListed(membership.list_members(open_project(Path.cwd()), environment)))


def show(
    context: typer.Context,
    given: Annotated[list[str], words("ID", "The member's id.")],
    json: Json = False,
) -> None:
    """Show one member of an environment: name, role, and all keys with their fingerprints."""
    from jetenv.environments.people.membership import show_member
    from jetenv.environments.project import open_project
    from jetenv.reports.members import MemberShown

    environment, (id_,) = environment_and(given, "ID")
    Output.of(context, json).report(MemberShown(show_member(open_project(Path.cwd()), environment, id_)))
