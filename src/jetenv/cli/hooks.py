"""``jetenv hooks install``, ``uninstall`` and ``status``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jetenv.cli.options import Json, NoInput, Yes, only_one
from jetenv.cli.output import Output
from jetenv.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

EXAMPLES = {
    "install": (
        ("jetenv hooks install", "From now on `git commit` refuses what is invalid."),
        ("jetenv hooks install --merge-driver", "From now on `git merge` and its relatives merge YAML with jetenv."),
        ("jetenv hooks install --diff-driver", "From now on `git diff` and `git log -p` show fields and not lines."),
        ("jetenv hooks install --merge-driver --dry-run", "Show what would be written, and write nothing."),
        ("jetenv -C orders.git hooks install --server", "In a bare repository: judge every push to it."),
    ),
    "uninstall": (
        ("jetenv hooks uninstall", "No check before a commit; a hook that was there before stays."),
        ("jetenv hooks uninstall --merge-driver", "Git merges lines again."),
    ),
    "status": (("jetenv hooks status", "Say what is set up in this clone; the exit code is 1 if nothing is."),),
}

MergeDriver = Annotated[
    bool, typer.Option("--merge-driver", help="What git merges a file with that both sides changed.")
]
DiffDriver = Annotated[bool, typer.Option("--diff-driver", help="What git turns a file into before it compares lines.")]
Server = Annotated[bool, typer.Option("--server", help="What a bare repository judges every push to it with.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written and write nothing.")]


def install(
    context: typer.Context,
    merge_driver: MergeDriver = False,
    diff_driver: DiffDriver = False,
    server: Server = False,
    root: Annotated[
        str | None,
        typer.Option(
            "--root",
            metavar="DIGEST",
            help="With --server: the digest of the default environment's first members file, to be pinned.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    no_input: NoInput = False,
    json: Json = False,
) -> None:
    """Have git check, merge or show YAML files with jetenv here, or have this bare repository judge what is pushed.

    Without an option it is the pre-commit hook, which checks what is staged. A hook that is there is kept, and run
    first.

    A driver is two things: lines in .gitattributes, to be committed, and the configuration of this clone. In a clone
    without the second, git does as it always does. Where jetenv fails, git's own way takes its place.

    With --server a pre-receive hook takes a push whole or refuses it whole, by who may change what.
    """
    from jetenv.cli.prompts import confirm
    from jetenv.environments.serving import server_hook
    from jetenv.reports.server_hook import ServerHookChangeReport

    only_one(merge_driver=merge_driver, diff_driver=diff_driver, server=server)
    if root is not None and not server:
        raise UsageError("--root belongs to `install --server`")
    output, repo = Output.of(context, json), _repository()
    if not server:
        _change(repo, output, "install", merge_driver=merge_driver, diff_driver=diff_driver, dry_run=dry_run)
        return
    plan = server_hook.plan_install(repo, root, dry_run=dry_run)
    if not dry_run:
        if plan.found_in is not None:
            confirm(f"Pin {plan.root} as the root, as '{plan.found_in}' has it here", yes=yes, no_input=no_input)
        server_hook.install(repo, plan)
    output.report(ServerHookChangeReport(plan))


def uninstall(
    context: typer.Context,
    merge_driver: MergeDriver = False,
    diff_driver: DiffDriver = False,
    server: Server = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take out again what `install` set up; without an option, the pre-commit hook."""
    from jetenv.environments.serving import server_hook
    from jetenv.reports.server_hook import ServerHookChangeReport

    only_one(merge_driver=merge_driver, diff_driver=diff_driver, server=server)
    output, repo = Output.of(context, json), _repository()
    if server:
        output.report(ServerHookChangeReport(server_hook.uninstall(repo, dry_run=dry_run)))
    else:
        _change(repo, output, "uninstall", merge_driver=merge_driver, diff_driver=diff_driver, dry_run=dry_run)


def status(context: typer.Context, server: Server = False, json: Json = False) -> int:
    """Say what is set up in this clone, or in this bare repository; the exit code is 1 if nothing is."""
    from jetenv.environments.installing.hooks import hooks_status
    from jetenv.environments.serving.server_hook import server_hook_status
    from jetenv.reports.hooks import HooksStatusReport
    from jetenv.reports.server_hook import ServerHookStatusReport

    output, repo = Output.of(context, json), _repository()
    if server or repo.is_bare:
        judged = server_hook_status(repo)
        output.report(ServerHookStatusReport(judged))
        return ExitCode.OK if judged.active else ExitCode.NO
    found = hooks_status(repo)
    output.report(HooksStatusReport(found))
    return ExitCode.OK if found.active else ExitCode.NO


def _repository() -> Repository:
    from jetenv.repository.opening import open_repository

    return open_repository(Path.cwd())


def _change(
    repo: Repository, output: Output, action: str, *, merge_driver: bool, diff_driver: bool, dry_run: bool
) -> None:
    """Install or uninstall a driver, or without one the pre-commit hook."""
    from jetenv.environments.installing import hooks, pre_commit
    from jetenv.reports.hooks import CommitHookChangeReport, DriverChangeReport

    if merge_driver or diff_driver:
        driver = hooks.merge_driver() if merge_driver else hooks.diff_driver()
        change = driver.install if action == "install" else driver.uninstall
        output.report(DriverChangeReport(change(repo, dry_run=dry_run)))
        return
    set_up = pre_commit.install_commit_hook if action == "install" else pre_commit.uninstall_commit_hook
    output.report(CommitHookChangeReport(set_up(repo, dry_run=dry_run)))
