"""The inverse of a commit on an environment as a three-way merge: base is the commit, theirs what was before it."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.merges.integration import Keeps
from jetenv.environments.merges.preparation import ThreeWay
from jetenv.environments.model import FOLDER, Environment, Tracking
from jetenv.environments.project import Project
from jetenv.errors import RefusedError, UsageError
from jetenv.merging.strategies import Strategies
from jetenv.repository.objects import Commit, Oid

_SIGNED = ("members.yaml", "signatures/")


@dataclass(frozen=True, slots=True)
class RevertRequest:
    """A revert of ``commit`` on the environment with the id ``target``.

    ``allow_unbound`` is that of ``environments.merge.merge``.
    """

    commit: Oid
    target: str
    message: str | None = None
    allow_unbound: bool = False

    @property
    def source(self) -> str:
        """What stands for theirs in messages."""
        return f"before {self.commit[:10]}"

    @property
    def verb(self) -> str:
        """The command that it was asked with."""
        return "revert"

    @property
    def called(self) -> str:
        """What messages call it: a noun phrase."""
        return f"the revert of {self.commit[:10]} on '{self.target}'"

    @property
    def command(self) -> str:
        """The command line that asks for it."""
        return f"jetenv revert {self.commit[:10]} {self.target}" + " --allow-unbound" * self.allow_unbound


@dataclass(frozen=True, slots=True)
class PreparedRevert:
    """A revert of ``undone`` on ``target``, ready to be merged."""

    request: RevertRequest
    undone: Commit
    target: Environment
    tracking: Tracking | None
    trees: ThreeWay

    @property
    def source(self) -> str:
        """What stands for theirs in messages."""
        return self.request.source

    @property
    def subject(self) -> str:
        """The first line of the message of the commit that is undone."""
        return self.undone.message.partition("\n")[0]

    @property
    def tips(self) -> tuple[Oid, Oid]:
        """The commits that give theirs and ours."""
        return self.undone.oid, self.target.tip


def find_commit(
    project: Project,
    commit: str | None,
    environment: str | None,
    message: str | None = None,
    *,
    allow_unbound: bool = False,
) -> RevertRequest:
    """The request to revert ``commit`` (None: the last one) on ``environment`` (None: the current one).

    Raises UsageError for names that cannot be meant.
    """
    into = project.environment(environment) if environment is not None else _current(project)
    undone = into.tip if commit is None else project.repo.refs.resolve(commit)
    return RevertRequest(undone, into.id, message, allow_unbound)


def prepare_revert(project: Project, request: RevertRequest) -> PreparedRevert:
    """What ``request`` asks for, ready to be merged. Nothing is changed.

    Raises UsageError where there is no such environment, RefusedError for a commit that is not on it, created it, or is
    a merge made elsewhere.
    """
    commits = project.repo.commits
    into = project.environment(request.target)
    undone = commits.get(request.commit)
    _refuse_commit(project, into, undone)
    ours = commits.get(into.tip).tree
    before = commits.get(undone.parents[0]).tree
    # Strategies say how changes of two people meet; of an inverse "theirs" would take back what came later, too.
    trees = ThreeWay(undone.tree, ours, before, project.catalog(ours), Strategies(), _keeps(into), ())
    return PreparedRevert(request, undone, into, project.tracking(into), trees)


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
