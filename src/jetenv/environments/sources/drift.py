"""What the databases of an environment have that its configuration lacks, and the reverse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.environments.sources.connection import DATABASES, Resource, choose, resources_in
from jetenv.environments.sources.introspect import Bridge, tables_of_each
from jetenv.errors import JetenvError, UsageError

if TYPE_CHECKING:
    from jetenv.introspection.comparing import Difference
    from jetenv.introspection.configured import ConfiguredCollection
    from jetenv.introspection.description import Table
    from jetenv.repository.objects import Oid


@dataclass(frozen=True, slots=True)
class ResourceDrift:
    """One database. ``tables`` counts those it has; where it could not be asked, ``problem`` says why."""

    resource: str
    tables: int
    differences: tuple[Difference, ...]
    problem: JetenvError | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """The answer of `jetenv drift`. ``passed_over`` are resources that are no databases, with their types."""

    environment: Environment
    resources: tuple[ResourceDrift, ...]
    passed_over: tuple[tuple[str, str], ...]

    @property
    def differs(self) -> bool:
        """Whether any database differs from the configuration."""
        return any(each.differences for each in self.resources)

    @property
    def is_complete(self) -> bool:
        """Whether every database could be asked."""
        return all(each.problem is None for each in self.resources)


def drift(project: Project, name: str, bridge: Bridge, *, resource: str | None = None) -> Drift:
    """Hold the configuration that ``name`` has committed against its databases, or ``resource`` alone.

    Raises UsageError for names that cannot be meant, and where the URL of one Jet Bridge would stand for several
    databases. They are asked at the same time; one that cannot be asked is told in the answer.
    """
    environment = project.visible_environment(name)
    tree = project.repo.commits.get(environment.tip).tree
    found = resources_in(project, tree)
    if resource is not None or bridge.url is not None:
        chosen = [choose(environment, found, resource, DATABASES)]
        others: list[Resource] = []
    else:
        chosen = [each for _id, each in sorted(found.items()) if each.type in DATABASES]
        others = [each for _id, each in sorted(found.items()) if each.type not in DATABASES]
    tables = tables_of_each(project, environment.id, [each.id for each in chosen], bridge)
    return Drift(
        environment,
        tuple(_compared(project, tree, each.id, tables[each.id]) for each in chosen),
        tuple((each.id, each.type) for each in others),
    )


def _compared(project: Project, tree: Oid, resource: str, tables: tuple[Table, ...] | JetenvError) -> ResourceDrift:
    from jetenv.introspection.comparing import compare

    if isinstance(tables, UsageError):
        raise tables
    if isinstance(tables, JetenvError):
        return ResourceDrift(resource, 0, (), tables)
    try:
        configured = _committed(project, tree, resource)
    except JetenvError as error:
        return ResourceDrift(resource, 0, (), error)
    return ResourceDrift(resource, len(tables), compare(tables, configured))


def _committed(project: Project, tree: Oid, resource: str) -> list[ConfiguredCollection]:
    from jetenv.introspection.configured import read_collection
    from jetenv.schemas.objects import object_of

    trees = project.repo.trees
    return [
        read_collection(resource, path, trees.read(entry.oid))
        for path, entry in sorted(trees.files(tree, f"collections/{resource}"))
        if entry.is_file and object_of(path) is not None
    ]
