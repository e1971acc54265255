"""The credentials of environments: which are bound, where a binding comes from, and whether it can be resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from jetenv.environments.bindings import (
    Declared,
    bound,
    declared_in,
    holder_of,
    require_readable_credentials,
    resolving_context,
    used_in,
)
from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from jetenv.credentials.parallel import Resolved
    from jetenv.credentials.references import Reference
    from jetenv.credentials.resolution import ResolutionError


class State(Enum):
    """How a credential stands to an environment."""

    BOUND = "bound"
    UNBOUND = "unbound"
    OPTIONAL = "optional"  # not bound, and said to be optional
    UNUSED = "unused"  # bound, and no file refers to it


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential of one environment.

    ``declared`` is None where the environment's content has no declaration of it. ``reference`` is the binding that
    counts, that of the environment ``holder``. ``used_by`` are the paths of the files that refer to it.
    """

    id: str
    state: State
    holder: str
    declared: Declared | None = None
    reference: str | None = None
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of ``environment``, by id; ``holder`` is the environment whose bindings count."""

    environment: Environment
    holder: Environment
    found: tuple[Credential, ...]

    def get(self, id_: str) -> Credential | None:
        """The credential with that id, or None."""
        return next((each for each in self.found if each.id == id_), None)


def credentials_of(project: Project, name: str) -> Credentials:
    """The credentials of the environment ``name``.

    Raises UsageError where there is no such environment, and JetenvError where its bindings cannot be read.
    """
    return _credentials(project, project.visible_environment(name), (), _Bindings(project))


class _Bindings:
    """The bindings that count for environments, read once for each that holds some."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, Mapping[str, str]] = {}

    def of(self, environment: Environment) -> Mapping[str, str]:
        """The references that count for ``environment``, by credential. Raises as ``read_bindings`` does."""
        holder = holder_of(self._project, environment).id
        if holder not in self._known:
            self._known[holder] = bound(self._project, environment)
        return self._known[holder]


def _credentials(
    project: Project, environment: Environment, used_elsewhere: Iterable[str], every: _Bindings
) -> Credentials:
    require_readable_credentials(environment)
    tree = project.repo.commits.get(environment.tip).tree
    holder = holder_of(project, environment)
    bindings, declared, used = every.of(environment), declared_in(project, tree), used_in(project, tree)
    own = bindings if holder.id == environment.id else {}
    found = []
    for id_ in sorted({*declared, *used, *own}):
        reference, declaration = bindings.get(id_), declared.get(id_)
        if reference is None:
            state = State.OPTIONAL if declaration is not None and declaration.optional else State.UNBOUND
        else:
            state = State.BOUND if id_ in used or id_ in used_elsewhere else State.UNUSED
        found.append(Credential(id_, state, holder.id, declaration, reference, used.get(id_, ())))
    return Credentials(environment, holder, tuple(found))


def which(project: Project, name: str, credential: str) -> Credential:
    """The credential with the id ``credential`` of the environment ``name``.

    Raises UsageError where the environment knows none of that id.
    """
    known = credentials_of(project, name)
    found = known.get(credential)
    if found is not None:
        return found
    close = did_you_mean(credential, (each.id for each in known.found))
    hint = f"did you mean '{close}'?" if close else f"`jetenv credentials list {known.environment.id}` shows them"
    raise UsageError(f"'{known.environment.id}' has no credential {credential[:80]!r}", hint=hint)


