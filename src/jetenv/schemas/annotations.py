"""The merge annotations of one schema object, in their Kubernetes form and in the form of jetenv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jetenv.schemas.failures import SchemaError

LISTS = ("keyed", "set", "sequence", "atomic")
MAPS = ("granular", "atomic")
RISKS = ("destructive", "permission", "secret")
DRAWN = ("box", "title", "kind", "text", "value", "list", "below", "beside", "width")
WIDER = ("more", "less")
_KUBERNETES_LISTS = {"map": "keyed", "set": "set", "atomic": "atomic"}


Scalar = str | int | float | bool | None
Values = tuple[Scalar, ...] | str
"""Values that are listed, or a word for them."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """What a schema says about merging and reviewing a value; None, False or empty where it says nothing.

    ``feature`` is what needs the version ``since``: the title of the schema object that says so. ``of`` says where the
    collection of a field, segment or action stands, or the page or workflow of a parameter: ``collection`` in the
    mapping around it or the next one that has it, ``data.collection`` inside of another value there, ``../collection``
    not in the mapping right around; ``targets.data.collection`` goes on in the components that ``targets`` names.
    Where ``through`` is given, a relation stands there, and the field is one of the collection that it leads to. Where
    a value stands at one of ``unless``, or none of the values that ``where`` lists by key beside ``of``, nothing is
    referred to. Values of the same ``unique`` are there once in a
    project; where there is none, the file has ``implied``, with its id for ``{id}``.
    ``wider`` says in which direction a permission grows: the values from the narrowest to the widest, or ``more`` or
    ``less`` of it; ``absent`` is ``all`` where a missing value permits everything. ``when`` are the values that make
    something destructive, or ``present`` where it is so whenever it is there.
    """

    list: str | None = None
    keys: tuple[str, ...] = ()
    map: str | None = None
    text: bool = False
    ref: tuple[str, ...] = ()
    of: str | None = None
    unless: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    unique: str | None = None
    implied: str | None = None
    through: str | None = None
    since: str | None = None
    feature: str | None = None
    risk: str | None = None
    wider: Values | None = None
    absent: str | None = None
    when: Values | None = None
    draw: str | None = None

    @property
    def list_form(self) -> str | None:
        """``list`` with its keys in words, such as ``keyed by id``; equal for lists that merge alike."""
        return f"{self.list} by {', '.join(self.keys)}" if self.keys else self.list


NOTHING = Annotations()


def read_annotations(schema: Mapping[str, Any], place: str) -> Annotations:
    """The annotations that stand at one schema object.

    Raises SchemaError for values that mean nothing and where the two forms contradict each other.
    """
    own = schema.get("x-jetenv")
    kubernetes = _kubernetes(schema, place)
    if own is None:
        return kubernetes
    if not isinstance(own, Mapping):
        raise SchemaError("'x-jetenv' is not an object", where=place)
    ours = _jetenv(own, place)
    title = schema.get("title")
    if ours.since is not None and isinstance(title, str):
        ours = replace(ours, feature=title)
    for name, left, right in (
        ("list", ours.list_form, kubernetes.list_form),
        ("map", ours.map, kubernetes.map),
    ):
        if left and right and left != right:
            raise contradiction(name, left, f"{place}/x-jetenv", right, f"{place}/x-kubernetes-{name}-type")
    return replace(
        ours,
        list=ours.list or kubernetes.list,
        keys=ours.keys or kubernetes.keys,
        map=ours.map or kubernetes.map,
    )


def _jetenv(own: Mapping[str, Any], place: str) -> Annotations:
    place = f"{place}/x-jetenv"
    ref = own.get("ref", ())
    found = Annotations(
        list=_one_of("list", own.get("list"), LISTS, place),
        keys=_names("keys", own.get("keys", ()), place),
        map=_one_of("map", own.get("map"), MAPS, place),
        text=_one_of("text", own.get("text"), ("lines",), place) is not None,
        ref=_names("ref", (ref,) if isinstance(ref, str) else ref, place),
        of=_text("of", own.get("of"), place),
        unless=_names("unless", own.get("unless", ()), place),
        where=_conditions("where", own.get("where"), place),
        unique=_text("unique", own.get("unique"), place),
        through=_text("through", own.get("through"), place),
        implied=_text("implied", own.get("implied"), place),
        since=_text("since", own.get("since"), place),
        risk=_one_of("risk", own.get("risk"), RISKS, place),
        wider=_values("wider", own.get("wider"), WIDER, place),
        absent=_one_of("absent", own.get("absent"), ("all",), place),
        when=_values("when", own.get("when"), ("present",), place),
        draw=_one_of("draw", own.get("draw"), DRAWN, place),
    )
    _check_keys(found, place)
    return found


def _kubernetes(schema: Mapping[str, Any], place: str) -> Annotations:
    kind = schema.get("x-kubernetes-list-type")
    table = schema.get("x-kubernetes-map-type")
    if kind is None and table is None:
        return NOTHING
    _one_of("x-kubernetes-list-type", kind, tuple(_KUBERNETES_LISTS), place)
    found = Annotations(
        list=_KUBERNETES_LISTS.get(kind or ""),
        keys=_names("x-kubernetes-list-map-keys", schema.get("x-kubernetes-list-map-keys", ()), place),
        map=_one_of("x-kubernetes-map-type", table, MAPS, place),
    )
    _check_keys(found, place)
    return found


def _check_keys(found: Annotations, place: str) -> None:
    if found.list == "keyed" and not found.keys:
        raise SchemaError("a keyed list without the names of its keys", where=place, hint="add keys, such as [id]")
    if found.keys and found.list != "keyed":
        raise SchemaError("keys for a list that is not keyed", where=place)


def _one_of(name: str, value: object, allowed: tuple[str, ...], place: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in allowed:
        raise SchemaError(f"'{name}' is {value!r}, which is not one of {', '.join(allowed)}", where=place)
    return value


def _values(name: str, value: object, words: tuple[str, ...], place: str) -> Values | None:
    """A list of scalars, or one of ``words``."""
    if isinstance(value, list) and value and all(isinstance(each, str | int | float | None) for each in value):
        return tuple(value)
    if isinstance(value, list):
        raise SchemaError(f"'{name}' is not a list of values", where=place)
    return _one_of(name, value, words, place)


def _text(name: str, value: object, place: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise SchemaError(f"'{name}' is not a string", where=place)
    return value


def _conditions(name: str, value: object, place: str) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise SchemaError(f"'{name}' is not an object", where=place)
    return tuple((key, _names(f"{name}/{key}", values, place)) for key, values in value.items())


def _names(name: str, value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise SchemaError(f"'{name}' is not a list of names", where=place)
    return tuple(value)


def contradiction(name: str, first: str, first_place: str, second: str, second_place: str) -> SchemaError:
    """The error for two annotations that cannot both hold for one value; names both places."""
    return SchemaError(
        f"'{name}' is {first} at {first_place} but {second} at {second_place}",
        where=first_place,
        hint="make the two schemas agree, or leave the annotation out of one of them",
    )
