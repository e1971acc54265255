"""Give an environment the content of a backup, in one signed commit that a later revert takes back.

What the environment owns stays as it is: an export of production can be brought to staging without making it
production.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.access.authorize import Kind
from jetenv.environments.backups.backup import read_backup
from jetenv.environments.landing import land_commit
from jetenv.environments.merges.integration import introduced_violations
from jetenv.environments.model import FOLDER, PROJECT_FILE, Environment
from jetenv.environments.objects import ChangedObject, shared_changes
from jetenv.environments.project import Project
from jetenv.environments.rights.permission import permission
from jetenv.errors import RefusedError
from jetenv.repository.objects import Oid, TreeEntry

if TYPE_CHECKING:
    from jetenv.schemas.findings import Finding


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What `jetenv import` did, or would do.

    ``objects`` is what changes in the environment; ``kept`` are the files of environments in the backup, which stay as
    the environment has them. ``findings`` are what is wrong with the content of the backup and not with the
    environment now: with any of them, and where nothing changes, ``commit`` is None.
    """

    environment: Environment
    source: Path
    objects: tuple[ChangedObject, ...]
    kept: tuple[str, ...]
    findings: tuple[Finding, ...]
    commit: Oid | None


def restore(
    project: Project,
    source: Path,
    name: str,
    *,
    message: str | None = None,
    dry_run: bool = False,
    allow_unbound: bool = False,
) -> RestoreResult:
    """Make the shared content of the environment ``name`` that of the backup ``source``: what is not in it is removed.

    With ``allow_unbound`` a credential that nobody has bound for the environment does not stop it.

    Raises UsageError for no environment or no backup, RefusedError for a backup of another project or with what is no
    file, and what ``read_backup`` and ``land_commit`` raise; nothing has changed then.
    """
    repo = project.repo
    environment = project.environment(name) if dry_run else project.visible_environment(name)
    if not dry_run:
        permission(project, environment).require(Kind.COMMIT)
    before = repo.commits.get(environment.tip).tree
    with repo.trees.unsaved() if dry_run else nullcontext():
        files, kept = _read(project, source)
        after = repo.trees.edit(_owned(project, before), files)
        objects = shared_changes(repo.trees.changes(before, after), repo.trees.read)
        findings: tuple[Finding, ...] = ()
        if objects:
            findings = introduced_violations(
                project, before, after, environment.id, verb="import", allow_unbound=allow_unbound
            )
    commit = None
    if objects and not findings and not dry_run:
        text = message or f"Import {source.name} into {environment.id}"
        commit = land_commit(project, environment, after, (environment.tip,), text, "import")
        environment = project.environment(environment.id)
    return RestoreResult(environment, source, objects, kept, findings, commit)


def _read(project: Project, source: Path) -> tuple[Mapping[str, TreeEntry], tuple[str, ...]]:
    files: dict[str, TreeEntry] = {}
    kept = []
    for file in read_backup(source):
        if file.path.startswith(f"{FOLDER}/"):
            kept.append(file.path)
            continue
        if file.path == PROJECT_FILE:
            _refuse_other_project(project, file.content, source)
        files[file.path] = TreeEntry(project.repo.trees.write_blob(file.content), file.mode)
    if PROJECT_FILE not in files:
        raise RefusedError(
            f"it has no {PROJECT_FILE}, so it is no export of a project", where=str(source), hint="see `jetenv export`"
        )
    return files, tuple(sorted(kept))


def _refuse_other_project(project: Project, content: bytes, source: Path) -> None:
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    data = to_data(parse(content, path=f"{source}/{PROJECT_FILE}").root)
    found = data.get("project") if isinstance(data, dict) else None
    if found != project.project_id:
        raise RefusedError(
            "it is an export of another project",
            where=str(source),
            hint=f"start a project of its own from it with `jetenv init DIR --from {shlex.quote(str(source))}`",
        )


def _owned(project: Project, tree: Oid) -> Oid:
    """The tree that has what environments own and nothing else."""
    folder = project.repo.trees.entry(tree, FOLDER)
    return project.repo.trees.edit(None, {FOLDER: folder} if folder is not None else {})
