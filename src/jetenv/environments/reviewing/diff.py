"""What differs between two environments, branches or commits, the index or the working tree, by object and field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from jetenv.diffing.records import ObjectDiff
from jetenv.diffing.risks import CLASSES, RULES, Ground
from jetenv.diffing.trees import diff_trees, listed_trees
from jetenv.environments.merges.preparation import find_source
from jetenv.environments.model import FOLDER, Environment
from jetenv.environments.objects import OTHER_KIND
from jetenv.environments.project import Project
from jetenv.environments.reviewing.usage import users_of
from jetenv.errors import JetenvError, UsageError, did_you_mean
from jetenv.merging.selection import Pattern
from jetenv.repository.objects import Oid, TreeChange
from jetenv.schemas.objects import KINDS

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog

WORKING_TREE = "working tree"
INDEX = "index"

MOST_COMPARED = 20_000
"""Files of one comparison that are compared by field; of more, it is only said which differ."""


@dataclass(frozen=True, slots=True)
class DiffSide:
    """One side of a comparison.

    ``environment`` is None for plain refs; ``commit`` is None for the working tree and the index.
    """

    name: str
    environment: Environment | None
    commit: Oid | None


@dataclass(frozen=True, slots=True)
class DiffFilter:
    """What of a comparison is wanted: files, folders and globs, kinds of object, risks by class or rule; all if empty.

    Raises UsageError for kinds and risks that there are not.
    """

    paths: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for what, given, known in (
            ("kind of object", self.kinds, (*KINDS, OTHER_KIND)),
            ("risk", self.risks, (*CLASSES, *RULES)),
        ):
            for name in given:
                if name not in known:
                    guess = did_you_mean(name, known)
                    hint = f"did you mean '{guess}'?" if guess else f"there are: {', '.join(known)}"
                    raise UsageError(f"'{name}' is no {what}", hint=hint)

    def kept(self, objects: Sequence[ObjectDiff]) -> tuple[ObjectDiff, ...]:
        """Those of ``objects`` that are wanted; where risks are, with those risks alone."""
        patterns = [Pattern(path.rstrip("/")) for path in self.paths]
        found = []
        for each in objects:
            paths = [path for path in (each.path, each.old_path) if path is not None]
            if patterns and not any(pattern.names(path) for pattern in patterns for path in paths):
                continue
            if self.kinds and each.kind not in self.kinds:
                continue
            risks = tuple(risk for risk in each.risks if {risk.risk, risk.rule} & set(self.risks))
            if self.risks and not risks:
                continue
            found.append(replace(each, risks=risks) if self.risks else each)
        return tuple(found)


EVERYTHING = DiffFilter()


@dataclass(frozen=True, slots=True)
class DiffResult:
    """What ``new`` has different from ``old``.

    ``shared`` is the content of the project. ``own`` compares what the two environments own (settings, members,
    bindings) file by file, whatever their ids; where one side is no environment it holds the changes of such files.
    ``abridged`` is whether there was too much to compare by field: then no object has changes or risks.
    """

    old: DiffSide
    new: DiffSide
    shared: tuple[ObjectDiff, ...]
    own: tuple[ObjectDiff, ...]
    abridged: bool = False

    @property
    def differs(self) -> bool:
        """Whether anything differs at all."""
        return bool(self.shared or self.own)


def diff(
    project: Project,
    old: str | None = None,
    new: str | None = None,
    *,
    staged: bool = False,
    wanted: DiffFilter = EVERYTHING,
) -> DiffResult:
    """Compare ``old`` with ``new``: environments, branches, tags or commits.

    Without ``new``, with the working tree, or with the index where ``staged``; without both, the last commit with that.
    ``A..B`` is the two, ``A...B`` is what B changed since it parted from A, as a pull request shows it. Raises
    UsageError for names that are unknown and JetenvError where a working tree is needed and there is none, or where two
    have no commit in common.
    """
    if old is not None and new is None and ".." in old:
        return _filtered(_between(project, old, staged), wanted)
    if new is not None and staged:
        raise UsageError("the index is one side of the comparison already", hint="name one other side, or none")
    before = _head(project) if old is None else _side(project, old)
    return _filtered(_compared(project, before, None if new is None else _side(project, new), before, staged), wanted)


def _between(project: Project, both: str, staged: bool) -> DiffResult:
    left, dots, right = both.partition("...") if "..." in both else both.partition("..")
    if staged or not (left and right):
        raise UsageError(
            f"'{both}' does not name two sides", hint="A..B or A...B: two environments, branches or commits"
        )
    before, after = _side(project, left), _side(project, right)
    if dots == "..":
        return _compared(project, before, after, before, False)
    assert before.commit is not None and after.commit is not None
    bases = project.repo.commits.merge_bases(before.commit, after.commit)
    if not bases:
        raise JetenvError(
            f"'{before.name}' and '{after.name}' have no commit in common",
            hint=f"compare them as they are: {before.name}..{after.name}; in a shallow clone `git fetch --unshallow`",
        )
    since = DiffSide(f"the merge base of {before.name} and {after.name}", None, bases[0])
    return _compared(project, since, after, before, False)


def _compared(project: Project, before: DiffSide, after: DiffSide | None, target: DiffSide, staged: bool) -> DiffResult:
    """From ``before`` to ``after``, None being the working tree or the index; ``target`` is what changes come upon."""
    tree = project.repo.commits.get(before.commit).tree if before.commit is not None else None
    if after is None:
        return (_with_index if staged else _with_working_tree)(project, before, tree)
    assert after.commit is not None
    other = project.repo.commits.get(after.commit).tree
    changes = project.repo.trees.changes(tree, other)
    return _result(project, before, after, target, changes, project.repo.trees.read, (tree, other))


def arriving(project: Project, environment: Environment, merged: Oid) -> DiffResult:
    """What ``environment`` would have different with the tree ``merged``, which came of a merge."""
    before = DiffSide(environment.id, environment, environment.tip)
    after = DiffSide("the merge", environment, None)
    tree = project.repo.commits.get(environment.tip).tree
    changes = project.repo.trees.changes(tree, merged)
    return _result(project, before, after, before, changes, project.repo.trees.read, (tree, merged))


def _filtered(result: DiffResult, wanted: DiffFilter) -> DiffResult:
    if wanted == EVERYTHING:
        return result
    return replace(result, shared=wanted.kept(result.shared), own=wanted.kept(result.own))


def _head(project: Project) -> DiffSide:
    head = project.head
    return DiffSide(head.branch or "HEAD", project.current(), head.oid)


def _side(project: Project, name: str) -> DiffSide:
    found = find_source(project, name)
    return DiffSide(found.name, found.environment, found.tip)


def _with_working_tree(project: Project, before: DiffSide, tree: Oid | None) -> DiffResult:
    repo = project.repo
    edited = [path for path in repo.worktree.status().paths if not path.endswith("/")]
    head_tree, changes = _committed(project, tree)
    after = DiffSide(WORKING_TREE, project.current(), None)
    with repo.index.kept(edited) as kept:
        for path in edited:
            was = repo.trees.entry(tree, path) if tree is not None else None
            now = kept.entries.get(path)
            if was == now:
                changes.pop(path, None)
            else:
                changes[path] = TreeChange(was, now)
        return _result(project, before, after, before, changes, kept.read, (tree, head_tree))


def _with_index(project: Project, before: DiffSide, tree: Oid | None) -> DiffResult:
    repo = project.repo
    staged = repo.index.read()
    if staged.unresolved:
        raise JetenvError(
            f"the index has {len(staged.unresolved)} paths with conflicts",
            where=staged.unresolved[0],
            hint="resolve them, then `git add` the files",
        )
    committed = dict(repo.trees.files(tree)) if tree is not None else {}
    changes = {
        path: TreeChange(committed.get(path), staged.files.get(path))
        for path in committed.keys() | staged.files.keys()
        if committed.get(path) != staged.files.get(path)
    }
    head_tree, _ = _committed(project, tree)
    after = DiffSide(INDEX, project.current(), None)
    return _result(project, before, after, before, changes, repo.trees.read, (tree, head_tree))


def _committed(project: Project, tree: Oid | None) -> tuple[Oid | None, dict[str, TreeChange]]:
    """The tree of the last commit, and what it has different from ``tree``."""
    head = project.head.oid
    head_tree = project.repo.commits.get(head).tree if head is not None else None
    return head_tree, dict(project.repo.trees.changes(tree, head_tree)) if tree != head_tree else {}


def _result(
    project: Project,
    old: DiffSide,
    new: DiffSide,
    target: DiffSide,
    changes: Mapping[str, TreeChange],
    read_blob: Callable[[Oid], bytes],
    trees: tuple[Oid | None, Oid | None],
) -> DiffResult:
    """``trees`` are those of ``old``, and of ``new`` or of the commit that it was made from."""
    catalog = project.catalog(trees[1]) if trees[1] is not None else _builtin()
    shared = {path: change for path, change in changes.items() if not path.startswith(FOLDER + "/")}
    a, b = old.environment, new.environment
    apart = a is not None and b is not None and a.id != b.id and new.commit is not None
    if a is not None and b is not None and apart:
        owned = _own_changes(project, a, b)
    else:
        folders = tuple(f"{each.folder}/" for each in (a, b) if each is not None) or (FOLDER + "/",)
        owned = {path: change for path, change in changes.items() if path.startswith(folders)}
    owned = _without_signatures(owned)
    if len(shared) > MOST_COMPARED:
        return DiffResult(old, new, listed_trees(shared), listed_trees(owned), abridged=True)
    own = None if apart else b or a or target.environment
    ground = Ground(
        catalog.rules_for,
        version=target.environment.platform if target.environment is not None else None,
        own=own.folder if own is not None else None,
        is_default=own is not None and own.is_default,
    )

    def read(oid: str) -> bytes:
        return read_blob(Oid(oid))

    def read_new(path: str) -> bytes | None:
        if path not in changes:
            return project.file(trees[0], path) if trees[0] is not None else None
        entry = changes[path].new
        return read(entry.oid) if entry is not None and entry.is_file else None

    uses = partial(users_of, project, trees[0], catalog, read_new)
    return DiffResult(
        old,
        new,
        diff_trees(shared, read, catalog, ground, uses),
        diff_trees(owned, read, catalog, None if apart else ground, uses),
    )


def _without_signatures(owned: Mapping[str, TreeChange]) -> dict[str, TreeChange]:
    """``owned`` without the signatures of members files that differ as well: they are part of those, and told as such.

    Signatures that change alone are what nobody should find.
    """
    signed = tuple(
        path.removesuffix("members.yaml") + "signatures/" for path in owned if path.endswith("/members.yaml")
    )
    return {path: change for path, change in owned.items() if not path.startswith(signed)}


def _own_changes(project: Project, old: Environment, new: Environment) -> dict[str, TreeChange]:
    """The files of two environments' own folders, paired by their names, under the paths of ``new``."""
    trees = project.repo.trees
    olds, news = (
        {
            path.removeprefix(each.folder + "/"): entry
            for path, entry in trees.files(project.repo.commits.get(each.tip).tree, each.folder)
        }
        for each in (old, new)
    )
    return {
        f"{new.folder}/{name}": TreeChange(olds.get(name), news.get(name))
        for name in olds.keys() | news.keys()
        if olds.get(name) != news.get(name)
    }


def _builtin() -> Catalog:
    from jetenv.schemas.catalog import Catalog

    return Catalog.builtin()
