"""``jetenv members remove``, ``role`` and ``threshold``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.members.words import environment_and, words
from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import UsageError

EXAMPLES = {
    "remove": (
        ("jetenv members remove staging bob", "Bob is no member of staging any more."),
        ("jetenv members remove staging bob --key SHA256:Yb1K", "He stays, without the key that begins so."),
    ),
    "role": (("jetenv members role staging bob admin", "Bob administers staging from now on."),),
    "threshold": (("jetenv members threshold production 2", "From now on two admins sign each change."),),
}


def remove(
    context: typer.Context,
    given: Annotated[list[str], words("ID", "The member's id.")],
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="FINGERPRINT",
            help="Take out this key only, named by its fingerprint or the beginning of it.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Take a member out of an environment, or one key of a member.

    What the member has signed stays proven, and a clone that the member has stays as well.
    """
    from jetenv.environments.people import members_change
    from jetenv.environments.project import open_project
    from jetenv.reports.members_changes import MembersChanged

    environment, (id_,) = environment_and(given, "ID")
    Output.of(context, json).report(
        MembersChanged(members_change.remove(open_project(Path.cwd()), environment, id_, key=key))
    )


def role(
    context: typer.Context,
    given: Annotated[list[str], words("ID ROLE", "The member's id, and viewer, editor or admin.")],
    json: Json = False,
) -> None:
    """Give a member another role."""
    from jetenv.environments.people import members_change
    from jetenv.environments.project import open_project
    from jetenv.reports.members_changes import MembersChanged

    environment, (id_, new) = environment_and(given, "ID", "ROLE")
    Output.of(context, json).report(
        MembersChanged(members_change.change_role(open_project(Path.cwd()), environment, id_, new))
    )


def threshold(
    context: typer.Context,
    given: Annotated[list[str], words("NUMBER", "How many admins have to sign each change of the members.")],
    json: Json = False,
) -> None:
    """Set how many admins sign each change of the members, before it takes effect.

    The change of the threshold itself is signed by as many as the one in force asks for.
    """
    from jetenv.environments.people import members_change
    from jetenv.environments.project import open_project
    from jetenv.reports.members_changes import MembersChanged

    environment, (number,) = environment_and(given, "NUMBER")
    if not (number.isascii() and number.isdigit() and len(number) < 5):
        raise UsageError(f"{number[:80]!r} is no number of admins", hint="give 1, 2 or more")
    Output.of(context, json).report(
        MembersChanged(members_change.change_threshold(open_project(Path.cwd()), environment, int(number)))
    )
