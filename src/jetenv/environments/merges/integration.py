"""Trees of a project merged and checked as a whole, and the commit that lands the result on an environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jetenv.diffing.renames import renamed_objects
from jetenv.environments.merges.unbound import UNBOUND, unbound_findings
from jetenv.environments.model import FOLDER, Environment
from jetenv.environments.objects import ChangedObject, changed_object
from jetenv.environments.project import Project
from jetenv.environments.validate import tree_findings
from jetenv.merging.conflicts import Choose, leave_open
from jetenv.merging.entries import Edit
from jetenv.merging.file_text import LineMerge
from jetenv.merging.files import MergeContent, merge_versions
from jetenv.merging.trees import TreeMerge, merge_trees
from jetenv.repository.objects import Oid, TreeEntry
from jetenv.version import __version__

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog
    from jetenv.schemas.findings import Finding

Keeps = Callable[[str], bool]
"""Says of a path that the target keeps what it has there, whatever the source did."""


def keeps_owned(arriving: Environment | None) -> Keeps:
    """Keeps what environments own (``environments/**``), but for the folder of ``arriving``."""

    def keeps(path: str) -> bool:
        return path.startswith(FOLDER + "/") and not (arriving is not None and path.startswith(arriving.folder + "/"))

    return keeps


def keeps_nothing(_path: str) -> bool:
    """Keeps no path: everything travels."""
    return False


def base_tree(project: Project, bases: Sequence[Oid], catalog: Catalog) -> Oid:
    """The tree that both sides started from; several merge bases are merged first, as git does.

    Where the bases themselves conflict, the version of their own base stands: both sides then differ from it, and the
    conflict comes up again.
    """
    repo = project.repo
    tree, rest = repo.commits.get(bases[0]).tree, bases[1:]
    for other in rest:
        below = repo.commits.merge_bases(bases[0], other)
        start = base_tree(project, below, catalog) if below else repo.trees.edit(None, {})
        theirs = repo.commits.get(other).tree
        trees = merge_in(project, start, tree, theirs, catalog, keeps_nothing, choose=lambda _: "base")
        tree = write_merge(project, tree, trees.edits)
    return tree


def merge_in(
    project: Project,
    base: Oid,
    ours: Oid,
    theirs: Oid,
    catalog: Catalog,
    keeps: Keeps,
    choose: Choose = leave_open,
    merge_content: MergeContent = merge_versions,
) -> TreeMerge:
    """Merge trees; ``keeps`` says of a path that ours keeps what it has there whatever theirs did."""
    repo = project.repo
    return merge_trees(
        repo.trees.changes(base, ours),
        repo.trees.changes(base, theirs),
        lambda oid: repo.trees.read(Oid(oid)),
        catalog.rules_for,
        _merge_lines,
        keeps=keeps,
        choose=choose,
        merge_content=merge_content,
    )


def _merge_lines(base: bytes, ours: bytes, theirs: bytes) -> LineMerge | None:
    from jetenv.repository.lines import BinaryContentError, merge_lines

    try:
        return merge_lines(base, ours, theirs)
    except BinaryContentError:
        return None


def write_merge(project: Project, tree: Oid, edits: Mapping[str, Edit | None]) -> Oid:
    """The id of ``tree`` with ``edits`` made."""
    trees = project.repo.trees

    def entry(edit: Edit | None) -> TreeEntry | None:
        if edit is None:
            return None
        oid = Oid(edit.oid) if edit.oid is not None else trees.write_blob(edit.content or b"")
        return TreeEntry(oid, edit.mode)

    return trees.edit(tree, {path: entry(edit) for path, edit in edits.items()})


def brought(project: Project, ours: Oid, trees: TreeMerge) -> tuple[ChangedObject, ...]:
    """What changes in the target, by object; files in conflict are told as such."""
    entry, blob_id = project.repo.trees.entry, project.repo.trees.blob_id
    open_paths = {conflict.path for conflict in trees.conflicts}
    found = [changed_object(path, "conflicted") for path in open_paths]
    moved = {each.path: each.ours for each in trees.renamed if each.path and each.ours and each.path != each.ours}
    for path, edit in trees.edits.items():
        if path in open_paths or path in moved.values():
            continue
        if path in moved:
            found.append(changed_object(path, "renamed", moved[path] or ""))
            continue
        there = entry(ours, path)
        if edit is not None and edit.content is not None and there == TreeEntry(blob_id(edit.content), edit.mode):
            continue  # what conflicted was settled as ours has it
        found.append(changed_object(path, "removed" if edit is None else "changed" if there is not None else "added"))
    return tuple(sorted(found))


def introduced_violations(
    project: Project, ours: Oid, merged: Oid, target: str, *, verb: str, allow_unbound: bool
) -> tuple[Finding, ...]:
    """What is wrong with the merged project that is not wrong with the target already; warnings are not wrong.

    What is wrong in a file stays with it where it gets another name. Credentials that nobody has bound for the target
    count unless ``allow_unbound``; ``verb`` is the command that asks.
    """

    def wrong_with(tree: Oid) -> list[Finding]:
        every = tree_findings(project, tree, target)
        found = [each for each in every if each.rule != UNBOUND and each.severity == "error"]
        return found if allow_unbound else [*found, *unbound_findings(project, tree, target, verb)]

    found = wrong_with(merged)
    if not found:
        return ()
    trees = project.repo.trees
    renamed = renamed_objects(trees.changes(ours, merged), lambda oid: trees.read(Oid(oid)))
    now = {old: new for new, old in renamed.items()}
    known = {replace(each, path=now.get(each.path, each.path)).fault for each in wrong_with(ours)}
    return tuple(each for each in found if each.fault not in known)


def target_trailers(
    target: Environment, trees: TreeMerge, left_out: int | None = None, resolved: Sequence[str] = ()
) -> tuple[str, ...]:
    """The trailers that every commit of a merge ends with: where it went, by what, and its account in numbers.

    ``resolved`` are the ids of the conflicts that somebody resolved.
    """
    counts = {
        "taken": len(trees.taken),
        "merged": len(trees.merged),
        "renamed": len(trees.renamed),
        "same": len(trees.same),
        "kept-back": len(trees.kept_back),
        "settled": len(trees.settled),
    }
    if resolved:
        counts["resolved"] = len(resolved)
    if left_out is not None:
        counts["left-out"] = left_out
    return (
        f"Jetenv-Target: {target.id} {target.uid}",
        f"Jetenv-Engine: jetenv {__version__}",
        f"Jetenv-Account: {' '.join(f'{name}={count}' for name, count in counts.items())}",
        *([f"Jetenv-Resolved: {' '.join(resolved)}"] if resolved else ()),
    )
