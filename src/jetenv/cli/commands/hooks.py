"""``jetenv hooks``: let git itself check, merge and show with jetenv, or a server judge what is pushed to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jetenv.cli.options import Json, NoInput, Yes
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

ACTIONS = ("install", "uninstall", "status")

EXAMPLES = (
    ("jetenv hooks install", "From now on `git commit` refuses what is invalid."),
    ("jetenv hooks install --merge-driver", "From now on `git merge` and its relatives merge YAML with jetenv."),
    ("jetenv hooks install --diff-driver", "From now on `git diff` and `git log -p` show fields and not lines."),
    ("jetenv hooks install --merge-driver --dry-run", "Show what would be written, and write nothing."),
    ("jetenv hooks status", "Say what is set up in this clone; the exit code is 1 if nothing is."),
    ("jetenv hooks uninstall --merge-driver", "Take it out again."),
    ("jetenv -C orders.git hooks install --server", "In a bare repository: judge every push to it."),
)


def hooks(
    context: typer.Context,
    action: Annotated[
        str,
        typer.Argument(metavar="ACTION", help="install, uninstall or status.", autocompletion=lambda: list(ACTIONS)),
    ],
    merge_driver: Annotated[
        bool, typer.Option("--merge-driver", help="What git merges a file with that both sides changed.")
    ] = False,
    diff_driver: Annotated[
        bool, typer.Option("--diff-driver", help="What git turns a file into before it compares lines.")
    ] = False,
    server: Annotated[
        bool, typer.Option("--server", help="What a bare repository judges every push to it with.")
    ] = False,
    root: Annotated[
        str | None,
        typer.Option(
            "--root",
            metavar="DIGEST",
            help="With --server: the digest of the default environment's first members file, to be pinned.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written and write nothing.")] = False,
    yes: Yes = False,
    no_input: NoInput = False,
    json: Json = False,
) -> int:
    """Have git check, merge and show YAML files with jetenv here, or have this bare repository judge what is pushed.

    Without an option it is about the pre-commit hook, which checks what is staged. A hook that is there is kept, and
    run first.

    A driver is two things: lines in .gitattributes, to be committed, and the configuration of this clone. In a clone
    without the second, git does as it always does. Where jetenv fails, git's own way takes its place.

    With --server a pre-receive hook takes a push whole or refuses it whole, by who may change what.
    """
    from jetenv.environments.installing import hooks as use_case
    from jetenv.reports.hooks import DriverChangeReport, HooksStatusReport
    from jetenv.repository.opening import open_repository

    if action not in ACTIONS:
        raise UsageError(f"there is no action '{action}'", hint="choose install, uninstall or status")
    output = Output.of(context, json)
    if action == "status":
        if dry_run:
            raise UsageError("status changes nothing, so there is no --dry-run of it")
        repo = open_repository(Path.cwd())
        if server or repo.is_bare:
            return _server_status(repo, output)
        status = use_case.hooks_status(repo)
        output.report(HooksStatusReport(status))
        return ExitCode.OK if status.active else ExitCode.NO
    if merge_driver + diff_driver + server > 1:
        raise UsageError(f"{action} is for one thing at a time", hint="give one option of these")
    if root is not None and not (server and action == "install"):
        raise UsageError("--root belongs to `install --server`")
    repo = open_repository(Path.cwd())
    if server:
        _server(repo, output, action, root, dry_run=dry_run, yes=yes, no_input=no_input)
        return ExitCode.OK
    if merge_driver or diff_driver:
        driver = use_case.merge_driver() if merge_driver else use_case.diff_driver()
        change = driver.install if action == "install" else driver.uninstall
        output.report(DriverChangeReport(change(repo, dry_run=dry_run)))
        return ExitCode.OK
    _commit_hook(repo, output, action, dry_run=dry_run)
    return ExitCode.OK


def _commit_hook(repo: Repository, output: Output, action: str, *, dry_run: bool) -> None:
    from jetenv.environments.installing.pre_commit import install_commit_hook, uninstall_commit_hook
    from jetenv.reports.hooks import CommitHookChangeReport

    change = install_commit_hook if action == "install" else uninstall_commit_hook
    output.report(CommitHookChangeReport(change(repo, dry_run=dry_run)))


def _server_status(repo: Repository, output: Output) -> int:
    from jetenv.environments.serving.server_hook import server_hook_status
    from jetenv.reports.server_hook import ServerHookStatusReport

    status = server_hook_status(repo)
    output.report(ServerHookStatusReport(status))
    return ExitCode.OK if status.active else ExitCode.NO


def _server(
    repo: Repository, output: Output, action: str, root: str | None, *, dry_run: bool, yes: bool, no_input: bool
) -> None:
    from jetenv.cli.prompts import confirm
    from jetenv.environments.serving import server_hook
    from jetenv.reports.server_hook import ServerHookChangeReport

    if action == "uninstall":
        output.report(ServerHookChangeReport(server_hook.uninstall(repo, dry_run=dry_run)))
        return
    plan = server_hook.plan_install(repo, root, dry_run=dry_run)
    if not dry_run:
        if plan.found_in is not None:
            confirm(f"Pin {plan.root} as the root, as '{plan.found_in}' has it here", yes=yes, no_input=no_input)
        server_hook.install(repo, plan)
    output.report(ServerHookChangeReport(plan))
