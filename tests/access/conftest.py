"""An agent that lives as long as a test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jetenv.repository.opening import init_repository
from jetenv.repository.repository import Repository


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
