"""The merge or revert in progress and the resolutions that are remembered, as kept in the git directory.

A revert is the merge of an inverse, and kept in the same record. Both records lie outside of the working tree and of
git's own files, so that they survive switching, committing and a reboot. A repository has one merge in progress at
most, whatever working tree it was started from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from jetenv.documents.paths import format_path
from jetenv.environments.merges.inverse import RevertRequest
from jetenv.environments.merges.preparation import MergeRequest
from jetenv.environments.project import Project
from jetenv.errors import JetenvError, RefusedError
from jetenv.merging.conflicts import Conflict
from jetenv.merging.resolutions import Resolution
from jetenv.repository.interrupts import change_made, interrupts_deferred
from jetenv.repository.objects import Oid
from jetenv.repository.records import Record

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

_REMEMBERED = 5_000  # resolutions; the oldest ones go first


@dataclass(frozen=True, slots=True)
class MergeInProgress:
    """A merge or revert that waits for its conflicts to be resolved.

    ``request`` is what was asked for, with the ids of environments; the tips are those that are being merged, that of
    the source in a revert the commit that is undone. ``conflicts`` are the ids of those met so far, ``resolutions``
    what settles them, by id. ``landing`` is set while the commit lands.
    """

    request: MergeRequest | RevertRequest
    source_tip: Oid
    target_tip: Oid
    conflicts: tuple[str, ...] = ()
    resolutions: Mapping[str, Resolution] = field(default_factory=dict)
    landing: Oid | None = None

    @property
    def source(self) -> str:
        """Where the changes come from, as messages name it."""
        return self.request.source

    @property
    def target(self) -> str:
        """The id of the environment that they are applied to."""
        return self.request.target

    @property
    def open(self) -> int:
        """How many of the conflicts met so far have no resolution."""
        return sum(each not in self.resolutions for each in self.conflicts)


def merge_in_progress(project: Project) -> MergeInProgress | None:
    """The merge in progress, or None; one whose commit landed before a crash is done, and forgotten here.

    Raises JetenvError with the way out where its record cannot be read.
    """
    state = _read(project.repo)
    if state is None or state.landing is None:
        return state
    if not _has_landed(project, state):
        return replace(state, landing=None)
    with _record(project.repo).lock():
        if _read(project.repo) == state:
            _record(project.repo).remove()
    return None


def required_merge(project: Project) -> MergeInProgress:
    """The merge in progress. Raises RefusedError where there is none."""
    state = merge_in_progress(project)
    if state is None:
        raise RefusedError(
            "no merge or revert is in progress",
            hint="`jetenv merge SOURCE TARGET` or `jetenv revert COMMIT` starts one",
        )
    return state


def refuse_another(project: Project) -> None:
    """Raise RefusedError where a merge or revert is in progress already."""
    state = merge_in_progress(project)
    if state is not None:
        raise _in_progress(state)


def _in_progress(state: MergeInProgress) -> RefusedError:
    return RefusedError(
        f"{state.request.called} is in progress",
        hint="`jetenv conflicts` shows what is left;"
        f" `jetenv {state.request.verb} --continue` completes it, `--abort` drops it",
    )


def refuse_part_of_merge(project: Project, environment: str) -> None:
    """Raise RefusedError where the merge or revert in progress is from or into ``environment``, given by its id."""
    state = merge_in_progress(project)
    if state is not None and environment in (state.source, state.target):
        raise RefusedError(
            f"{state.request.called} is in progress, and needs '{environment}'",
            hint=f"complete it first: `jetenv {state.request.verb} --continue`,"
            f" or drop it: `jetenv {state.request.verb} --abort`",
        )


def keep(project: Project, state: MergeInProgress) -> None:
    """Keep a new merge in progress. Raises as ``refuse_another`` does."""
    refuse_another(project)
    with _record(project.repo).lock():
        other = _read(project.repo)
        if other is not None:
            raise _in_progress(other)
        with interrupts_deferred():
            _write(project.repo, state)
            change_made()


def update(
    project: Project, seen: MergeInProgress, change: Callable[[MergeInProgress], MergeInProgress]
) -> MergeInProgress:
    """The merge in progress after ``change``, which is applied to what other commands made of ``seen`` meanwhile.

    Raises RefusedError where ``seen`` was completed or dropped meanwhile.
    """
    with _record(project.repo).lock():
        now = _refuse_other(_read(project.repo), seen)
        after = change(now)
        _write(project.repo, after)
        return after


def _refuse_other(now: MergeInProgress | None, seen: MergeInProgress) -> MergeInProgress:
    """``now``, where it is what was ``seen`` before, whatever was resolved since. Raises RefusedError otherwise."""
    if now is None or _identity(now) != _identity(seen):
        raise RefusedError("the merge in progress was completed or dropped meanwhile")
    return now


@contextmanager
def landing(project: Project, state: MergeInProgress, commit: Oid) -> Iterator[None]:
    """While the block lands ``commit``, keep other commands off the merge; when it is done, so is the merge.

    Raises RefusedError where ``state`` is not what is in progress any more.
    """
    record = _record(project.repo)
    with record.lock():
        now = _read(project.repo)
        if now is None or replace(now, landing=None) != state:
            raise RefusedError(
                "the merge in progress was changed by another command meanwhile", hint="run the command again"
            )
        _write(project.repo, replace(state, landing=commit))
        try:
            yield
        except BaseException:
            if not _has_landed(project, replace(state, landing=commit)):
                _write(project.repo, state)
            raise
        record.remove()


def drop(project: Project) -> MergeInProgress | None:
    """Forget the merge in progress and return it, or None where its record cannot be read.

    Raises RefusedError where there is none, or another one by the time that it is forgotten.
    """
    record = _record(project.repo)
    try:
        state: MergeInProgress | None = required_merge(project)
    except RefusedError:
        raise
    except JetenvError:
        state = None
    with record.lock(), interrupts_deferred():
        if state is not None:
            _refuse_other(_read(project.repo), state)
        record.remove()
        change_made()
    return state


class Memory:
    """Resolutions of earlier merges, each of one conflict: the same place and the same three values."""

    def __init__(self, repo: Repository) -> None:
        self._record = Record(
            repo.room / "resolutions.json",
            "the memory of resolutions",
            "remove the file: the resolutions in it are then no longer offered",
        )
        self._kept = self._read()

    def _read(self) -> dict[str, Any]:
        kept = (self._record.read() or {}).get("resolutions", {})
        if not isinstance(kept, dict) or not all(isinstance(each, dict) for each in kept.values()):
            raise self._record.broken()
        return kept

    def recall(self, conflict: Conflict) -> Resolution | None:
        """How ``conflict`` was resolved before, or None."""
        data = self._kept.get(conflict.id)
        if data is None or data.get("of") != _fingerprint(conflict):
            return None
        return _resolution(data, self._record)

    def change(self, learn: Iterable[tuple[Conflict, Resolution]] = (), forget: Iterable[Conflict] = ()) -> None:
        """Remember and forget resolutions."""
        with self._record.lock():
            kept = self._read()
            for conflict in forget:
                kept.pop(conflict.id, None)
            for conflict, resolution in learn:
                kept.pop(conflict.id, None)
                kept[conflict.id] = {"of": _fingerprint(conflict), **_data(resolution)}
            self._kept = dict(list(kept.items())[-_REMEMBERED:])
            self._record.write({"resolutions": self._kept})


def _fingerprint(conflict: Conflict) -> str:
    """A digest of place and values: an id is too short to be sure that two conflicts are the same."""
    parts = (conflict.path, format_path(conflict.field), conflict.kind.value)
    values = (conflict.base, conflict.ours, conflict.theirs)
    numbered = (conflict.number,) if conflict.number else ()
    return hashlib.sha256(repr((parts, values, *numbered)).encode("utf-8", "surrogatepass")).hexdigest()


def _record(repo: Repository) -> Record:
    return Record(
        repo.merge_record,
        "the record of the merge in progress",
        "`jetenv merge --abort` drops it; the target was not changed, and merging again offers what was resolved",
    )


def _identity(state: MergeInProgress) -> tuple[object, ...]:
    return (state.request, state.source_tip, state.target_tip)


def _has_landed(project: Project, state: MergeInProgress) -> bool:
    tip = project.repo.refs.tip(state.target)
    if tip is None or state.landing is None:
        return False
    try:
        return tip == state.landing or project.repo.commits.is_ancestor(state.landing, tip)
    except JetenvError:
        return False


def _read(repo: Repository) -> MergeInProgress | None:
    record = _record(repo)
    data = record.read()
    if data is None:
        return None
    try:
        resolutions = {name: _resolution(each, record) for name, each in data.pop("resolutions").items()}
        conflicts = tuple(data.pop("conflicts"))
        request = _request(data.pop("request"))
        state = MergeInProgress(request, conflicts=conflicts, resolutions=resolutions, **data)
    except (TypeError, KeyError, AttributeError):
        raise record.broken() from None
    texts = (*_names(request), state.source_tip, state.target_tip, *conflicts)
    if not all(isinstance(each, str) for each in texts) or not all(
        isinstance(each, str | None) for each in (request.message, state.landing)
    ):
        raise record.broken()
    return state


def _request(data: Mapping[str, Any]) -> MergeRequest | RevertRequest:
    """What was asked for. Raises TypeError or AttributeError for data that says nothing of the kind."""
    fields: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in data.items()}
    return RevertRequest(**fields) if "commit" in fields else MergeRequest(**fields)


def _names(request: MergeRequest | RevertRequest) -> tuple[object, ...]:
    if isinstance(request, RevertRequest):
        return (request.commit, request.target)
    return (*request.only, *request.exclude, request.source, request.target)


def _write(repo: Repository, state: MergeInProgress) -> None:
    _record(repo).write(
        {
            "request": asdict(state.request),
            "source_tip": state.source_tip,
            "target_tip": state.target_tip,
            "conflicts": list(state.conflicts),
            "resolutions": {name: _data(each) for name, each in state.resolutions.items()},
            "landing": state.landing,
        }
    )


def _data(resolution: Resolution) -> dict[str, str]:
    return {"side": resolution.side} if resolution.side is not None else {"value": resolution.value or ""}


def _resolution(data: Any, record: Record) -> Resolution:
    try:
        side, value = data.get("side"), data.get("value")
        if all(isinstance(each, str | None) for each in (side, value)):
            return Resolution(side, value)
    except (ValueError, AttributeError):
        pass
    raise record.broken()
