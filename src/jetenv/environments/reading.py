"""Environments from branches: one tree look-up and two small blobs each, whatever the project's size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from jetenv.environments.model import FOLDER, Environment, RemoteCopy, Resolved, is_id
from jetenv.errors import JetenvError
from jetenv.repository.failures import MalformedCommitError
from jetenv.repository.objects import Branch, Oid, TreeEntry
from jetenv.schemas.versions import LATEST, running

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

MAX_OWN_FILE = 256 * 1024
"""Bytes of one file in the folder of an environment."""


def read_environments(repo: Repository, branches: Iterable[Branch]) -> tuple[Environment, ...]:
    """Every environment among ``branches``, in the order of their ids: the local branch, else a remote's.

    ``is_default`` is set on every one whose members file names its own uid as the project's id; that more than one
    claims this is for the caller to settle.
    """
    local: dict[str, Branch] = {}
    copies: dict[str, list[RemoteCopy]] = defaultdict(list)
    for branch in branches:
        if not is_id(branch.name):
            continue
        if branch.remote is None:
            local[branch.name] = branch
        else:
            copies[branch.name].append(RemoteCopy(branch.remote, branch.ref, branch.oid))
    found = (
        _read_environment(repo, name, local.get(name), _by_preference(copies.get(name, ())))
        for name in sorted(local.keys() | copies.keys())
    )
    return tuple(environment for environment in found if environment is not None)


def own_file(repo: Repository, tip: Oid, environment_id: str, name: str) -> bytes | None:
    """The bytes of ``environments/<id>/<name>`` in the commit ``tip``; None where that is no regular file.

    A malformed commit has the tree that it names; None where that names none. Raises JetenvError where the file is
    larger than any may be.
    """
    path = f"{FOLDER}/{environment_id}/{name}"
    try:
        tree = repo.commits.tree_named(tip)
    except MalformedCommitError:
        return None
    entry = repo.trees.entry(tree, path)
    return _read(repo, entry, path) if entry is not None and entry.is_file else None


def _read(repo: Repository, entry: TreeEntry, path: str) -> bytes:
    size = repo.trees.size(entry.oid)
    if size > MAX_OWN_FILE:
        raise JetenvError(f"the file has {size} bytes and may have {MAX_OWN_FILE}", where=path)
    return repo.trees.read(entry.oid)


def resolved_version(settings: Mapping[str, object]) -> Resolved | None:
    """What ``settings``, the content of an ``environment.yaml``, record that the version was resolved to.

    None where they do not, and where it is no release of that version: somebody has changed the pin by hand since.
    """
    data = settings.get("resolved")
    version = _text(data, "version") if isinstance(data, dict) else ""
    if not isinstance(data, dict) or not version or running(_text(settings, "version") or LATEST, version) != version:
        return None
    source, commit, date = (_text(data, key) or None for key in ("source", "commit", "date"))
    return Resolved(version, source, commit, date)


def _by_preference(copies: Iterable[RemoteCopy]) -> tuple[RemoteCopy, ...]:
    return tuple(sorted(copies, key=lambda copy: (copy.remote != "origin", copy.remote)))


def _read_environment(
    repo: Repository, name: str, local: Branch | None, copies: tuple[RemoteCopy, ...]
) -> Environment | None:
    """The environment ``name``, or None where the branch holds no folder of its own."""
    ref, tip, remote = (local.ref, local.oid, None) if local else (copies[0].ref, copies[0].tip, copies[0].remote)
    tree, problem = _tree_at(repo, tip, name)
    folder = repo.trees.children(tree, f"{FOLDER}/{name}") if tree is not None else {}
    entry = folder.get("environment.yaml")
    if entry is None and tree is not None:
        return None
    path = f"{FOLDER}/{name}/environment.yaml"
    bare = Environment(id=name, uid="", name=name, ref=ref, tip=tip, remote=remote, copies=copies)
    if problem is not None:
        bare = replace(bare, problem=problem, is_malformed=True)
    if entry is None:
        return bare
    if not entry.is_file:
        return replace(bare, problem=f"{path} is not a regular file")
    try:
        data = _mapping(_read(repo, entry, path), path)
    except JetenvError as error:
        return replace(bare, problem=f"{error.where or path}: {error.message}")
    uid = _text(data, "uid")
    if not uid:
        return replace(bare, problem=f"{path} has no uid")
    protection = data.get("protection")
    return replace(
        bare,
        uid=uid,
        name=_text(data, "name") or name,
        color=_text(data, "color") or None,
        version=_text(data, "version") or LATEST,
        resolved=resolved_version(data),
        credentials=_text(data, "credentials") or "inherit",
        protection=protection if isinstance(protection, dict) else {},
        expires=_text(data, "expires") or None,
        is_default=_claims_to_be_default(repo, folder.get("members.yaml"), name, uid),
    )


def _tree_at(repo: Repository, tip: Oid, name: str) -> tuple[Oid | None, str | None]:
    """The tree of the branch ``name``, and what is wrong with the commit at its ``tip``; None for the one or the other.

    A malformed commit is no reason to stop: it is the verification that names it.
    """
    try:
        return repo.commits.get(tip).tree, None
    except MalformedCommitError:
        problem = f"commit {tip[:12]} at its tip is malformed (`jetenv verify {name}` says how)"
    try:
        return repo.commits.tree_named(tip), problem
    except MalformedCommitError:
        return None, problem


def _claims_to_be_default(repo: Repository, entry: TreeEntry | None, name: str, uid: str) -> bool:
    """Whether the members file names ``uid`` as the project and as the environment."""
    if entry is None or not entry.is_file:
        return False
    path = f"{FOLDER}/{name}/members.yaml"
    try:
        members = _read(repo, entry, path)
        # Each other environment names its own uid once: only a claimant's file is worth parsing.
        if members.count(uid.encode()) < 2:
            return False
        data = _mapping(members, path)
    except JetenvError:
        return False
    return data.get("project") == uid == data.get("environment")


def _mapping(data: bytes, path: str) -> Mapping[str, object]:
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    content = to_data(parse(data, path=path).root)
    if not isinstance(content, dict):
        raise JetenvError("the file holds no mapping", where=path)
    return content


def _text(data: Mapping[str, object], key: str) -> str:
    """The value under ``key`` as text; a number (an unquoted ``version: 3``) counts as its text."""
    value = data.get(key)
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
