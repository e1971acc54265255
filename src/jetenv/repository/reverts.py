"""Commits that undo others, told by what their messages record."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jetenv.repository.objects import Oid
from jetenv.repository.process import run_git
from jetenv.repository.repository import Repository

REVERTS = "Jetenv-Reverts"
RELANDS = "Jetenv-Relands"

_TRAILER = re.compile(rf"^(?:{REVERTS}|{RELANDS}): ([0-9a-f]{{40}})$", re.MULTILINE)
_GIT = re.compile(r"^This reverts commit ([0-9a-f]{40})", re.MULTILINE)
_GREPS = (f"--grep=^{REVERTS}: ", f"--grep=^{RELANDS}: ", "--grep=^This reverts commit ")


@dataclass(frozen=True, slots=True)
class Revert:
    """A commit that undoes the commits ``undone``: by `jetenv revert`, by `jetenv merge --reland`, or by git's revert.

    ``parent`` is its first parent.
    """

    oid: Oid
    parent: Oid
    subject: str
    undone: tuple[Oid, ...]


def undone_by(message: str) -> tuple[Oid, ...]:
    """The commits that a commit with this message says to undo."""
    return tuple(map(Oid, dict.fromkeys([*_TRAILER.findall(message), *_GIT.findall(message)])))


def reverts_between(repo: Repository, tip: Oid, without: Oid) -> tuple[Revert, ...]:
    """The reverts that ``tip`` has and ``without`` has not, a commit always before its ancestors."""
    done = run_git(
        "log", "-z", "--topo-order", "--no-show-signature", "--no-color", "--encoding=UTF-8", "--basic-regexp", *_GREPS,
        "--format=%H%n%P%n%B", tip, f"^{without}", "--",
        git_dir=repo.path, doing="reading the history", read_only=True,
    )  # fmt: skip
    found = []
    for record in done.stdout.decode("utf-8", "replace").split("\0"):
        if not record:
            continue
        oid, parents, message = record.split("\n", 2)
        undone = undone_by(message)
        if undone and parents:
            subject = message.partition("\n")[0]
            found.append(Revert(Oid(oid), Oid(parents.split()[0]), subject, undone))
    return tuple(found)


def on_first_parents(repo: Repository, tip: Oid, commit: Oid) -> bool:
    """Whether ``commit`` is reached from ``tip`` along first parents: it was made on that branch."""
    parents = [f"^{parent}" for parent in repo.commits.get(commit).parents]
    done = run_git(
        "rev-list", "--first-parent", tip, *parents, "--",
        git_dir=repo.path, doing="reading the history", read_only=True,
    )  # fmt: skip
    return commit in done.stdout.decode("ascii").split()
