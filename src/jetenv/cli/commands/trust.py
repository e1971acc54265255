"""``jetenv trust``: the root on which the proof of a project stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jetenv.cli.options import Json, NoInput, Yes
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

ACTIONS = ("show", "pin", "rotate", "forget")

EXAMPLES = (
    ("jetenv trust show", "The digest that is pinned here, and what this clone begins with."),
    ("jetenv trust pin DIGEST", "In a fresh clone, with the digest that an admin gave you."),
    ("jetenv trust pin", "Trust what this clone holds, after looking at who its first admins are."),
    ("jetenv trust rotate DIGEST", "A new root, once everybody has agreed on it."),
    ("jetenv trust rotate --new", "Make that root, where nobody is left who could change the members."),
)


def trust(
    context: typer.Context,
    action: Annotated[
        str,
        typer.Argument(metavar="ACTION", help="show, pin, rotate or forget.", autocompletion=lambda: list(ACTIONS)),
    ],
    digest: Annotated[
        str | None, typer.Argument(metavar="DIGEST", help="The digest of a root.", show_default=False)
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="With rotate: begin anew, with you as the only admin, and pin that.")
    ] = False,
    yes: Yes = False,
    no_input: NoInput = False,
    json: Json = False,
) -> int:
    """Show, pin or replace the root: the digest of the first members file of the project, kept in git's configuration.

    Every proof begins there, and nothing in the repository can change it. A fresh clone has none: pin the digest that
    an admin gives you by another way. Without a digest, what the clone holds is trusted, if you say so. `forget` has
    everything verified anew. The exit code of `show` is 4 if what is pinned is not there.
    """
    from jetenv.cli.prompts import confirm
    from jetenv.environments.people import trust as use_case
    from jetenv.environments.project import open_project
    from jetenv.reports.trust import Forgotten, PinReport, TrustReport, admins_text

    if action not in ACTIONS:
        raise UsageError(f"there is no action '{action}'", hint="choose show, pin, rotate or forget")
    if digest is not None and action in ("show", "forget"):
        raise UsageError(f"{action} takes no digest")
    if new and action != "rotate":
        raise UsageError(f"--new is for rotate, not for {action}")
    if action == "rotate" and (digest is None) != new:
        raise UsageError("rotate takes the digest of a new root, or makes one with --new", hint="give one of them")
    output = Output.of(context, json)
    project = open_project(Path.cwd())
    if action == "forget":
        from jetenv.environments.rights.ledger import forget

        output.report(Forgotten(forget(project.repo)))
        return ExitCode.OK
    if new:
        from jetenv.environments.people.new_root import found_root

        question = "Begin the default environment anew, outside of the proof that there was"
        confirm(question, yes=yes, no_input=no_input)
        digest, yes = found_root(project)[0], True
    state = use_case.trust_state(project)
    if action == "show":
        output.report(TrustReport(state))
        return ExitCode.OK if state.is_trusted else ExitCode.DENIED
    root = use_case.choose_root(state, digest, rotating=action == "rotate")
    if root.digest != state.pin and (digest is None or action == "rotate"):
        output.message(admins_text(root, output.message_style))
        confirm(f"Trust the root {root.digest}", yes=yes, no_input=no_input)
    output.report(PinReport(use_case.keep_root(project, state, root, given=digest is not None)))
    return ExitCode.OK
