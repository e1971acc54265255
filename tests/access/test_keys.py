"""Which key signs: git's own setting, the agent, ~/.ssh, and only then one that jetenv makes."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from jetenv.access.keys import configure_repository, find_signing_key, usable_keys
from jetenv.access.public_keys import fingerprint, read_public_key
from jetenv.errors import DeniedError, JetenvError

Keys = Mapping[str, Path]


def public(key: Path) -> str:
    return read_public_key(key.with_name(key.name + ".pub"))


def install(key: Path, home: Path, name: str) -> Path:
    folder = home / ".ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(key, folder / name)
    (folder / name).chmod(0o600)
    return Path(shutil.copyfile(f"{key}.pub", folder / f"{name}.pub"))


def test_the_key_of_git_comes_first(opened, keys: Keys, agent, home: Path):
    agent(keys["bob"])
    install(keys["carol"], home, "id_ed25519")
    found = find_signing_key(opened)
    assert (found.public, found.source, found.notes) == (public(keys["ada"]), "user.signingkey", ())
    assert found.setting == f"{keys['ada']}.pub"


@pytest.mark.parametrize("prefix", ["key::", ""])
def test_a_key_can_be_written_out_in_the_configuration(opened, keys: Keys, git, repo: Path, prefix: str):
    line = keys["bob"].with_suffix(".pub").read_text().strip()
    git("config", "user.signingkey", prefix + line, cwd=repo)
    found = find_signing_key(opened)
    assert (found.public, found.path) == (public(keys["bob"]), None)
    assert found.setting == f"key::{public(keys['bob'])}"


def test_a_path_in_the_configuration_may_start_at_home_and_name_the_private_key(opened, keys: Keys, git, repo, home):
    install(keys["bob"], home, "mine")
    git("config", "user.signingkey", "~/.ssh/mine", cwd=repo)
    found = find_signing_key(opened)
    assert (found.public, found.path) == (public(keys["bob"]), home / ".ssh/mine.pub")


def test_a_key_of_git_that_is_not_there_is_an_error(opened, git, repo: Path, home: Path):
    git("config", "gpg.format", "ssh", cwd=repo)
    git("config", "user.signingkey", "~/.ssh/missing.pub", cwd=repo)
    with pytest.raises(JetenvError, match="cannot be read") as caught:
        find_signing_key(opened)
    assert caught.value.where == str(home / ".ssh/missing.pub")


@pytest.mark.parametrize(("format_", "named"), [(None, "OpenPGP"), ("openpgp", "OpenPGP"), ("x509", "X.509")])
def test_a_key_of_another_kind_is_passed_over_and_said_so(opened, keys: Keys, agent, git, repo: Path, format_, named):
    agent(keys["bob"])
    git("config", "user.signingkey", "0xDEADBEEF", cwd=repo)
    if format_:
        git("config", "gpg.format", format_, cwd=repo)
    found = find_signing_key(opened)
    assert (found.public, found.source, found.path) == (public(keys["bob"]), "agent", None)
    assert named in found.notes[0]


def test_the_agent_comes_before_files_and_its_weak_keys_are_passed_over(opened, keys: Keys, agent, no_key: Path):
    install(keys["carol"], no_key, "id_ed25519")
    agent(keys["weak-rsa"])
    agent(keys["bob"])
    found = find_signing_key(opened)
    assert (found.public, found.source) == (public(keys["bob"]), "agent")
    assert "2048 bits" in found.notes[0]


def test_of_several_keys_that_of_a_member_is_taken_and_the_others_are_told(opened, keys: Keys, agent, no_key: Path):
    agent(keys["carol"])
    agent(keys["bob"])
    install(keys["ada"], no_key, "id_ed25519")
    assert [each.public for each in usable_keys(opened)] == [public(keys[name]) for name in ("carol", "bob", "ada")]
    found = find_signing_key(opened, preferred={public(keys["bob"])})
    assert (found.public, found.source) == (public(keys["bob"]), "agent")
    assert fingerprint(public(keys["carol"])) in found.notes[0] and "no member" in found.notes[0]
    assert find_signing_key(opened, preferred={public(keys["ada"])}).source == "~/.ssh"
    assert find_signing_key(opened, preferred={"ssh-ed25519 another"}).public == public(keys["carol"])


def test_the_key_that_git_is_told_of_is_taken_whoever_it_is_of(opened, keys: Keys, agent):
    agent(keys["bob"])
    assert find_signing_key(opened, preferred={public(keys["bob"])}).source == "user.signingkey"


def test_an_agent_that_is_gone_is_no_obstacle(opened, keys: Keys, no_key: Path, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nowhere"))
    install(keys["carol"], no_key, "id_ed25519")
    assert find_signing_key(opened).source == "~/.ssh"


def test_files_are_tried_in_a_fixed_order(opened, keys: Keys, no_key: Path):
    install(keys["ada"], no_key, "id_work")
    assert find_signing_key(opened).public == public(keys["ada"])
    install(keys["strong-rsa"], no_key, "id_rsa")
    assert find_signing_key(opened).public == public(keys["strong-rsa"])
    install(keys["ecdsa"], no_key, "id_ecdsa")
    assert find_signing_key(opened).public == public(keys["ecdsa"])
    half = install(keys["bob"], no_key, "id_ed25519")
    half.with_suffix("").unlink()
    found = find_signing_key(opened)
    assert found.public == public(keys["ecdsa"])
    assert "private key is not beside it" in found.notes[0]


def test_a_key_is_made_once_and_said_so(opened, no_key: Path, monkeypatch, tmp_path: Path):
    with pytest.raises(JetenvError, match="no SSH key to sign with") as caught:
        find_signing_key(opened, create=False)
    assert "ssh-keygen" in (caught.value.hint or "")
    made = find_signing_key(opened)
    assert (made.source, made.path) == ("created", no_key / ".config/jetenv/id_ed25519.pub")
    assert made.path is not None
    assert stat.S_IMODE(made.path.with_suffix("").stat().st_mode) == 0o600
    assert sorted(path.name for path in made.path.parent.iterdir()) == ["id_ed25519", "id_ed25519.pub"]
    again = find_signing_key(None, create=False)
    assert (again.public, again.source) == (made.public, "jetenv")
    monkeypatch.setenv("JETENV_CONFIG_DIR", str(tmp_path / "configuration"))
    assert find_signing_key(opened).path == tmp_path / "configuration/id_ed25519.pub"


def test_a_place_where_no_key_can_be_made_is_an_error(opened, no_key: Path, monkeypatch, tmp_path: Path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("JETENV_CONFIG_DIR", str(tmp_path / "file"))
    with pytest.raises(JetenvError, match="cannot be created") as caught:
        find_signing_key(opened)
    assert "--key" in (caught.value.hint or "")


def test_the_key_asked_for_is_taken_or_refused(opened, keys: Keys, tmp_path: Path):
    bob = keys["bob"]
    for given in (bob, bob.with_suffix(".pub")):
        found = find_signing_key(opened, given)
        assert (found.public, found.source, found.path) == (public(bob), "--key", bob.with_suffix(".pub"))
    for weak in ("weak-rsa", "dsa"):
        with pytest.raises(DeniedError, match="too weak"):
            find_signing_key(opened, keys[weak])
    with pytest.raises(DeniedError, match="certificate"):
        find_signing_key(opened, bob.with_name("certified-cert.pub"))
    (tmp_path / "note").write_text("hello")
    (tmp_path / "blob").write_bytes(b"\xff\xfe")
    for wrong in ("note", "blob", "missing"):
        with pytest.raises(JetenvError):
            find_signing_key(opened, tmp_path / wrong)


def test_a_configured_repository_signs_with_plain_git_too(opened, keys: Keys, repo: Path, git, no_key: Path):
    configure_repository(opened, find_signing_key(opened, keys["bob"]))
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=repo)
    assert "BEGIN SSH SIGNATURE" in git("cat-file", "commit", "HEAD", cwd=repo)
