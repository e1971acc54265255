"""The folder that speaks for an environment, read from a tree: exactly its files, under exactly their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jetenv.access.findings import Breach, Rule
from jetenv.access.members import MAX_SIZE as MAX_MEMBERS_FILE
from jetenv.access.protection import Protection, locked, read_protection, read_settings
from jetenv.access.store import Store
from jetenv.access.wire import MAX_SIGNATURE
from jetenv.errors import JetenvError
from jetenv.repository.objects import FILE, Oid, TreeEntry

ENVIRONMENTS = "environments"
MEMBERS_FILE, SETTINGS_FILE, BINDINGS_FILE, SIGNATURES = (
    "members.yaml",
    "environment.yaml",
    "credentials.yaml",
    "signatures",
)
_NAMES = (MEMBERS_FILE, SETTINGS_FILE, BINDINGS_FILE, SIGNATURES)
_UID = re.compile(rb'^environment: "([0-9a-z-]+)"$', re.MULTILINE)
_MAX_SIGNATURES = 1000
MAX_SETTINGS = 256 * 1024
"""Bytes of an ``environment.yaml``."""


class OwnFolder(NamedTuple):
    """The folder of an environment in one tree. ``settings`` is None where ``environment.yaml`` cannot be read."""

    members_id: Oid
    members: bytes
    settings: Mapping[str, object] | None
    protection: Protection
    signatures: Mapping[str, bytes]


def read_folder(store: Store, tree: Oid, environment: str) -> tuple[OwnFolder | None, tuple[Breach, ...]]:
    """The folder ``environments/<environment>/`` of ``tree`` and what is wrong with its form.

    It is None where it cannot be read at all. Nothing is read that is larger than it may be. Raises JetenvError for
    objects that are missing.
    """
    path = f"{ENVIRONMENTS}/{environment}"
    files = store.children(tree, path)
    breaches = [
        *_twins(store.children(tree), (ENVIRONMENTS,), ""),
        *_twins(store.children(tree, ENVIRONMENTS), (environment,), ENVIRONMENTS),
        *_twins(files, _NAMES, path),
    ]
    for name in (MEMBERS_FILE, SETTINGS_FILE):
        entry = files.get(name)
        if entry is None or entry.mode != FILE:
            what = "is missing" if entry is None else f"is no plain file (mode {entry.mode:o})"
            breaches.append(Breach(Rule.FOLDER, f"{path}/{name} {what}", path=f"{path}/{name}"))
    members = files.get(MEMBERS_FILE)
    if members is None or members.mode != FILE:
        return None, tuple(breaches)
    vast = _too_large(store, members, f"{path}/{MEMBERS_FILE}", MAX_MEMBERS_FILE, Rule.MEMBERS_FORMAT)
    if vast is not None:
        return None, (*breaches, vast)
    signatures, wrong = _signatures(store, tree, f"{path}/{SIGNATURES}", files.get(SIGNATURES))
    settings, protection, problems = _settings(store, files.get(SETTINGS_FILE), f"{path}/{SETTINGS_FILE}")
    folder = OwnFolder(members.oid, store.read(members.oid), settings, protection, signatures)
    return folder, (*breaches, *wrong, *problems)


def members_file(store: Store, tree: Oid, name: str) -> bytes | None:
    """The members file of the environment ``name`` in ``tree``, None where there is none.

    One that is too large to be any says nothing, and is not read.
    """
    entry = store.entry(tree, f"{ENVIRONMENTS}/{name}/{MEMBERS_FILE}")
    if entry is None or not entry.is_file:
        return None
    return store.read(entry.oid) if store.size(entry.oid) <= MAX_MEMBERS_FILE else b""


def uid_of(members: bytes) -> str | None:
    """The uid of the environment that a members file says it is of; whether rightly so is judged elsewhere."""
    match = _UID.search(members)
    return match[1].decode() if match else None


def _too_large(store: Store, entry: TreeEntry, path: str, limit: int, rule: Rule) -> Breach | None:
    size = store.size(entry.oid)
    if size <= limit:
        return None
    return Breach(rule, f"the file has {size} bytes and may have {limit}", path=path)


def _signatures(
    store: Store, tree: Oid, path: str, entry: TreeEntry | None
) -> tuple[dict[str, bytes], tuple[Breach, ...]]:
    if entry is None:
        return {}, ()
    files = store.children(tree, path)
    if not entry.is_folder or len(files) > _MAX_SIGNATURES:
        return {}, (Breach(Rule.FOLDER, f"{path} is no folder of at most {_MAX_SIGNATURES} signatures", path=path),)
    read, breaches = {}, []
    for name, each in files.items():
        at = f"{path}/{name}"
        if each.mode != FILE:
            breaches.append(Breach(Rule.FOLDER, f"{at} is no plain file", path=at))
        elif (vast := _too_large(store, each, at, MAX_SIGNATURE, Rule.MEMBERS_SIGNATURE)) is not None:
            breaches.append(vast)
        else:
            read[name] = store.read(each.oid)
    return read, tuple(breaches)


def _settings(
    store: Store, entry: TreeEntry | None, path: str
) -> tuple[Mapping[str, object] | None, Protection, tuple[Breach, ...]]:
    if entry is None or entry.mode != FILE:
        return None, locked(f"{path} is no plain file"), ()
    vast = _too_large(store, entry, path, MAX_SETTINGS, Rule.FOLDER)
    if vast is not None:
        return None, locked(vast.message), (vast,)
    try:
        settings = read_settings(store.read(entry.oid), path)
    except JetenvError as error:
        return None, locked(error.message), ()
    return settings, read_protection(settings.get("protection")), ()


def _twins(found: Iterable[str], names: Iterable[str], folder: str) -> list[Breach]:
    """Names that some file system takes for one of ``names``."""
    wanted = {_folded(name): name for name in names}
    breaches = []
    for name in found:
        meant = wanted.get(_folded(name))
        if meant is not None and meant != name:
            path = f"{folder}/{name}" if folder else name
            breaches.append(
                Breach(Rule.FOLDER, f"{path!a} can be taken for '{meant}'", "remove the one or the other", path=path)
            )
    return breaches


def _folded(name: str) -> str:
    """What a file system that knows no case, no invisible characters and no dots at the end makes of ``name``."""
    name = name.partition(":")[0].rstrip(" .")
    if name.isascii():
        return name.lower()
    import unicodedata

    visible = "".join(each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", visible.casefold())
