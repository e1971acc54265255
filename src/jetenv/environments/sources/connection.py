"""A data source as an environment reaches it: the parameters of its resource, with the secrets that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jetenv.environments.bindings import bound, declared_in, holder_of, resolving_context, unbound_error
from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.errors import JetenvError, UsageError, did_you_mean
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.credentials.masking import Secret

FOLDER = "resources"
DATABASES = (
    "postgresql", "mysql", "oracle", "mssql+pyodbc", "bigquery", "snowflake", "cockroachdb", "awsathena+rest",
    "clickhouse+native", "databricks", "sqlite", "mongo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CredentialUse:
    """A credential where a value would stand; ``key`` is the part of it that is meant, None for all of it."""

    credential: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as its file has it; ``content`` is plain data."""

    id: str
    type: str
    content: Mapping[str, Any] = field(repr=False)

    @property
    def params(self) -> Mapping[str, Any]:
        """How it is reached, with ``{credential: id}`` for secrets."""
        params = self.content.get("params")
        return params if isinstance(params, dict) else {}


Place = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """A resource of an environment with everything in it resolved.

    ``values`` holds, by place such as ``("params", "host")``, texts and secrets; lists of scalars are in ``lists``. An
    optional credential that is not bound leaves no value.
    """

    environment: Environment
    resource: Resource
    values: Mapping[Place, str | Secret]
    lists: Mapping[Place, tuple[str, ...]]

    def text(self, *place: str) -> str | None:
        """The text or the revealed secret at ``place``, or None."""
        found = self.values.get(place)
        return found if found is None or isinstance(found, str) else found.reveal()


def resources_in(project: Project, tree: Oid) -> dict[str, Resource]:
    """The resources of ``tree`` by their ids. Raises JetenvError for one that cannot be read."""
    from jetenv.schemas.objects import object_of

    found = {}
    for path, entry in project.repo.trees.files(tree, FOLDER):
        ref = object_of(path)
        if entry.is_file and ref is not None and ref.kind == "resource":
            found[ref.id] = read_resource(ref.id, path, project.repo.trees.read(entry.oid))
    return found


def read_resource(id_: str, path: str, data: bytes) -> Resource:
    """The resource in the file ``path``. Raises JetenvError where it cannot be read."""
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    content = to_data(parse(data, path=path).root)
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise JetenvError("the file holds no resource with a type", where=path, hint="`jetenv validate` says more")
    return Resource(id_, content["type"], content)


def choose(
    environment: Environment, resources: Mapping[str, Resource], wanted: str | None, types: Sequence[str] = ()
) -> Resource:
    """The resource ``wanted``, or the only one there is (of ``types``, where any are given).

    Raises UsageError where there is no such one, or several.
    """
    if wanted is not None:
        if wanted in resources:
            found = resources[wanted]
            if types and found.type not in types:
                raise UsageError(
                    f"resource '{wanted}' is of type {found.type}, which is no database",
                    hint=_listing(resources, types),
                )
            return found
        close = did_you_mean(wanted, resources)
        hint = f"did you mean '{close}'?" if close else _listing(resources, types)
        raise UsageError(f"'{environment.id}' has no resource {wanted[:80]!r}", hint=hint)
    fitting = [each for each in resources.values() if not types or each.type in types]
    what = "database" if types else "resource"
    if not fitting:
        raise UsageError(f"'{environment.id}' has no {what}", hint="a file resources/<id>.yaml describes one")
    if len(fitting) > 1:
        raise UsageError(f"'{environment.id}' has {len(fitting)} {what}s", hint=_listing(resources, types))
    return fitting[0]


def _listing(resources: Mapping[str, Resource], types: Sequence[str]) -> str:
    names = sorted(each.id for each in resources.values() if not types or each.type in types)
    return f"name one with --resource: {', '.join(names)}" if names else "there is none"


def connect(project: Project, environment: Environment, resource: Resource, seconds: float | None = None) -> Connection:
    """``resource`` with every credential that it names resolved as ``environment`` binds it.

    ``seconds`` is how long each secret may take. Raises RefusedError for a credential that is not bound, with the
    command that binds it, and JetenvError for each that cannot be resolved.
    """
    values: dict[Place, str | CredentialUse] = {}
    lists: dict[Place, tuple[str, ...]] = {}
    for place, value in _leaves(resource):
        if isinstance(value, tuple):
            lists[place] = value
        else:
            values[place] = value
    uses = [each for each in values.values() if isinstance(each, CredentialUse)]
    secrets = _secrets(project, environment, uses, seconds)
    resolved: dict[Place, str | Secret] = {}
    for place, value in values.items():
        if isinstance(value, str):
            resolved[place] = value
        elif value in secrets:
            resolved[place] = secrets[value]
    return Connection(environment, resource, resolved, lists)


def _leaves(resource: Resource) -> Iterator[tuple[Place, str | CredentialUse | tuple[str, ...]]]:
    """Every value of the resource that says how it is reached, by its place."""
    yield from _within(("params",), resource.params)
    for name in ("storages", "secret_tokens"):
        for item in _items(resource.content.get(name)):
            key = str(item.get("name"))
            if name == "secret_tokens":
                yield ("secret", key), CredentialUse(str(item.get("credential")), item.get("key"))
            else:
                yield from _within(("storage", key), item.get("params"))


def _items(value: object) -> Iterable[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict) and "name" in each] if isinstance(value, list) else []


def _within(place: Place, value: object) -> Iterator[tuple[Place, str | CredentialUse | tuple[str, ...]]]:
    if isinstance(value, dict):
        if isinstance(value.get("credential"), str) and not value.keys() - {"credential", "key"}:
            yield place, CredentialUse(value["credential"], value.get("key"))
            return
        for key, item in value.items():
            if place != ("params",) or key != "custom":
                yield from _within((*place, str(key)), item)
    elif isinstance(value, list):
        if all(isinstance(each, str | int | float) for each in value):
            yield place, tuple(_text(each) for each in value)
    elif value is not None:
        yield place, _text(value)


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _secrets(
    project: Project, environment: Environment, uses: Iterable[CredentialUse], seconds: float | None
) -> Mapping[CredentialUse, Secret]:
    from jetenv.credentials.fields import from_json
    from jetenv.credentials.masking import Secret
    from jetenv.credentials.parallel import resolve_all
    from jetenv.credentials.references import parse_reference
    from jetenv.credentials.resolution import ResolutionError

    references = {}
    bindings, holder = bound(project, environment), holder_of(project, environment)
    declared = declared_in(project, project.repo.commits.get(environment.tip).tree)
    for name in sorted({each.credential for each in uses}):
        if name in bindings:
            references[name] = parse_reference(bindings[name], where=f"{holder.folder}/credentials.yaml")
        elif name not in declared or not declared[name].optional:
            raise unbound_error(environment, holder, name)
    found = resolve_all(references.values(), resolving_context(project, seconds))
    secrets: dict[CredentialUse, Secret] = {}
    problems: dict[str, ResolutionError] = {}
    for use in uses:
        if use.credential not in references:
            continue
        reference = references[use.credential]
        secret = found[reference]
        if isinstance(secret, ResolutionError):
            problems[f"credential '{use.credential}': {secret.message}"] = secret
        elif use.key is None:
            secrets[use] = secret
        else:
            try:
                secrets[use] = Secret(from_json(secret.reveal(), use.key))
            except ResolutionError as error:
                problems[f"credential '{use.credential}': {reference}: {error.message}"] = error
    if problems:
        raise JetenvError("; ".join(problems), hint=next(iter(problems.values())).hint)
    return secrets
