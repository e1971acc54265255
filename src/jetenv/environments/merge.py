"""Merge one environment (or any branch or commit) into an environment: three-way, checked as a whole, then landed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from jetenv.environments.model import FOLDER, Environment, Tracking
from jetenv.environments.objects import ChangedObject, changed_object
from jetenv.environments.project import Project
from jetenv.environments.validate import tree_findings
from jetenv.errors import JetenvError, UsageError
from jetenv.merging.conflicts import Choose, Conflict, leave_open
from jetenv.merging.files import LineMerge
from jetenv.merging.trees import Edit, MergedFile, TreeMerge, merge_trees
from jetenv.repository.objects import Oid, TreeEntry
from jetenv.version import __version__

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog
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
    target does not have without the merge. ``commit`` is set only where ``outcome`` is MERGED.
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


def merge(
    project: Project,
    source: str,
    target: str,
    *,
    dry_run: bool = False,
    message: str | None = None,
) -> MergeResult:
    """Merge ``source`` into the environment ``target`` with a signed commit of two parents.

    Conflicts and violations are answers, not errors: then, and in a dry run, nothing has changed. Raises UsageError
    for names that cannot be meant, RefMovedError where the target moved meanwhile, and JetenvError where a local edit
    would be lost or the two have no history in common; nothing has changed then either.
    """
    repo = project.repo
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
    result = partial(MergeResult, origin, into, project.tracking(into))
    if origin.tip in bases:
        return result(Outcome.UP_TO_DATE, origin.tip)

    ours = repo.commits.get(into.tip).tree
    catalog = project.catalog(ours)
    base_tree = _base_tree(project, bases, catalog)
    # From a plain branch the target's own folder arrives like other content; from an environment nothing owned does.
    arriving = into.folder + "/" if origin.environment is None else None
    trees = _merge(project, base_tree, ours, repo.commits.get(origin.tip).tree, catalog, arriving)
    found = partial(
        result,
        base=bases[0],
        brought=_brought(project, ours, trees),
        merged=trees.merged,
        same=trees.same,
        kept_back=trees.kept_back,
    )
    if trees.conflicts:
        return found(Outcome.CONFLICTS, conflicts=trees.conflicts)
    tree = _write(project, ours, trees.edits)
    violations = _violations(project, ours, tree, into.id)
    if violations:
        return found(Outcome.VIOLATIONS, violations=violations)
    if dry_run:
        return found(Outcome.CLEAN)
    text = _message(origin, into, message, trees)
    return found(Outcome.MERGED, commit=_land(project, into, tree, (into.tip, origin.tip), text))


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


def _base_tree(project: Project, bases: Sequence[Oid], catalog: Catalog) -> Oid:
    """The tree that both sides started from; several merge bases are merged first, as git does.

    Where the bases themselves conflict, the version of their own base stands: both sides then differ from it, and the
    conflict comes up again.
    """
    repo = project.repo
    tree, rest = repo.commits.get(bases[0]).tree, bases[1:]
    for other in rest:
        below = repo.commits.merge_bases(bases[0], other)
        start = _base_tree(project, below, catalog) if below else repo.trees.edit(None, {})
        theirs = repo.commits.get(other).tree
        trees = _merge(project, start, tree, theirs, catalog, FOLDER + "/", choose=lambda _: "base")
        tree = _write(project, tree, trees.edits)
    return tree


def _merge(
    project: Project,
    base: Oid,
    ours: Oid,
    theirs: Oid,
    catalog: Catalog,
    arriving: str | None,
    choose: Choose = leave_open,
) -> TreeMerge:
    """Merge trees; of what environments own, only paths that begin with ``arriving`` are taken from theirs."""
    repo = project.repo

    def keeps(path: str) -> bool:
        return path.startswith(FOLDER + "/") and not (arriving is not None and path.startswith(arriving))

    return merge_trees(
        repo.trees.changes(base, ours),
        repo.trees.changes(base, theirs),
        lambda oid: repo.trees.read(Oid(oid)),
        catalog.rules_for,
        _merge_lines,
        keeps=keeps,
        choose=choose,
    )


def _merge_lines(base: bytes, ours: bytes, theirs: bytes) -> LineMerge | None:
    from jetenv.repository.lines import BinaryContentError, merge_lines

    try:
        return merge_lines(base, ours, theirs)
    except BinaryContentError:
        return None


def _write(project: Project, tree: Oid, edits: Mapping[str, Edit | None]) -> Oid:
    trees = project.repo.trees

    def entry(edit: Edit | None) -> TreeEntry | None:
        if edit is None:
            return None
        oid = Oid(edit.oid) if edit.oid is not None else trees.write_blob(edit.content or b"")
        return TreeEntry(oid, edit.mode)

    return trees.edit(tree, {path: entry(edit) for path, edit in edits.items()})


def _brought(project: Project, ours: Oid, trees: TreeMerge) -> tuple[ChangedObject, ...]:
    """What changes in the target, by object; files in conflict are told as such."""
    entry = project.repo.trees.entry
    open_paths = {conflict.path for conflict in trees.conflicts}
    found = [changed_object(path, "conflicted") for path in open_paths]
    for path, edit in trees.edits.items():
        if path not in open_paths:
            there = entry(ours, path) is not None
            found.append(changed_object(path, "removed" if edit is None else "changed" if there else "added"))
    return tuple(sorted(found))


def _violations(project: Project, ours: Oid, merged: Oid, target: str) -> tuple[Finding, ...]:
    """What is wrong with the merged project that is not wrong with the target already."""
    found = tree_findings(project, merged, target)
    if not found:
        return ()
    known = {(each.path, each.rule, each.field, each.message) for each in tree_findings(project, ours, target)}
    return tuple(each for each in found if (each.path, each.rule, each.field, each.message) not in known)


def _message(source: MergeSource, target: Environment, subject: str | None, trees: TreeMerge) -> str:
    """The commit message; the trailers say what was merged by what, so that it can be verified later."""
    counts = {
        "taken": len(trees.taken),
        "merged": len(trees.merged),
        "same": len(trees.same),
        "kept-back": len(trees.kept_back),
    }
    account = " ".join(f"{name}={count}" for name, count in counts.items())
    lines = [
        (subject or f"Merge {source.name} into {target.id}").strip(),
        "",
        f"Jetenv-Source: {source.name} {source.tip}",
        f"Jetenv-Target: {target.id} {target.uid}",
        f"Jetenv-Engine: jetenv {__version__}",
        f"Jetenv-Account: {account}",
    ]
    return "\n".join(lines) + "\n"


def _land(project: Project, target: Environment, tree: Oid, parents: tuple[Oid, Oid], message: str) -> Oid:
    from jetenv.access.signing import commit_signer
    from jetenv.repository.journal import land

    repo = project.repo
    commit = repo.commits.create(tree, parents, message, commit_signer(repo))
    subject = message.partition("\n")[0]
    if target.remote is None:
        land(repo, target.id, target.tip, commit, f"jetenv merge: {subject}")
    else:
        repo.refs.create(target.id, commit, f"jetenv merge: {subject}")
    project.refresh()
    return commit
