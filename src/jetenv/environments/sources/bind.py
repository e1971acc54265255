"""Bind a declared credential to a reference in an environment, or unbind it, in one signed commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from jetenv.environments.bindings import (
    BINDINGS_FILE,
    DECLARATIONS,
    declared_in,
    read_bindings,
    require_readable_credentials,
)
from jetenv.environments.editing import edit_environment
from jetenv.environments.history import stale
from jetenv.environments.model import Environment, Tracking
from jetenv.environments.project import Project
from jetenv.environments.settings import FILE_NAME, with_setting
from jetenv.errors import RefusedError, UsageError, did_you_mean
from jetenv.repository.objects import Oid
from jetenv.schemas.objects import is_slug


@dataclass(frozen=True, slots=True)
class BindResult:
    """What `jetenv credentials bind` or `unbind` did.

    ``old`` and ``new`` are references, None where there was or is none. ``owned`` is whether the environment has its
    own bindings only now. ``commit`` is None where nothing had to be changed. ``undeclared`` is set where no
    environment declares the credential yet, and ``resolver`` says why its reference cannot be resolved here.
    """

    environment: Environment
    credential: str
    old: str | None
    new: str | None
    commit: Oid | None
    owned: bool = False
    undeclared: bool = False
    resolver: str | None = None
    stale: Tracking | None = None


def bind(project: Project, name: str, credential: str, reference: str, *, own: bool = False) -> BindResult:
    """Bind ``credential`` to ``reference`` in the environment ``name``.

    With ``own`` an environment that inherits uses its own bindings only from then on. Raises UsageError for what is no
    reference, which is never repeated, or no id of a credential; RefusedError where the bindings of the environment
    would not count; and what ``edit_environment`` raises.
    """
    from jetenv.credentials.references import parse_reference
    from jetenv.credentials.resolution import ResolutionError, find_resolver
    from jetenv.schemas.secrets import known_tokens

    environment = project.visible_environment(name)
    require_readable_credentials(environment)
    parsed = parse_reference(reference)
    for token in known_tokens(reference):
        raise UsageError(
            f"the reference holds {token.what} (not shown)",
            hint="a reference says where a secret is; revoke this one where it has been written down",
        )
    undeclared = _check_declared(project, credential)
    inherits = not environment.is_default and environment.credentials != "own"
    if inherits and not own:
        default = project.default().id
        raise RefusedError(
            f"'{environment.id}' uses the bindings of '{default}', so one of its own would not count",
            hint=f"`jetenv credentials bind {default} {credential} …`, or --own to have it use its own bindings only",
        )
    old = _bound(project, environment).get(credential)

    def mutate(files: Mapping[str, bytes]) -> dict[str, bytes | None]:
        changed: dict[str, bytes | None] = {BINDINGS_FILE: _with(environment, files, credential, str(parsed))}
        if inherits:
            changed[FILE_NAME] = with_setting(environment, files[FILE_NAME], "credentials", "own")
        return changed

    message = f"Bind credential {credential} in environment {environment.id}"
    commit = edit_environment(project, environment, mutate, message)
    problem = None
    try:
        find_resolver(parsed.scheme)
    except ResolutionError as error:
        problem = error.message + (f": {error.hint}" if error.hint else "")
    now = project.environment(environment.id)
    return BindResult(now, credential, old, str(parsed), commit, inherits, undeclared, problem, stale(project, now))


def unbind(project: Project, name: str, credential: str) -> BindResult:
    """Remove the binding of ``credential`` from the environment ``name``.

    Raises UsageError where it has none, and what ``edit_environment`` raises.
    """
    from jetenv.documents.editing import edited, unset
    from jetenv.documents.paths import Key

    environment = project.visible_environment(name)
    known = _bound(project, environment)
    if credential not in known:
        close = did_you_mean(credential, known)
        hint = f"did you mean '{close}'?" if close else f"`jetenv credentials list {environment.id}` shows them"
        raise UsageError(f"'{environment.id}' binds no credential {credential[:80]!r}", hint=hint)

    def mutate(files: Mapping[str, bytes]) -> dict[str, bytes | None]:
        field = (Key("bindings"), Key(credential))
        return {BINDINGS_FILE: edited(files[BINDINGS_FILE], _path(environment), lambda source: unset(source, field))}

    commit = edit_environment(
        project, environment, mutate, f"Unbind credential {credential} in environment {environment.id}"
    )
    now = project.environment(environment.id)
    return BindResult(now, credential, known[credential], None, commit, stale=stale(project, now))


def _bound(project: Project, environment: Environment) -> dict[str, str]:
    return {each.credential: each.reference for each in read_bindings(project, environment)}


def _path(environment: Environment) -> str:
    return f"{environment.folder}/{BINDINGS_FILE}"


def _with(environment: Environment, files: Mapping[str, bytes], credential: str, reference: str) -> bytes:
    """The bytes of the file of bindings with one more, or with another reference of one."""
    from jetenv.documents.editing import edited, set_value, with_text
    from jetenv.documents.paths import Key

    path = _path(environment)
    data = files.get(BINDINGS_FILE) or b"bindings: {}\n"
    if not _has_bindings(data, path):
        data = edited(data, path, lambda source: set_value(source, (Key("bindings"),), "{}"))
    return with_text(data, path, ("bindings", credential), reference)


def _has_bindings(data: bytes, path: str) -> bool:
    from jetenv.documents.parsing import parse

    root = parse(data, path=path).root
    return root is not None and root.get("bindings") is not None


def _check_declared(project: Project, credential: str) -> bool:
    """Whether no environment declares ``credential`` yet.

    Raises UsageError for what is no id, and for one that looks like a mistyped id of a declared one.
    """
    if not is_slug(credential):
        raise UsageError(
            f"{credential[:80]!r} is not the id of a credential",
            hint="lower-case letters, digits, _ and -, at most 63; the file credentials/<id>.yaml declares it",
        )
    known: dict[str, None] = {}
    for branch in project.branches:
        tree = project.repo.commits.get(branch.oid).tree
        if project.repo.trees.entry(tree, f"{DECLARATIONS}/{credential}.yaml") is not None:
            return False
        known.update(dict.fromkeys(declared_in(project, tree)))
    if project.repo.workdir is not None and (project.repo.workdir / DECLARATIONS / f"{credential}.yaml").is_file():
        return False
    close = get_close_matches(credential, known, n=1, cutoff=0.8)
    if close:
        raise UsageError(f"no environment declares the credential '{credential}'", hint=f"did you mean '{close[0]}'?")
    return True
