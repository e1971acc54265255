"""Resolve what an environment's pin stands for anew, and record it: ``latest`` becomes exact without being pinned."""

from __future__ import annotations

from jetenv.environments.model import PROJECT_FILE
from jetenv.environments.platform.pin import PinResult, set_version
from jetenv.environments.platform.releases import read_releases
from jetenv.environments.project import Project
from jetenv.errors import RefusedError
from jetenv.schemas.versions import LATEST, rank


def upgrade(project: Project, name: str) -> PinResult:
    """Record in the environment ``name``, in one commit, the release that its pin stands for now.

    Raises UsageError for no environment, RefusedError where the project names no source of releases, where that has
    nothing newer than what is recorded but something older, and where the content needs a newer version; JetenvError
    where the source cannot be reached and never could, and what ``set_version`` raises.
    """
    environment = project.visible_environment(name)
    releases = read_releases(project, project.repo.commits.get(environment.tip).tree)
    if releases is None:
        raise RefusedError(
            "the project names no source of releases, so nothing tells which version is the latest",
            where=PROJECT_FILE,
            hint="name one, for example `releases: {source: tags, url: …}`; docs/versions.md says how",
        )
    resolved = releases.resolve(environment.version)
    was = environment.resolved
    if was is not None and rank(resolved.version) < rank(was.version):
        raise RefusedError(
            f"'{environment.id}' runs {was.version}, and the newest in {releases.source} is {resolved.version}",
            hint=f"`jetenv pin {environment.id} {resolved.version}` goes back to it",
        )
    what = "latest" if environment.version == LATEST else environment.version
    message = f"Upgrade environment {environment.id} to {resolved.version} ({what})"
    return set_version(project, environment, environment.version, resolved, message, releases=releases)
