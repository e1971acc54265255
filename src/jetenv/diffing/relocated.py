"""Entries that stand in another list or mapping than before: moves, found among what was removed and what was added."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from jetenv.diffing.pairing import similarity
from jetenv.diffing.records import Action
from jetenv.diffing.sides import Unit
from jetenv.diffing.sites import Site
from jetenv.documents.paths import FieldPath, Index

_ALIKE = 0.5
_MOST = 4096
"""Entries that are looked at; of more, none is followed, for a review of so many shows no single move."""

_Key = Callable[[Site], Hashable]


class Comparison(Protocol):
    """The comparison that the sites come from."""

    def content(self, site: Site) -> Hashable:
        """What tells the collection that stands at ``site`` from all others by its data."""

    def moved(self, gone: Site, come: Site) -> Iterator[Site]:
        """The move of what stood at one place to another, then what changed in it."""

    def inside(self, site: Site) -> Iterator[Site]:
        """The items in what was added or removed at ``site``, as if each had been by itself, the outer ones first."""

    def without(self, site: Site, parts: Sequence[Unit]) -> Site:
        """``site`` with ``parts`` of what was added or removed there left out."""


class _Part(NamedTuple):
    """What was added or removed at ``site``: by itself, or as a part of what was at ``whole``."""

    site: Site
    whole: Site

    @property
    def path(self) -> FieldPath:
        return self.site.change.path

    @property
    def is_whole(self) -> bool:
        return self.site is self.whole


_Places = dict[Hashable, _Part | None]
"""What was added or removed by its name; None where several have the same."""


def with_moves(sites: Sequence[Site], comparison: Comparison) -> Iterator[Site]:
    """``sites`` with an entry that was removed at one place and added at another told once, as moved.

    Such an entry has the same name and much the same content, or the very same content under another name. An item may
    also come out of something that was removed, or go into something that was added.
    """
    removed = [_Part(each, each) for each in sites if each.change.action is Action.REMOVED and each.old_unit]
    added = [_Part(each, each) for each in sites if each.change.action is Action.ADDED and each.new_unit]
    if not removed or not added or len(removed) + len(added) > _MOST:
        yield from sites
        return
    pairs = _pairs(comparison.content, removed, added)
    known = {id(part) for pair in pairs for part in pair}
    pairs += _inner_pairs(comparison, *([each for each in side if id(each) not in known] for side in (removed, added)))
    gone = {id(old.site) for old, _ in pairs}
    origin = {id(new.site): old.site for old, new in pairs}
    inner: dict[int, list[Site]] = {}
    for part in (part for pair in pairs for part in pair if not part.is_whole):
        inner.setdefault(id(part.whole), []).append(part.site)
    for site in sites:
        if id(site) in origin:
            yield from comparison.moved(origin[id(site)], site)
        elif id(site) not in gone:
            here = inner.get(id(site), [])
            units = [unit for each in here if (unit := each.old_unit or each.new_unit) is not None]
            yield comparison.without(site, units) if units else site
            for each in here:
                if id(each) in origin:
                    yield from comparison.moved(origin[id(each)], each)


def _pairs(content: _Key, removed: Sequence[_Part], added: Sequence[_Part]) -> list[tuple[_Part, _Part]]:
    pairs: list[tuple[_Part, _Part]] = []
    taken: set[int] = set()
    for key in (_name, content):
        olds, news = (_unique(key, [each for each in parts if id(each) not in taken]) for parts in (removed, added))
        for name, old in olds.items():
            new = news.get(name)
            if old is None or new is None or not _alike(old.site, new.site):
                continue
            pairs.append((old, new))
            taken |= {id(old), id(new)}
    return pairs


def _inner_pairs(comparison: Comparison, removed: Sequence[_Part], added: Sequence[_Part]) -> list[tuple[_Part, _Part]]:
    """Items before and after, one of which at least is a part of something else; the outer ones first."""
    olds, news = (_with_items(comparison, parts) for parts in (removed, added))
    if len(olds) + len(news) > _MOST:
        return []
    known, other = (_unique(_name, parts) for parts in (olds, news))
    pairs: list[tuple[_Part, _Part]] = []
    for name, old in sorted(known.items(), key=lambda each: len(each[1].path) if each[1] else 0):
        new = other.get(name)
        if old is None or new is None or (old.is_whole and new.is_whole) or not _alike(old.site, new.site):
            continue
        if not any(_nested(old.path, a.path) or _nested(new.path, b.path) for a, b in pairs):
            pairs.append((old, new))
    return pairs


def _with_items(comparison: Comparison, parts: Sequence[_Part]) -> list[_Part]:
    """``parts`` and the items in them: where a schema describes those, the ones that are drawn as boxes."""
    inner = (
        _Part(each, part.whole)
        for part in parts
        for each in comparison.inside(part.site)
        if not each.rules or each.rules.draw == "box"
    )
    return [*parts, *islice(inner, _MOST + 1)]


def _nested(one: FieldPath, other: FieldPath) -> bool:
    """Whether one of the two places is in the other."""
    return all(a == b for a, b in zip(one, other, strict=False))


def _alike(old: Site, new: Site) -> bool:
    if old.old_unit is None or new.new_unit is None or len(old.old_unit.value.entries) < 2:
        return False
    return similarity(old.old_unit, new.new_unit) >= _ALIKE


def _unique(key: _Key, parts: Sequence[_Part]) -> _Places:
    found: _Places = {}
    for part in parts:
        name = key(part.site)
        found[name] = None if name in found else part
    return found


def _name(site: Site) -> Hashable:
    """The name of an entry: its key fields or its key; its own place where it has none, which no other has."""
    step = site.change.path[-1]
    return (type(step), step) if not isinstance(step, Index) else site.change.path
