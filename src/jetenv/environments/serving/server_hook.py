"""Making a bare repository one whose pushes are judged: a pre-receive hook, the settings it needs, and the pinned root.

A hook that is there already is kept beside the new one, as ``pre-receive.local``, and is run when jetenv has agreed.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.access.standing import claims_to_be_default, first_root, is_environment
from jetenv.access.store import GitStore
from jetenv.environments.installing.git_drivers import Setting, module_command
from jetenv.environments.project import ROOT_PIN
from jetenv.errors import DeniedError, RefusedError, UsageError
from jetenv.repository.failures import git_errors
from jetenv.repository.hook_files import hook_script, hooks_folder, refuse_two_hooks, write_hook
from jetenv.repository.records import Record

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

HOOK = "pre-receive"
LOCAL = ".local"
_MARK = "# pre-receive hook of jetenv"
_SEED = "receive.certNonceSeed"
_DIGITS = 64

SETTINGS = {
    # Malformed commits, and trees that name a thing twice, stay out before anything reads them.
    "receive.fsckObjects": "true",
    # A push stays the pack that was sent, so that what was sent can be told from what was here.
    "receive.unpackLimit": "1",
    # No history that begins in the middle.
    "receive.shallowUpdate": "false",
    # Bytes of one push.
    "receive.maxInputSize": str(1024**3),
    # A signed push answers to what this server asked, within so many seconds where it asks over HTTP.
    "receive.certNonceSlop": "600",
    # What was on a branch can be looked up afterwards.
    "core.logAllRefUpdates": "always",
    # Objects are served because a ref shows them, never because somebody knows their ids.
    "uploadpack.allowAnySHA1InWant": "false",
    "uploadpack.allowReachableSHA1InWant": "false",
    "uploadpack.allowTipSHA1InWant": "false",
}


@dataclass(frozen=True, slots=True)
class ServerHookChange:
    """What installing or uninstalling does.

    ``hook`` is the file; ``writes`` whether it changes, ``keeps`` whether a hook that was there moves to ``….local``
    or comes back from there. ``head`` is the branch that HEAD is to name, None where it stays. ``root`` is the pinned
    digest, and ``found_in`` the environment it was read from when nobody named it.
    """

    installed: bool
    dry_run: bool
    hook: Path
    writes: bool
    keeps: bool
    settings: tuple[Setting, ...]
    head: str | None = None
    root: str | None = None
    found_in: str | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.writes or bool(self.settings) or self.head is not None


@dataclass(frozen=True, slots=True)
class ServerHookStatus:
    """How far a bare repository judges pushes.

    ``installed`` is whether the hook is jetenv's own, ``current`` whether installing again would change nothing.
    ``root`` is the pinned digest and ``default`` the environment that begins there, None where there is none;
    ``unproven`` are environments of which nothing is in force. ``chained`` is whether another hook is run afterwards.
    """

    installed: bool
    current: bool
    root: str | None
    default: str | None
    unproven: tuple[str, ...]
    chained: bool

    @property
    def active(self) -> bool:
        """Whether pushes are judged, by this version of jetenv and with the settings that it needs."""
        return self.installed and self.current and self.root is not None


def plan_install(repo: Repository, root: str | None, *, dry_run: bool = False) -> ServerHookChange:
    """What installing would do; ``root`` is the digest to pin, None to pin the one that is found here.

    Raises RefusedError where there is a working tree, UsageError where the root has to be named, DeniedError where
    another one is pinned.
    """
    _refuse_working_tree(repo)
    pinned = repo.config.own(ROOT_PIN)
    if root is not None and (len(root) != _DIGITS or root.strip("0123456789abcdef")):
        raise UsageError(f"'{root}' is no digest", hint="it has 64 hexadecimal digits: `jetenv trust show` in a clone")
    if root is not None and pinned not in (None, root):
        raise DeniedError(
            f"another root is pinned here: {pinned}",
            hint=f"if that is wrong, `git config --unset {ROOT_PIN}` in this repository, then install again",
        )
    found_in, default = None, _default(repo, pinned or root)
    if pinned is None and root is None:
        if default is None:
            raise UsageError(
                "no environment is here that a root could be read from, so it has to be named",
                hint="add `--root DIGEST`; `jetenv trust show` in a clone of the project prints it",
            )
        found_in, root = default
    wanted = {ROOT_PIN: pinned or root or "", **SETTINGS, _SEED: repo.config.own(_SEED) or secrets.token_hex(32)}
    settings = tuple(
        Setting(name, old, value) for name, value in wanted.items() if (old := repo.config.own(name)) != value
    )
    hook = hooks_folder(repo) / HOOK
    old = hook_script(hook)
    head = default[0] if default is not None and repo.refs.head().branch != default[0] else None
    return ServerHookChange(
        True, dry_run, hook, old != _script() or not os.access(hook, os.X_OK),
        old is not None and _MARK not in old, settings, head, pinned or root, found_in,
    )  # fmt: skip


def install(repo: Repository, plan: ServerHookChange) -> ServerHookChange:
    """Do what ``plan`` says, the hook last: it judges nothing before it can."""
    local = plan.hook.with_name(HOOK + LOCAL)
    if plan.keeps:
        refuse_two_hooks(plan.hook, local)
    record = _record(repo)
    before = _before(record)
    before |= {each.name: each.old for each in plan.settings if each.name != ROOT_PIN and each.name not in before}
    record.write({"settings": before})
    for setting in plan.settings:
        repo.config.set(setting.name, setting.new or "")
    if plan.head is not None:
        repo.refs.point_head(plan.head)
    if plan.writes:
        write_hook(plan.hook, _script(), kept_as=local if plan.keeps else None)
    return plan


def uninstall(repo: Repository, *, dry_run: bool = False) -> ServerHookChange:
    """Take the hook out, and put back the one and the settings that were there before. The pinned root stays."""
    _refuse_working_tree(repo)
    hook = hooks_folder(repo) / HOOK
    local = hook.with_name(HOOK + LOCAL)
    old, record = hook_script(hook), _record(repo)
    is_ours = old is not None and _MARK in old
    settings = tuple(
        Setting(name, now, value)
        for name, value in (_before(record) if is_ours else {}).items()
        if (now := repo.config.own(name)) != value
    )
    plan = ServerHookChange(False, dry_run, hook, is_ours, is_ours and local.exists(), settings)
    if not dry_run and is_ours:
        with git_errors("removing the hook"):
            local.replace(hook) if plan.keeps else hook.unlink()
        for setting in settings:
            if setting.new is None:
                repo.config.unset(setting.name)
            else:
                repo.config.set(setting.name, setting.new)
        record.remove()
    return plan


def server_hook_status(repo: Repository) -> ServerHookStatus:
    """How far ``repo`` judges pushes. Raises RefusedError where it has a working tree."""
    from jetenv.environments.serving.served import read_served

    _refuse_working_tree(repo)
    hook = hooks_folder(repo) / HOOK
    content = hook_script(hook)
    root = repo.config.own(ROOT_PIN)
    wanted = all(repo.config.own(name) == value for name, value in SETTINGS.items()) and repo.config.own(_SEED)
    standing = read_served(repo).standing if root is not None else None
    unproven = [each.name for each in standing.environments.values() if each.policy is None] if standing else []
    return ServerHookStatus(
        judges_pushes(repo),
        content == _script() and bool(wanted),
        root,
        standing.default.name if standing is not None and standing.default is not None else None,
        tuple(unproven),
        os.access(hook.with_name(HOOK + LOCAL), os.X_OK),
    )


def judges_pushes(repo: Repository) -> bool:
    """Whether git calls jetenv for every push to ``repo``."""
    hook = hooks_folder(repo) / HOOK
    return _MARK in (hook_script(hook) or "") and os.access(hook, os.X_OK)


def _script() -> str:
    """The hook. It names the interpreter, for a server's PATH leads nowhere; -P, for it is started in a repository."""
    command = f"{module_command()} receive"
    return f"""#!/bin/sh
{_MARK}: it judges a push, then {HOOK}{LOCAL} is asked, where there is one.
# `jetenv hooks uninstall --server` takes it out.
refs=$(cat) || exit 1
printf '%s\\n' "$refs" | {command} || exit 1
local=$(dirname "$0")/{HOOK}{LOCAL}
[ ! -x "$local" ] || printf '%s\\n' "$refs" | "$local"
"""


