"""What jetenv puts into a clone: drivers that git calls for YAML files, and the hook that checks what is committed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.environments.installing.git_drivers import DRIVER, Driver, DriverStatus, own_command
from jetenv.environments.installing.pre_commit import CommitHookStatus, commit_hook_status
from jetenv.environments.merges.merge_driver import FILES, LABELS, guarded
from jetenv.repository.git_version import git_version

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

_ANCESTOR = "jetenv-base"
_LABELS_SINCE = (2, 44)


@dataclass(frozen=True, slots=True)
class HooksStatus:
    """How far everything is set up that may be put into a clone."""

    drivers: tuple[DriverStatus, ...]
    commit_hook: CommitHookStatus

    @property
    def active(self) -> bool:
        """Whether something is set up, and nothing by halves."""
        begun = [each.active for each in self.drivers if each.begun]
        begun += [True] * self.commit_hook.active
        return bool(begun) and all(begun)


def merge_driver() -> Driver:
    """What git merges a file with that both sides changed."""
    arguments = FILES + (LABELS if git_version() >= _LABELS_SINCE else ())
    command = own_command().replace("%", "%%")
    settings = {
        f"merge.{DRIVER}.name": "jetenv, YAML by structure",
        f"merge.{DRIVER}.driver": guarded(command, arguments),
        f"merge.{DRIVER}.recursive": _ANCESTOR,
        f"merge.{_ANCESTOR}.name": "jetenv, YAML by structure, for merge bases",
        f"merge.{_ANCESTOR}.driver": guarded(command, arguments, ancestor=True),
    }
    return Driver("merge", settings, f"merge.{DRIVER}.driver")


def diff_driver() -> Driver:
    """What git turns a file into before it compares the lines of two versions.

    git puts the file behind the command. Where jetenv fails, ``cat`` gives it out as it is.
    """
    line = f'{own_command()} textconv "$1" 2>/dev/null || cat'
    return Driver("diff", {f"diff.{DRIVER}.textconv": line}, f"diff.{DRIVER}.textconv")


def hooks_status(repo: Repository) -> HooksStatus:
    """How far everything is set up. Raises as ``Driver.status`` and ``commit_hook_status`` do."""
    return HooksStatus(
        tuple(driver.status(repo) for driver in (merge_driver(), diff_driver())), commit_hook_status(repo)
    )
