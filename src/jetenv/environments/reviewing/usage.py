"""Who names what was removed: found by a search for the ids, so that only files that hold one are parsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from jetenv.diffing.records import User
from jetenv.environments.model import FOLDER
from jetenv.environments.project import Project
from jetenv.repository.objects import Oid
from jetenv.schemas.objects import object_of
from jetenv.schemas.survey import SINGULAR, Definition

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog
    from jetenv.schemas.survey import Reference

Read = Callable[[str], bytes | None]
"""The bytes of a regular file of the new version by its path; None where there is none."""


def users_of(
    project: Project, tree: Oid | None, catalog: Catalog, read_new: Read, gone: Sequence[Definition]
) -> Mapping[Definition, Sequence[User]]:
    """The places in ``tree`` that name one of ``gone``; whether they still do is seen in the new version."""
    from jetenv.repository.searching import files_with

    if tree is None:
        return {}
    repo = project.repo
    found: dict[Definition, list[User]] = {}
    for path in files_with(repo.path, tree, (_word(each) for each in gone)):
        if path.startswith(FOLDER + "/") or not catalog.describes(path):
            continue
        data, now = project.file(tree, path), read_new(path)
        after = {} if now is None or now == data else _named(path, now, catalog)
        for definition, reference in _naming(path, data or b"", catalog, gone):
            still = now is not None and (now == data or (definition, reference.field) in after)
            found.setdefault(definition, []).append(User(path, reference.field, reference.line, still))
    return found


def _word(definition: Definition) -> str:
    """What stands in a file that names it: the id, of a collection the last part of it at least."""
    return definition.id.rpartition("/")[2]


def _named(path: str, data: bytes, catalog: Catalog) -> dict[tuple[Definition, str], Reference]:
    return {(_definition(each), each.field): each for each in _references(path, data, catalog)}


def _naming(path: str, data: bytes, catalog: Catalog, gone: Sequence[Definition]) -> list[tuple[Definition, Reference]]:
    wanted = set(gone)
    named = [(_definition(each), each) for each in _references(path, data, catalog)]
    return [(definition, reference) for definition, reference in named if definition in wanted]


def _definition(reference: Reference) -> Definition:
    """What a reference names: of a path through relations the field that it starts from."""
    kind = SINGULAR.get(reference.kind, reference.kind)
    target = reference.target.partition(".")[0] if kind == "field" else reference.target
    return Definition(kind, target, reference.of)


def _references(path: str, data: bytes, catalog: Catalog) -> list[Reference]:
    from jetenv.documents.parsing import DocumentError, parse
    from jetenv.schemas.references import find_references

    try:
        found = find_references(path, parse(data, path=path), catalog.rules_for(path))
    except DocumentError:
        return []
    own = object_of(path)
    itself = Definition(own.kind, own.id) if own is not None else None
    return [each for each in found if _definition(each) != itself]
