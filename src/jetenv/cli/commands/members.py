"""``jetenv members``: who may do what in an environment. Each of its commands is in ``jetenv.cli.members``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json, command_below
from jetenv.cli.output import Output
from jetenv.cli.registry import Verb

VERBS = {
    "list": Verb("members.showing", "list_members", "List the members, and the changes that wait for signatures"),
    "show": Verb("members.showing", "show", "Show one member with all keys"),
    "invite": Verb("members.joining", "invite", "Invite somebody: print what to send"),
    "join": Verb("members.joining", "join", "Ask to become a member, with a signature of one's key"),
    "add": Verb("members.joining", "add", "Add who has asked to join, or a further key"),
    "remove": Verb("members.changing", "remove", "Take a member out, or one key of a member"),
    "role": Verb("members.changing", "role", "Give a member another role"),
    "threshold": Verb("members.changing", "threshold", "Set how many admins sign each change"),
    "sign": Verb("members.signing", "sign", "Sign a change that waits for signatures"),
    "drop": Verb("members.signing", "drop", "Drop a change that waits for signatures"),
}

EXAMPLES = (
    ("jetenv members", "Who may do what in the current environment."),
    ("jetenv members invite staging bob --role editor", "Print what to send to Bob."),
    ("jetenv members add staging bob.join", "Make Bob a member, with the request that he has sent back."),
)


def members(
    context: typer.Context,
    verb: Annotated[str | None, command_below(VERBS, "list")] = None,
    json: Json = False,
) -> None:
    """Show and change the members of an environment: who sees it, who edits it, who administers it.

    ENV is the current environment unless named. Every change is signed by an admin; where the threshold asks for more
    than one, it waits until as many have signed.
    """
    from jetenv.environments.people.membership import list_members
    from jetenv.environments.project import open_project
    from jetenv.reports.members import MembersListed

    del verb
    Output.of(context, json).report(MembersListed(list_members(open_project(Path.cwd()), None)))
