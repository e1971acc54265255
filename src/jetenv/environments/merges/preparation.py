"""A merge prepared: names looked up, the merge base found, and the three trees with all that says how they merge."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.environments.merges.held_back import HeldBack, base_without, held_back
from jetenv.environments.merges.integration import Keeps, base_tree, keeps_owned, merge_in
from jetenv.environments.merges.selection import LeftOut, read_selection, select
from jetenv.environments.model import PROJECT_FILE, Environment, Tracking
from jetenv.environments.project import Project, project_setting
from jetenv.errors import JetenvError, UsageError
from jetenv.merging.selection import Selection
from jetenv.merging.strategies import Strategies
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.merging.resolutions import Settling
    from jetenv.merging.trees import TreeMerge
    from jetenv.schemas.catalog import Catalog


@dataclass(frozen=True, slots=True)
class MergeSource:
    """What changes are taken from. ``environment`` is None for a plain branch, tag or commit."""

    name: str
    tip: Oid
    environment: Environment | None
    tracking: Tracking | None


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A merge as it was asked for.

    ``only``, ``exclude``, ``reland`` and ``allow_unbound`` are those of ``environments.merges.merge.merge``.
    """

    source: str
    target: str
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    reland: bool = False
    message: str | None = None
    allow_unbound: bool = False

    @property
    def verb(self) -> str:
        """The command that it was asked with."""
        return "merge"

    @property
    def called(self) -> str:
        """What messages call it: a noun phrase."""
        return f"the merge of '{self.source}' into '{self.target}'"

    @property
    def command(self) -> str:
        """The command line that asks for it."""
        selected = [*(f"--only={each}" for each in self.only), *(f"--exclude={each}" for each in self.exclude)]
        return shlex.join(
            [
                "jetenv",
                "merge",
                self.source,
                self.target,
                *selected,
                *["--reland"] * self.reland,
                *["--allow-unbound"] * self.allow_unbound,
            ]
        )


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """Three trees, and what says how they merge: the target's schemas and strategies, and what it keeps by right.

    ``left_out`` are the changes of the source that are not in ``theirs``, as they were not selected.
    """

    base: Oid
    ours: Oid
    theirs: Oid
    catalog: Catalog
    strategies: Strategies
    keeps: Keeps
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A merge of ``source`` into ``target``.

    ``request`` has the ids of environments in place of their display names. ``held_back`` are the reverts on the target
    that hold something of the source back, ``relanded`` those of which the merge is to bring it again. ``has_all`` is
    whether the target has every commit of the source. ``trees`` is None where there is nothing to merge.
    """

    request: MergeRequest
    source: MergeSource
    target: Environment
    merge_base: Oid
    selection: Selection
    held_back: tuple[HeldBack, ...]
    relanded: tuple[HeldBack, ...]
    has_all: bool
    trees: ThreeWay | None

    @property
    def tips(self) -> tuple[Oid, Oid]:
        """The commits that give theirs and ours."""
        return self.source.tip, self.target.tip


def prepare(project: Project, request: MergeRequest) -> Prepared:
    """What ``request`` asks for, ready to be merged. Nothing is changed.

    Raises UsageError for names that cannot be meant, and JetenvError where the two have no history in common.
    """
    repo = project.repo
    selection = read_selection(request.only, request.exclude)
    into = project.environment(request.target)
    origin = find_source(project, request.source)
    if origin.environment is not None and origin.environment.id == into.id:
        raise UsageError(
            f"'{request.source}' and '{request.target}' are the same environment",
            hint="name two: where the changes come from, then where they go; `jetenv list` shows the environments",
        )
    bases = repo.commits.merge_bases(into.tip, origin.tip)
    if not bases:
        raise JetenvError(
            f"'{origin.name}' and '{into.id}' have no commit in common, so there is nothing to merge from",
            hint="were the branches fetched from different projects?",
        )
    # From a plain branch the target's own folder arrives like other content; from an environment nothing owned does.
    keeps = keeps_owned(None if origin.environment is not None else into)
    held = held_back(project, into.tip, origin.tip, keeps)
    relanded = held if request.reland else ()
    has_all = origin.tip in bases
    trees = None
    if not has_all or relanded:
        trees = _three_way(project, (into.tip, origin.tip), bases, relanded, selection, keeps)
    named = replace(request, source=origin.name, target=into.id)
    return Prepared(named, origin, into, bases[0], selection, held, relanded, has_all, trees)


def find_source(project: Project, name: str) -> MergeSource:
    """The environment, or else the branch, tag or commit ``name``.

    Raises UsageError where there is neither, and JetenvError where there is one that cannot be read.
    """
    try:
        environment = project.environment(name)
    except UsageError as unknown:
        try:
            tip = project.repo.refs.resolve(name)
        except UsageError:
            raise unknown from None
        return MergeSource(name, tip, None, None)
    return MergeSource(environment.id, environment.tip, environment, project.tracking(environment))


def merge_prepared(project: Project, trees: ThreeWay, settling: Settling) -> TreeMerge:
    """The merge of ``trees``, with conflicts settled by ``settling``."""
    return merge_in(
        project,
        trees.base,
        trees.ours,
        trees.theirs,
        trees.catalog,
        trees.keeps,
        trees.strategies.choose(settling.choose),
        trees.strategies.merge_content(settling.merge_content),
    )


def _three_way(
    project: Project,
    tips: tuple[Oid, Oid],
    bases: tuple[Oid, ...],
    relanded: tuple[HeldBack, ...],
    selection: Selection,
    keeps: Keeps,
) -> ThreeWay:
    ours, theirs = (project.repo.commits.get(tip).tree for tip in tips)
    catalog = project.catalog(ours)
    base = base_without(project, base_tree(project, bases, catalog), relanded, catalog)
    left_out: tuple[LeftOut, ...] = ()
    if selection:
        selected = select(project, base, ours, theirs, catalog, selection, keeps)
        theirs, left_out = selected.tree, selected.left_out
    return ThreeWay(base, ours, theirs, catalog, strategies(project, ours), keeps, left_out)


def strategies(project: Project, tree: Oid) -> Strategies:
    """The merge strategies that the ``jetenv.yaml`` of ``tree`` gives paths.

    Raises DocumentError where that file cannot be parsed.
    """
    mapping = project_setting(project.file(tree, PROJECT_FILE), "merge")
    if not isinstance(mapping, Mapping):
        return Strategies()
    return Strategies.read({str(glob): str(name) for glob, name in mapping.items()})
