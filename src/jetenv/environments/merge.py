"""Merge one environment (or any branch or commit) into an environment: three-way, checked as a whole, then landed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from jetenv.environments.held_back import HeldBack, base_without, held_back
from jetenv.environments.integration import (
    base_tree,
    brought,
    introduced_violations,
    keeps_owned,
    land_commit,
    merge_in,
    target_trailers,
    write_merge,
)
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.objects import ChangedObject
from jetenv.environments.project import Project
from jetenv.environments.selection import LeftOut, hinted, read_selection, select
from jetenv.errors import JetenvError, UsageError
from jetenv.merging.conflicts import Conflict
from jetenv.merging.selection import Selection
from jetenv.merging.trees import MergedFile, TreeMerge
from jetenv.repository.objects import Oid
from jetenv.repository.reverts import RELANDS

if TYPE_CHECKING:
    from jetenv.schemas.findings import Finding


class Outcome(Enum):
    """How a merge ended."""

    MERGED = "merged"
    CLEAN = "clean"  # a dry run that would merge
    UP_TO_DATE = "up-to-date"
    CONFLICTS = "conflicts"
    VIOLATIONS = "violations"


@dataclass(frozen=True, slots=True)
class MergeSource:
    """What changes are taken from. ``environment`` is None for a plain branch, tag or commit."""

    name: str
    tip: Oid
    environment: Environment | None
    tracking: Tracking | None


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge did, or would do.

    ``brought`` are the objects of the target that the merge adds, changes or removes; ``merged`` the files that both
    sides changed; ``same`` the paths at which both made the same change; ``kept_back`` the paths below
    ``environments/`` that the source changed and the target keeps as they are. ``violations`` are findings that the
    target does not have without the merge. ``commit`` is set only where ``outcome`` is MERGED. ``left_out`` are changes
    that a selective merge does not take, ``held_back`` reverts on the target that keep something of the source away,
    ``relanded`` those of which the merge brings it again.
    """

    source: MergeSource
    target: Environment
    target_tracking: Tracking | None
    outcome: Outcome
    base: Oid | None
    commit: Oid | None = None
    brought: tuple[ChangedObject, ...] = ()
    merged: tuple[MergedFile, ...] = ()
    same: tuple[str, ...] = ()
    kept_back: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    violations: tuple[Finding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    relanded: tuple[HeldBack, ...] = ()


def merge(
    project: Project,
    source: str,
    target: str,
    *,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    reland: bool = False,
    dry_run: bool = False,
    message: str | None = None,
) -> MergeResult:
    """Merge ``source`` into the environment ``target`` with a signed commit.

    The commit has two parents, but for a selective merge (``only``, ``exclude``: see ``environments.selection``): then
    the target's tip alone, so that a later merge brings the rest. With ``reland`` what reverts on the target hold back
    is brought again. Conflicts and violations are answers, not errors: then, and in a dry run, nothing has changed.
    Raises UsageError for names that cannot be meant, RefMovedError where the target moved meanwhile, and JetenvError
    where a local edit would be lost or the two have no history in common; nothing has changed then either.
    """
    repo = project.repo
    selection = read_selection(only, exclude)
    into = project.environment(target)
    origin = find_source(project, source)
    if origin.environment is not None and origin.environment.id == into.id:
        raise UsageError(f"'{source}' and '{target}' are the same environment")
    bases = repo.commits.merge_bases(into.tip, origin.tip)
    if not bases:
        raise JetenvError(
            f"'{origin.name}' and '{into.id}' have no commit in common, so there is nothing to merge from",
            hint="were the branches fetched from different projects?",
        )
    # From a plain branch the target's own folder arrives like other content; from an environment nothing owned does.
    keeps = keeps_owned(None if origin.environment is not None else into)
    held = held_back(project, into.tip, origin.tip, keeps)
    relanded = held if reland else ()
    has_all = origin.tip in bases
    result = partial(MergeResult, origin, into, project.tracking(into), base=bases[0], held_back=held)
    if has_all and not relanded:
        return result(Outcome.UP_TO_DATE)

    ours, theirs = repo.commits.get(into.tip).tree, repo.commits.get(origin.tip).tree
    catalog = project.catalog(ours)
    base = base_without(project, base_tree(project, bases, catalog), relanded, catalog)
    left_out: tuple[LeftOut, ...] = ()
    if selection:
        selected = select(project, base, ours, theirs, catalog, selection, keeps)
        theirs, left_out = selected.tree, selected.left_out
    trees = merge_in(project, base, ours, theirs, catalog, keeps)
    result = partial(
        result,
        brought=brought(project, ours, trees),
        merged=trees.merged,
        same=trees.same,
        kept_back=trees.kept_back,
        left_out=left_out,
    )
    if trees.conflicts:
        return result(Outcome.CONFLICTS, conflicts=trees.conflicts)
    if not trees.edits and (selection or has_all):
        return result(Outcome.UP_TO_DATE)
    tree = write_merge(project, ours, trees.edits)
    violations = introduced_violations(project, ours, tree, into.id)
    if violations:
        return result(Outcome.VIOLATIONS, violations=hinted(project, tree, catalog, violations, selection, left_out))
    # Of what is relanded in part, the rest is held back on.
    result = partial(result, relanded=relanded, held_back=held if selection else held[len(relanded) :])
    if dry_run:
        return result(Outcome.CLEAN)
    text = _message(origin, into, message, trees, selection, left_out, () if selection else relanded)
    parents = (into.tip,) if selection or has_all else (into.tip, origin.tip)
    return result(Outcome.MERGED, commit=land_commit(project, into, tree, parents, text))


def find_source(project: Project, name: str) -> MergeSource:
    """The environment, or else the branch, tag or commit ``name``. Raises UsageError where there is neither."""
    try:
        environment = project.environment(name)
    except UsageError:
        try:
            tip = project.repo.refs.resolve(name)
        except JetenvError:
            tip = None
        if tip is None:
            raise
        return MergeSource(name, tip, None, None)
    return MergeSource(environment.id, environment.tip, environment, project.tracking(environment))


def _message(
    source: MergeSource,
    target: Environment,
    subject: str | None,
    trees: TreeMerge,
    selection: Selection,
    left_out: Sequence[LeftOut],
    relanded: Sequence[HeldBack],
) -> str:
    """The commit message; the trailers say what was merged by what, so that it can be verified later."""
    part = "part of " if selection else ""
    lines = [
        (subject or f"Merge {part}{source.name} into {target.id}").strip(),
        "",
        f"Jetenv-Source: {source.name} {source.tip}",
        *(f"Jetenv-Only: {pattern}" for pattern in selection.only),
        *(f"Jetenv-Exclude: {pattern}" for pattern in selection.exclude),
        *(f"{RELANDS}: {each.revert}" for each in relanded),
        *target_trailers(target, trees, len(left_out) if selection else None),
    ]
    return "\n".join(lines) + "\n"
