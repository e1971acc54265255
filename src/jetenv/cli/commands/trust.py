"""``jetenv trust``: the root on which the proof of a project stands. Its commands are in ``jetenv.cli.trust``."""

from __future__ import annotations

from typing import Annotated

import typer

from jetenv.cli.options import Json, command_below
from jetenv.cli.registry import Verb

VERBS = {
    "show": Verb("trust", "show", "Show the pinned root, and what this clone begins with"),
    "pin": Verb("trust", "pin", "Trust the root that an admin named to you"),
    "rotate": Verb("trust", "rotate", "Trust another root, or begin anew"),
    "forget": Verb("trust", "forget", "Have everything verified anew"),
}

EXAMPLES = (
    ("jetenv trust", "The digest that is pinned here, and what this clone begins with."),
    ("jetenv trust pin DIGEST", "In a fresh clone, with the digest that an admin gave you."),
)


def trust(
    context: typer.Context,
    verb: Annotated[str | None, command_below(VERBS, "show")] = None,
    json: Json = False,
) -> int:
    """Show, pin or replace the root: the digest of the first members file of the project, kept in git's configuration.

    Every proof begins there, and nothing in the repository can change it. A fresh clone has none: pin the digest that
    an admin gives you by another way.
    """
    from jetenv.cli.trust import show

    del verb
    return show(context, json)
