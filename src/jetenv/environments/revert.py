"""Undo a merge or a commit on an environment: a merge of its inverse, checked as a whole, then landed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from jetenv.environments.integration import (
    Keeps,
    brought,
    introduced_violations,
    land_commit,
    merge_in,
    target_trailers,
    write_merge,
)
from jetenv.environments.model import FOLDER, Environment, Tracking
from jetenv.environments.objects import ChangedObject
from jetenv.environments.project import Project
from jetenv.errors import RefusedError, UsageError
from jetenv.merging.conflicts import Conflict
from jetenv.merging.trees import TreeMerge
from jetenv.repository.objects import Commit, Oid

if TYPE_CHECKING:
    from jetenv.schemas.findings import Finding

_SIGNED = ("members.yaml", "signatures/")


class Outcome(Enum):
    """How a revert ended."""

    REVERTED = "reverted"
    CLEAN = "clean"  # a dry run that would revert
    NOTHING = "nothing"  # the environment has none of it any more
    CONFLICTS = "conflicts"
    VIOLATIONS = "violations"


@dataclass(frozen=True, slots=True)
class RevertResult:
    """What a revert did, or would do.

    ``undone`` is the commit whose changes are taken back and ``subject`` the first line of its message. ``changed``
    are the objects that the revert adds, changes or removes; ``kept_back`` the paths that the commit changed and that
    stay: the signed members file, and what other environments own. In a conflict, ours is the environment and theirs
    the state before the commit. ``commit`` is set only where ``outcome`` is REVERTED.
    """

    environment: Environment
    tracking: Tracking | None
    undone: Oid
    subject: str
    outcome: Outcome
    commit: Oid | None = None
    changed: tuple[ChangedObject, ...] = ()
    kept_back: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    violations: tuple[Finding, ...] = ()


def revert(
    project: Project,
    commit: str | None,
    environment: str | None = None,
    *,
    dry_run: bool = False,
    message: str | None = None,
) -> RevertResult:
    """Take back what ``commit`` (None: the last one) changed on the environment, in one signed commit on it.

    ``environment`` defaults to the current one. What was changed since stays. Conflicts and violations are answers:
    then, and in a dry run, nothing has changed. Raises UsageError for names that cannot be meant, RefusedError for a
    commit that is not on the environment, created it, or is a merge made elsewhere, and what ``land_commit`` raises.
    """
    repo = project.repo
    into = project.environment(environment) if environment is not None else _current(project)
    undone = repo.commits.get(into.tip if commit is None else repo.refs.resolve(commit))
    _refuse_commit(project, into, undone)
    before = repo.commits.get(undone.parents[0]).tree
    ours = repo.commits.get(into.tip).tree
    catalog = project.catalog(ours)
    trees = merge_in(project, undone.tree, ours, before, catalog, _keeps(into))
    subject = undone.message.partition("\n")[0]
    result = partial(
        RevertResult,
        into,
        project.tracking(into),
        undone.oid,
        subject,
        changed=brought(project, ours, trees),
        kept_back=trees.kept_back,
    )
    if trees.conflicts:
        return result(Outcome.CONFLICTS, conflicts=trees.conflicts)
    if not trees.edits:
        return result(Outcome.NOTHING)
    tree = write_merge(project, ours, trees.edits)
    violations = introduced_violations(project, ours, tree, into.id)
    if violations:
        return result(Outcome.VIOLATIONS, violations=violations)
    if dry_run:
        return result(Outcome.CLEAN)
    text = _message(into, undone, subject, message, trees)
    return result(Outcome.REVERTED, commit=land_commit(project, into, tree, (into.tip,), text, "revert"))


def _current(project: Project) -> Environment:
    current = project.current()
    if current is None:
        raise UsageError(
            "no environment is checked out, so the command must name the one to revert on",
            hint="`jetenv revert COMMIT ENV`",
        )
    return current


def _refuse_commit(project: Project, environment: Environment, commit: Commit) -> None:
    """Raise RefusedError for a commit that cannot be undone on ``environment``."""
    from jetenv.repository.reverts import on_first_parents

    repo = project.repo
    shown = f"{commit.oid[:10]} ({commit.message.partition(chr(10))[0][:60]})"
    if not repo.commits.is_ancestor(commit.oid, environment.tip):
        raise RefusedError(
            f"{shown} is not on '{environment.id}', so there is nothing of it to undo there",
            hint=f"`git log --first-parent {environment.id}` shows the commits that are",
        )
    own = f"{environment.folder}/environment.yaml"
    before = repo.commits.get(commit.parents[0]).tree if commit.parents else None
    if before is None or (repo.trees.entry(commit.tree, own) is not None and repo.trees.entry(before, own) is None):
        raise RefusedError(
            f"{shown} is the commit that '{environment.id}' began with, and that is not reverted",
            hint=f"`jetenv delete {environment.id}` deletes an environment",
        )
    if len(commit.parents) > 1 and not on_first_parents(repo, environment.tip, commit.oid):
        raise RefusedError(
            f"{shown} is a merge that was made on another branch, and its inverse would undo what came from here",
            hint=f"revert the merge that brought it to '{environment.id}'",
        )


def _keeps(environment: Environment) -> Keeps:
    """Keeps folders of other environments, and of its own the members file: each version of that is signed."""
    own = environment.folder + "/"

    def keeps(path: str) -> bool:
        if path.startswith(own):
            return path.removeprefix(own).startswith(_SIGNED)
        return path.startswith(FOLDER + "/")

    return keeps


def _message(environment: Environment, undone: Commit, subject: str, text: str | None, trees: TreeMerge) -> str:
    from jetenv.repository.reverts import REVERTS

    lines = [
        (text or f'Revert "{subject}"').strip(),
        "",
        f"{REVERTS}: {undone.oid}",
        *target_trailers(environment, trees),
    ]
    return "\n".join(lines) + "\n"
