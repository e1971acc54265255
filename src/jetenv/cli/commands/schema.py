"""``jetenv schema``: the schemas of files, for people and for editors. Its commands: ``jetenv.cli.schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from jetenv.cli.options import Json, command_below
from jetenv.cli.registry import Verb

VERBS = {
    "list": Verb("schema", "list_kinds", "List the kinds of files, and where they are"),
    "show": Verb("schema", "show", "Print the JSON Schema of a kind"),
    "export": Verb("schema", "export", "Write the schemas into the project, for editors"),
}

EXAMPLES = (
    ("jetenv schema", "The kinds of files, and where they are."),
    ("jetenv schema show page", "The JSON Schema of pages."),
    ("jetenv schema export --vscode", "Completion and hover in VS Code, with its YAML extension."),
)


def schema(
    context: typer.Context,
    verb: Annotated[str | None, command_below(VERBS, "list")] = None,
    json: Json = False,
) -> None:
    """List the schemas, show one, or write them into the project for editors."""
    from jetenv.cli.schema import list_kinds

    del verb
    list_kinds(context, json)
