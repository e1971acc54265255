"""Merge one environment (or any branch or commit) into an environment: three-way, checked as a whole, then landed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from typing import Any

from jetenv.environments.landing import land_commit
from jetenv.environments.merges.causes import Violation, explained
from jetenv.environments.merges.held_back import HeldBack, still_held
from jetenv.environments.merges.integration import (
    brought,
    introduced_violations,
    target_trailers,
    write_merge,
)
from jetenv.environments.merges.merging_state import MergeInProgress, keep, landing, refuse_another
from jetenv.environments.merges.preparation import (
    MergeRequest,
    MergeSource,
    Prepared,
    ThreeWay,
    merge_prepared,
    prepare,
)
from jetenv.environments.merges.resolve import merged_again, offered, require_right
from jetenv.environments.merges.selection import LeftOut, hinted
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.objects import ChangedObject
from jetenv.environments.project import Project
from jetenv.errors import RefusedError
from jetenv.merging.conflicts import Conflict
from jetenv.merging.resolutions import Settled, Settling, settle_all
from jetenv.merging.strategies import Strategy
from jetenv.merging.trees import MergedFile, RenamedFile, TreeMerge
from jetenv.repository.objects import Oid
from jetenv.repository.reverts import RELANDS
from jetenv.schemas.catalog import RulesFor, builtin_rules

PLAN_AGAIN = "see what it would do now with `jetenv plan`, and save that"


class Outcome(Enum):
    """How a merge ended."""

    MERGED = "merged"
    CLEAN = "clean"  # a dry run that would merge
    UP_TO_DATE = "up-to-date"
    CONFLICTS = "conflicts"
    VIOLATIONS = "violations"


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge did, or would do.

    ``brought`` are the objects of the target that the merge adds, changes, renames or removes; ``merged`` the files
    that both sides changed, ``renamed`` those that one side moved and the other changed, moved or deleted; ``same`` the
    paths at which both made the same change; ``kept_back`` the paths below ``environments/`` that the source changed
    and the target keeps as they are. ``violations`` are findings that the target does not have without the merge, each
    with the changes of both sides that led to it.
    ``commit`` is set only where ``outcome`` is MERGED. ``left_out`` are changes that a selective merge does not take,
    ``held_back`` reverts on the target that keep something of the source away, ``relanded`` those of which the merge
    brings it again. ``resolved`` are the conflicts that were settled, all of them as ``favoured`` has it ("ours",
    "theirs") where that is set, ``kept`` is whether the merge is in progress now, and ``remembered`` those of
    ``conflicts`` that were resolved alike before. ``strategies`` are those of the target's ``jetenv.yaml`` that files
    were merged by, or that settled their names or deletion, by path. ``tree`` is what the target holds then, as far as
    there are no conflicts; None where nothing was merged, and in a merge that is kept. ``rules_for`` says by which
    rules its conflicts are shown.
    """

    source: MergeSource
    target: Environment
    target_tracking: Tracking | None
    outcome: Outcome
    base: Oid | None
    commit: Oid | None = None
    brought: tuple[ChangedObject, ...] = ()
    merged: tuple[MergedFile, ...] = ()
    renamed: tuple[RenamedFile, ...] = ()
    same: tuple[str, ...] = ()
    kept_back: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    violations: tuple[Violation, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    relanded: tuple[HeldBack, ...] = ()
    resolved: tuple[Settled, ...] = ()
    favoured: str | None = None
    kept: bool = False
    remembered: tuple[Conflict, ...] = ()
    strategies: Mapping[str, str] = field(default_factory=dict)
    tree: Oid | None = None
    rules_for: RulesFor = builtin_rules


@dataclass(frozen=True, slots=True)
class Expected:
    """What a merge was planned to be: of these commits (theirs, ours), and with this tree as its result."""

    tips: tuple[Oid, Oid]
    tree: Oid


def merge(
    project: Project,
    source: str,
    target: str,
    *,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    reland: bool = False,
    favour: str | None = None,
    dry_run: bool = False,
    message: str | None = None,
    allow_unbound: bool = False,
    expected: Expected | None = None,
) -> MergeResult:
    """Merge ``source`` into the environment ``target`` with a signed commit.

    The commit has two parents, but for a selective merge (``only``, ``exclude``: see ``environments.merges.selection``)
    the target's tip alone, so that a later merge brings the rest. With ``reland`` what reverts on the target hold back
    is brought again. Conflicts are settled by ``favour`` ("ours" or "theirs"); without it the merge is kept, to be
    completed by ``continue_merge``. With ``allow_unbound`` a credential that nobody has bound for the target is no
    violation. Conflicts and violations are answers, not errors: then, and in a dry run, no branch and no file has
    changed. Raises UsageError for names that cannot be meant, RefusedError while another merge is in progress and where
    the merge is not what was ``expected``, RefMovedError where the target moved meanwhile, and JetenvError where a
    local edit would be lost or the two have no history in common; nothing has changed then either.
    """
    request = MergeRequest(source, target, tuple(only), tuple(exclude), reland, message, allow_unbound)
    if dry_run:
        with project.repo.trees.unsaved():
            return rehearse(project, request, favour)
    refuse_another(project)
    project.visible_environment(target)
    project.refuse_hidden(source)
    return _merge(project, request, favour, dry_run=False, expected=expected)


def rehearse(project: Project, request: MergeRequest, favour: str | None) -> MergeResult:
    """What ``merge`` would do. The trees that it makes are written: see ``Trees.unsaved``."""
    return _merge(project, request, favour, dry_run=True)


def _merge(
    project: Project, request: MergeRequest, favour: str | None, *, dry_run: bool, expected: Expected | None = None
) -> MergeResult:
    prepared = prepare(project, request)
    if expected is not None and prepared.tips != expected.tips:
        raise RefusedError("one of the two has moved since the merge was planned", hint=PLAN_AGAIN)
    if not dry_run:
        require_right(project, prepared)
    if prepared.trees is None:
        return _result(project, prepared, Outcome.UP_TO_DATE)
    settling = Settling({})
    trees = merge_prepared(project, prepared.trees, settling)
    favoured = favour if trees.conflicts else None
    if favoured is not None:
        settling, trees = settle_all(partial(merge_prepared, project, prepared.trees), {}, favoured)
    if trees.conflicts and not dry_run:
        ids = tuple(dict.fromkeys(conflict.id for conflict in trees.conflicts))
        keep(project, MergeInProgress(prepared.request, *prepared.tips, ids))
    tree = expected.tree if expected is not None else None
    done = _complete(project, prepared, prepared.trees, trees, settling.settled, dry_run=dry_run, expected=tree)
    return replace(done, favoured=favoured)


def continue_merge(project: Project, *, message: str | None = None, allow_unbound: bool = False) -> MergeResult:
    """Complete the merge in progress, all of its conflicts being resolved; ``allow_unbound`` is that of ``merge``.

    Conflicts that are left, and violations, are answers: then nothing has changed and the merge is still in progress.
    Raises RefusedError where there is none or one of the two moved meanwhile, and otherwise as ``merge`` does.
    """
    state, prepared, three, trees, settling = merged_again(project, Prepared, message)
    during = partial(landing, project, state)
    return _complete(
        project,
        prepared,
        three,
        trees,
        settling.settled,
        dry_run=False,
        during=during,
        allow_unbound=allow_unbound,
    )


def _complete(
    project: Project,
    prepared: Prepared,
    three: ThreeWay,
    trees: TreeMerge,
    settled: Sequence[Settled],
    *,
    dry_run: bool,
    during: Callable[[Oid], AbstractContextManager[None]] | None = None,
    expected: Oid | None = None,
    allow_unbound: bool = False,
) -> MergeResult:
    """Check the merged trees as a whole, and land them where nothing is in the way."""
    into, selection, relanded = prepared.target, prepared.selection, prepared.relanded
    result = partial(
        _result,
        project,
        prepared,
        brought=brought(project, three.ours, trees),
        merged=trees.merged,
        renamed=trees.renamed,
        same=trees.same,
        kept_back=trees.kept_back,
        left_out=three.left_out,
        resolved=tuple(settled),
        strategies=_strategies(three, trees),
        rules_for=three.catalog.rules_for,
    )
    # Of what is relanded in part, the rest is held back on.
    held = prepared.held_back[len(relanded) :]
    if trees.conflicts:
        remembered = () if dry_run else offered(project, trees.conflicts)
        tree = _unaffected(project, three, trees) if dry_run else None
        kept = not dry_run
        return result(
            Outcome.CONFLICTS, conflicts=trees.conflicts, kept=kept, remembered=remembered, tree=tree, held_back=held
        )
    if not trees.edits and not settled and selection:
        return result(Outcome.UP_TO_DATE)
    tree = write_merge(project, three.ours, trees.edits)
    if expected is not None and tree != expected:
        raise RefusedError("the merge does not make what was planned", hint=PLAN_AGAIN)
    result = partial(result, tree=tree)
    violations = introduced_violations(
        project, three.ours, tree, into.id, verb="merge", allow_unbound=allow_unbound or prepared.request.allow_unbound
    )
    if violations:
        found = hinted(project, tree, three.catalog, violations, selection, three.left_out)
        causes = explained(project, three, trees, tree, found)
        return result(Outcome.VIOLATIONS, violations=causes, kept=during is not None, held_back=held)
    if selection:
        held = still_held(project, prepared.held_back, tree, prepared.source.tip)
        relanded = tuple(each for each in relanded if any(changed.path in trees.edits for changed in each.objects))
    result = partial(result, relanded=relanded, held_back=held)
    if dry_run:
        return result(Outcome.CLEAN)
    text = _message(prepared, trees, three.left_out, settled)
    parents = (into.tip,) if selection or prepared.has_all else (into.tip, prepared.source.tip)
    return result(Outcome.MERGED, commit=land_commit(project, into, tree, parents, text, during=during))


def _unaffected(project: Project, three: ThreeWay, trees: TreeMerge) -> Oid:
    """The target with all that merges without a conflict."""
    open_paths = {conflict.path for conflict in trees.conflicts}
    return write_merge(project, three.ours, {p: edit for p, edit in trees.edits.items() if p not in open_paths})


def _result(project: Project, prepared: Prepared, outcome: Outcome, **found: Any) -> MergeResult:
    known = {"base": prepared.merge_base, "held_back": prepared.held_back, **found}
    return MergeResult(prepared.source, prepared.target, project.tracking(prepared.target), outcome, **known)


def _strategies(three: ThreeWay, trees: TreeMerge) -> dict[str, str]:
    if not three.strategies.globs:
        return {}
    of = three.strategies.of
    found = {each.path: of(each.path) for each in trees.merged if of(each.path) is not Strategy.STRUCTURED}
    # What was in conflict as a whole, or over its name, has a side by strategy or by a person.
    whole = (*trees.settled, *(each.old for each in trees.renamed))
    found |= {path: of(path) for path in whole if of(path) in (Strategy.OURS, Strategy.THEIRS)}
    return {path: strategy.value for path, strategy in sorted(found.items())}


def _message(prepared: Prepared, trees: TreeMerge, left_out: Sequence[LeftOut], settled: Sequence[Settled]) -> str:
    """The commit message; the trailers say what was merged by what, so that it can be verified later."""
    source, target, selection = prepared.source, prepared.target, prepared.selection
    part = "part of " if selection else ""
    relanded = () if selection else prepared.relanded
    resolved = [each.conflict.id for each in settled]
    lines = [
        (prepared.request.message or f"Merge {part}{source.name} into {target.id}").strip(),
        "",
        f"Jetenv-Source: {source.name} {source.tip}",
        *(f"Jetenv-Only: {pattern}" for pattern in selection.only),
        *(f"Jetenv-Exclude: {pattern}" for pattern in selection.exclude),
        *(f"{RELANDS}: {each.revert}" for each in relanded),
        *target_trailers(target, trees, len(left_out) if selection else None, resolved),
    ]
    return "\n".join(lines) + "\n"
