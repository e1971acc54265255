"""A repository behind a real sshd, and people who see what they are invited to.

ada is an admin of production and bob an editor there; bob created staging, where carol is a viewer. The stranger has a
key that no environment knows. Staging is hidden from ada and from the stranger.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ssh
import wire

HOME = "pages/home.yaml"
SECRET = b"id: secret\ntitle: The plan\n"
MODES = pytest.mark.parametrize("mode", [(), ("--isolated",)], ids=["hidden", "isolated"])


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssh.Sshd]:
    server = ssh.start(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


class Served:
    """A repository behind ``sshd``, and what people do with it."""

    def __init__(self, sshd: ssh.Sshd, server, keys, run, tmp_path: Path, secret: str, staging: str) -> None:
        self.sshd, self.server, self.keys, self.run = sshd, server, keys, run
        self.world, self.path = server.world, server.path
        self.tmp_path = tmp_path
        self.secret, self.staging = secret, staging
        self.url = sshd.url(self.path.name)

    def admit(self, *options: str) -> None:
        """Let in all members, and the stranger."""
        command = [Path(sys.executable).parent / "jetenv", "serve-git", "--authorized-keys", "--repository", self.path]
        lines = self.run([*command, *options]).stdout
        stranger = self.keys["stranger"].with_suffix(".pub").read_text()
        ada = self.world.people["ada"].key
        (line,) = (line for line in lines.splitlines() if line.endswith(f"{ada} ada"))
        self.sshd.keys.write_text(lines + line.replace(ada, " ".join(stranger.split()[:2])) + "\n")

    def git(self, who: str, *arguments: str | Path, cwd: Path | None = None, protocol: int = 2):
        env = {"GIT_SSH_COMMAND": self.sshd.command(self.keys[who])}
        return self.run(["git", "-c", f"protocol.version={protocol}", *arguments], cwd or self.tmp_path, env)

    def refs(self, who: str, protocol: int = 2) -> list[str]:
        ran = self.git(who, "ls-remote", self.url, protocol=protocol)
        assert ran.code == 0, ran
        return [line.split("\t")[1] for line in ran.stdout.removesuffix("\n").split("\n")]

    def push(self, who: str, **branches: str | None):
        specs = [f"+{oid or ''}:refs/heads/{name}" for name, oid in branches.items()]
        return self.git(who, "push", "-q", self.url, *specs, cwd=self.world.repo.workdir)

    def raw_push(self, who: str, updates: list[tuple[str, str, str]], pack: bytes) -> str:
        """Push by hand what git's client would not; returns what the server said."""
        command = f"{self.sshd.command(self.keys[who])} -p {self.sshd.port}".split()
        user = self.url.split("//")[1].split("@")[0]
        done = subprocess.run(
            [*command, f"{user}@127.0.0.1", f"git-receive-pack '/{self.path.name}'"],
            input=wire.commands(updates) + pack,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stranger") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture
def served(_bare, sshd, server, world, keys, stranger, run, tmp_path) -> Callable[..., Served]:
    """``served(*options)``: the repository with production and staging, where staging has a secret page."""
    carol = world.member("carol", "viewer")
    created, _ = world.staging(world.production, "bob", carol)
    tip = world.commit(created, "bob", {"pages/secret.yaml": SECRET})
    template = _bare / "with staging.git"
    if template.exists():
        shutil.rmtree(server.path)
        shutil.copytree(template, server.path)
    else:
        server.taken(staging=tip)
        shutil.copytree(server.path, template)
    secret = world.repo.trees.entry(world.tree_of(tip), "pages/secret.yaml").oid
    found = Served(sshd, server, {**keys, "stranger": stranger}, run, tmp_path, secret, tip)

    def start(*options: str) -> Served:
        found.admit(*options)
        return found

    return start
