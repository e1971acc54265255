"""``jetenv members invite``, ``join`` and ``add``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.candidates import complete_roles
from jetenv.cli.members.words import environment_and, words
from jetenv.cli.options import Json, OneEnvironment
from jetenv.cli.output import Output
from jetenv.errors import JetenvError, UsageError

EXAMPLES = {
    "invite": (
        ("jetenv members invite staging bob --role editor", "Print an invitation, to be sent to Bob."),
        ("jetenv members invite staging bob --role editor --output bob.invitation", "Write it to a file."),
        (
            "jetenv members invite staging bob --role editor --from-github-keys bob.keys",
            "Bob is to join with one of the keys in that file, and with no other.",
        ),
    ),
    "join": (
        ("jetenv members join --invitation bob.invitation --output bob.join", "Answer an invitation."),
        ("jetenv members join staging --as bob > bob.join", "Ask without one, from a clone of the project."),
        ("jetenv members join staging --key ~/.ssh/new.pub --output bob.join", "Ask for a further key of yours."),
    ),
    "add": (
        ("jetenv members add staging bob.join", "Add Bob in the role that he was invited for."),
        ("jetenv members add staging bob.join --role viewer", "Add Bob in another role."),
        ("jetenv members add staging carol --role admin", "Add a member of the default environment."),
        ("jetenv members add staging ada --key ~/.ssh/new.pub", "Add a further key of yours."),
    ),
}

Role = Annotated[
    str | None,
    typer.Option(
        "--role", metavar="ROLE", help="viewer, editor or admin.", show_default=False, autocompletion=complete_roles
    ),
]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="TEXT", help="The name that people see.", show_default=False),
]
OutputFile = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to a new file, not to stdout.", show_default=False),
]


def invite(
    context: typer.Context,
    given: Annotated[list[str], words("ID", "The id that the invited person is to have.")],
    role: Role = None,
    name: Name = None,
    key_list: Annotated[
        str | None,
        typer.Option(
            "--from-github-keys",
            metavar="FILE",
            help="Take these keys only: a list such as https://github.com/NAME.keys holds, one key a line.",
            show_default=False,
        ),
    ] = None,
    output_file: OutputFile = None,
    json: Json = False,
) -> None:
    """Invite somebody to an environment: print what to send, which says what the invited person has to run.

    Nothing in the repository changes, and an invitation gives nobody a right. This clone remembers the role, and `add`
    then needs none.
    """
    from jetenv.environments.people import invitations
    from jetenv.environments.project import open_project
    from jetenv.reports.joining import Invited

    environment, (id_,) = environment_and(given, "ID")
    if role is None:
        raise UsageError("which role is the invited person to have?", hint="give --role viewer, editor or admin")
    result = invitations.invite(
        open_project(Path.cwd()), environment, id_, role, display=name, key_list=key_list, file=output_file
    )
    Output.of(context, json).report(Invited(result))


def join(
    context: typer.Context,
    environment: OneEnvironment = None,
    id_: Annotated[
        str | None,
        typer.Option("--as", metavar="ID", help="The member to become; you yourself by default.", show_default=False),
    ] = None,
    invitation: Annotated[
        str | None,
        typer.Option("--invitation", metavar="FILE", help="The invitation to answer; - for stdin.", show_default=False),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The key to join with, not the usual one.", show_default=False),
    ] = None,
    output_file: OutputFile = None,
    json: Json = False,
) -> None:
    """Ask to become a member, or for a further key: print a request that shows that you hold the key.

    With an invitation no clone is needed. The request holds nothing secret, and only an admin can add it.
    """
    from jetenv.environments.people import invitations
    from jetenv.environments.project import open_project
    from jetenv.reports.joining import Joined

    project = None
    if invitation is not None:
        if environment is not None or id_ is not None:
            raise UsageError("the invitation says what to join and as whom", hint="leave out ENV and --as")
        try:
            project = open_project(Path.cwd())
        except JetenvError:
            project = None  # who is invited may have no clone yet
    else:
        project = open_project(Path.cwd())
    result = invitations.join(project, invitation=invitation, name=environment, id_=id_, key=key, file=output_file)
    Output.of(context, json).report(Joined(result))


def add(
    context: typer.Context,
    given: Annotated[
        list[str],
        words("REQUEST", "The file of a request to join (- for stdin), or a member of the default environment."),
    ],
    role: Role = None,
    name: Name = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            metavar="FILE",
            help="Add this key to the member REQUEST: to yourself, or one that the default environment has.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Add a member who has asked to join, or a further key of a member.

    The request shows that its sender holds the key. Without --role the member gets the role that this clone has invited
    for. A member of the default environment is added by id, with the same keys.
    """
    from jetenv.environments.people import invitations
    from jetenv.environments.project import open_project
    from jetenv.reports.members_changes import MembersChanged

    environment, (word,) = environment_and(given, "REQUEST")
    result = invitations.add(open_project(Path.cwd()), environment, word, role=role, display=name, key=key)
    Output.of(context, json).report(MembersChanged(result))
