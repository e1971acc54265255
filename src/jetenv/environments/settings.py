"""One setting in the file of an environment, changed by one signed commit that keeps every other byte of the file."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.editing import edit_environment
from jetenv.environments.history import stale
from jetenv.environments.model import Environment, Tracking, unreadable
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
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

    An environment that only a remote has gets its local branch, which tracks the remote's. Raises JetenvError where the
    file cannot be read, and what ``edit_environment`` and ``documents.editing.set_value`` raise.
    """
    require_readable(environment)
    commit = edit_environment(
        project,
        environment,
        lambda files: {FILE_NAME: with_setting(environment, files[FILE_NAME], key, value)},
        message,
    )
    if commit is not None and environment.remote is not None:
        track(project, environment.id, environment.remote)
    return commit


def with_setting(environment: Environment, data: bytes, key: str, value: str) -> bytes:
    """The bytes of the environment's file with the text ``value`` under ``key``."""
    from jetenv.documents.editing import encode, set_value
    from jetenv.documents.parsing import parse
    from jetenv.documents.paths import Key

    path = f"{environment.folder}/{FILE_NAME}"
    source = parse(data, path=path)
    try:
        return encode(source, set_value(source, (Key(key),), value, as_text=True))
    except JetenvError as error:
        error.where = f"{path}:{error.where}" if error.where else path
        raise


def require_readable(environment: Environment) -> None:
    """Raise JetenvError where the environment's file could not be read."""
    if environment.problem is not None:
        raise unreadable(environment, "cannot be changed")


def track(project: Project, branch: str, remote: str) -> None:
    """Make ``remote``'s branch of the same name the upstream of the local ``branch``."""
    project.repo.config.set(f"branch.{branch}.remote", remote)
    project.repo.config.set(f"branch.{branch}.merge", f"refs/heads/{branch}")
