"""``jetenv schema``: the schemas of a project's files, for people and for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import UsageError

ACTIONS = ("list", "show", "export")

EXAMPLES = (
    ("jetenv schema list", "The kinds of files, and where they are."),
    ("jetenv schema show page", "The JSON Schema of pages."),
    ("jetenv schema export --vscode", "Completion and hover in VS Code, with its YAML extension."),
    ("jetenv schema export --modelines", "The same for any editor with yaml-language-server."),
)


def schema(
    context: typer.Context,
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="list, show or export.", autocompletion=lambda: list(ACTIONS))
    ],
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="With show: the kind of object.", show_default=False)
    ] = None,
    vscode: Annotated[
        bool, typer.Option("--vscode", help="With export: name the schemas in .vscode/settings.json.")
    ] = False,
    modelines: Annotated[
        bool, typer.Option("--modelines", help="With export: name its schema at the top of each file.")
    ] = False,
    json: Json = False,
) -> None:
    """List the schemas, show one, or write them into the project for editors.

    `export` writes .jetenv/schemas, which may be committed; run it again after an update of jetenv.
    """
    if action not in ACTIONS:
        raise UsageError(f"there is no action '{action}'", hint="choose list, show or export")
    if (vscode or modelines) and action != "export":
        raise UsageError("--vscode and --modelines belong to export")
    if (kind is None) is (action == "show"):
        raise UsageError("show takes a KIND, and nothing else does", hint="`jetenv schema list` shows the kinds")
    output = Output.of(context, json)
    if action == "export":
        from jetenv.environments.installing.schema_export import export_schemas
        from jetenv.environments.project import open_project
        from jetenv.reports.schemas import SchemaExportReport

        project = open_project(Path.cwd(), any_branch=True)
        output.report(SchemaExportReport(export_schemas(project, vscode=vscode, modelines=modelines)))
    elif kind is None:
        _list(output)
    else:
        _show(output, kind)


def _list(output: Output) -> None:
    from jetenv.reports.schemas import SchemasReport
    from jetenv.schemas import bundled
    from jetenv.schemas.exporting import FILE_OF_KIND, globs

    rows = []
    for glob, kind in globs().items():
        found = bundled.load(bundled.uri_of(FILE_OF_KIND[kind])) or {}
        rows.append((kind, glob, str(found.get("description", "")).split(". ")[0]))
    output.report(SchemasReport(tuple(rows)))


def _show(output: Output, kind: str) -> None:
    from jetenv.schemas import bundled
    from jetenv.schemas.exporting import FILE_OF_KIND
    from jetenv.schemas.similarity import did_you_mean

    data = bundled.schema_bytes(FILE_OF_KIND.get(kind, kind))
    if data is None:
        guess = did_you_mean(kind, FILE_OF_KIND)
        hint = f"did you mean '{guess}'?" if guess else "`jetenv schema list` shows the kinds"
        raise UsageError(f"there is no kind '{kind}'", hint=hint)
    if output.as_json:
        output.document({"kind": kind, "schema": bundled.load(bundled.uri_of(FILE_OF_KIND.get(kind, kind)))})
    else:
        output.content(data)
