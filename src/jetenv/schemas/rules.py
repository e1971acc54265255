"""Merge rules: a cursor that walks the schemas of a document alongside the document itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, TypeVar, cast

from jetenv.schemas.annotations import (
    NOTHING,
    RISKS,
    Annotations,
    Values,
    contradiction,
    read_annotations,
)
from jetenv.schemas.conditions import Candidate, Guard, Scalars, expand
from jetenv.schemas.failures import SchemaError
from jetenv.schemas.resolving import Library, Located, pointer_to
from jetenv.schemas.validation import CompiledSchema
from jetenv.schemas.versions import rank

__all__ = ["Rules", "SchemaError"]


class Rules:
    """What the schemas say about one value of a document, as the set of schema objects that may apply to it.

    Immutable to its users; ``property``, ``item``, ``key`` and ``narrow`` remember their answers, so that walking a
    large document costs a few dictionary look-ups a node. All of them may raise SchemaError: for a reference to a
    schema that is not there, and for annotations that contradict each other.
    """

    __slots__ = (
        "_annotations",
        "_candidates",
        "_item",
        "_key",
        "_names",
        "_narrowed",
        "_properties",
        "_space",
    )

    NONE: ClassVar[Rules]
    """The rules of a value that no schema describes."""

    def __init__(self, space: _Space, candidates: tuple[Candidate, ...]) -> None:
        self._space = space
        self._candidates = candidates
        self._annotations: Annotations | None = None
        self._properties: dict[str, Rules] = {}
        self._names: tuple[str, ...] | None = None
        self._narrowed: dict[tuple[str | None, ...], Rules] = {}
        self._item: Rules | None = None
        self._key: Rules | None = None

    @classmethod
    def of(cls, library: Library, roots: Iterable[Located]) -> Rules:
        """The rules of a document that ``roots`` describe, all at once."""
        return _Space(library).rules(tuple(Candidate(root) for root in roots))

    def __bool__(self) -> bool:
        return bool(self._candidates)

    def __repr__(self) -> str:
        return f"Rules({', '.join(self.places) or 'none'})"

    @property
    def places(self) -> tuple[str, ...]:
        """The places of the schema objects that may apply."""
        return tuple(candidate.at.place for candidate in self._candidates)

    @property
    def annotations(self) -> Annotations:
        """All annotations together.

        Where branches that have not been told apart differ in ``list``, ``map``, ``of``, ``wider``, ``absent``,
        ``when`` or ``draw``, nothing is said.
        Any branch that says ``text``, ``ref`` or ``risk`` counts, of several risks the gravest, of versions the
        highest.
        """
        if self._annotations is None:
            self._annotations = _combined(self._candidates, self._space)
        return self._annotations

    @property
    def list(self) -> str | None:
        """``keyed``, ``set``, ``sequence`` or ``atomic``; None where nothing is said."""
        return self.annotations.list

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key fields of the items of a keyed list."""
        return self.annotations.keys

    @property
    def map(self) -> str | None:
        """``granular`` or ``atomic``; None where nothing is said."""
        return self.annotations.map

    @property
    def text(self) -> bool:
        """Whether the string is merged line by line."""
        return self.annotations.text

    @property
    def ref(self) -> tuple[str, ...]:
        """The kinds of objects that the value names."""
        return self.annotations.ref

    @property
    def since(self) -> str | None:
        """The version of the platform that the value needs at least."""
        return self.annotations.since

    @property
    def risk(self) -> str | None:
        """``destructive``, ``permission`` or ``secret``: what a change of the value may do."""
        return self.annotations.risk

    def refuses_secret(self, data: object) -> bool:
        """Whether a schema that says ``risk: secret`` does not accept ``data``, which may be the secret itself then."""
        return any(
            self._space.annotations_at(each.at).risk == "secret" and not self._space.accepts(each.at, data)
            for each in self._candidates
        )

    @property
    def draw(self) -> str | None:
        """What the value is in a drawing of the object around it; see ``diffing.sketching``. None where it is not."""
        return self.annotations.draw

    @property
    def declared(self) -> tuple[str, ...]:
        """The names of the properties that the schemas list, in their order."""
        names: dict[str, None] = {}
        for candidate in self._candidates:
            names.update(dict.fromkeys(candidate.at.schema.get("properties", ())))
        return tuple(names)

    def accepts(self, name: str) -> bool:
        """Whether the schemas provide for a property ``name``, whatever its value."""
        return any(_provides(candidate.at, name) for candidate in self._candidates)

    @property
    def default(self) -> object:
        """What a missing value means, by the most specific schema that says so; None where none does."""
        return next((c.at.schema["default"] for c in self._candidates if "default" in c.at.schema), None)

    @property
    def told_by(self) -> tuple[str, ...]:
        """The names of the properties that decide which branches of the schemas apply."""
        return self._discriminators()

    @property
    def descriptions(self) -> tuple[str, ...]:
        """What the schemas say about the value, the most specific first."""
        return self._texts("description")

    @property
    def titles(self) -> tuple[str, ...]:
        """What the schemas call the value, the most specific first."""
        return self._texts("title")

    def _texts(self, keyword: str) -> tuple[str, ...]:
        texts = (candidate.at.schema.get(keyword) for candidate in self._candidates)
        return tuple(text for text in texts if isinstance(text, str))

    def property(self, name: str) -> Rules:
        """The rules of the value under the key ``name``."""
        found = self._properties.get(name)
        if found is None:
            if not self._candidates:
                return self
            found = self._properties[name] = self._space.rules(self._below(_property_schemas, name))
        return found

    def item(self) -> Rules:
        """The rules of the items of a list."""
        if self._item is None:
            self._item = self._space.rules(self._below(_item_schemas))
        return self._item

    def key(self) -> Rules:
        """The rules of the keys themselves, from ``propertyNames``."""
        if self._key is None:
            self._key = self._space.rules(self._below(_key_schemas))
        return self._key

    def narrow(self, scalars: Scalars) -> Rules:
        """These rules without the branches that ask for other constants than the object has.

        ``scalars`` gives the text of the scalar under a key, or None where there is none.
        """
        if self._names is None:
            self._names = self._discriminators()
        if not self._names:
            return self
        values = tuple(scalars(name) for name in self._names)
        found = self._narrowed.get(values)
        if found is None:
            known = dict(zip(self._names, values, strict=True)).get
            kept = tuple(
                candidate
                for candidate in self._candidates
                if not any(guard.refuses(known) for guard in candidate.guards)
            )
            found = self._narrowed[values] = self._space.intern(kept)
        return found

    def _discriminators(self) -> tuple[str, ...]:
        """The names of the properties that tell branches of this object apart."""
        guards = (guard for candidate in self._candidates for guard in candidate.guards)
        return tuple(sorted({name for guard in guards for name, _ in guard.allowed}))

    def _below(self, schemas: _Below, name: str = "") -> tuple[Candidate, ...]:
        found = [Candidate(each, c.guards, c.loose) for c in self._candidates for each in schemas(c.at, name)]
        if not found and schemas is _property_schemas:
            rest = ((c, c.at.child("unevaluatedProperties")) for c in self._candidates)
            found = [Candidate(each, c.guards, c.loose) for c, each in rest if each is not None]
        return tuple(found)


