"""One setting in the file of an environment, changed by one signed commit that keeps every other byte of the file."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.editing import edit_environment
from jetenv.environments.history import stale
from jetenv.environments.model import Environment, Tracking, unreadable
from jetenv.environments.project import Project
from jetenv.repository.objects import Oid

FILE_NAME = "environment.yaml"


@dataclass(frozen=True, slots=True)
class SettingResult:
    """An environment as it is now, and a setting of it as it was before: ``old``, None where it had none.

    ``commit`` is None where nothing had to be changed. ``stale`` is set where the local branch lacks commits of its
    remote copy.
    """

    environment: Environment
    old: str | None
    commit: Oid | None
    stale: Tracking | None = None


def replace_setting(
    project: Project, environment: Environment, key: str, old: str | None, new: str, message: str
) -> SettingResult:
    """Change the setting ``key`` of ``environment`` from ``old``, as it was read, to ``new`` in one commit on it.

    Raises what ``change_setting`` raises.
    """
    commit = None
    if new != old or environment.problem is not None:
        commit = change_setting(project, environment, key, new, message)
    now = project.environment(environment.id)
    return SettingResult(now, old, commit, stale(project, now))


def change_setting(project: Project, environment: Environment, key: str, value: str, message: str) -> Oid | None:
    """Write ``key: value`` into the environment's own file; the new tip of its branch, or None where nothing changed.

    Raises JetenvError where the file cannot be read, and what ``edit_environment`` and ``documents.editing.set_value``
    raise.
    """
    require_readable(environment)
    return edit_environment(
        project,
        environment,
        lambda files: {FILE_NAME: with_setting(environment, files[FILE_NAME], key, value)},
        message,
    )


def with_setting(environment: Environment, data: bytes, key: str, value: str) -> bytes:
    """The bytes of the environment's file with the text ``value`` under ``key``."""
    from jetenv.documents.editing import with_text

    return with_text(data, f"{environment.folder}/{FILE_NAME}", (key,), value)


def require_readable(environment: Environment) -> None:
    """Raise JetenvError where the environment's file could not be read."""
    if environment.problem is not None:
        raise unreadable(environment, "cannot be changed")
