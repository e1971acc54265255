"""Which names of refs a server takes."""

from __future__ import annotations

import pytest

from jetenv.access.push import Update
from jetenv.access.ref_names import MAX_REFS, name_problems
from jetenv.repository.objects import Oid

HERE = {"refs/heads/production": Oid("1" * 40), "refs/heads/team/feature": Oid("1" * 40)}
NEW = Oid("2" * 40)


def problems(*refs: str, gone: tuple[str, ...] = ()) -> list[str]:
    updates = [Update(ref, None, NEW) for ref in refs] + [Update(ref, NEW, None) for ref in gone]
    return [ref for ref, _ in name_problems(HERE, updates)]


@pytest.mark.parametrize(
    "ref",
    ["refs/heads/staging", "refs/heads/team/other", "refs/tags/v1.0", "refs/heads/größe", "refs/heads/production"],
)
def test_branches_and_tags_are_taken(ref: str) -> None:
    assert problems(ref) == []


@pytest.mark.parametrize(
    "ref",
    [
        "refs/replace/" + "1" * 40,
        "refs/notes/commits",
        "refs/meta/config",
        "refs/jetenv/x",
        "refs/pull/1/head",
        "refs/heads",
        "HEAD",
        "refs/heads/",
        "refs/heads/HEAD",
        "refs/heads/head",
        "refs/heads/FETCH_HEAD",
        "refs/heads/refs/heads/production",
        "refs/heads/" + "a" * 40,
        "refs/heads/-x",
        "refs/heads/a..b",
        "refs/heads/a.lock",
        "refs/heads/a.lock/b",
        "refs/heads/.a",
        "refs/heads/a/.b",
        "refs/heads/a.",
        "refs/heads/a//b",
        "refs/heads/a/",
        "refs/heads/a b",
        "refs/heads/a\x07",
        "refs/heads/a~1",
        "refs/heads/a@{1}",
        "refs/heads/@",
        "refs/heads/a\\b",
        "refs/heads/pro\u200bduction",
        "refs/heads/\u202enoitcudorp",
        "refs/heads/bytes\udcff",
        "refs/heads/" + "a" * 300,
        "refs/tags/HEAD",
    ],
)
def test_other_names_are_not(ref: str) -> None:
    assert problems(ref) == [ref]


@pytest.mark.parametrize(
    "name", ["Production", "PRODUCTION", "\uff30roduction", "production/x", "team", "team/feature/x"]
)
def test_nothing_stands_beside_a_ref_that_could_be_taken_for_it(name: str) -> None:
    assert problems(f"refs/heads/{name}") == [f"refs/heads/{name}"]


def test_refs_of_one_push_are_held_against_each_other() -> None:
    assert problems("refs/heads/a", "refs/heads/A") == ["refs/heads/a", "refs/heads/A"]
    assert problems("refs/heads/a", "refs/heads/a/b") == ["refs/heads/a", "refs/heads/a/b"]
    assert problems("refs/heads/a", "refs/heads/a") == ["refs/"]
    assert problems("refs/heads/Production", gone=("refs/heads/production",)) == []


def test_there_is_a_limit_to_how_many_are_pushed_at_once() -> None:
    refs = [f"refs/heads/b{number}" for number in range(MAX_REFS)]
    assert problems(*refs) == []
    assert problems(*refs, "refs/heads/one-more") == ["refs/"]
