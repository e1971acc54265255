"""People with keys, and a project whose commits are made one by one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from jetenv.repository.opening import init_repository
from jetenv.repository.repository import Repository

sys.path.insert(0, str(Path(__file__).parent))

from world import Person, World
from world import page as a_page


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    """``ada``, ``bob`` and ``carol``."""
    return {name: Person(name) for name in ("ada", "bob", "carol")}


@pytest.fixture
def opened(repo: Path) -> Repository:
    """The repository of the fixture ``repo``, opened."""
    return init_repository(repo, "main")


@pytest.fixture
def no_key(home: Path) -> Path:
    """A user whose git configuration names no signing key; returns the home."""
    (home / ".gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    return home


@pytest.fixture
def world(opened: Repository, people: Mapping[str, Person]) -> World:
    """A project with production, to be added to commit by commit."""
    return World(opened, people)


@pytest.fixture
def page() -> Callable[..., bytes]:
    """``page(title, *components)``: the bytes of a page."""
    return a_page
