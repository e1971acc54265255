"""Protect an environment: who may change it in which way, written to its own file in one signed commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.access.protection import Protection, read_protection
from jetenv.documents.paths import FieldPath, Key
from jetenv.environments.editing import Mutation, edit_environment
from jetenv.environments.history import stale
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.project import Project
from jetenv.environments.settings import FILE_NAME, require_readable
from jetenv.environments.starting.first_files import PROTECTION
from jetenv.errors import UsageError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.documents.nodes import Source

FIELD = "protection"


@dataclass(frozen=True, slots=True)
class ProtectResult:
    """The protection ``before`` and ``after``; ``commit`` is None where nothing had to be changed.

    ``stale`` is set where the local branch lacks commits of its remote copy.
    """

    environment: Environment
    before: Protection
    after: Protection
    commit: Oid | None
    stale: Tracking | None = None


def protect(
    project: Project,
    name: str,
    settings: Mapping[str, str] | None = None,
    *,
    sources: Sequence[str] = (),
    from_anywhere: bool = False,
) -> ProtectResult:
    """Change the protection of the environment ``name``; what is not named stays as it is.

    ``settings`` are values by their names in the file (``direct``, ``merge``, ``version``, ``force_push``, ``delete``).
    An environment without protection first gets the one that ``init`` gives the default one. ``sources`` are the
    environments that merges may come from, ``from_anywhere`` lets them come from everywhere again. Raises UsageError
    for environments that there are none of, and what ``edit_environment`` raises.
    """
    if sources and from_anywhere:
        raise UsageError("sources and from anywhere contradict each other", hint="give one of them")
    environment = project.visible_environment(name)
    require_readable(environment)
    ids = list(dict.fromkeys(project.visible_environment(each).id for each in sources))
    if environment.id in ids:
        raise UsageError(f"'{environment.id}' cannot be merged into itself", hint="name another environment")
    values = dict(settings or {}) if environment.protection else {**PROTECTION, **(settings or {})}

    def change(files: Mapping[str, bytes]) -> dict[str, bytes]:
        data = files[FILE_NAME]
        for field, value in values.items():
            data = _with(environment, data, (FIELD, field), value)
        if ids:
            data = _with(environment, data, (FIELD, "sources"), f"[{', '.join(ids)}]", as_text=False)
        elif from_anywhere and "sources" in environment.protection:
            data = _without(environment, data, (FIELD, "sources"))
        return {FILE_NAME: data}

    return _changed(project, environment, change, f"Protect environment {environment.id}")


def unprotect(project: Project, name: str) -> ProtectResult:
    """Take the protection of the environment ``name`` away: its editors may commit and merge from everywhere.

    Raises as ``protect`` does.
    """
    environment = project.visible_environment(name)
    require_readable(environment)

    def change(files: Mapping[str, bytes]) -> dict[str, bytes]:
        return {FILE_NAME: _without(environment, files[FILE_NAME], (FIELD,))} if environment.protection else {}

    return _changed(project, environment, change, f"Unprotect environment {environment.id}")


def _changed(project: Project, environment: Environment, change: Mutation, message: str) -> ProtectResult:
    commit = edit_environment(project, environment, change, message)
    now = project.environment(environment.id)
    before, after = read_protection(environment.protection or None), read_protection(now.protection or None)
    return ProtectResult(now, before, after, commit, stale(project, now))


def _with(environment: Environment, data: bytes, path: tuple[str, ...], value: str, *, as_text: bool = True) -> bytes:
    from jetenv.documents.editing import set_value

    return _edited(environment, data, lambda source, field: set_value(source, field, value, as_text=as_text), path)


def _without(environment: Environment, data: bytes, path: tuple[str, ...]) -> bytes:
    from jetenv.documents.editing import unset

    return _edited(environment, data, unset, path)


def _edited(
    environment: Environment, data: bytes, edit: Callable[[Source, FieldPath], str], path: tuple[str, ...]
) -> bytes:
    from jetenv.documents.editing import edited

    field = tuple(map(Key, path))
    return edited(data, f"{environment.folder}/{FILE_NAME}", lambda source: edit(source, field))
