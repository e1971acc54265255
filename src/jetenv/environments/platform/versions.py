"""The releases of the platform, and which environments run them."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.environments.model import PROJECT_FILE, Environment
from jetenv.environments.platform.pin import check_version
from jetenv.environments.platform.releases import Release, Releases, read_releases
from jetenv.environments.project import Project
from jetenv.errors import RefusedError, UsageError
from jetenv.schemas.versions import LATEST, rank


@dataclass(frozen=True, slots=True)
class Version:
    """A release, and the environments that run it: those pinned to it, and those whose pin was resolved to it."""

    release: Release
    environments: tuple[Environment, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """The releases of a project, the newest first.

    ``unresolved`` are the environments of which it is not known which release they run, or that run none of these.
    """

    releases: Releases
    found: tuple[Version, ...]
    unresolved: tuple[Environment, ...]


def versions(project: Project, since: str | None = None) -> Versions:
    """The releases of the source that the current environment names, or else the default one.

    With ``since`` those after that version. Raises UsageError for what is no version, RefusedError where no source is
    named, and JetenvError where it cannot be reached and never could.
    """
    asked = project.current() or project.default()
    releases = read_releases(project, project.repo.commits.get(asked.tip).tree)
    if releases is None:
        raise RefusedError(
            "the project names no source of releases",
            where=PROJECT_FILE,
            hint="name one, for example `releases: {source: tags, url: …}`; docs/versions.md says how",
        )
    after = rank(_begin(since)) if since is not None else None
    everyone = project.visible_environments()
    running = {each.id: rank(each.platform) for each in everyone if each.platform is not None}
    found = tuple(
        Version(release, tuple(each for each in everyone if running.get(each.id) == rank(release.version)))
        for release in releases.found
        if after is None or rank(release.version) > after
    )
    known = {rank(release.version) for release in releases.found}
    return Versions(releases, found, tuple(each for each in everyone if running.get(each.id) not in known))


def _begin(since: str) -> str:
    version = check_version(since)
    if version == LATEST:
        raise UsageError(f"nothing comes after '{LATEST}'", hint="give a version such as 3.12")
    return version
