"""The protection of an environment, as its ``environment.yaml`` says: who may change it in which way.

Where that file cannot be read, or says something that is not understood, nobody may do anything but the admins, who
may commit to repair it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from jetenv.errors import JetenvError

NOBODY, ADMINS, EDITORS = "nobody", "admins", "editors"
_VALUES = {
    "direct": (NOBODY, ADMINS, EDITORS),
    "merge": (NOBODY, ADMINS, EDITORS),
    "force_push": (NOBODY, ADMINS),
    "delete": (NOBODY, ADMINS),
    "version": ("open", "locked"),
}


class Protection(NamedTuple):
    """Who may commit directly, merge, force-push and delete: ``nobody``, ``admins`` or ``editors``.

    ``sources`` are the ids of the environments from which merges may come, None for any source; ``version`` is
    ``locked`` where only admins may change the version pin. ``problem`` says what could not be understood.
    """

    direct: str = EDITORS
    merge: str = EDITORS
    sources: tuple[str, ...] | None = None
    version: str = "open"
    force_push: str = NOBODY
    delete: str = ADMINS
    problem: str | None = None


def locked(problem: str) -> Protection:
    """The protection of an environment whose own one cannot be understood."""
    return Protection(ADMINS, NOBODY, (), "locked", NOBODY, NOBODY, problem)


def read_protection(data: object) -> Protection:
    """The protection that the property ``protection`` of an ``environment.yaml`` stands for; None stands for none.

    ``approvals`` and properties that begin with ``x-`` say nothing here.
    """
    if data is None:
        return Protection()
    if not isinstance(data, Mapping):
        return locked("protection is no mapping")
    values: dict[str, str] = {}
    sources: tuple[str, ...] | None = None
    for name, value in data.items():
        if name == "sources":
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                return locked("protection.sources is no list of ids")
            sources = tuple(value)
        elif name in _VALUES:
            if value not in _VALUES[name]:
                return locked(f"protection.{name} is not one of {', '.join(_VALUES[name])}")
            values[name] = value
        elif name != "approvals" and not str(name).startswith("x-"):
            return locked(f"protection.{name} is not known to this version of jetenv")
    return Protection(sources=sources, **values)


def is_protected(data: Mapping[str, object]) -> bool:
    """Whether the property ``protection`` keeps editors from committing as they like."""
    return bool(data) and read_protection(data).direct != EDITORS


def read_settings(content: bytes, path: str) -> Mapping[str, object]:
    """The mapping that an ``environment.yaml`` holds. Raises JetenvError where it holds none."""
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    found = to_data(parse(content, path=path).root)
    if not isinstance(found, dict):
        raise JetenvError("the file holds no mapping", where=path)
    return found
