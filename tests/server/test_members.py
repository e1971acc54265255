"""Members who are changed by commands, through a server that judges every push."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from jetenv.access.public_keys import read_public_key


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone of the server's repository in which one key signs and pushes."""

    folder: Path
    key: str

    def push(self, *specs: str) -> subprocess.CompletedProcess[str]:
        """Push as the holder of the key, as `jetenv serve-git` tells the hook."""
        env = {**os.environ, "JETENV_PUSHER": self.key}
        command = ["git", "push", "-q", "origin", *specs]
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def git(self, *args: str) -> str:
        """What git says in the clone."""
        return subprocess.run(
            ["git", *args], cwd=self.folder, capture_output=True, text=True, check=True
        ).stdout.strip()


@pytest.fixture
def clones(minimal: Path, tmp_path: Path, git, jetenv, clone, keys: Mapping[str, Path]) -> dict[str, Clone]:
    """The clones of ada and bob, who are the admins of production and both have to sign, and of carol, a viewer."""
    for name, role in (("bob", "admin"), ("carol", "viewer")):
        file = tmp_path / f"{name}.join"
        jetenv("members", "join", "--as", name, "--key", keys[name], "-o", file, cwd=minimal)
        jetenv("members", "add", file, "--role", role, cwd=minimal)
    jetenv("members", "threshold", "2", cwd=minimal)
    git("clone", "-q", "--bare", minimal, tmp_path / "server.git")
    git("config", "jetenv.root", git("config", "jetenv.root", cwd=minimal), cwd=tmp_path / "server.git")
    jetenv("hooks", "install", "--server", "--yes", cwd=tmp_path / "server.git")
    made = {}
    for name in ("ada", "bob", "carol"):
        folder = clone(tmp_path / "server.git", name)
        git("config", "user.signingkey", f"{keys[name]}.pub", cwd=folder)
        made[name] = Clone(folder, read_public_key(keys[name].with_suffix(".pub")))
    return made


def test_two_admins_sign_by_way_of_the_server(clones: dict[str, Clone], jetenv, tmp_path: Path):
    ada, bob, _ = clones.values()
    branch = "members_of/production/v5"
    jetenv("members", "role", "carol", "editor", cwd=ada.folder)
    pushed = ada.push(branch)
    assert pushed.returncode == 0, pushed.stderr
    bob.git("fetch", "-q")
    jetenv("members", "sign", "--yes", cwd=bob.folder)
    pushed = bob.push("production", f":{branch}")
    assert pushed.returncode == 0, pushed.stderr
    ada.git("pull", "-q", "--ff-only")
    ada.git("fetch", "-q", "--prune")
    listed = json.loads(jetenv("members", "list", "--json", cwd=ada.folder).stdout)
    assert (listed["version"], [each["role"] for each in listed["members"]]) == (5, ["admin", "admin", "editor"])


def test_what_has_not_enough_signatures_is_kept_from_the_environment(clones: dict[str, Clone], jetenv, tmp_path: Path):
    ada, _, carol = clones.values()
    branch = "members_of/production/v5"
    jetenv("members", "role", "carol", "admin", cwd=ada.folder)
    refused = ada.push(f"{branch}:production")
    assert refused.returncode == 1 and "has 1 of the 2 signatures" in refused.stderr, refused.stderr
    carol.git("switch", "-q", "-c", branch)
    refused = carol.push(branch)
    assert refused.returncode == 1 and "push plain branches" in refused.stderr, refused.stderr


def test_of_two_pushes_one_is_taken_and_the_other_made_again(clones: dict[str, Clone], jetenv):
    """Each admin may change the members alone by then; the server takes the first push, and nothing forks."""
    ada, bob, _ = clones.values()
    jetenv("members", "threshold", "1", cwd=ada.folder)
    assert ada.push("members_of/production/v5").returncode == 0
    bob.git("fetch", "-q")
    jetenv("members", "sign", "--yes", cwd=bob.folder)
    assert bob.push("production").returncode == 0
    for each in (ada, bob):
        each.git("fetch", "-q")
    refused = jetenv("members", "role", "carol", "editor", cwd=ada.folder, check=False)
    assert refused.code == 1 and "lacks 1 commit of origin" in refused.stderr
    ada.git("pull", "-q", "--ff-only")
    jetenv("members", "role", "carol", "editor", cwd=ada.folder)
    jetenv("members", "role", "carol", "admin", cwd=bob.folder)
    assert ada.push("production").returncode == 0
    refused = bob.push("production")
    assert refused.returncode == 1 and "rejected" in refused.stderr, refused.stderr
