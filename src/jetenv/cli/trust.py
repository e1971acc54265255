"""``jetenv trust show``, ``pin``, ``rotate`` and ``forget``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jetenv.cli.options import Json, NoInput, Yes
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from jetenv.environments.project import Project

EXAMPLES = {
    "show": (("jetenv trust show", "The digest that is pinned here, and what this clone begins with."),),
    "pin": (
        ("jetenv trust pin DIGEST", "In a fresh clone, with the digest that an admin gave you."),
        ("jetenv trust pin", "Trust what this clone holds, after looking at who its first admins are."),
    ),
    "rotate": (
        ("jetenv trust rotate DIGEST", "A new root, once everybody has agreed on it."),
        ("jetenv trust rotate --new", "Make that root, where nobody is left who could change the members."),
    ),
    "forget": (("jetenv trust forget", "Have the next `jetenv verify` look at every commit again."),),
}

Digest = Annotated[str | None, typer.Argument(metavar="DIGEST", help="The digest of a root.", show_default=False)]


def show(context: typer.Context, json: Json = False) -> int:
    """Show the pinned root, and what this clone begins with; the exit code is 4 if what is pinned is not there."""
    from jetenv.environments.people.trust import trust_state
    from jetenv.environments.project import open_project
    from jetenv.reports.trust import TrustReport

    state = trust_state(open_project(Path.cwd()))
    Output.of(context, json).report(TrustReport(state))
    return ExitCode.OK if state.is_trusted else ExitCode.DENIED


def pin(
    context: typer.Context, digest: Digest = None, yes: Yes = False, no_input: NoInput = False, json: Json = False
) -> None:
    """Trust a root: the digest that an admin gave you by another way than the repository.

    Without a digest, what this clone holds is trusted, if you say so.
    """
    from jetenv.environments.project import open_project

    _keep(open_project(Path.cwd()), Output.of(context, json), digest, rotating=False, yes=yes, no_input=no_input)


def rotate(
    context: typer.Context,
    digest: Digest = None,
    new: Annotated[bool, typer.Option("--new", help="Begin anew, with you as the only admin, and pin that.")] = False,
    yes: Yes = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Trust another root than the one that is pinned, or make one where nobody is left who could change the members."""
    from jetenv.cli.prompts import confirm
    from jetenv.environments.project import open_project

    if (digest is None) != new:
        raise UsageError("rotate takes the digest of a new root, or makes one with --new", hint="give one of them")
    output = Output.of(context, json)
    project = open_project(Path.cwd())
    if new:
        from jetenv.environments.people.new_root import found_root

        question = "Begin the default environment anew, outside of the proof that there was"
        confirm(question, yes=yes, no_input=no_input)
        digest, yes = found_root(project)[0], True
    _keep(project, output, digest, rotating=True, yes=yes, no_input=no_input)


def forget(context: typer.Context, json: Json = False) -> None:
    """Forget which commits were verified in this clone, so that the next `jetenv verify` looks at every one again."""
    from jetenv.environments.project import open_project
    from jetenv.environments.rights import ledger
    from jetenv.reports.trust import Forgotten

    Output.of(context, json).report(Forgotten(ledger.forget(open_project(Path.cwd()).repo)))


def _keep(project: Project, output: Output, digest: str | None, *, rotating: bool, yes: bool, no_input: bool) -> None:
    """Pin the root of ``digest``, or of what the clone holds; asks before a root that nobody named is trusted."""
    from jetenv.cli.prompts import confirm
    from jetenv.environments.people import trust as use_case
    from jetenv.reports.trust import PinReport, admins_text

    state = use_case.trust_state(project)
    root = use_case.choose_root(state, digest, rotating=rotating)
    if root.digest != state.pin and (digest is None or rotating):
        output.message(admins_text(root, output.message_style))
        confirm(f"Trust the root {root.digest}", yes=yes, no_input=no_input)
    output.report(PinReport(use_case.keep_root(project, state, root, given=digest is not None)))
