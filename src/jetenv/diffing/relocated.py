"""Entries that stand in another list or mapping than before: moves, found among what was removed and what was added."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from jetenv.diffing.pairing import similarity
from jetenv.diffing.records import Action
from jetenv.diffing.sites import Site
from jetenv.documents.paths import Index

_ALIKE = 0.5
_MOST = 4096
"""Entries that are looked at; of more, none is followed, for a review of so many shows no single move."""

Places = dict[Hashable, Site | None]
"""Entries by their name; None where several have the same."""

_Key = Callable[[Site], Hashable]


def with_moves(sites: Sequence[Site], content: _Key, moved: Callable[[Site, Site], Iterator[Site]]) -> Iterator[Site]:
    """``sites`` with an entry that was removed at one place and added at another told once, as moved.

    Such an entry has the same name and much the same content, or the very same content under another name: ``content``
    says what that is. ``moved`` tells the move of what stood at the first site to the second.
    """
    removed = [each for each in sites if each.change.action is Action.REMOVED and each.old_unit is not None]
    added = [each for each in sites if each.change.action is Action.ADDED and each.new_unit is not None]
    if not removed or not added or len(removed) + len(added) > _MOST:
        yield from sites
        return
    pairs = _pairs(content, removed, added)
    gone = {id(old) for old, _ in pairs}
    origin = {id(new): old for old, new in pairs}
    for site in sites:
        if id(site) in origin:
            yield from moved(origin[id(site)], site)
        elif id(site) not in gone:
            yield site


def _pairs(content: _Key, removed: Sequence[Site], added: Sequence[Site]) -> list[tuple[Site, Site]]:
    pairs: list[tuple[Site, Site]] = []
    taken: set[int] = set()
    for key in (_name, content):
        olds, news = (_unique(key, [each for each in sites if id(each) not in taken]) for sites in (removed, added))
        for name, old in olds.items():
            new = news.get(name)
            if old is None or new is None or not _alike(old, new):
                continue
            pairs.append((old, new))
            taken |= {id(old), id(new)}
    return pairs


def _alike(old: Site, new: Site) -> bool:
    if old.old_unit is None or new.new_unit is None or len(old.old_unit.value.entries) < 2:
        return False
    return similarity(old.old_unit, new.new_unit) >= _ALIKE


def _unique(key: _Key, sites: Sequence[Site]) -> Places:
    found: Places = {}
    for site in sites:
        name = key(site)
        found[name] = None if name in found else site
    return found


def _name(site: Site) -> Hashable:
    """The name of an entry: its key fields or its key; its own place where it has none, which no other has."""
    step = site.change.path[-1]
    return (type(step), step) if not isinstance(step, Index) else site.change.path
