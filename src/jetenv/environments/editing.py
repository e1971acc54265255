"""One commit on an environment that changes files of its own folder, by who may change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from jetenv.environments.landing import land_commit
from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.errors import RefusedError
from jetenv.repository.objects import FILE, Oid, TreeEntry

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog

Mutation = Callable[[Mapping[str, bytes]], Mapping[str, bytes | None]]
"""Takes the files of an environment's own folder by their names in it and returns those to write, None to remove."""


def edit_environment(project: Project, environment: Environment, mutate: Mutation, message: str) -> Oid | None:
    """Change files of the environment's own folder in one signed commit on its branch; the working tree follows.

    Returns the new tip, or None where ``mutate`` changed nothing. Raises RefusedError where a changed file breaks its
    schema, and what ``land_commit`` raises; nothing has changed then.
    """
    repo = project.repo
    tree = repo.commits.get(environment.tip).tree
    own = {
        path.removeprefix(environment.folder + "/"): repo.trees.read(entry.oid)
        for path, entry in repo.trees.files(tree, environment.folder)
        if entry.is_file
    }
    changed = {name: data for name, data in mutate(own).items() if own.get(name) != data}
    if not changed:
        return None
    files = {f"{environment.folder}/{name}": data for name, data in changed.items()}
    refuse_invalid(project.catalog(tree), files)
    edits = {
        path: None if data is None else TreeEntry(repo.trees.write_blob(data), FILE) for path, data in files.items()
    }
    new_tree = repo.trees.edit(tree, edits)
    return land_commit(project, environment, new_tree, (environment.tip,), message, "edit")


def refuse_invalid(catalog: Catalog, files: Mapping[str, bytes | None]) -> None:
    """Raise RefusedError with the first finding where one of ``files`` breaks its schema."""
    from jetenv.documents.parsing import parse

    for path, data in files.items():
        if data is None:
            continue
        findings = catalog.check(path, parse(data, path=path))
        if findings:
            first = findings[0]
            raise RefusedError(first.message, where=f"{first.path}:{first.line}:{first.column}", hint=first.hint)
