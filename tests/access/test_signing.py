"""Signatures that real git and ssh-keygen verify, and keys that cannot sign without anybody being asked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

import pytest

from jetenv.access.allowed_signers import allow_signers
from jetenv.access.keys import SigningKey, configure_repository, find_signing_key
from jetenv.access.namespaces import COMMIT, MEMBERS
from jetenv.access.signing import commit_signer, sign
from jetenv.errors import JetenvError
from jetenv.repository.objects import EMPTY_TREE

Keys = Mapping[str, Path]


def verify(signature: str, payload: bytes, key: SigningKey, namespace: str, tmp_path: Path) -> bool:
    (tmp_path / "signature").write_text(signature)
    (tmp_path / "allowed").write_text(f"ada {key.public}\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "allowed", "-I", "ada", "-n", namespace]
    done = subprocess.run([*command, "-s", tmp_path / "signature"], input=payload, capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("name", ["ada", "ecdsa", "strong-rsa"])
def test_a_signature_holds_for_its_payload_and_namespace_only(opened, keys: Keys, tmp_path: Path, name: str):
    key = find_signing_key(opened, keys[name])
    signature = sign(b"payload\0\xff", key, MEMBERS)
    assert verify(signature, b"payload\0\xff", key, MEMBERS, tmp_path)
    assert not verify(signature, b"payload\0\xff", key, COMMIT, tmp_path)
    assert not verify(signature, b"payload", key, MEMBERS, tmp_path)


def test_the_agent_signs_for_a_key_that_is_no_file(opened, keys: Keys, agent, no_key: Path, tmp_path: Path):
    agent(keys["bob"])
    key = find_signing_key(opened)
    assert key.path is None
    assert verify(sign(b"x", key, MEMBERS), b"x", key, MEMBERS, tmp_path)


def test_signed_commits_verify_with_plain_git(opened, keys: Keys, repo: Path, git):
    key = find_signing_key(opened)
    configure_repository(opened, key)
    allow_signers(opened, [("ada", key.public)])
    signer = commit_signer(key)
    tree = opened.trees.edit(None, {})
    first = opened.commits.create(tree, (), "First: é\n\n-----BEGIN PGP SIGNATURE-----\nnot one\n", signer)
    second = opened.commits.create(tree, (first, first), "merge", signer)
    opened.refs.create("main", second, "x")
    git("verify-commit", first, second, cwd=repo)
    shown = git("log", "--format=%G? %GS", cwd=repo)
    assert shown.splitlines() == ["G ada"] * 2
    git("fsck", "--strict", cwd=repo)
    assert opened.commits.get(first).message.startswith("First: é")


def test_a_commit_signed_with_another_key_does_not_verify(opened, keys: Keys, repo: Path, git):
    configure_repository(opened, find_signing_key(opened, keys["bob"]))
    allow_signers(opened, [("ada", find_signing_key(opened, keys["ada"]).public)])
    oid = opened.commits.create(EMPTY_TREE, (), "x", commit_signer(find_signing_key(opened)))
    with pytest.raises(AssertionError):
        git("verify-commit", oid, cwd=repo)


def test_without_a_key_no_commit_is_prepared(opened, no_key: Path):
    with pytest.raises(JetenvError, match="no SSH key"):
        find_signing_key(opened, create=False)


def test_a_passphrase_without_a_terminal_is_an_error_and_no_wait(opened, keys: Keys, agent):
    key = find_signing_key(opened, keys["locked"])
    began = monotonic()
    with pytest.raises(JetenvError, match="has a passphrase, and there is no terminal") as caught:
        sign(b"correct horse\n", key, MEMBERS)
    assert monotonic() - began < 10
    assert "ssh-add" in (caught.value.hint or "")


def test_no_program_is_asked_for_the_passphrase_behind_the_users_back(opened, keys: Keys, monkeypatch, tmp_path: Path):
    asked = tmp_path / "asked"
    program = tmp_path / "askpass"
    program.write_text(f"#!/bin/sh\ntouch {asked}\nsleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(program))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(JetenvError, match="has a passphrase"):
        sign(b"x", find_signing_key(opened, keys["locked"]), MEMBERS)
    assert not asked.exists()


ON_A_TERMINAL = """
import sys
from pathlib import Path
from jetenv.access.keys import find_signing_key
from jetenv.access.signing import sign
signature = sign(b"x", find_signing_key(None, Path(sys.argv[1])), "jetenv-members")
Path(sys.argv[2]).write_text(signature)
"""


def test_on_a_terminal_the_passphrase_is_asked_for(opened, keys: Keys, tmp_path: Path):
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", ON_A_TERMINAL, str(keys["locked"]), str(tmp_path / "made")])
    shown = b""
    while b"passphrase" not in shown:
        shown += os.read(terminal, 1000)
    os.write(terminal, b"correct horse\n")
    try:
        while os.read(terminal, 1000):
            pass
    except OSError:  # how Linux says that the other side is closed
        pass
    os.waitpid(pid, 0)
    os.close(terminal)
    key = find_signing_key(opened, keys["locked"])
    assert verify((tmp_path / "made").read_text(), b"x", key, MEMBERS, tmp_path)


def test_a_key_that_cannot_sign_says_why(opened, keys: Keys, tmp_path: Path, monkeypatch):
    lonely = tmp_path / "lonely.pub"
    lonely.write_text(keys["bob"].with_suffix(".pub").read_text())
    with pytest.raises(JetenvError, match="private half of the signing key was not found"):
        sign(b"x", find_signing_key(opened, lonely), MEMBERS)
    (tmp_path / "lonely").write_text(keys["bob"].read_text())
    (tmp_path / "lonely").chmod(0o644)
    with pytest.raises(JetenvError, match="can be read by others"):
        sign(b"x", find_signing_key(opened, lonely), MEMBERS)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JetenvError, match="ssh-keygen was not found"):
        sign(b"x", find_signing_key(None, lonely), MEMBERS)


def test_allowed_signers_grow_and_take_no_second_line(opened, keys: Keys, repo: Path, git):
    ada, bob = (find_signing_key(opened, keys[name]).public for name in ("ada", "bob"))
    path = allow_signers(opened, [("ada", ada)])
    allow_signers(opened, [("ada", ada), ("bob", bob)])
    assert [line.split()[0] for line in path.read_text().splitlines()] == ["ada", "bob"]
    assert git("config", "gpg.ssh.allowedSignersFile", cwd=repo) == str(path)
    before = path.read_text()
    for name in ("eve\nada", "eve ada", "*", "eve,ada", "", "!eve", '"eve"', "#eve"):
        with pytest.raises(JetenvError, match="cannot stand"):
            allow_signers(opened, [(name, bob)])
    with pytest.raises(JetenvError):
        allow_signers(opened, [("eve", f"{bob}\nada {bob}")])
    assert path.read_text() == before