_Below = Callable[[Located, str], Iterator[Located]]


class _Space:
    """The rules of one set of schemas, each kept once, so that a recursive schema has finitely many."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._rules: dict[tuple[tuple[str, tuple[Guard, ...], bool], ...], Rules] = {}
        self._annotations: dict[str, Annotations] = {}
        self._compiled: dict[str, CompiledSchema] = {}

    def rules(self, starts: tuple[Candidate, ...]) -> Rules:
        """The rules of a value that ``starts`` describe under the guards of the object around it."""
        candidates: dict[tuple[str, tuple[Guard, ...]], Candidate] = {}
        for start in starts:
            for candidate in expand(self._library, Candidate(start.at, (), _unsettled(start, starts))):
                key = (candidate.at.place, candidate.guards)
                if key not in candidates or candidates[key].loose:
                    candidates[key] = candidate
        return self.intern(tuple(candidates.values()))

    def intern(self, candidates: tuple[Candidate, ...]) -> Rules:
        """The one instance for these candidates."""
        if not candidates:
            return Rules.NONE
        key = tuple((candidate.at.place, candidate.guards, candidate.loose) for candidate in candidates)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = Rules(self, candidates)
        return found

    def annotations_at(self, at: Located) -> Annotations:
        """What stands at one schema object."""
        found = self._annotations.get(at.place)
        if found is None:
            found = self._annotations[at.place] = read_annotations(at.schema, at.place)
        return found

    def accepts(self, at: Located, data: object) -> bool:
        """Whether ``data`` is valid against one schema object."""
        found = self._compiled.get(at.place)
        if found is None:
            found = self._compiled[at.place] = CompiledSchema(pointer_to(at), self._library, at.place)
        return found.accepts(data)


def _unsettled(candidate: Candidate, others: tuple[Candidate, ...]) -> bool:
    """Whether it stands in a branch that excludes one of the others, so that only one of the two can apply."""
    return candidate.loose or any(guard.excludes(g) for guard in candidate.guards for o in others for g in o.guards)


def _property_schemas(at: Located, name: str) -> Iterator[Located]:
    matched = False
    if name in at.schema.get("properties", ()):
        matched = True
        found = at.child("properties", name)
        if found is not None:
            yield found
    for pattern in at.schema.get("patternProperties", ()):
        if _pattern(pattern).search(name):
            matched = True
            found = at.child("patternProperties", pattern)
            if found is not None:
                yield found
    if not matched:
        found = at.child("additionalProperties")
        if found is not None:
            yield found


def _provides(at: Located, name: str) -> bool:
    schema = at.schema
    if name in schema.get("properties", ()):
        return True
    if any(_pattern(pattern).search(name) for pattern in schema.get("patternProperties", ())):
        return True
    return any(schema.get(rest, False) is not False for rest in ("additionalProperties", "unevaluatedProperties"))


def _item_schemas(at: Located, _: str) -> Iterator[Located]:
    for keyword in ("prefixItems", "items"):
        members = at.schema.get(keyword)
        if isinstance(members, list):
            found = [at.child(keyword, position) for position in range(len(members))]
        else:
            found = [at.child(keyword)]
        yield from (each for each in found if each is not None)
    rest = at.child("unevaluatedItems")
    if rest is not None:
        yield rest


def _key_schemas(at: Located, _: str) -> Iterator[Located]:
    found = at.child("propertyNames")
    if found is not None:
        yield found


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise SchemaError(f"the pattern '{pattern}' cannot be used: {error}") from None


def _combined(candidates: tuple[Candidate, ...], space: _Space) -> Annotations:
    found = [(each, space.annotations_at(each.at)) for each in candidates if space.annotations_at(each.at) != NOTHING]
    if not found:
        return NOTHING
    if len(found) == 1:
        return found[0][1]
    form = _agreed("list", found, lambda each: each.list_form)
    listed = next((each for _, each in found if each.list_form == form), NOTHING) if form else NOTHING
    refs = dict.fromkeys(ref for _, each in found for ref in each.ref)
    risks = {each.risk for _, each in found}
    newest = max((each for _, each in found if each.since), key=lambda each: rank(each.since or ""), default=NOTHING)
    return Annotations(
        list=listed.list,
        keys=listed.keys,
        map=_agreed("map", found, lambda each: each.map),
        text=any(each.text for _, each in found),
        ref=tuple(refs),
        of=_agreed("of", _nearest(found), lambda each: each.of),
        unless=tuple(dict.fromkeys(path for _, each in found for path in each.unless)),
        where=_agreed("where", found, lambda each: each.where),
        through=_agreed("through", found, lambda each: each.through),
        unique=_agreed("unique", found, lambda each: each.unique),
        implied=_agreed("implied", found, lambda each: each.implied),
        since=newest.since,
        feature=newest.feature,
        risk=next((risk for risk in reversed(RISKS) if risk in risks), None),
        wider=cast("Values | None", _agreed("wider", found, lambda each: each.wider)),
        absent=_agreed("absent", found, lambda each: each.absent),
        when=cast("Values | None", _agreed("when", found, lambda each: each.when)),
        draw=_agreed("draw", found, lambda each: each.draw),
    )


_Said = TypeVar("_Said")


def _nearest(found: Sequence[tuple[Candidate, Annotations]]) -> list[tuple[Candidate, Annotations]]:
    """Without those whose ``of`` another overrides: a schema knows better than the general one that it refers to."""
    first = next((candidate for candidate, each in found if each.of is not None), None)
    if first is None:
        return []
    return [(candidate, each) for candidate, each in found if candidate is first or candidate.excludes(first)]


def _agreed(
    name: str, found: Sequence[tuple[Candidate, Annotations]], read: Callable[[Annotations], _Said | None]
) -> _Said | None:
    """What all say that say anything; None where branches that exclude each other differ."""
    said = [(candidate, value) for candidate, each in found if (value := read(each)) is not None]
    if not said:
        return None
    for position, (candidate, other) in enumerate(said):
        for earlier, before in said[:position]:
            if other != before and not candidate.excludes(earlier):
                raise contradiction(name, str(before), earlier.at.place, str(other), candidate.at.place)
    value = said[0][1]
    return value if all(other == value for _, other in said) else None


Rules.NONE = Rules(_Space(Library({})), ())
