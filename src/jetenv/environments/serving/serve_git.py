"""Serving a repository over SSH, to each key what its holder may see: the forced command of a line in authorized_keys.

The key stands in the line that let its holder in, so nothing the client sends says who it is.
"""

from __future__ import annotations

import hashlib
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.access.authorize import Change, Kind, authorize_anywhere
from jetenv.access.public_keys import parse_public_key
from jetenv.access.ref_names import BRANCHES
from jetenv.environments.installing.git_drivers import module_command
from jetenv.environments.serving.receive import PUSHER
from jetenv.environments.serving.served import Served, read_served
from jetenv.environments.serving.server_hook import judges_pushes
from jetenv.errors import DeniedError, JetenvError, RefusedError
from jetenv.repository.opening import open_repository
from jetenv.repository.serving import refresh_copy, serve_fetch, serve_push

if TYPE_CHECKING:
    from jetenv.repository.objects import Oid
    from jetenv.repository.repository import Repository

FETCH, PUSH = "git-upload-pack", "git-receive-pack"
_ONLY_GIT = "this key serves one repository: `git clone`, `git fetch` and `git push` work, and nothing else"
_COPIES = "audiences"


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A line of authorized_keys: a member's id, the public key, and the command that it is let in for."""

    member: str
    key: str
    command: str

    @property
    def text(self) -> str:
        """The line. `restrict` takes away forwarding, terminals and the rest."""
        command = self.command.replace("\\", "\\\\").replace('"', '\\"')
        return f'restrict,command="{command}" {self.key} {self.member}'


def authorized_keys(path: Path, *, isolated: bool = False) -> tuple[KeyLine, ...]:
    """A line for every key of a member of any environment of the repository ``path``, as it is in force there.

    Raises DeniedError where no root is pinned.
    """
    repo = _bare(path)
    members = [member for policy in read_served(repo).standing.policies for member in policy.members.members]
    keys = {key: member.id for member in reversed(members) for key in member.keys}
    return tuple(
        KeyLine(member, key, _command(repo, key, isolated=isolated))
        for key, member in sorted(keys.items(), key=lambda each: (each[1], each[0]))
    )


def serve(path: Path, key: str, requested: str, *, isolated: bool = False) -> int:
    """Answer ``requested``, the command that the client asked sshd for; the exit code is that of git.

    Raises DeniedError for what the holder of ``key`` may not do and RefusedError for anything but a fetch or a push.
    """
    key = parse_public_key(key, "--key")
    repo = _bare(path)
    service = _requested(requested, repo.path)
    served = read_served(repo)
    if service == PUSH:
        return _push(served, key, isolated=isolated)
    visible = served.visible_refs(key)
    if served.standing.default is None:
        raise DeniedError(
            "nothing is proven in this repository, so nothing is shown", hint="ask an admin of the server"
        )
    if isolated:
        copy = _copy(served, visible, key)
        return serve_fetch(copy, visible, head=True)
    return serve_fetch(repo, visible, head=_settled_head(served) in visible)


def _settled_head(served: Served) -> str:
    """The ref that HEAD names. Where that is not there, HEAD names the default environment from now on.

    A repository that was empty when it was set up could not name it yet.
    """
    refs, default = served.repo.refs, served.standing.default
    branch = refs.head().branch
    if default is not None and branch is not None and BRANCHES + branch not in served.refs:
        with suppress(JetenvError):  # where it cannot be written, a clone checks nothing out
            refs.point_head(default.name)
            branch = default.name
    return BRANCHES + branch if branch is not None else "HEAD"


def _push(served: Served, key: str, *, isolated: bool) -> int:
    policies = served.standing.policies
    decision = authorize_anywhere(policies, Change(Kind.PLAIN_BRANCH, key))
    if policies and not decision.granted:
        raise DeniedError(decision.reason, hint=decision.hint)
    if not judges_pushes(served.repo):
        raise RefusedError(
            "pushes are not judged in this repository, so none is taken",
            hint="an admin of the server runs `jetenv hooks install --server`",
        )
    visible = served.visible_refs(key)
    told = {PUSHER: key}
    if isolated and served.standing.default is not None:
        return serve_push(_copy(served, visible, key), (), told)
    return serve_push(served.repo, (ref for ref in served.refs if ref not in visible), told)


def _requested(command: str, path: Path) -> str:
    """The service that a client asks for, which has to be one of this repository."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if words[:1] == ["git"]:
        words = [f"git-{words[1]}", *words[2:]] if len(words) > 1 else []
    if len(words) != 2 or words[0] not in (FETCH, PUSH):
        raise RefusedError(_ONLY_GIT)
    names = {str(path), path.name, path.name.removesuffix(".git")}
    asked = words[1].rstrip("/")
    if asked not in names and asked.removeprefix("/") not in names and asked.removeprefix("/~/") not in names:
        raise RefusedError("there is no such repository", hint=f"its name is {path.name}")
    return words[0]


def _copy(served: Served, visible: dict[str, Oid], key: str) -> Repository:
    """The copy for everybody who sees the same environments; its pushes go on to the repository itself."""
    default = served.standing.default
    assert default is not None
    uids = sorted(served.standing.environments[name].uid for name in served.standing.visible(key))
    name = hashlib.sha256("\n".join(uids).encode()).hexdigest()[:32]
    path = served.repo.room / _COPIES / f"{name}.git"
    copy = refresh_copy(served.repo, path, visible, default.name)
    _write_forwarding_hook(path, served.repo.path)
    return copy


def _write_forwarding_hook(copy: Path, main: Path) -> None:
    from jetenv.repository.hook_files import write_hook

    command = f"{module_command()} receive --forward {shlex.quote(str(main))}"
    write_hook(copy / "hooks" / "pre-receive", f"#!/bin/sh\nexec {command}\n")


def _bare(path: Path) -> Repository:
    repo = open_repository(path)
    if not repo.is_bare:
        raise RefusedError("this repository has a working tree, and a bare one is served", where=str(path))
    return repo


def _command(repo: Repository, key: str, *, isolated: bool) -> str:
    where = shlex.quote(str(repo.path).rstrip("/"))
    more = " --isolated" if isolated else ""
    return f"{module_command()} serve-git --stdio{more} --repository {where} --key {shlex.quote(key)}"
