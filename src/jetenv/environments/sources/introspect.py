"""Write the tables of a database as collections of its resource, into the working tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.environments.project import Project
from jetenv.environments.sources.connection import DATABASES, choose, resources_in
from jetenv.environments.sources.jet_bridge import SECONDS, ask, ask_each_started, ask_started
from jetenv.errors import JetenvError, RefusedError, UsageError

if TYPE_CHECKING:
    from jetenv.credentials.masking import Secret
    from jetenv.introspection.configured import ConfiguredCollection
    from jetenv.introspection.description import Table
    from jetenv.introspection.planning import Plan
    from jetenv.schemas.findings import Finding


@dataclass(frozen=True, slots=True)
class Bridge:
    """How to reach a Jet Bridge: at ``url`` with ``key``, or by starting ``program``."""

    url: str | None = None
    key: Secret | None = None
    reload: bool = False
    program: str | None = None
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Introspection:
    """What `jetenv introspect` did, or would do. Where there are ``findings``, nothing was written."""

    resource: str
    plan: Plan
    dry_run: bool
    findings: tuple[Finding, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether the files of the plan are in the working tree now."""
        return bool(self.plan.files) and not self.dry_run and not self.findings


def introspect(
    project: Project, resource: str, bridge: Bridge, *, prune: bool = False, dry_run: bool = False
) -> Introspection:
    """Add to the working tree what the collections of ``resource`` lack of its database.

    The resource is that of the current environment. With ``prune`` fields whose column is gone are removed. Every file
    is checked before one is written. Raises UsageError for a resource that is none or no database, RefusedError for
    files that cannot be edited, and as ``jet_bridge`` does.
    """
    from jetenv.introspection.planning import plan

    if project.repo.is_bare:
        raise JetenvError("a bare repository has no working tree", hint="run it in a clone")
    environment = project.current()
    if environment is None:
        raise UsageError("no environment is checked out", hint="`jetenv switch ENV` first")
    found = resources_in(project, project.repo.commits.get(environment.tip).tree)
    chosen = choose(environment, found, resource, DATABASES)
    configured = _in_working_tree(project, chosen.id)
    made = plan(chosen.id, tables_of(project, environment.id, chosen.id, bridge), configured, prune=prune)
    findings = _introduced(project, made, environment.id) if made.files else ()
    result = Introspection(chosen.id, made, dry_run, findings)
    if result.is_written:
        for each in made.files:
            _write(project, each.path, each.old, each.new)
    return result


def tables_of(project: Project, environment: str, resource: str, bridge: Bridge) -> tuple[Table, ...]:
    """The tables of ``resource`` as ``environment`` reaches it."""
    if bridge.url is not None:
        return ask(bridge.url, bridge.key, reload=bridge.reload, seconds=bridge.seconds)
    return ask_started(project, environment, resource, program=bridge.program, seconds=bridge.seconds)


def tables_of_each(
    project: Project, environment: str, resources: Sequence[str], bridge: Bridge
) -> Mapping[str, tuple[Table, ...] | JetenvError]:
    """What ``tables_of`` answers or raises for each of ``resources``, which are asked at the same time."""
    if bridge.url is None and len(resources) > 1:
        return ask_each_started(project, environment, resources, program=bridge.program, seconds=bridge.seconds)
    found: dict[str, tuple[Table, ...] | JetenvError] = {}
    for resource in resources:
        try:
            found[resource] = tables_of(project, environment, resource, bridge)
        except JetenvError as error:
            found[resource] = error
    return found


def _in_working_tree(project: Project, resource: str) -> list[ConfiguredCollection]:
    from jetenv.environments.working import read_file
    from jetenv.introspection.configured import read_collection

    folder = _folder(project, resource)
    paths = sorted(f"collections/{resource}/{each.name}" for each in folder.glob("*.yaml")) if folder.is_dir() else []
    return [read_collection(resource, path, read_file(project, path)) for path in paths]


def _folder(project: Project, resource: str) -> Path:
    """Where the collections of ``resource`` are. Raises RefusedError where that is, or is behind, a symbolic link."""
    from jetenv.environments.working import refuse_link

    folder = project.repo.worktree.path
    for name in ("collections", resource):
        folder /= name
        if folder.is_symlink():
            shown = folder.relative_to(project.repo.worktree.path).as_posix()
            refuse_link(shown, shown)
    return folder


def _introduced(project: Project, made: Plan, environment: str) -> tuple[Finding, ...]:
    """What the new files would break anywhere in the project that is not broken already."""
    from jetenv.environments.contents import working
    from jetenv.environments.working import working_catalog
    from jetenv.schemas.project_check import check_project

    contents, catalog = working(project), working_catalog(project)
    old = {path: contents.read(entry.oid) for path, entry in contents.files.items() if entry.is_file}
    new = old | {each.path: each.new for each in made.files}
    findings = [each for each in check_project(new, catalog, environment=environment) if each.severity == "error"]
    if not findings:
        return ()
    known = {each.fault for each in check_project(old, catalog, environment=environment)}
    return tuple(each for each in findings if each.fault not in known)


def _write(project: Project, path: str, old: bytes | None, new: bytes) -> None:
    from jetenv.environments.file_writing import write_file
    from jetenv.environments.working import replace_file
    from jetenv.repository.failures import from_os_error

    if old is not None:
        replace_file(project, path, old, new)
        return
    file = _folder(project, path.split("/")[1]) / path.rsplit("/", 1)[-1]
    if file.exists() or file.is_symlink():
        raise RefusedError("there is something at this path already", where=path, hint="run the command again")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise from_os_error(error, f"writing {path}") from error
    write_file(file, new, new=True)
