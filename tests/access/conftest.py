"""An agent that lives as long as a test."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from jetenv.access.public_keys import read_public_key
from jetenv.access.wire import string
from jetenv.repository.opening import init_repository
from jetenv.repository.repository import Repository


class Person:
    """Somebody with an ed25519 key, who signs in process: a hundred times faster than ssh-keygen."""

    def __init__(self, name: str) -> None:
        path = Path(__file__).parents[1] / "data/keys" / name
        key = load_ssh_private_key(path.read_bytes(), None)
        assert isinstance(key, Ed25519PrivateKey)
        self._private = key
        self.name = name
        self.key = read_public_key(path.with_suffix(".pub"))

    def sign(self, payload: bytes, namespace: str) -> bytes:
        """The armored signature, as `ssh-keygen -Y sign` makes it."""
        head = string(namespace.encode()) + string(b"") + string(b"sha512")
        signed = b"SSHSIG" + head + string(hashlib.sha512(payload).digest())
        inner = string(b"ssh-ed25519") + string(self._private.sign(signed))
        blob = b"SSHSIG\0\0\0\1" + string(base64.b64decode(self.key.split()[1])) + head + string(inner)
        text = base64.b64encode(blob).decode()
        lines = [text[at : at + 70] for at in range(0, len(text), 70)]
        return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


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
