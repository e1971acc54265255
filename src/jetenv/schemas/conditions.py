"""Which branches of a schema apply to an object, told by the constants that they ask of its properties.

A schema is flattened to candidates: the objects reached through ``$ref`` and ``allOf``, and those inside branches
of ``oneOf``, ``anyOf``, ``if`` and ``dependentSchemas``, each guarded by what has to hold for it to apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jetenv.schemas.resolving import Library, Located

Scalars = Callable[[str], str | None]
"""The text of the scalar under a key of the object; None where there is none."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One branch of a choice that an object makes.

    ``allowed`` holds property names with the texts one of which the branch asks for; ``required`` those that have
    to be there. A ``negated`` branch is an ``else``.
    """

    choice: str
    branch: int
    allowed: tuple[tuple[str, frozenset[str]], ...] = ()
    required: frozenset[str] = frozenset()
    negated: bool = False

    def refuses(self, scalars: Scalars) -> bool:
        """Whether the branch cannot apply to an object with these scalars."""
        values = [(scalars(name), texts, name in self.required) for name, texts in self.allowed]
        if self.negated:
            return bool(values) and all(value in texts for value, texts, _ in values)
        return any(required if value is None else value not in texts for value, texts, required in values)

    def excludes(self, other: Guard) -> bool:
        """Whether the two branches can never apply to the same object."""
        if self.choice == other.choice:
            return self.branch != other.branch
        if self.negated or other.negated:
            return self.negated != other.negated and (_implies(other, self) if self.negated else _implies(self, other))
        theirs = dict(other.allowed)
        return any(name in theirs and not texts & theirs[name] for name, texts in self.allowed)


def _implies(positive: Guard, negated: Guard) -> bool:
    """Whether ``positive`` holding makes the condition that ``negated`` denies hold."""
    holds = dict(positive.allowed)
    return bool(negated.allowed) and all(
        name in holds and holds[name] <= texts and (name not in negated.required or name in positive.required)
        for name, texts in negated.allowed
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A schema object that applies to a value where all of ``guards`` do.

    ``loose`` candidates are alternatives since a choice further up, or out of too many, that was not settled.
    """

    at: Located
    guards: tuple[Guard, ...] = ()
    loose: bool = False

    def excludes(self, other: Candidate) -> bool:
        """Whether the two never apply together, as far as is known."""
        if self.loose or other.loose:
            return True
        return any(mine.excludes(theirs) for mine in self.guards for theirs in other.guards)


def expand(library: Library, start: Candidate) -> Iterator[Candidate]:
    """The candidates that ``start`` stands for; cycles of ``$ref`` are followed once."""
    ways: dict[str, set[tuple[Guard, ...]]] = {}
    stack = [start]
    while stack:
        candidate = stack.pop()
        known = ways.setdefault(candidate.at.place, set())
        if len(known) > _MOST_WAYS:
            # Nested choices multiply; their number is bounded by giving up to tell them apart.
            candidate = Candidate(candidate.at, (), loose=True)
        if candidate.guards in known:
            continue
        known.add(candidate.guards)
        yield candidate
        stack.extend(each for each in _members(library, candidate) if not _goes_round(each))


_MOST_WAYS = 8


def _goes_round(candidate: Candidate) -> bool:
    """Whether the last guard is of a choice that was made before: a cycle, or a contradiction."""
    guards = candidate.guards
    return any(guard.choice == guards[-1].choice for guard in guards[:-1])


def _members(library: Library, candidate: Candidate) -> Iterator[Candidate]:
    at = candidate.at
    for each in _unconditional(library, at):
        yield _under(candidate, each)
    for keyword in ("oneOf", "anyOf"):
        for branch in range(len(at.schema.get(keyword, ()))):
            found = at.child(keyword, branch)
            if found is not None:
                # A branch whose discriminator is missing is kept: the author has yet to write it.
                allowed, _ = discriminators(library, found)
                yield _under(candidate, found, Guard(f"{at.place}/{keyword}", branch, allowed))
    yield from _conditionals(library, candidate)
    dependent = at.schema.get("dependentSchemas")
    for name in dependent if isinstance(dependent, Mapping) else ():  # drafts before 2019-09 take anything there
        found = at.child("dependentSchemas", name)
        if found is not None:
            yield _under(candidate, found, Guard(f"{at.place}/dependentSchemas/{name}", 0))


def _under(candidate: Candidate, at: Located, *guards: Guard) -> Candidate:
    return Candidate(at, (*candidate.guards, *guards), candidate.loose)


def _conditionals(library: Library, candidate: Candidate) -> Iterator[Candidate]:
    at = candidate.at
    condition = at.child("if")
    if condition is None:
        return
    choice = f"{at.place}/if"
    allowed, required = discriminators(library, condition)
    then, otherwise = at.child("then"), at.child("else")
    if then is not None:
        yield _under(candidate, then, Guard(choice, 0, allowed, required))
    if otherwise is not None:
        known = allowed if _only_discriminates(library, condition) else ()
        yield _under(candidate, otherwise, Guard(choice, 1, known, required, negated=True))


def _unconditional(library: Library, at: Located) -> Iterator[Located]:
    for keyword in ("$ref", "$dynamicRef"):
        reference = at.schema.get(keyword)
        if isinstance(reference, str):
            target = library.resolve(reference, at)
            if target is not None:
                yield target
    for position in range(len(at.schema.get("allOf", ()))):
        member = at.child("allOf", position)
        if member is not None:
            yield member


def discriminators(library: Library, at: Located) -> tuple[tuple[tuple[str, frozenset[str]], ...], frozenset[str]]:
    """The constants that ``at`` asks of properties, and which of these properties it requires."""
    allowed: dict[str, frozenset[str]] = {}
    required: set[str] = set()
    for each in _together(library, at):
        required.update(name for name in each.schema.get("required", ()) if isinstance(name, str))
        properties = each.schema.get("properties", {})
        for name in properties if isinstance(properties, Mapping) else ():
            value = each.child("properties", name)
            texts = None if value is None else _constants(library, value)
            if texts is not None:
                allowed[name] = allowed[name] & texts if name in allowed else texts
    return tuple(sorted(allowed.items())), frozenset(required & allowed.keys())


def _constants(library: Library, at: Located) -> frozenset[str] | None:
    found: frozenset[str] | None = None
    for each in _together(library, at):
        values = [each.schema["const"]] if "const" in each.schema else each.schema.get("enum")
        if isinstance(values, list) and all(_is_scalar(value) for value in values):
            texts = frozenset(scalar_text(value) for value in values)
            found = texts if found is None else found & texts
    return found


def _together(library: Library, at: Located) -> Iterator[Located]:
    """``at`` and all that applies wherever it does."""
    seen: set[str] = set()
    stack = [at]
    while stack:
        each = stack.pop()
        if each.place not in seen:
            seen.add(each.place)
            yield each
            stack.extend(_unconditional(library, each))


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def scalar_text(value: object) -> str:
    """A JSON scalar as YAML writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


_SAYS_NOTHING = {"type", "title", "description", "$comment", "required"}


def _only_discriminates(library: Library, condition: Located) -> bool:
    """Whether an ``if`` asks for nothing but constants, so that its ``else`` can be told from them."""
    if not set(condition.schema) <= {"properties", *_SAYS_NOTHING}:
        return False
    values = (condition.child("properties", name) for name in condition.schema.get("properties", ()))
    return all(
        value is not None
        and _constants(library, value) is not None
        and all(
            set(each.schema) <= {"const", "enum", "$ref", "allOf", *_SAYS_NOTHING} for each in _together(library, value)
        )
        for value in values
    )
