"""``jetenv hooks``: git checks, merges and shows with jetenv, or a server judges. Its parts: ``jetenv.cli.hooks``."""

from __future__ import annotations

from typing import Annotated

import typer

from jetenv.cli.options import Json, command_below
from jetenv.cli.registry import Verb

VERBS = {
    "install": Verb("hooks", "install", "Set up the check before a commit, a driver, or a server"),
    "uninstall": Verb("hooks", "uninstall", "Take it out again"),
    "status": Verb("hooks", "status", "Say what is set up here"),
}

EXAMPLES = (
    ("jetenv hooks", "What is set up in this clone."),
    ("jetenv hooks install", "From now on `git commit` refuses what is invalid."),
    ("jetenv hooks install --merge-driver", "From now on `git merge` and its relatives merge YAML with jetenv."),
    ("jetenv hooks install --diff-driver", "From now on `git diff` and `git log -p` show fields and not lines."),
    ("jetenv -C orders.git hooks install --server", "In a bare repository: judge every push to it."),
)


def hooks(
    context: typer.Context,
    verb: Annotated[str | None, command_below(VERBS, "status")] = None,
    json: Json = False,
) -> int:
    """Have git check, merge and show YAML files with jetenv here, or have this bare repository judge what is pushed."""
    from jetenv.cli.hooks import status

    del verb
    return status(context, json=json)
