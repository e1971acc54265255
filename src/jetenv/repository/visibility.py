"""Which refs hold nothing of certain others: what a branch has in common with one that is to stay hidden."""

from __future__ import annotations

from collections.abc import Iterable

from jetenv.repository.objects import Oid
from jetenv.repository.process import run_git
from jetenv.repository.receiving import commit_at
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
    commits = {oid: parents for oid, *parents in map(str.split, done.lines)}
    lowest = sorted(oid for oid, parents in commits.items() if not any(each in commits for each in parents))
    found: set[str] = set()
    for start in range(0, len(lowest), _AT_ONCE):
        contains = [f"--contains={oid}" for oid in lowest[start : start + _AT_ONCE]]
        listed = run_git(
            "for-each-ref", "--format=%(refname)", *contains, "refs/heads/", "refs/tags/",
            git_dir=repo.path, doing="listing the refs", read_only=True,
        )  # fmt: skip
        found.update(listed.lines)
    return frozenset(found)


def tags_of_commits(repo: Repository) -> frozenset[str]:
    """The tags that stand for a commit, by their full names."""
    form = "--format=%(objecttype) %(*objecttype) %(objectname) %(refname)"
    done = run_git("for-each-ref", form, "refs/tags/", git_dir=repo.path, doing="listing the tags", read_only=True)
    found: set[str] = set()
    for line in done.lines:
        kind, behind, oid, ref = line.split(" ", 3)
        # What a tag of a tag stands for, older versions of git do not list.
        if "commit" in (kind, behind) or (behind == "tag" and commit_at(repo, Oid(oid)) is not None):
            found.add(ref)
    return frozenset(found)