@dataclass(frozen=True, slots=True)
class Check:
    """A credential of an environment, and what resolving it came to.

    ``resolvable`` is None where that was not tried. ``problem`` says why it is not. ``shared`` is set for one of an
    environment with bindings of its own that has the very secret of the default environment: ``reference`` where both
    have the same reference, else ``value``.
    """

    environment: str
    credential: Credential
    resolvable: bool | None = None
    problem: ResolutionError | None = None
    shared: str | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be done about it."""
        unbound = self.credential.state is State.UNBOUND
        return (
            unbound or (self.resolvable is False and self.credential.reference is not None) or self.shared is not None
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer of `jetenv credentials check`."""

    default: str
    found: tuple[tuple[Credentials, tuple[Check, ...]], ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """All of them, of every environment."""
        return tuple(check for _, checks in self.found for check in checks)

    @property
    def is_fine(self) -> bool:
        """Whether nothing has to be done."""
        return not any(each.is_wrong for each in self.checks)


def check(
    project: Project, names: Sequence[str] = (), *, resolving: bool = True, seconds: float | None = None
) -> Checked:
    """Check the credentials of the environments ``names``, or of all that who is here may see.

    All references are resolved at the same time, each once, and forgotten; ``seconds`` is how long each may take.
    Raises as ``credentials_of`` does; a reference that cannot be resolved is an answer.
    """
    environments = [project.visible_environment(name) for name in names] or list(project.visible_environments())
    default = project.default()
    every = _Bindings(project)
    at_default = every.of(default)
    answers = _Answers(project, seconds) if resolving else None
    if answers is not None:
        answers.ask(_declared_references(project, environments, every))  # answered while the files are looked through
    everything = _all_credentials(project, environments, every)
    references = {each.reference for known in everything for each in known.found if each.reference is not None}
    if any(_has_own(known) for known in everything):
        references |= set(at_default.values())
    found: Found = {}
    if answers is not None:
        answers.ask(references)
        found = answers.all()
    return Checked(
        default.id,
        tuple(
            (known, tuple(_checked(known, each, found, at_default if _has_own(known) else {}) for each in known.found))
            for known in everything
        ),
    )


def _has_own(known: Credentials) -> bool:
    return known.environment.credentials == "own" and not known.environment.is_default


def _all_credentials(project: Project, environments: Sequence[Environment], every: _Bindings) -> list[Credentials]:
    """The credentials of each environment; what those that inherit refer to is used in the default one as well."""
    default = project.default()
    inherited: set[str] = set()
    if any(each.is_default for each in environments):
        for other in project.environments():
            if other.problem is None and holder_of(project, other).id == default.id:
                inherited |= used_in(project, project.repo.commits.get(other.tip).tree).keys()
    return [_credentials(project, each, inherited if each.is_default else (), every) for each in environments]


Found = Mapping[str, "Resolved"]
"""Secrets or why there is none, by the text of the reference."""


def _declared_references(project: Project, environments: Sequence[Environment], every: _Bindings) -> set[str]:
    """The references of what the environments declare, and of all that they bind themselves."""
    found: set[str] = set()
    for each in environments:
        require_readable_credentials(each)
        bindings = every.of(each)
        counting = set(bindings)
        if holder_of(project, each).id != each.id:
            counting &= declared_in(project, project.repo.commits.get(each.tip).tree).keys()
        found.update(bindings[id_] for id_ in counting)
    return found


class _Answers:
    """What references resolve to, by their texts. It is being found out while something else is done."""

    def __init__(self, project: Project, seconds: float | None) -> None:
        from jetenv.credentials.parallel import Resolving

        self._context = resolving_context(project, seconds)
        self._resolving = Resolving(self._context)
        self._parsed: dict[str, Reference] = {}
        self._broken: dict[str, Resolved] = {}

    def ask(self, references: Iterable[str]) -> None:
        """Have ``references`` resolved that were not asked for before."""
        from jetenv.credentials.references import parse_reference
        from jetenv.credentials.resolution import Cause, ResolutionError

        for text in references:
            if text in self._parsed or text in self._broken:
                continue
            try:
                self._parsed[text] = parse_reference(text)
            except UsageError as error:
                self._broken[text] = ResolutionError(Cause.INVALID, error.message, hint=error.hint)
        if any(each.scheme == "file" for each in self._parsed.values()):
            self._context.is_tracked("")  # reads the repository, which threads are to leave alone
        self._resolving.begin(self._parsed.values())

    def all(self) -> Found:
        """All of them, when the last one is known."""
        found = self._resolving.results()
        return {**self._broken, **{text: found[reference] for text, reference in self._parsed.items()}}


def _checked(known: Credentials, credential: Credential, found: Found, at_default: Mapping[str, str]) -> Check:
    from jetenv.credentials.masking import Secret

    result = Check(known.environment.id, credential)
    if credential.reference is None:
        return result
    resolved = found.get(credential.reference)
    if isinstance(resolved, Secret):
        result = replace(result, resolvable=True)
    elif resolved is not None:
        result = replace(result, resolvable=False, problem=resolved)
    theirs = at_default.get(credential.id)
    if theirs is None:
        return result
    if theirs == credential.reference:
        return replace(result, shared="reference")
    other = found.get(theirs)
    same = isinstance(resolved, Secret) and isinstance(other, Secret) and resolved == other
    return replace(result, shared="value" if same else None)
