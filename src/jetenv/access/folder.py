"""The folder that speaks for an environment, read from a tree: exactly its files, under exactly their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jetenv.access.findings import Breach, Rule
from jetenv.access.protection import Protection, locked, read_protection, read_settings
from jetenv.access.store import Store
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
_MAX_SIGNATURES = 1000


class OwnFolder(NamedTuple):
    """The folder of an environment in one tree. ``settings`` is None where ``environment.yaml`` cannot be read."""

    members_id: Oid
    members: bytes
    settings: Mapping[str, object] | None
    protection: Protection
    signatures: Mapping[str, bytes]


def read_folder(store: Store, tree: Oid, environment: str) -> tuple[OwnFolder | None, tuple[Breach, ...]]:
    """The folder ``environments/<environment>/`` of ``tree`` and what is wrong with its form.

    It is None where it cannot be read at all. Raises JetenvError for objects that are missing.
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
    signatures, wrong = _signatures(store, tree, f"{path}/{SIGNATURES}", files.get(SIGNATURES))
    settings, protection = _settings(store, files.get(SETTINGS_FILE), f"{path}/{SETTINGS_FILE}")
    folder = OwnFolder(members.oid, store.read(members.oid), settings, protection, signatures)
    return folder, (*breaches, *wrong)


def _signatures(
    store: Store, tree: Oid, path: str, entry: TreeEntry | None
) -> tuple[dict[str, bytes], tuple[Breach, ...]]:
    if entry is None:
        return {}, ()
    files = store.children(tree, path)
    if not entry.is_folder or len(files) > _MAX_SIGNATURES:
        return {}, (Breach(Rule.FOLDER, f"{path} is no folder of at most {_MAX_SIGNATURES} signatures", path=path),)
    odd = [name for name, each in files.items() if each.mode != FILE]
    breaches = tuple(Breach(Rule.FOLDER, f"{path}/{name} is no plain file", path=f"{path}/{name}") for name in odd)
    return {name: store.read(each.oid) for name, each in files.items() if name not in odd}, breaches


def _settings(store: Store, entry: TreeEntry | None, path: str) -> tuple[Mapping[str, object] | None, Protection]:
    if entry is None or entry.mode != FILE:
        return None, locked(f"{path} is no plain file")
    try:
        settings = read_settings(store.read(entry.oid), path)
    except JetenvError as error:
        return None, locked(error.message)
    return settings, read_protection(settings.get("protection"))


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
