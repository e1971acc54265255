"""References that change because an object was renamed: told with that rename, and not as changes of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jetenv.diffing.records import Action, Change, Follower, ObjectDiff, Rename
from jetenv.diffing.sites import Reviewed, Site
from jetenv.documents.nodes import Kind, Node
from jetenv.documents.paths import Item, Key
from jetenv.schemas.objects import object_of
from jetenv.schemas.survey import SINGULAR

Renames = Mapping[tuple[str, str], Rename]
"""Renames by kind and old id."""


def renames_of(paths: Mapping[str, str]) -> Renames:
    """The renames of objects behind renames of files, old path by new path."""
    found = [(object_of(old), object_of(new)) for new, old in paths.items()]
    return {
        (old.kind, old.id): Rename(old.kind, old.id, new.id)
        for old, new in found
        if old is not None and new is not None and old.id != new.id
    }


def marked(each: Reviewed, renames: Renames) -> Reviewed:
    """``each`` with every change that merely follows a rename marked as such."""
    if not renames:
        return each
    diff = each.diff
    own = renames.get((diff.kind, diff.old_id or ""))
    sites = _members([_follow(site, renames, own) for site in each.sites], renames)
    follows = _folder(diff, renames) if own is not None else None
    changes = tuple(site.change for site in sites)
    return replace(each, sites=tuple(sites), diff=replace(diff, changes=changes, follows=follows))


def with_followers(diffs: Sequence[ObjectDiff], renames: Renames) -> list[ObjectDiff]:
    """``diffs``, the renamed ones of which know what followed them."""
    if not renames:
        return list(diffs)
    followers: dict[Rename, list[Follower]] = {}
    for each in diffs:
        for change in each.changes:
            if change.follows is not None and change.path != (Key("id"),):
                followers.setdefault(change.follows, []).append(Follower(each.path, change.path))
    return [
        replace(each, followers=tuple(followers.get(rename, ())))
        if (rename := renames.get((each.kind, each.old_id or ""))) is not None
        else each
        for each in diffs
    ]


def _folder(diff: ObjectDiff, renames: Renames) -> Rename | None:
    """The rename of the object that names the folder of this one: a collection stands in that of its resource."""
    old_folder, _, old_name = (diff.old_id or "").rpartition("/")
    new_folder, _, new_name = diff.id.rpartition("/")
    if not old_folder or old_name != new_name:
        return None
    return next((r for (_, old), r in renames.items() if (old, r.new_id) == (old_folder, new_folder)), None)


def _follow(site: Site, renames: Renames, own: Rename | None) -> Site:
    change = site.change
    if change.action is Action.CHANGED and site.old is not None and site.new is not None:
        old, new = _scalar(site.old), _scalar(site.new)
        if own is not None and change.path == (Key("id"),):
            rename = own if (old, new) == (_last(own.old_id), _last(own.new_id)) else None
        else:
            rename = _renaming(site.rules.ref, old, new, renames)
    elif change.action is Action.RENAMED and change.old_path is not None:
        rename = _renaming_step(site, change, renames)
    else:
        rename = None
    return site if rename is None else replace(site, change=replace(change, follows=rename))


def _renaming_step(site: Site, change: Change, renames: Renames) -> Rename | None:
    """The rename that an item's key, or an entry's key, carries on."""
    assert change.old_path is not None
    before, after = change.old_path[-1], change.path[-1]
    if isinstance(before, Key) and isinstance(after, Key):
        return _renaming(site.within.key().ref, before.name, after.name, renames)
    found = None
    if isinstance(before, Item) and isinstance(after, Item):
        for key, old, new in zip(site.within.keys, before.values, after.values, strict=False):
            if old != new:
                found = _renaming(site.rules.property(key).ref, old, new, renames)
                if found is None:
                    return None
    return found


def _members(sites: Sequence[Site], renames: Renames) -> list[Site]:
    """``sites`` with a member of a list that gave way to the new name of what it named told as one change, not two."""
    gone = {
        (site.change.path[:-1], name): site for site in sites if (name := _member(site, Action.REMOVED)) is not None
    }
    if not gone:
        return list(sites)
    by_new = {(rename.kind, rename.new_id): rename for rename in renames.values()}
    dropped: set[int] = set()
    found: list[Site] = []
    for site in sites:
        name = _member(site, Action.ADDED)
        rename = next((r for kind in _kinds(site) if (r := by_new.get((kind, name or "")))), None)
        old = gone.get((site.change.path[:-1], rename.old_id)) if rename is not None else None
        if old is None:
            found.append(site)
            continue
        dropped.add(id(old))
        change = replace(site.change, action=Action.CHANGED, old=old.change.old, old_line=old.change.old_line)
        found.append(replace(site, old=old.old, change=replace(change, follows=rename)))
    return [site for site in found if id(site) not in dropped]


def _member(site: Site, action: Action) -> str | None:
    node = site.old if action is Action.REMOVED else site.new
    if site.change.action is not action or node is None or not site.change.path:
        return None
    return _scalar(node)


def _kinds(site: Site) -> Iterator[str]:
    """The kinds of object that a member names: a list may carry the annotation itself instead of its items."""
    for kind in (*site.rules.ref, *site.within.ref):
        yield SINGULAR.get(kind, kind)


def _renaming(kinds: Sequence[str], old: str | None, new: str | None, renames: Renames) -> Rename | None:
    if old is None or new is None:
        return None
    for kind in kinds:
        rename = renames.get((SINGULAR.get(kind, kind), old))
        if rename is not None and rename.new_id == new:
            return rename
    return None


def _scalar(node: Node) -> str | None:
    return node.value if node.kind is Kind.SCALAR else None


def _last(name: str) -> str:
    return name.rpartition("/")[2]
