"""Lock an environment to a version of the platform, or let it follow the latest one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jetenv.environments.model import LATEST, Environment, Tracking
from jetenv.environments.project import Project
from jetenv.environments.settings import change_setting, stale
from jetenv.errors import UsageError
from jetenv.repository.objects import Oid

_EXTRA = r"[0-9A-Za-z][0-9A-Za-z.-]*"
_VERSION = re.compile(rf"v?[0-9]+(\.[0-9]+){{0,3}}(-{_EXTRA})?(\+{_EXTRA})?")


@dataclass(frozen=True, slots=True)
class PinResult:
    """The environment as it is now and the version that it was pinned to.

    ``commit`` is None where it was pinned to that version already. ``stale`` is set where the local branch lacks
    commits of its remote copy.
    """

    environment: Environment
    old: str
    commit: Oid | None
    stale: Tracking | None = None


def pin(project: Project, name: str, version: str) -> PinResult:
    """Pin the environment ``name`` to ``version`` (``latest``, or such as ``3.12``) in one commit on it.

    Raises UsageError for what is no version or no environment, and what ``change_setting`` raises.
    """
    environment = project.environment(name)
    wanted = check_version(version)
    commit = None
    if wanted != environment.version or environment.problem is not None:
        message = f"Pin environment {environment.id} to {wanted}"
        commit = change_setting(project, environment, "version", wanted, message)
    now = project.environment(environment.id)
    return PinResult(now, environment.version, commit, stale(project, now))


def check_version(version: str) -> str:
    """``version`` without blanks around it. Raises UsageError where an environment cannot be pinned to it."""
    found = version.strip()
    if found.lower() == LATEST:
        return LATEST
    if _VERSION.fullmatch(found):
        return found
    raise UsageError(
        f"{version[:80]!r} is not a version", hint="use 'latest', or numbers with dots such as 3.12 or 3.12.4"
    )
