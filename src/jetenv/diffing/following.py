"""References that change because an object was renamed: told with that rename, and not as changes of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jetenv.diffing.records import Action, Change, Follower, ObjectDiff, Rename
from jetenv.diffing.sites import Reviewed, Site
from jetenv.documents.nodes import Kind, Node
from jetenv.documents.paths import Item, Key
from jetenv.schemas.survey import SINGULAR

Renames = Mapping[tuple[str, str], Rename]
"""Renames by kind and old id."""


def followed(objects: Sequence[Reviewed]) -> list[Reviewed]:
    """``objects`` with every change that follows a rename marked, and told to the renamed object."""
    renames = {
        (each.diff.kind, each.diff.old_id): Rename(each.diff.kind, each.diff.old_id, each.diff.id)
        for each in objects
        if each.diff.old_id is not None and each.diff.old_id != each.diff.id
    }
    if not renames:
        return list(objects)
    marked = [_marked(each, renames) for each in objects]
    followers: dict[Rename, list[Follower]] = {}
    for each in marked:
        for change in each.diff.changes:
            if change.follows is not None and change.path != (Key("id"),):
                followers.setdefault(change.follows, []).append(Follower(each.diff.path, change.path))
    return [_with_followers(each, renames, followers) for each in marked]


def _with_followers(each: Reviewed, renames: Renames, followers: Mapping[Rename, list[Follower]]) -> Reviewed:
    diff = each.diff
    rename = renames.get((diff.kind, diff.old_id or ""))
    if rename is None:
        return each
    return replace(each, diff=replace(diff, followers=tuple(followers.get(rename, ())), follows=_folder(diff, renames)))


def _folder(diff: ObjectDiff, renames: Renames) -> Rename | None:
    """The rename of the object that names the folder of this one: a collection stands in that of its resource."""
    old_folder, _, old_name = (diff.old_id or "").rpartition("/")
    new_folder, _, new_name = diff.id.rpartition("/")
    if not old_folder or old_name != new_name:
        return None
    return next((r for (_, old), r in renames.items() if (old, r.new_id) == (old_folder, new_folder)), None)


def _marked(each: Reviewed, renames: Renames) -> Reviewed:
    if not each.sites:
        return each
    own = renames.get((each.diff.kind, each.diff.old_id or ""))
    sites = [_follow(site, renames, own) for site in each.sites]
    sites = _members(sites, renames)
    return replace(each, sites=tuple(sites), diff=replace(each.diff, changes=tuple(site.change for site in sites)))


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
