"""Moving a branch and the working trees that have it checked out as one operation that survives a crash.

Order of a landing: journal, index locks, check (refuses with nothing moved), disk space for all that follows, the
branch by compare-and-swap, files, index, locks, journal. What a crash leaves is told by the journal and by where the
branch points: at the new commit, the rest is finished; at the old one, everything is taken back; elsewhere, somebody
went on and only the locks are released.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, replace

from jetenv.errors import JetenvError
from jetenv.repository.checkouts import Checkout
from jetenv.repository.failures import RefMovedError
from jetenv.repository.follow import Follow, Step
from jetenv.repository.interrupts import interrupts_deferred
from jetenv.repository.locking import file_lock
from jetenv.repository.objects import EMPTY_TREE, Oid
from jetenv.repository.records import Record
from jetenv.repository.repository import Repository
from jetenv.repository.worktree import refuse_operation

_PATIENCE = 30.0  # seconds to wait for another landing


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing as the journal keeps it. ``phase`` is ``moving`` until the branch has moved, then ``following``."""

    branch: str
    expected: Oid | None
    new: Oid
    token: str
    git_dirs: tuple[str, ...]
    phase: str = "moving"


def land(repo: Repository, branch: str, expected: Oid | None, new: Oid, message: str) -> None:
    """Move ``branch`` from ``expected`` (None: unborn) to ``new``, and every working tree that has it checked out.

    Uncommitted edits that the move does not touch stay. Raises, with branch, index and files as they were:
    RefMovedError where the branch is not at ``expected``, EditsInTheWayError where an edit would be overwritten,
    RefusedError while git has an operation under way there, and JetenvError where writing fails.
    """
    checkouts = repo.checkouts()
    for checkout in checkouts:
        if checkout.rebasing == branch:
            refuse_operation("rebase", f"moving branch '{branch}'", str(checkout.path))
    if all(checkout.branch != branch for checkout in checkouts):
        repo.refs.move(branch, new, expected, message)
        return
    with interrupts_deferred(), _landing_lock(repo, _PATIENCE) as held:
        if not held:
            raise JetenvError("another jetenv command is still landing a change", hint="try again when it is done")
        _recover(repo, held)
        if repo.refs.tip(branch) != expected:
            raise RefMovedError(branch)
        # Another landing may have taken its time meanwhile, and people switch working trees.
        following = [checkout for checkout in repo.checkouts() if checkout.branch == branch]
        landing = Landing(branch, expected, new, os.urandom(16).hex(), tuple(str(item.git_dir) for item in following))
        _land(repo, landing, _follows(repo, landing, following, held), message, held)


def _land(repo: Repository, landing: Landing, follows: Sequence[Follow], message: str, held: Sequence[int]) -> None:
    _write(repo, landing)
    with ExitStack() as cleanup:
        cleanup.callback(_forget, repo)
        for follow in follows:
            cleanup.callback(follow.unlock)
            follow.lock()
            follow.check()
        note_move = _journal(repo).prepare(asdict(replace(landing, phase="following")))
        reserve = cleanup.enter_context(ExitStack())
        for follow in follows:
            reserve.enter_context(follow.space(repo.trees.size))
        repo.refs.move(landing.branch, landing.new, landing.expected, message, held=held)
        try:
            note_move()
            reserve.close()
            for follow in follows:
                follow.apply()
        except BaseException as error:
            try:
                _take_back(repo, landing, follows, held)
            except JetenvError:
                cleanup.pop_all()  # keep the journal: the next command finishes from it
                if isinstance(error, JetenvError):
                    error.hint = (
                        f"{error.hint or 'mend the cause'}; the next jetenv command then completes the operation"
                    )
            raise


def _take_back(repo: Repository, landing: Landing, follows: Sequence[Follow], held: Sequence[int]) -> None:
    for follow in follows:
        follow.settle(forward=False, interrupted=True)
    if landing.expected is not None:
        repo.refs.move(landing.branch, landing.expected, landing.new, "jetenv: taken back", held=held)
    else:
        repo.refs.delete(landing.branch, landing.new, checked_out=True, held=held)


def recover(repo: Repository) -> None:
    """Finish or take back what a crashed landing left; does nothing while another landing is under way."""
    with interrupts_deferred(), _landing_lock(repo, 0) as held:
        if held:
            _recover(repo, held)


def _recover(repo: Repository, held: Sequence[int]) -> None:
    landing = _read(repo)
    if landing is None:
        return
    following = [item for item in repo.checkouts() if str(item.git_dir) in landing.git_dirs]
    follows = _follows(repo, landing, following, held)
    tip = repo.refs.tip(landing.branch)
    for follow in follows:
        follow.unlock()
        if tip not in {landing.new, landing.expected} or follow.checkout.branch != landing.branch:
            continue
        if tip == landing.new or landing.phase == "following":
            follow.lock()
            try:
                follow.settle(forward=tip == landing.new, interrupted=landing.phase == "following")
            finally:
                follow.unlock()
    _forget(repo)


def _follows(
    repo: Repository, landing: Landing, following: Sequence[Checkout], held: Sequence[int]
) -> tuple[Follow, ...]:
    old = repo.commits.get(landing.expected).tree if landing.expected else EMPTY_TREE
    new = repo.commits.get(landing.new).tree
    step = Step(old, new, repo.trees.changes(old, new))
    return tuple(Follow(checkout, step, landing.token, held) for checkout in following)


def _journal(repo: Repository) -> Record:
    return Record(
        repo.journal,
        "the journal of an interrupted operation",
        "compare the working tree with `git status`, then remove the file",
    )


def _write(repo: Repository, landing: Landing) -> None:
    _journal(repo).write(asdict(landing))


def _read(repo: Repository) -> Landing | None:
    journal = _journal(repo)
    data = journal.read()
    if data is None:
        return None
    try:
        return Landing(**{**data, "git_dirs": tuple(data["git_dirs"])})
    except (TypeError, KeyError) as error:
        raise journal.broken() from error


def _forget(repo: Repository) -> None:
    _journal(repo).remove()


def _landing_lock(repo: Repository, patience: float) -> AbstractContextManager[tuple[int, ...]]:
    """The lock under which landings of one repository take turns; empty where it was not to be had in time."""
    return file_lock(repo.room / "lock", patience, "locking the repository for jetenv")
