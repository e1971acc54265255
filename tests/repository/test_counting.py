"""Counting how far many branches stand from one: the same as git counts for each of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.repository.opening import open_repository


def grown(git, repo: Path, seed: int, dates: str) -> list[Oid]:
    """A random history of 60 commits with forks, merges and several roots; the commits, the first one first."""
    chance = random.Random(seed)
    parts = []
    for at in range(1, 61):
        parents = chance.sample(range(max(1, at - 8), at), min(at - 1, chance.choice((0, 1, 1, 1, 1, 2, 3))))
        date = {"rising": at, "equal": 1, "one old": 1 if at == 30 else at}[dates]
        lines = [f"commit refs/heads/c{at}", f"mark :{at}", f"committer A <a@example.org> {1767225600 + date} +0000"]
        lines += ["data 1", "x", *(f"{'from' if not n else 'merge'} :{each}" for n, each in enumerate(parents))]
        parts.append("\n".join(lines) + "\n")
    git("fast-import", "--quiet", cwd=repo, input="\n".join(parts))
    return [Oid(git("rev-parse", f"c{at}", cwd=repo)) for at in range(1, 61)]


def counted(git, repo: Path, tip: str, base: str) -> tuple[int, int]:
    ahead, behind = git("rev-list", "--left-right", "--count", f"{tip}...{base}", cwd=repo).split()
    return int(ahead), int(behind)


@pytest.mark.parametrize("dates", ["rising", "equal", "one old"])
@pytest.mark.parametrize("seed", range(4))
def test_the_counts_are_gits(repo: Path, git, seed: int, dates: str):
    commits = grown(git, repo, seed, dates)
    for tips, base in ((commits[20:], commits[50]), (commits[-6:], commits[-1]), (commits[:3], commits[58])):
        found = open_repository(repo).commits.ahead_behind_of_many(tips, base)
        assert found == [counted(git, repo, tip, base) for tip in tips]


def test_only_what_they_do_not_share_is_walked(opened, commit, monkeypatch: pytest.MonkeyPatch, git, repo: Path):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1767225500 +0000")
    old = [commit("main", {"a": str(at)}) for at in range(20)]
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1767225600 +0000")
    git("branch", "staging", "main", cwd=repo)
    tips = [commit("main", {"b": "1"}), commit("staging", {"c": "1"})]
    for oid in old[:10]:
        (repo / ".git/objects" / oid[:2] / oid[2:]).unlink()
    assert opened.commits.ahead_behind_of_many(tips, tips[0]) == [(0, 0), (1, 1)]


def test_of_no_tips_there_is_nothing_to_count(opened, commit):
    assert opened.commits.ahead_behind_of_many([], commit("main", {"a": "1"})) == []


def test_a_history_that_was_fetched_in_part_cannot_be_counted(commit, git, repo: Path, tmp_path: Path):
    commit("main", {"a": "1"})
    tip = commit("main", {"a": "2"})
    git("clone", "-q", "--depth=1", f"file://{repo}", tmp_path / "shallow")
    with pytest.raises(JetenvError, match="not fetched"):
        open_repository(tmp_path / "shallow").commits.ahead_behind_of_many([tip], tip)
