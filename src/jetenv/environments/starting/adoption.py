"""Where the first commit of a project goes, in a repository that may have branches and files already."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from jetenv.environments.model import FOLDER, check_id
from jetenv.environments.project import Project
from jetenv.errors import RefusedError, UsageError
from jetenv.repository.objects import Oid

ATTRIBUTES_PATH = "environments/.gitattributes"


@dataclass(frozen=True, slots=True)
class Plan:
    """The first commit goes on ``branch``, after ``base`` with the tree ``tree`` (None where there is none).

    ``tip`` is where the branch is now: None where it has to be made, or has no commit.
    """

    branch: str
    base: Oid | None
    tree: Oid | None
    tip: Oid | None


def plan_first_commit(project: Project, environment: str | None) -> Plan:
    """Where the first commit goes: on ``environment``, or on the default branch where that is None.

    Raises RefusedError where there is a project already and UsageError where the default branch cannot be told or
    cannot be an environment.
    """
    repo = project.repo
    tips = {branch.name: branch.oid for branch in project.branches if branch.remote is None}
    branch = environment or _default_branch(project, tips)
    if environment is None:
        _check_default_branch(branch)
    _refuse_project(project, branch)
    tip = tips.get(branch)
    remote = next((each.oid for each in project.branches if each.remote is not None and each.name == branch), None)
    base = tip or remote or project.head.oid
    if base is None and tips:
        base = tips[_default_branch(project, tips)]
    return Plan(branch, base, repo.commits.get(base).tree if base is not None else None, tip)


def refuse_overwriting(project: Project, plan: Plan, files: Iterable[str]) -> None:
    """Raise RefusedError naming what of ``files`` exists in the branch, or otherwise in the working tree."""
    repo = project.repo
    taken: list[str] = []
    for path in files:
        tracked = plan.tree is not None and repo.trees.entry(plan.tree, path) is not None
        if tracked and path == ATTRIBUTES_PATH:
            continue
        in_the_way = path if tracked else _in_the_way(repo.workdir, path) if repo.workdir is not None else None
        if in_the_way is not None and in_the_way not in taken:
            taken.append(in_the_way)
    folder = f"{FOLDER}/{plan.branch}"
    if plan.tree is not None and repo.trees.entry(plan.tree, folder) is not None:
        taken.append(folder)
    if taken:
        listed = ", ".join(sorted(taken)[:10]) + (f" and {len(taken) - 10} more" if len(taken) > 10 else "")
        raise RefusedError(
            f"these exist already and would be overwritten: {listed}",
            where=str(repo.workdir or repo.path),
            hint="move them away, or start in another folder",
        )


def _default_branch(project: Project, tips: Mapping[str, Oid]) -> str:
    """The branch that the remote, the only branch, git's configuration, custom or HEAD names, in this order."""
    head = project.head.branch
    if not tips and head is not None:
        return head
    remote = project.repo.refs.remote_default("origin")
    only = next(iter(tips)) if len(tips) == 1 else None
    for name in (remote, only, project.repo.config.get("init.defaultbranch"), "main", "master", head):
        if name is not None and name in tips:
            return name
    raise UsageError("which branch is the default one cannot be told", hint="name it with --env, as in --env main")


def _check_default_branch(branch: str) -> None:
    try:
        check_id(branch)
    except UsageError as error:
        reason = error.message.partition(": ")[2] or error.message
        raise UsageError(
            f"the default branch '{branch}' cannot be an environment: {reason}",
            hint="name another branch, or one to be made, with --env: --env production",
        ) from error


def _refuse_project(project: Project, branch: str) -> None:
    repo = project.repo
    found = project.environments()
    if found:
        raise RefusedError(
            f"this is a jetenv project already, with the environment '{found[0].id}'",
            where=str(repo.workdir or repo.path),
            hint="see `jetenv list`; `jetenv create NAME` adds an environment",
        )
    for each in project.branches:
        if each.name != branch and each.name.casefold() == branch:
            raise RefusedError(
                f"branch '{each.name}' differs from '{branch}' by case only", hint="name another branch with --env"
            )
        if each.remote is None and each.name.startswith(branch + "/"):
            raise RefusedError(
                f"git keeps no branch '{branch}' beside branch '{each.name}'", hint="name another branch with --env"
            )


def _in_the_way(root: Path, path: str) -> str | None:
    """What the working tree has at ``path``, or in the place of a folder above it where that is no folder."""
    file = root / path
    for each in (*reversed(PurePosixPath(path).parents[:-1]), PurePosixPath(path)):
        here = root / each
        is_folder = here.is_dir() and not here.is_symlink()
        if os.path.lexists(here) and (here == file or not is_folder):
            return str(each)
    return None
