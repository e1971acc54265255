"""An agent that lives as long as a test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
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
def agent(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Path], None]]:
    """A running agent; call it with a private key file to add that key."""
    socket = tmp_path_factory.mktemp("agent") / "socket"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    while subprocess.run(["ssh-add", "-l"], capture_output=True, check=False).returncode == 2:  # not listening yet
        assert process.poll() is None

    def add(key: Path) -> None:
        subprocess.run(["ssh-add", "-q", str(key)], stdin=subprocess.DEVNULL, capture_output=True, check=True)

    yield add
    process.terminate()
    process.wait()


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
