"""``jetenv current``: the name of the current environment, fast enough for a shell prompt."""

from __future__ import annotations

from pathlib import Path

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output

EXAMPLES = (
    ("jetenv current", "The id, such as staging."),
    ("PS1='$(jetenv current 2>/dev/null) \\$ '", "The id in the prompt of bash."),
)


def current(context: typer.Context, json: Json = False) -> None:
    """Print the id of the environment that is checked out.

    The exit code is 1 where none is: on another branch, or on a detached HEAD.
    """
    from jetenv.environments.current import current as find_current
    from jetenv.reports.style import printable

    found = find_current(Path.cwd())
    output = Output.of(context, json)
    if output.as_json:
        output.document({"environment": found})
    else:
        output.text(printable(found) + "\n")
