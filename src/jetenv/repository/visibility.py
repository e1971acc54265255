"""Which refs hold nothing of certain others: what a branch has in common with one that is to stay hidden."""

from __future__ import annotations

from collections.abc import Iterable

from jetenv.repository.objects import Oid
from jetenv.repository.process import run_git
from jetenv.repository.repository import Repository

_AT_ONCE = 500


def refs_holding(repo: Repository, hidden: Iterable[Oid], visible: Iterable[Oid]) -> frozenset[str]:
    """The branches and tags that have a commit which one of ``hidden`` has and none of ``visible`` has.

    Who has any of these commits has one whose parents are all outside, so those few are looked for.
    """
    revisions = [*hidden, *(f"^{oid}" for oid in visible)]
    done = run_git(
        "rev-list", "--parents", "--stdin",
        git_dir=repo.path, data="".join(f"{each}\n" for each in revisions).encode(), doing="listing commits",
        read_only=True,
    )  # fmt: skip
    commits = {oid: parents for oid, *parents in (line.split() for line in done.stdout.decode("ascii").splitlines())}
    lowest = sorted(oid for oid, parents in commits.items() if not any(each in commits for each in parents))
    found: set[str] = set()
    for start in range(0, len(lowest), _AT_ONCE):
        contains = [f"--contains={oid}" for oid in lowest[start : start + _AT_ONCE]]
        listed = run_git(
            "for-each-ref", "--format=%(refname)", *contains, "refs/heads/", "refs/tags/",
            git_dir=repo.path, doing="listing the refs", read_only=True,
        )  # fmt: skip
        found |= set(listed.stdout.decode("utf-8", "surrogateescape").splitlines())
    return frozenset(found)
