"""Judging a push in the pre-receive hook of the repository that it goes to: all of it is taken, or nothing.

The hook holds no lock. When git moves a ref afterwards, it compares the old value, which is what was judged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.access.namespaces import COMMIT
from jetenv.access.push import Refusal, Server, Update, judge_push
from jetenv.environments.serving.served import Served, read_served
from jetenv.errors import JetenvError
from jetenv.repository.objects import NO_OID, Oid
from jetenv.repository.receiving import commit_at, open_receiving, push_certificate, unseen_objects

if TYPE_CHECKING:
    from pathlib import Path

    from jetenv.repository.repository import Repository

PUSHER = "JETENV_PUSHER"
"""The variable in which `jetenv serve-git` tells the hook whose key pushes."""

_ARMOR = b"-----BEGIN SSH SIGNATURE-----\n"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is refused of a push by the holder of the key ``pusher``, None where nobody is known."""

    pusher: str | None
    refusals: tuple[Refusal, ...]


def judge(lines: bytes) -> Judgement:
    """Judge the push that git tells this process of, a hook, in ``lines`` on its standard input.

    Raises JetenvError where it cannot be judged.
    """
    updates = _updates(lines)
    repo, quarantine = open_receiving()
    pusher = _pusher(repo, os.environ)
    served = read_served(repo)
    moved = [each for each in updates if each.old != served.refs.get(each.ref)]
    if moved:
        refusals = tuple(Refusal(each.ref, "it moved meanwhile", "fetch it, then push again") for each in moved)
        return Judgement(pusher, refusals)
    from jetenv.environments.model import is_id

    server = Server(
        served.store, served.verifier, served.standing, served.refs, is_id, lambda oid: commit_at(repo, oid)
    )
    refusals = judge_push(server, updates, pusher)
    if pusher is not None and not refusals:
        refusals = _unseen(served, quarantine, updates, pusher)
    return Judgement(pusher, refusals)


def forward(repository: Path, lines: bytes) -> int:
    """Push on to ``repository`` what arrives in a copy of it, whose hook this process is; see ``serve_git``."""
    from jetenv.repository.serving import forward_push

    return forward_push(repository, lines)


def _updates(lines: bytes) -> tuple[Update, ...]:
    found = []
    for line in lines.splitlines():
        old, new, ref = line.decode("utf-8", "surrogateescape").split(" ", 2)
        found.append(Update(ref, *(None if each == NO_OID else Oid(each) for each in (old, new))))
    return tuple(found)


def _pusher(repo: Repository, environ: Mapping[str, str]) -> str | None:
    """The key of who pushes: as `serve-git` says, else the one that has signed the push itself."""
    from jetenv.access.sshsig import SignatureError, verify

    if environ.get(PUSHER):
        return environ[PUSHER]
    certificate = push_certificate(repo, environ)
    if certificate is None:
        return None
    signed, armor, signature = certificate.partition(_ARMOR)
    try:
        return verify(armor + signature, signed, COMMIT).key
    except SignatureError as error:
        raise JetenvError(f"the signature of the push is not accepted: {error.message}") from error


def _unseen(served: Served, quarantine: Path | None, updates: tuple[Update, ...], pusher: str) -> tuple[Refusal, ...]:
    """Refuse a push that takes objects from where the pusher cannot see them."""
    pushed = [each.new for each in updates if each.new is not None]
    unseen = unseen_objects(served.repo, quarantine, pushed, served.visible_refs(pusher).values())
    if not unseen:
        return ()
    message = f"the push takes {min(unseen)[:12]} and {len(unseen) - 1} more objects from where you may not see them"
    if len(unseen) == 1:
        message = f"the push takes object {min(unseen)[:12]} from where you may not see it"
    refs = ", ".join(each.ref for each in updates[:3])
    return (Refusal(refs, message, "push what your own branches have, from a clone made with your key"),)
