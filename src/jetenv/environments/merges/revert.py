"""Undo a merge or a commit on an environment: a merge of its inverse, checked as a whole, then landed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from functools import partial

from jetenv.environments.landing import land_commit
from jetenv.environments.merges.causes import Violation, explained
from jetenv.environments.merges.integration import (
    brought,
    introduced_violations,
    target_trailers,
    write_merge,
)
from jetenv.environments.merges.inverse import PreparedRevert, RevertRequest, find_commit, prepare_revert
from jetenv.environments.merges.merging_state import MergeInProgress, drop, keep, landing, refuse_another
from jetenv.environments.merges.preparation import merge_prepared
from jetenv.environments.merges.resolve import merged_again, offered, require_right
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.objects import ChangedObject
from jetenv.environments.project import Project
from jetenv.merging.conflicts import Conflict
from jetenv.merging.resolutions import Settled, Settling
from jetenv.merging.trees import MergedFile, TreeMerge
from jetenv.repository.objects import Oid
from jetenv.schemas.catalog import RulesFor, builtin_rules


class Outcome(Enum):
    """How a revert ended."""

    REVERTED = "reverted"
    CLEAN = "clean"  # a dry run that would revert
    NOTHING = "nothing"  # the environment has none of it any more
    CONFLICTS = "conflicts"
    VIOLATIONS = "violations"


@dataclass(frozen=True, slots=True)
class RevertResult:
    """What a revert did, or would do.

    ``undone`` is the commit whose changes are taken back and ``subject`` the first line of its message. ``changed``
    are the objects that the revert adds, changes or removes; ``merged`` the files that were changed again since the
    commit; ``kept_back`` the paths that the commit changed and that
    stay: the signed members file, and what other environments own. In a conflict, ours is the environment and theirs
    the state before the commit. ``commit`` is set only where ``outcome`` is REVERTED. ``resolved`` are the conflicts
    that were settled, ``kept`` is whether the revert is in progress now, and ``remembered`` those of ``conflicts`` that
    were resolved alike before. ``rules_for`` says by which rules its conflicts are shown.
    """

    environment: Environment
    tracking: Tracking | None
    undone: Oid
    subject: str
    outcome: Outcome
    commit: Oid | None = None
    changed: tuple[ChangedObject, ...] = ()
    merged: tuple[MergedFile, ...] = ()
    kept_back: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    violations: tuple[Violation, ...] = ()
    resolved: tuple[Settled, ...] = ()
    kept: bool = False
    remembered: tuple[Conflict, ...] = ()
    rules_for: RulesFor = builtin_rules


def revert(
    project: Project,
    commit: str | None,
    environment: str | None = None,
    *,
    dry_run: bool = False,
    message: str | None = None,
    allow_unbound: bool = False,
) -> RevertResult:
    """Take back what ``commit`` (None: the last one) changed on the environment, in one signed commit on it.

    ``environment`` defaults to the current one. What was changed since stays. With conflicts the revert is kept, to be
    completed by ``continue_revert``. Conflicts and violations are answers: then, and in a dry run, no branch and no
    file has changed. With ``allow_unbound`` a credential that nobody has bound for the environment is no violation.
    Raises UsageError for names that cannot be meant, RefusedError while a merge or revert is in
    progress and for a commit that is not on the environment, created it, or is a merge made elsewhere, and what
    ``land_commit`` raises.
    """
    if not dry_run:
        refuse_another(project)
        if environment is not None:
            project.visible_environment(environment)
    with project.repo.trees.unsaved() if dry_run else nullcontext():
        request = find_commit(project, commit, environment, message, allow_unbound=allow_unbound)
        return _revert(project, request, dry_run=dry_run)


def _revert(project: Project, request: RevertRequest, *, dry_run: bool) -> RevertResult:
    prepared = prepare_revert(project, request)
    if not dry_run:
        require_right(project, prepared)
    trees = merge_prepared(project, prepared.trees, Settling({}))
    if trees.conflicts and not dry_run:
        ids = tuple(dict.fromkeys(conflict.id for conflict in trees.conflicts))
        keep(project, MergeInProgress(prepared.request, *prepared.tips, ids))
    return _complete(project, prepared, trees, (), dry_run=dry_run)


def continue_revert(project: Project, *, message: str | None = None, allow_unbound: bool = False) -> RevertResult:
    """Complete the revert in progress, all of its conflicts being resolved; ``allow_unbound`` is that of ``revert``.

    Conflicts that are left, and violations, are answers: then nothing has changed and the revert is still in progress.
    Where the resolutions leave nothing to undo it is dropped. Raises RefusedError where none is in progress or the
    environment moved meanwhile, and otherwise as ``revert`` does.
    """
    state, prepared, _, trees, settling = merged_again(project, PreparedRevert, message)
    during = partial(landing, project, state)
    result = _complete(
        project, prepared, trees, settling.settled, dry_run=False, during=during, allow_unbound=allow_unbound
    )
    if result.outcome is Outcome.NOTHING:
        drop(project)
    return result


def _complete(
    project: Project,
    prepared: PreparedRevert,
    trees: TreeMerge,
    settled: Sequence[Settled],
    *,
    dry_run: bool,
    during: Callable[[Oid], AbstractContextManager[None]] | None = None,
    allow_unbound: bool = False,
) -> RevertResult:
    """Check the merged trees as a whole, and land them where nothing is in the way."""
    into, ours = prepared.target, prepared.trees.ours
    result = partial(
        RevertResult,
        into,
        prepared.tracking,
        prepared.undone.oid,
        prepared.subject,
        changed=brought(project, ours, trees),
        merged=trees.merged,
        kept_back=trees.kept_back,
        resolved=tuple(settled),
        rules_for=prepared.trees.catalog.rules_for,
    )
    if trees.conflicts:
        remembered = () if dry_run else offered(project, trees.conflicts)
        return result(Outcome.CONFLICTS, conflicts=trees.conflicts, kept=not dry_run, remembered=remembered)
    tree = write_merge(project, ours, trees.edits)
    if tree == ours:
        return result(Outcome.NOTHING)
    allow_unbound = allow_unbound or prepared.request.allow_unbound
    violations = introduced_violations(project, ours, tree, into.id, verb="revert", allow_unbound=allow_unbound)
    if violations:
        causes = explained(project, prepared.trees, trees, tree, violations)
        return result(Outcome.VIOLATIONS, violations=causes, kept=during is not None)
    if dry_run:
        return result(Outcome.CLEAN)
    commit = land_commit(project, into, tree, (into.tip,), _message(prepared, trees, settled), "revert", during=during)
    return result(Outcome.REVERTED, commit=commit)


def _message(prepared: PreparedRevert, trees: TreeMerge, settled: Sequence[Settled]) -> str:
    from jetenv.repository.reverts import REVERTS

    resolved = [each.conflict.id for each in settled]
    lines = [
        (prepared.request.message or f'Revert "{prepared.subject}"').strip(),
        "",
        f"{REVERTS}: {prepared.undone.oid}",
        *target_trailers(prepared.target, trees, resolved=resolved),
    ]
    return "\n".join(lines) + "\n"
