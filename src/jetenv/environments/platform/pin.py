"""Lock an environment to a version of the platform, or let it follow the latest one."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.editing import edit_environment
from jetenv.environments.history import stale
from jetenv.environments.model import Environment, Resolved, Tracking
from jetenv.environments.platform.releases import Releases, read_releases
from jetenv.environments.project import Project
from jetenv.environments.settings import FILE_NAME, require_readable, with_setting
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.objects import Oid
from jetenv.schemas.versions import LATEST, is_version, running

_SHOWN = 5  # features that a message names


@dataclass(frozen=True, slots=True)
class PinResult:
    """What `jetenv pin` or `jetenv upgrade` did.

    ``old`` is the environment as it was. ``releases`` is the source that the version was looked up in, None where there
    was none to ask; ``unchecked`` says why it could not be asked. ``commit`` is None where nothing had to be changed.
    ``stale`` is set where the local branch lacks commits of its remote copy.
    """

    old: Environment
    environment: Environment
    releases: Releases | None
    commit: Oid | None
    unchecked: str | None = None
    stale: Tracking | None = None


def pin(project: Project, name: str, version: str) -> PinResult:
    """Pin the environment ``name`` to ``version`` (``latest``, or such as ``3.12``) in one commit on it.

    The release that the version stands for is recorded where the project names a source of releases. Where that cannot
    be asked and never was, a version is taken as it is. Raises UsageError for what is no version, no release or no
    environment, RefusedError where the content of the environment needs a newer version, and what
    ``edit_environment`` raises.
    """
    environment = project.visible_environment(name)
    wanted = check_version(version)
    unchecked, releases = None, None
    try:
        releases = read_releases(project, project.repo.commits.get(environment.tip).tree)
    except UsageError:
        raise
    except JetenvError as error:
        unchecked = error.message
    resolved = releases.resolve(wanted) if releases is not None else None
    message = f"Pin environment {environment.id} to {wanted}"
    return set_version(project, environment, wanted, resolved, message, releases=releases, unchecked=unchecked)


def pin_from(project: Project, name: str, source: str) -> PinResult:
    """Pin the environment ``name`` to the very release that the environment ``source`` runs, as recorded there.

    Raises as ``pin`` does, and RefusedError where ``source`` follows the latest version and never recorded which.
    """
    environment, origin = project.visible_environment(name), project.visible_environment(source)
    if origin.id == environment.id:
        raise UsageError(f"'{name}' and '{source}' are the same environment", hint="name another one behind --from")
    require_readable(origin)
    if origin.platform is None:
        raise RefusedError(
            f"'{origin.id}' follows the latest version, and which one that is was never recorded",
            hint=f"`jetenv upgrade {origin.id}` records it",
        )
    message = f"Pin environment {environment.id} to {origin.platform}, as {origin.id} runs it"
    return set_version(project, environment, origin.platform, origin.resolved, message)


def set_version(
    project: Project,
    environment: Environment,
    version: str,
    resolved: Resolved | None,
    message: str,
    *,
    releases: Releases | None = None,
    unchecked: str | None = None,
) -> PinResult:
    """Write the pin ``version``, and the release that it stands for, in one commit on ``environment``.

    Raises RefusedError where the content needs a newer version, and JetenvError as ``edit_environment`` does.
    """
    require_readable(environment)
    commit = None
    if (version, resolved) != (environment.version, environment.resolved):
        _refuse_older(project, environment, version, resolved)
        commit = edit_environment(
            project,
            environment,
            lambda files: {FILE_NAME: _with_version(environment, files[FILE_NAME], version, resolved)},
            message,
        )
    now = project.environment(environment.id)
    return PinResult(environment, now, releases, commit, unchecked, stale(project, now))


def check_version(version: str) -> str:
    """``version`` without blanks around it. Raises UsageError where an environment cannot be pinned to it."""
    found = version.strip()
    if found.lower() == LATEST:
        return LATEST
    if is_version(found):
        return found
    raise UsageError(
        f"{version[:80]!r} is not a version", hint="use 'latest', or numbers with dots such as 3.12 or 3.12.4"
    )


def _refuse_older(project: Project, environment: Environment, version: str, resolved: Resolved | None) -> None:
    """Raise RefusedError where what is in the environment needs a newer version than the one to come."""
    to = running(version, resolved.version if resolved is not None else None)
    if to is None or environment.platform == to:
        return
    from jetenv.environments.validate import tree_needs

    missing = tree_needs(project, project.repo.commits.get(environment.tip).tree, to)
    if missing:
        features = list(dict.fromkeys(f"'{need.feature}' needs {need.version}" for need in missing))
        more = f" and {len(features) - _SHOWN} more" if len(features) > _SHOWN else ""
        raise RefusedError(
            f"environment '{environment.id}' cannot go to {to}: {', '.join(features[:_SHOWN])}{more}",
            where=f"{missing[0].path}:{missing[0].line}:{missing[0].column}",
            hint="pin a version that has them, or remove from the environment what needs them",
        )


def _with_version(environment: Environment, data: bytes, version: str, resolved: Resolved | None) -> bytes:
    """The bytes of the environment's file with the pin, and the record of what it stands for, or without one."""
    from jetenv.documents.editing import encode, set_value, unset
    from jetenv.documents.emitting import dump
    from jetenv.documents.parsing import parse
    from jetenv.documents.paths import Key

    data = with_setting(environment, data, "version", version)
    source = parse(data, path=f"{environment.folder}/{FILE_NAME}")
    place = (Key("resolved"),)
    if resolved is not None:
        return encode(source, set_value(source, place, dump(resolved.as_data())))
    has_one = source.root is not None and source.root.get("resolved") is not None
    return encode(source, unset(source, place)) if has_one else data
