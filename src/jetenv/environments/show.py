"""Everything about one environment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.environments.bindings import Binding, read_bindings
from jetenv.environments.history import Divergence, LastChange, divergence, last_change
from jetenv.environments.model import FOLDER, Environment, Tracking
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.schemas.objects import object_of

if TYPE_CHECKING:
    from jetenv.access.members import Member


@dataclass(frozen=True, slots=True)
class ShownEnvironment:
    """What `jetenv show` tells.

    ``contents`` counts the objects by kind. ``bindings`` are the environment's own; they are in use where it is the
    default or has ``credentials: own``. ``problems`` say which of its files could not be read, and why.
    """

    environment: Environment
    is_current: bool
    divergence: Divergence | None
    tracking: Tracking | None
    last_change: LastChange | None
    members: tuple[Member, ...]
    bindings: tuple[Binding, ...]
    contents: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]


def show(project: Project, name: str) -> ShownEnvironment:
    """The environment with the id or unique display name ``name``.

    Raises UsageError where there is none.
    """
    environment = project.visible_environment(name)
    current = project.current()
    problems = [environment.problem] if environment.problem is not None else []
    return ShownEnvironment(
        environment=environment,
        is_current=current is not None and current.id == environment.id,
        divergence=divergence(project, environment),
        tracking=project.tracking(environment),
        last_change=last_change(project, environment),
        members=_members(project, environment, problems),
        bindings=_bindings(project, environment, problems),
        contents=_contents(project, environment),
        problems=tuple(problems),
    )


def _members(project: Project, environment: Environment, problems: list[str]) -> tuple[Member, ...]:
    from jetenv.access.members import parse

    path = f"{environment.folder}/members.yaml"
    try:
        data = project.own_file(environment, "members.yaml")
        if data is None:
            problems.append(f"{path} is missing")
            return ()
        return parse(data, path=path).members
    except JetenvError as error:
        problems.append(f"{error.where or path}: {error.message}")
        return ()


def _bindings(project: Project, environment: Environment, problems: list[str]) -> tuple[Binding, ...]:
    try:
        return read_bindings(project, environment)
    except JetenvError as error:
        problems.append(f"{error.where or environment.folder}: {error.message}")
        return ()


def _contents(project: Project, environment: Environment) -> tuple[tuple[str, int], ...]:
    tree = project.repo.commits.tree_named(environment.tip)
    kinds = Counter(
        found.kind
        for path, entry in project.repo.trees.files(tree)
        if entry.is_file and not path.startswith(f"{FOLDER}/") and (found := object_of(path)) is not None
    )
    return tuple(sorted(kinds.items()))
