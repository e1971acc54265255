"""Renaming a branch by compare-and-swap, which `git branch -m` does not do: it takes whatever the branch has become."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.checkouts import git_dirs_on
from jetenv.repository.failures import RefMovedError, explain, git_errors
from jetenv.repository.interrupts import interrupts_deferred
from jetenv.repository.objects import NO_OID, Oid
from jetenv.repository.process import run_git
from jetenv.repository.repository import Repository
from jetenv.repository.worktree import refuse_operation


def rename_branch(repo: Repository, old: str, new: str, expected: Oid, *, begun: bool = False) -> None:
    """Rename a branch with its reflog, its configuration and every HEAD that names it, as `git branch -m` does.

    The new branch is made first, then each HEAD and the configuration go over to it, and the old branch is deleted
    last, where it still is at ``expected``. So every HEAD names a branch that exists, however this is cut short; the
    same call then completes it, where ``begun`` says that ``new``, with all that ``expected`` has, comes from that.

    Raises, with everything as it was: UsageError where git refuses the name, RefMovedError where ``old`` is not at
    ``expected``, RefusedError where ``new`` exists and while a rebase or bisect is to end on ``old``, and JetenvError
    where git cannot write.
    """
    for checkout in repo.checkouts():
        if old in {checkout.rebasing, checkout.bisecting}:
            refuse_operation(checkout.operation, f"renaming branch '{old}'", str(checkout.path))
    _refuse_early(repo, old, expected)
    with interrupts_deferred(), ExitStack() as back:
        if not (begun and _has(repo, new, expected)):
            repo.refs.create(new, expected, f"jetenv: renamed refs/heads/{old} to refs/heads/{new}")
            back.callback(_quietly, repo.refs.delete, new, expected, checked_out=True)
        _take_reflog_along(repo, old, new, expected)
        for git_dir in git_dirs_on(repo.common_dir, old):
            _point(git_dir, old, new)
            back.callback(_quietly, _point, git_dir, new, old)
        if repo.config.rename_section(f"branch.{old}", f"branch.{new}"):
            back.callback(_quietly, repo.config.rename_section, f"branch.{new}", f"branch.{old}")
        repo.refs.delete(old, expected, checked_out=True)
        back.pop_all()


def _refuse_early(repo: Repository, branch: str, expected: Oid) -> None:
    """Raise what deleting ``branch`` would raise, while there is nothing to take back: that needs the same locks."""
    steps = f"start\ndelete refs/heads/{branch} {expected}\nprepare\nabort\n"
    done = run_git("update-ref", "--stdin", git_dir=repo.path, data=steps.encode("utf-8", "surrogateescape"))
    if repo.refs.tip(branch) != expected or "but expected" in done.stderr:
        raise RefMovedError(branch)
    if done.code:
        raise explain(done.stderr, f"renaming branch '{branch}'")


def _has(repo: Repository, branch: str, commit: Oid) -> bool:
    tip = repo.refs.tip(branch)
    return tip is not None and repo.commits.is_ancestor(commit, tip)


def _point(git_dir: Path, old: str, new: str) -> None:
    run_git(
        "symbolic-ref", "-m", f"jetenv: renamed refs/heads/{old} to refs/heads/{new}", "HEAD", f"refs/heads/{new}",
        git_dir=git_dir, doing=f"pointing HEAD at branch '{new}'",
    )  # fmt: skip


def _take_reflog_along(repo: Repository, old: str, new: str, tip: Oid) -> None:
    """Put the reflog of ``old`` before that of ``new``, whose first entry then is none of a creation any more."""
    before, log = (repo.common_dir / "logs/refs/heads" / name for name in (old, new))
    lock = log.with_name(f"{log.name}.lock")  # as git has it where it rewrites a reflog
    with git_errors("moving the reflog"):
        if not before.exists() or log.read_bytes().startswith(before.read_bytes()):
            return
        with lock.open("xb") as file:
            try:
                file.write(before.read_bytes() + log.read_bytes().replace(NO_OID.encode(), tip.encode(), 1))
                file.flush()
                lock.replace(log)
            except BaseException:
                lock.unlink()
                raise


def _quietly(undo: Callable[..., object], *arguments: object, **options: object) -> None:
    """Take a step back; what stopped the renaming is what is to be told."""
    with suppress(JetenvError):
        undo(*arguments, **options)
