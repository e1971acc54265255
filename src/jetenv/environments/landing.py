"""Bringing a commit onto an environment: judged first, signed, then landed on its branch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.environments.rights.permission import landed, require_change
from jetenv.repository.objects import Oid


def land_commit(
    project: Project,
    target: Environment,
    tree: Oid,
    parents: tuple[Oid, ...],
    message: str,
    verb: str = "merge",
    *,
    during: Callable[[Oid], AbstractContextManager[None]] | None = None,
) -> Oid:
    """Commit ``tree``, signed, and move the branch of ``target`` to it; working trees on it follow.

    ``verb`` is told in the reflog. The branch moves inside of the context that ``during`` makes for the commit. An
    environment that only a remote has gets its local branch, which tracks the remote's.

    Raises DeniedError where who is here may not do it, RefMovedError where the branch moved meanwhile, and JetenvError
    where a local edit would be lost; nothing has changed then.
    """
    from jetenv.access.signing import commit_signer
    from jetenv.repository.journal import land

    repo = project.repo
    held = require_change(project, target, tree, parents=parents, message=message)
    commit = repo.commits.create(tree, parents, message, commit_signer(held.key))
    reason = f"jetenv {verb}: {message.partition(chr(10))[0]}"
    with during(commit) if during is not None else nullcontext():
        if target.remote is None:
            land(repo, target.id, target.tip, commit, reason)
        else:
            repo.refs.create(target.id, commit, reason)
            track(project, target.id, target.remote)
    landed(project, target.id, commit)
    project.refresh()
    return commit


def track(project: Project, branch: str, remote: str) -> None:
    """Make ``remote``'s branch of the same name the upstream of the local ``branch``."""
    project.repo.config.set(f"branch.{branch}.remote", remote)
    project.repo.config.set(f"branch.{branch}.merge", f"refs/heads/{branch}")
