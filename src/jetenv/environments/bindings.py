"""Which credentials an environment needs, and which bindings count for it.

An environment that inherits uses the bindings of the default environment and no others; one with ``credentials: own``
its own and no others. Bindings are read from the tip of the branch of the environment that they belong to: copies of
its folder on other branches say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from jetenv.environments.model import FOLDER, Environment, unreadable
from jetenv.environments.project import Project
from jetenv.errors import RefusedError, UsageError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.credentials.resolution import Context

BINDINGS_FILE = "credentials.yaml"
DECLARATIONS = "credentials"


@dataclass(frozen=True, slots=True)
class Binding:
    """A declared credential and the reference to its secret, such as ``env:ORDERS_DB_PASSWORD``."""

    credential: str
    reference: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A credential that the content of an environment declares. ``problem`` says why its file cannot be read."""

    id: str
    name: str
    kind: str
    optional: bool = False
    problem: str | None = None


def holder_of(project: Project, environment: Environment) -> Environment:
    """The environment whose bindings count for ``environment``: itself, or the default one."""
    return environment if environment.is_default or environment.credentials == "own" else project.default()


def read_bindings(project: Project, environment: Environment) -> tuple[Binding, ...]:
    """The bindings that ``environment`` itself has, by credential.

    Raises JetenvError where they cannot be read.
    """
    return bindings_in(project, project.repo.commits.get(environment.tip).tree, environment.id)


def bindings_in(project: Project, tree: Oid, environment: str) -> tuple[Binding, ...]:
    """The bindings that ``tree`` has in the folder of ``environment``. Raises as ``read_bindings`` does."""
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    path = f"{FOLDER}/{environment}/{BINDINGS_FILE}"
    data = project.file(tree, path)
    if data is None:
        return ()
    content = to_data(parse(data, path=path).root)
    bindings = content.get("bindings") if isinstance(content, dict) else None
    if not isinstance(bindings, dict):
        return ()
    return tuple(Binding(name, _reference(text)) for name, text in sorted(bindings.items()))


def _reference(text: object) -> str:
    """``text`` where it is a reference: what is none may be the secret itself, and is handed to nobody."""
    from jetenv.credentials.references import parse_reference
    from jetenv.schemas.secrets import HIDDEN, known_tokens

    try:
        found = str(parse_reference(str(text)))
    except UsageError:
        return HIDDEN
    return HIDDEN if any(known_tokens(found)) else found


def bound(project: Project, environment: Environment) -> Mapping[str, str]:
    """The references that count for ``environment``, by credential. Raises as ``read_bindings`` does."""
    return {each.credential: each.reference for each in read_bindings(project, holder_of(project, environment))}


def declared_in(project: Project, tree: Oid) -> Mapping[str, Declared]:
    """The credentials that ``tree`` declares, by their ids."""
    from jetenv.schemas.objects import object_of

    found = {}
    for path, entry in project.repo.trees.files(tree, DECLARATIONS):
        ref = object_of(path)
        if entry.is_file and ref is not None and ref.kind == "credential":
            found[ref.id] = _declared(ref.id, path, project.repo.trees.read(entry.oid))
    return found


def _declared(id_: str, path: str, data: bytes) -> Declared:
    from jetenv.documents.parsing import DocumentError, parse
    from jetenv.documents.values import to_data

    try:
        content = to_data(parse(data, path=path).root)
    except DocumentError as error:
        return Declared(id_, id_, "other", problem=f"{error.where}: {error.message}")
    if not isinstance(content, dict):
        return Declared(id_, id_, "other", problem=f"{path}: the file holds no mapping")
    return Declared(
        id_, str(content.get("name") or id_), str(content.get("kind") or "other"), content.get("optional") is True
    )


def used_in(project: Project, tree: Oid) -> Mapping[str, tuple[str, ...]]:
    """The credentials that shared content of ``tree`` refers to, each with the paths of the files that do."""
    from jetenv.environments.validate import tree_credentials

    found: dict[str, dict[str, None]] = {}
    for each in tree_credentials(project, tree):
        if not each.path.startswith(FOLDER + "/"):
            found.setdefault(each.target, {})[each.path] = None
    return {name: tuple(paths) for name, paths in sorted(found.items())}


def bind_command(holder: str, credential: str) -> str:
    """The command line that binds ``credential`` where the bindings of the environment ``holder`` count."""
    return f"jetenv credentials bind {holder} {credential} REFERENCE"


def unbound_error(environment: Environment, holder: Environment, credential: str) -> RefusedError:
    """Says that ``credential`` is not bound for ``environment``, and how to bind it."""
    whose = "" if holder.id == environment.id else f", whose bindings {environment.id} uses"
    return RefusedError(
        f"credential '{credential}' is not bound in '{holder.id}'{whose}", hint=bind_command(holder.id, credential)
    )


def resolving_context(project: Project, seconds: float | None = None) -> Context:
    """What resolvers may use in this project; ``seconds`` is how long each of them may take."""
    from jetenv.access.keys import config_folder
    from jetenv.credentials.resolution import TIMEOUT, Context

    folder = project.repo.workdir
    lock = Lock()
    tracked: set[str] = set()

    def is_tracked(path: str) -> bool:
        with lock:  # a thread that comes while another one is at it would find too few
            if not tracked:
                tracked.add("")
                tracked.update(project.repo.index.read().files)
                for each in project.environments():
                    tree = project.repo.commits.get(each.tip).tree
                    tracked.update(name for name, _ in project.repo.trees.files(tree))
            return path in tracked

    return Context(folder, is_tracked, config=config_folder(), timeout=TIMEOUT if seconds is None else seconds)


def require_readable_credentials(environment: Environment) -> None:
    """Raise JetenvError where it cannot be told whose bindings count for ``environment``."""
    if environment.problem is not None:
        raise unreadable(environment, "does not tell which credentials it uses")
