"""A push as a hook of the repository that it goes to sees it: refs that are to move, and objects in quarantine.

git keeps what was sent in a folder of its own until the hooks have agreed; see QUARANTINE ENVIRONMENT in
git-receive-pack(1). That folder holds the objects of the pack as it was sent and, where the pack had deltas against
objects of the repository, those objects too. So somebody who knows the id of an object that he may not see could have
it copied into one of his own: what stands in both places has to be visible to the pusher.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pygit2

from jetenv.errors import JetenvError
from jetenv.repository.failures import git_errors
from jetenv.repository.objects import Oid
from jetenv.repository.opening import open_repository
from jetenv.repository.process import look_into, run_git
from jetenv.repository.repository import Repository

_QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")


def open_receiving() -> tuple[Repository, Path | None]:
    """The repository whose hook this process is, with the objects in quarantine; and where those are, None: nowhere."""
    where = Path.cwd() / os.environ.get("GIT_DIR", ".")
    quarantined = os.environ.get("GIT_QUARANTINE_PATH")
    if not quarantined:
        return open_repository(where), None
    look_into({name: os.environ[name] for name in _QUARANTINE if name in os.environ})
    quarantine = Path(os.environ.get("GIT_OBJECT_DIRECTORY", quarantined)).absolute()
    return open_repository(where, beside=quarantine), quarantine


def every_ref(repo: Repository) -> dict[str, Oid]:
    """Where every ref points, tags unpeeled, by its full name."""
    form = "--format=%(objectname) %(refname)"
    done = run_git("for-each-ref", form, git_dir=repo.path, doing="listing the refs", read_only=True)
    return {ref: Oid(oid) for oid, ref in (line.split(" ", 1) for line in done.lines)}


def commit_at(repo: Repository, oid: Oid) -> Oid | None:
    """The commit that the object ``oid`` is or, as a tag, stands for; None where there is none."""
    done = run_git("rev-parse", "--verify", "--quiet", f"{oid}^{{commit}}", git_dir=repo.path, read_only=True)
    return Oid(done.stdout.decode("ascii").strip()) if done.code == 0 else None


def unseen_objects(
    repo: Repository, quarantine: Path | None, pushed: Iterable[Oid], visible: Iterable[Oid]
) -> frozenset[Oid]:
    """The objects that a push takes from where the pusher cannot see them.

    ``pushed`` are the new values of its refs, ``visible`` those of the refs that the pusher sees. Whatever the push
    makes reachable has to be sent or be reachable from there already, and so has what a delta was sent against.
    Raises JetenvError where the quarantine is no pack, as it was sent.
    """
    tips = sorted(set(pushed))
    if not tips:
        return frozenset()
    seen = sorted(set(visible))
    with git_errors("reading the objects of the push"):
        packs = sorted(quarantine.glob("pack/*.idx")) if quarantine is not None else []
        if quarantine is not None and next(quarantine.glob("[0-9a-f][0-9a-f]/*"), None) is not None:
            raise JetenvError(
                "the push was taken apart, so that nothing tells what was sent",
                hint="an admin of the server sets receive.unpackLimit to 1: `jetenv hooks install --server`",
            )
        sent = {Oid(str(oid)) for oid in pygit2.Odb(str(quarantine))} if packs else set()
        reached = _reachable(repo, [*tips, *(f"^{oid}" for oid in seen)])
    suspect = (reached - sent) | {base for pack in packs for base in _outer_bases(repo, pack)}
    return frozenset(suspect - _reachable(repo, seen)) if suspect else frozenset()


def _outer_bases(repo: Repository, pack: Path) -> set[Oid]:
    """The objects that git added to a pack because deltas in it were sent against them.

    They stand at its end, behind those deltas. The base of a delta that was sent with it stands before it.
    """
    done = run_git("verify-pack", "-v", str(pack), git_dir=repo.path, doing="reading the push", read_only=True)
    offsets: dict[str, int] = {}
    bases: dict[str, int] = {}
    for line in done.lines:
        words = line.split()
        if len(words) not in (5, 7) or not words[4].isdecimal():
            continue
        offsets[words[0]] = int(words[4])
        if len(words) == 7:
            bases[words[6]] = min(bases.get(words[6], int(words[4])), int(words[4]))
    return {Oid(base) for base, first in bases.items() if offsets[base] > first}


def _reachable(repo: Repository, revisions: Iterable[str]) -> set[Oid]:
    done = run_git(
        "rev-list", "--objects", "--no-object-names", "--stdin",
        git_dir=repo.path, data="".join(f"{each}\n" for each in revisions).encode(), doing="listing objects",
        read_only=True,
    )  # fmt: skip
    return {Oid(line) for line in done.stdout.decode("ascii").split()}


def push_certificate(repo: Repository, environ: Mapping[str, str]) -> bytes | None:
    """What the pusher has signed with `git push --signed`, in answer to what this server asked for; None: nothing.

    Raises JetenvError where it answers something else.
    """
    blob = environ.get("GIT_PUSH_CERT", "")
    if not blob.strip("0"):
        return None
    if environ.get("GIT_PUSH_CERT_NONCE_STATUS") != "OK":
        raise JetenvError("the push is signed, but not in answer to this server", hint="push again")
    return repo.trees.read(Oid(blob))
