"""The names under which refs are taken from others: of branches and tags, and none that could mean another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from jetenv.repository.objects import Oid

BRANCHES, TAGS = "refs/heads/", "refs/tags/"
MAX_NAME = 240
MAX_REFS = 10_000
"""Refs of one push."""

Problem = tuple[str, str | None]
"""A message and a hint."""

# gitcheckref-format(1), and names that commands take for something else.
_MALFORMED = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)|\.(?:$|/)|/$|^[./-]|^@$")
_MEANS_ANOTHER = re.compile(r"(?:HEAD|[A-Z]+_HEAD|refs(?:/.*)?|[0-9a-f]{40})", re.IGNORECASE)


class _Update(Protocol):
    @property
    def ref(self) -> str: ...
    @property
    def new(self) -> Oid | None: ...


def name_problems(refs: Mapping[str, Oid], updates: Sequence[_Update]) -> Iterator[tuple[str, Problem]]:
    """What is wrong with the names of the refs that ``updates`` touch, where ``refs`` are there; by ref."""
    if len(updates) > MAX_REFS:
        yield "refs/", (f"{len(updates)} refs are pushed at once", f"push at most {MAX_REFS}")
        return
    if len({each.ref for each in updates}) != len(updates):
        yield "refs/", ("a ref is pushed twice", "push it once")
        return
    gone = {each.ref for each in updates if each.new is None}
    made = [each.ref for each in updates if each.new is not None and each.ref not in refs]
    after = [*(ref for ref in refs if ref not in gone), *made]
    folded: dict[str, list[str]] = {}
    for ref in after:
        folded.setdefault(_folded(ref), []).append(ref)
    taken = set(after)
    above = {parent for ref in after for parent in _parents(ref)}
    for each in updates:
        problem = _problem(each.ref)
        if problem is None and each.ref in made:
            problem = _clash(each.ref, folded, taken, above)
        if problem is not None:
            yield each.ref, problem


def _problem(ref: str) -> Problem | None:
    prefix = next((each for each in (BRANCHES, TAGS) if ref.startswith(each)), None)
    if prefix is None:
        return "only branches and tags are taken here", None
    name = ref.removeprefix(prefix)
    hidden = any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in name)
    if not name or hidden or _MALFORMED.search(name) or len(name.encode("utf-8", "surrogateescape")) > MAX_NAME:
        return "this cannot be the name of a branch or tag", "use letters, digits and hyphens"
    if _MEANS_ANOTHER.fullmatch(name):
        return f"git takes '{name}' for something else", "choose another name"
    return None


def _clash(ref: str, folded: Mapping[str, Iterable[str]], taken: set[str], above: set[str]) -> Problem | None:
    twin = next((each for each in folded[_folded(ref)] if each != ref), None)
    if twin is not None:
        return (
            f"it differs from {twin} in case or form only, and some file systems keep one of them",
            "choose another name",
        )
    if ref in above or any(parent in taken for parent in _parents(ref)):
        return "another ref has the name of a folder in its name", "choose another name"
    return None


def _folded(ref: str) -> str:
    return (
        ref.lower() if ref.isascii() else unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", ref).casefold())
    )


def _parents(ref: str) -> Iterator[str]:
    parts = ref.split("/")
    return ("/".join(parts[:count]) for count in range(3, len(parts)))
