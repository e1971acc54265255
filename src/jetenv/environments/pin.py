"""Lock an environment to a version of the platform, or let it follow the latest one."""

from __future__ import annotations

import re

from jetenv.environments.model import LATEST
from jetenv.environments.project import Project
from jetenv.environments.settings import SettingResult, replace_setting
from jetenv.errors import UsageError

_EXTRA = r"[0-9A-Za-z][0-9A-Za-z.-]*"
_VERSION = re.compile(rf"v?[0-9]+(\.[0-9]+){{0,3}}(-{_EXTRA})?(\+{_EXTRA})?")


def pin(project: Project, name: str, version: str) -> SettingResult:
    """Pin the environment ``name`` to ``version`` (``latest``, or such as ``3.12``) in one commit on it.

    Raises UsageError for what is no version or no environment, and what ``replace_setting`` raises.
    """
    environment = project.environment(name)
    wanted = check_version(version)
    message = f"Pin environment {environment.id} to {wanted}"
    return replace_setting(project, environment, "version", environment.version, wanted, message)


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
