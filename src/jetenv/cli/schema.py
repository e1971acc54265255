"""``jetenv schema list``, ``show`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import UsageError

EXAMPLES = {
    "list": (("jetenv schema list", "The kinds of files, and where they are."),),
    "show": (("jetenv schema show page", "The JSON Schema of pages."),),
    "export": (
        ("jetenv schema export --vscode", "Completion and hover in VS Code, with its YAML extension."),
        ("jetenv schema export --modelines", "The same for any editor with yaml-language-server."),
    ),
}


def _kinds() -> list[str]:
    from jetenv.schemas.bundled import FILE_OF_KIND

    return list(FILE_OF_KIND)


def list_kinds(context: typer.Context, json: Json = False) -> None:
    """List the kinds of files, and where in a project they are."""
    from jetenv.reports.schemas import SchemasReport
    from jetenv.schemas import bundled
    from jetenv.schemas.bundled import FILE_OF_KIND
    from jetenv.schemas.exporting import globs

    rows = []
    for glob, kind in globs().items():
        found = bundled.load(bundled.uri_of(FILE_OF_KIND[kind])) or {}
        rows.append((kind, glob, str(found.get("description", "")).split(". ")[0]))
    Output.of(context, json).report(SchemasReport(tuple(rows)))


def show(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="The kind of object.", show_default=False, autocompletion=_kinds)
    ],
    json: Json = False,
) -> None:
    """Print the JSON Schema of a kind of file."""
    from jetenv.errors import did_you_mean
    from jetenv.schemas import bundled
    from jetenv.schemas.bundled import FILE_OF_KIND

    output = Output.of(context, json)
    data = bundled.schema_bytes(FILE_OF_KIND.get(kind, kind))
    if data is None:
        guess = did_you_mean(kind, FILE_OF_KIND)
        hint = f"did you mean '{guess}'?" if guess else "`jetenv schema list` shows the kinds"
        raise UsageError(f"there is no kind '{kind}'", hint=hint)
    if output.as_json:
        output.document({"kind": kind, "schema": bundled.load(bundled.uri_of(FILE_OF_KIND.get(kind, kind)))})
    else:
        output.content(data)


def export(
    context: typer.Context,
    vscode: Annotated[bool, typer.Option("--vscode", help="Name the schemas in .vscode/settings.json.")] = False,
    modelines: Annotated[bool, typer.Option("--modelines", help="Name its schema at the top of each file.")] = False,
    json: Json = False,
) -> None:
    """Write the schemas into the project, to .jetenv/schemas, for editors.

    The folder may be committed; run it again after an update of jetenv.
    """
    from jetenv.environments.installing.schema_export import export_schemas
    from jetenv.environments.project import open_project
    from jetenv.reports.schemas import SchemaExportReport

    project = open_project(Path.cwd(), any_branch=True)
    report = SchemaExportReport(export_schemas(project, vscode=vscode, modelines=modelines))
    Output.of(context, json).report(report)