def _default(repo: Repository, root: str | None) -> tuple[str, str] | None:
    """The default environment and its root: the one that begins at ``root``, else the only one there is."""
    store = GitStore(repo)
    found: list[tuple[str, str]] = []
    for branch in repo.refs.branches():
        if branch.remote is None and is_environment(store, branch.oid, branch.name):
            claims = claims_to_be_default(store, branch.oid, branch.name)
            digest = first_root(store, branch.oid, branch.name) if claims else None
            found += [(branch.name, digest)] if digest is not None else []
    if root is not None and found:
        others, found = found, [each for each in found if each[1] == root]
        if not found:
            name, digest = others[0]
            raise DeniedError(
                f"'{name}' does not begin at the root {root[:16]}…: its first members file is {digest[:16]}…",
                hint="do not go on before an admin has told you, by another way than this repository, which one it is",
            )
    if len(found) > 1:
        names = ", ".join(name for name, _ in found)
        raise UsageError(f"more than one branch claims to be the default environment: {names}", hint="name its --root")
    return found[0] if found else None


def _record(repo: Repository) -> Record:
    return Record(repo.room / "server-hook.json", "the record of the settings before", "remove it")


def _before(record: Record) -> dict[str, str | None]:
    found: Mapping[str, str | None] = (record.read() or {}).get("settings", {})
    return dict(found)


def _refuse_working_tree(repo: Repository) -> None:
    if not repo.is_bare:
        raise RefusedError(
            "this repository has a working tree, and pushes are judged in a bare one",
            where=str(repo.workdir),
            hint="make one to push to: `git clone --bare`",
        )
