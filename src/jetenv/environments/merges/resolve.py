"""The conflicts of the merge or revert in progress: listed, and settled one by one or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from jetenv.documents.paths import FieldPath, format_path, parse_path
from jetenv.environments.merges.inverse import PreparedRevert, RevertRequest, prepare_revert
from jetenv.environments.merges.merging_state import Memory, MergeInProgress, required_merge, update
from jetenv.environments.merges.preparation import Prepared, ThreeWay, merge_prepared, prepare
from jetenv.environments.project import Project
from jetenv.environments.values import SUFFIXES
from jetenv.errors import RefusedError, UsageError, did_you_mean
from jetenv.merging.conflicts import Conflict, ConflictKind
from jetenv.merging.renames import folders_of
from jetenv.merging.resolutions import NAMES, Resolution, Settling, settle_all, written
from jetenv.merging.trees import TreeMerge
from jetenv.schemas.catalog import RulesFor

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ListedConflict:
    """A conflict of the merge in progress.

    ``resolution`` settles it; ``remembered`` is how the very same conflict was resolved in an earlier merge, offered
    while there is no resolution.
    """

    conflict: Conflict
    resolution: Resolution | None
    remembered: Resolution | None

    @property
    def state(self) -> str:
        """``resolved``, ``remembered`` or ``open``."""
        if self.resolution is not None:
            return "resolved"
        return "remembered" if self.remembered is not None else "open"


@dataclass(frozen=True, slots=True)
class ConflictList:
    """The conflicts of the merge or revert in progress, by file and then in the order of their places in it.

    ``prepared`` and ``trees`` are that merge with what is resolved so far.
    """

    merge: MergeInProgress
    prepared: Prepared | PreparedRevert
    three: ThreeWay
    trees: TreeMerge
    conflicts: tuple[ListedConflict, ...]

    @property
    def rules_for(self) -> RulesFor:
        """What the schemas say of a file, by which its conflicts are shown."""
        return self.three.catalog.rules_for

    @property
    def open(self) -> tuple[ListedConflict, ...]:
        """Those that are not resolved."""
        return tuple(each for each in self.conflicts if each.resolution is None)


@dataclass(frozen=True, slots=True)
class ResolveResult:
    """What `jetenv resolve` did: ``changed`` as it is now, and all conflicts of the merge."""

    changed: tuple[ListedConflict, ...]
    conflicts: ConflictList


def list_conflicts(project: Project) -> ConflictList:
    """The conflicts of the merge in progress.

    The merge is made again for it: inside of ``project.repo.trees.unsaved()`` that writes no objects. Raises
    RefusedError where there is none, and where the source or the target moved since it began.
    """
    return _listed(project, required_merge(project))


def resolve(
    project: Project, listed: ConflictList, chosen: Sequence[ListedConflict], resolution: Resolution
) -> ResolveResult:
    """Settle ``chosen`` by ``resolution``, and remember that.

    Raises UsageError or RefusedError for a value that cannot be put in its place; nothing has changed then.
    """
    return _settle(project, listed, {each.conflict.id: resolution for each in chosen})


def accept_remembered(project: Project, listed: ConflictList, chosen: Sequence[ListedConflict]) -> ResolveResult:
    """Settle those of ``chosen`` for which a resolution is remembered by that.

    Raises RefusedError where there is none.
    """
    offers = {each.conflict.id: each.remembered for each in chosen if each.resolution is None and each.remembered}
    if not offers:
        raise RefusedError("no resolution is remembered for what is open", hint="`jetenv conflicts` shows the state")
    return _settle(project, listed, offers)


def undo(project: Project, listed: ConflictList, chosen: Sequence[ListedConflict]) -> ResolveResult:
    """Open ``chosen`` again, and forget how they were resolved."""
    require_right(project, listed.prepared)
    conflicts = [each.conflict for each in chosen]
    ids = {each.id for each in conflicts}

    def reopened(state: MergeInProgress) -> MergeInProgress:
        kept = {name: each for name, each in state.resolutions.items() if name not in ids}
        return replace(state, resolutions=kept)

    state = update(project, listed.merge, reopened)
    Memory(project.repo).change(forget=conflicts)
    return _result(_listed(project, state), ids)


def _settle(project: Project, listed: ConflictList, resolutions: dict[str, Resolution]) -> ResolveResult:
    require_right(project, listed.prepared)
    known = {**listed.merge.resolutions, **resolutions}
    if any(each.value is not None for each in resolutions.values()):
        for one in listed.conflicts:
            _refuse_taken_name(project, listed, one.conflict, resolutions.get(one.conflict.id))
        # A value shows whether it fits when it is put in its place, for which nothing may be left open.
        settle_all(partial(merge_prepared, project, listed.three), known, "ours")
    state = update(
        project, listed.merge, lambda state: replace(state, resolutions={**state.resolutions, **resolutions})
    )
    learnt = [
        (each.conflict, resolutions[each.conflict.id]) for each in listed.conflicts if each.conflict.id in resolutions
    ]
    Memory(project.repo).change(learn=learnt)
    return _result(_listed(project, state), resolutions)


def _refuse_taken_name(
    project: Project, listed: ConflictList, conflict: Conflict, resolution: Resolution | None
) -> None:
    """Raise RefusedError where a resolution names a file as another one is named that neither side changed."""
    if resolution is None or resolution.value is None or conflict.kind not in NAMES:
        return
    path = written(conflict, resolution.value)
    if path in (conflict.base, conflict.ours, conflict.theirs):
        return
    entry = project.repo.trees.entry
    for tree in (listed.three.ours, listed.three.theirs):
        above = [entry(tree, folder) for folder in folders_of(path)]
        if entry(tree, path) is not None or any(each is not None and not each.is_folder for each in above):
            raise RefusedError(
                f"the file cannot be named {path}: that name is taken", where=conflict.path, hint="give another name"
            )


def _result(listed: ConflictList, ids: Iterable[str]) -> ResolveResult:
    wanted = set(ids)
    return ResolveResult(tuple(each for each in listed.conflicts if each.conflict.id in wanted), listed)


def resumed(project: Project, state: MergeInProgress) -> tuple[Prepared | PreparedRevert, ThreeWay]:
    """The merge or revert in progress, prepared as it was when it began.

    Raises RefusedError where the source or the target moved since then.
    """
    request = state.request
    try:
        prepared = prepare_revert(project, request) if isinstance(request, RevertRequest) else prepare(project, request)
    except (UsageError, RefusedError) as error:
        raise _moved(state, error.message) from None
    for name, tip, now in zip(
        (state.source, state.target), (state.source_tip, state.target_tip), prepared.tips, strict=True
    ):
        if now != tip:
            raise _moved(state, f"'{name}' moved since the {request.verb} began")
    if prepared.trees is None:
        raise _moved(state, f"'{state.target}' has everything of '{state.source}' already")
    return prepared, prepared.trees


def require_right(project: Project, prepared: Prepared | PreparedRevert) -> None:
    """Raise DeniedError where who is here may not land what is prepared."""
    from jetenv.access.authorize import Kind
    from jetenv.environments.rights.permission import permission, require_merge

    if isinstance(prepared, PreparedRevert):
        permission(project, prepared.target).require(Kind.COMMIT)
        return
    single = bool(prepared.selection) or prepared.has_all
    require_merge(project, prepared.target, prepared.source.tip, prepared.source.name, single=single)


def _moved(state: MergeInProgress, reason: str) -> RefusedError:
    verb = state.request.verb
    return RefusedError(
        f"the {verb} in progress cannot go on: {reason}",
        hint=f"`jetenv {verb} --abort`, then `{state.request.command}` again:"
        " what was resolved is remembered and offered",
    )


_Preparation = TypeVar("_Preparation", Prepared, PreparedRevert)


def merged_again(
    project: Project, kind: type[_Preparation], message: str | None
) -> tuple[MergeInProgress, _Preparation, ThreeWay, TreeMerge, Settling]:
    """What is in progress, merged with all that is resolved so far; ``message`` replaces the one that it began with.

    Raises RefusedError where nothing is in progress, or the other of merge and revert than ``kind`` says, or where the
    source or the target moved.
    """
    state = required_merge(project)
    prepared, three = resumed(project, state)
    if not isinstance(prepared, kind):
        raise RefusedError(
            f"{state.request.called} is in progress", hint=f"`jetenv {state.request.verb} --continue` completes it"
        )
    require_right(project, prepared)
    settling = Settling(state.resolutions)
    trees = merge_prepared(project, three, settling)
    if message is not None:
        prepared = replace(prepared, request=replace(prepared.request, message=message))
    if trees.conflicts:
        state = meet(project, state, trees.conflicts)
    return state, prepared, three, trees, settling


def meet(project: Project, state: MergeInProgress, conflicts: Iterable[Conflict]) -> MergeInProgress:
    """Note conflicts that came up behind those that were settled."""
    fresh = [each.id for each in conflicts if each.id not in state.conflicts]
    if not fresh:
        return state

    def noted(now: MergeInProgress) -> MergeInProgress:
        return replace(now, conflicts=tuple(dict.fromkeys((*now.conflicts, *fresh))))

    return update(project, state, noted)


def offered(project: Project, conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    """Those of ``conflicts`` for which a resolution is remembered."""
    memory = Memory(project.repo)
    return tuple(each for each in conflicts if memory.recall(each) is not None)


def _listed(project: Project, state: MergeInProgress) -> ConflictList:
    prepared, three = resumed(project, state)
    settling = Settling(state.resolutions)
    trees = merge_prepared(project, three, settling)
    state = meet(project, state, trees.conflicts)
    memory = Memory(project.repo)
    left = {conflict.id for conflict in trees.conflicts}
    settled = {each.conflict.id: each.resolution for each in settling.settled}
    conflicts = sorted((each for each in settling.met if each.id in left or each.id in settled), key=_path)
    found = (
        ListedConflict(each, settled.get(each.id), memory.recall(each) if each.id in left else None)
        for each in conflicts
    )
    return ConflictList(state, prepared, three, trees, tuple(found))


def _path(conflict: Conflict) -> str:
    return conflict.path


def find_conflicts(listed: ConflictList, target: str) -> tuple[ListedConflict, ...]:
    """The conflicts that ``target`` names: an id, a file, or ``FILE#FIELD`` for those at a field, else below it.

    Raises UsageError where it names none, with those that there are.
    """
    by_id = [each for each in listed.conflicts if each.conflict.id == target]
    if by_id:
        return tuple(by_id)
    name, hash_sign, text = target.partition("#")
    field = parse_path(text)
    paths = {name + suffix for suffix in SUFFIXES}
    there = [each for each in listed.conflicts if each.conflict.path in paths]
    if hash_sign:
        exact = [each for each in there if each.conflict.field == field]
        there = exact or [each for each in there if each.conflict.field[: len(field)] == field]
    if not there:
        raise _unknown(listed, target)
    return tuple(there)


def _unknown(listed: ConflictList, target: str) -> UsageError:
    places = {place(each.conflict.path, each.conflict.field): None for each in listed.conflicts}
    close = did_you_mean(target, places)
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    known = f"there are {', '.join(list(places)[:_SHOWN])}{more}" if places else "nothing is in conflict"
    return UsageError(f"there is no conflict at '{target[:200]}'", hint=f"did you mean '{close}'?" if close else known)


def place(path: str, field: FieldPath) -> str:
    """``FILE#FIELD`` as the arguments of commands have it, without the suffix of the file."""
    shown = path.removesuffix(".yaml")
    return f"{shown}#{format_path(field)}" if field else shown


def at_the_same_place(listed: ConflictList, one: ListedConflict) -> tuple[ListedConflict, ...]:
    """``one``, and where it is a stretch of a text the other stretches of that: a value is for the whole text."""
    if one.conflict.kind is not ConflictKind.TEXT:
        return (one,)
    where = (one.conflict.path, one.conflict.field, one.conflict.kind)
    return tuple(
        each for each in listed.conflicts if (each.conflict.path, each.conflict.field, each.conflict.kind) == where
    )


def require_one_place(chosen: Sequence[ListedConflict]) -> ListedConflict:
    """The conflict that a value is for; all of ``chosen`` may be stretches of one text.

    Raises UsageError where they are in several places.
    """
    first = chosen[0].conflict
    for each in chosen[1:]:
        other = each.conflict
        if (other.path, other.field) != (first.path, first.field) or ConflictKind.TEXT not in (first.kind, other.kind):
            raise UsageError(
                f"{len(chosen)} conflicts are meant, and a value is for one",
                hint="name one by its id: `jetenv conflicts` shows them",
            )
    return chosen[0]
