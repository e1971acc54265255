"""The order of versions, and what a pin stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.schemas.versions import is_of_line, is_prerelease, is_version, meets, rank

ASCENDING = (
    "3.9", "3.10.0-alpha", "3.10.0-alpha.1", "3.10.0-alpha.beta", "3.10.0-beta", "3.10.0-beta.2", "3.10.0-beta.11",
    "3.10.0-rc.1", "3.10.0", "3.10.1", "3.11", "10.0",
)  # fmt: skip

numbers = st.lists(st.integers(0, 99), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
versions = st.builds("{}{}".format, numbers, st.one_of(st.just(""), st.sampled_from(["-rc.1", "-beta.2", "-1"])))


def test_the_order_is_that_of_semantic_versioning() -> None:
    descending = ASCENDING[::-1]
    assert sorted(descending, key=rank) == list(ASCENDING)


@pytest.mark.parametrize(("one", "other"), [("3.12", "3.12.0"), ("v3", "3.0.0.0"), ("3.12+build.7", "3.12")])
def test_versions_that_are_one(one: str, other: str) -> None:
    assert rank(one) == rank(other)
    assert is_of_line(one, other)


@pytest.mark.parametrize(
    "text", ["", "latest", "3.", "3..1", "1.2.3.4.5", "-1", "3.12 beta", "3.12-", "٣.1", "1" * 256]
)
def test_what_is_no_version(text: str) -> None:
    assert not is_version(text)
    assert rank(text) < rank("0-0")


@pytest.mark.parametrize(
    ("version", "line", "answer"),
    [
        ("3.12.4", "3.12", True),
        ("3.12.4", "3", True),
        ("3.12.4", "3.12.4", True),
        ("3.1.2", "3.12", False),
        ("3.12.4", "3.12.0", False),
        ("3.13.0-rc.1", "3.13", False),
        ("3.13.0-rc.1", "3.13.0-rc.1", True),
        ("3.13.0", "3.13.0-rc.1", False),
    ],
)
def test_a_pin_stands_for_its_line_and_no_pre_release_of_it(version: str, line: str, answer: bool) -> None:
    assert is_of_line(version, line) is answer


@pytest.mark.parametrize(
    ("pinned", "needed", "answer"),
    [
        ("3.12", "3.12", True),
        ("3.12", "3.12.4", True),
        ("3.12.2", "3.12.4", False),
        ("3.13.0-rc.1", "3.13", True),
        ("3.9", "3.10", False),
        ("4", "3.12", True),
    ],
)
def test_what_a_platform_has(pinned: str, needed: str, answer: bool) -> None:
    assert meets(pinned, needed) is answer


@given(versions, versions)
def test_a_newer_platform_has_what_an_older_one_had(one: str, other: str) -> None:
    """What is met by a version is met by every later one."""
    older, newer = sorted((one, other), key=rank)
    assert meets(newer, older)
    assert meets(older, older)


@given(versions)
def test_only_releases_are_no_pre_releases(version: str) -> None:
    assert is_version(version)
    assert is_prerelease(version) is ("-" in version)
