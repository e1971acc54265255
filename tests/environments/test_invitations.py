"""Becoming a member: invitation, request, and what the admin adds."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jetenv.access import joining
from jetenv.access.inviting import parse_invitation
from jetenv.access.joining import file_name, request
from jetenv.access.keys import SigningKey
from jetenv.access.members import MAX_MEMBERS, Member, Members, digest, parse, render
from jetenv.access.namespaces import JOIN, MEMBERS
from jetenv.access.public_keys import read_public_key
from jetenv.access.signing import sign
from jetenv.access.wire import string
from jetenv.environments.editing import edit_environment
from jetenv.environments.people.invitations import add, invite, join
from jetenv.environments.people.members_change import remove
from jetenv.environments.project import Project
from jetenv.environments.starting.create import create
from jetenv.errors import DeniedError, JetenvError, RefusedError, UsageError

from .members_helpers import PRODUCTION, in_force

Opened = Callable[[], Project]


@pytest.fixture
def public(keys: Mapping[str, Path]) -> Callable[[str], str]:
    """The canonical text of somebody's public key."""
    return lambda name: read_public_key(keys[name].with_suffix(".pub"))


def test_who_is_invited_needs_no_clone(
    opened: Opened, root: Path, keys, tmp_path: Path, git, snapshot, by_hand, public
):
    before = snapshot(root)
    sent = invite(opened(), PRODUCTION, "bob", "editor", display="Bob Ünal", file=tmp_path / "bob.invitation")
    assert snapshot(root) == before
    assert parse_invitation(sent.text.encode(), "x").root == git("config", "jetenv.root", cwd=root)
    back = join(None, invitation=str(tmp_path / "bob.invitation"), key=keys["bob"], file=tmp_path / "bob.join")
    assert back.root == sent.invitation.root
    add(opened(), PRODUCTION, str(tmp_path / "bob.join"))
    bob = in_force(root).member("bob")
    assert bob is not None
    assert (bob.name, bob.role, bob.keys) == ("Bob Ünal", "editor", (public("bob"),))
    assert by_hand() == 2


def test_the_request_cannot_choose_its_role(opened: Opened, root: Path, keys, tmp_path: Path):
    """The invitation that Bob has says editor; what he makes of it says nothing, so the admin has to."""
    sent = invite(opened(), PRODUCTION, "bob", "editor")
    changed = tmp_path / "bob.invitation"
    changed.write_text(sent.text.replace('"editor"', '"admin"'))
    join(None, invitation=str(changed), key=keys["bob"], file=tmp_path / "bob.join")
    add(opened(), PRODUCTION, str(tmp_path / "bob.join"))
    assert in_force(root).admins == ("ada",)


def test_an_invitation_gives_its_role_once(opened: Opened, root: Path, keys, tmp_path: Path):
    invite(opened(), PRODUCTION, "bob", "admin")
    file = tmp_path / "bob.join"
    join(opened(), id_="bob", key=keys["bob"], file=file)
    add(opened(), PRODUCTION, str(file))
    remove(opened(), PRODUCTION, "bob")
    with pytest.raises(UsageError, match="which role 'bob' gets"):
        add(opened(), PRODUCTION, str(file))


def test_without_an_invitation_the_admin_says_the_role(opened: Opened, root: Path, keys, tmp_path: Path):
    file = tmp_path / "bob.join"
    join(opened(), id_="bob", key=keys["bob"], file=file)
    with pytest.raises(UsageError, match="which role 'bob' gets"):
        add(opened(), PRODUCTION, str(file))
    with pytest.raises(UsageError, match="'boss' is not a role"):
        add(opened(), PRODUCTION, str(file), role="boss")
    add(opened(), PRODUCTION, str(file), role="viewer")
    assert in_force(root).member("bob").name == "bob"
    with pytest.raises(RefusedError, match="'bob' has this key already"):
        add(opened(), PRODUCTION, str(file))


def test_an_invitation_for_certain_keys_is_for_no_other(opened: Opened, keys, tmp_path: Path, public):
    listed = tmp_path / "bob.keys"
    listed.write_text(f"{public('bob')} bob@laptop\n{keys['weak-rsa'].with_suffix('.pub').read_text()}")
    sent = invite(opened(), PRODUCTION, "bob", "editor", key_list=str(listed))
    assert sent.listed is not None
    assert [each.line for each in sent.listed.refused] == [2]
    invitation = tmp_path / "bob.invitation"
    invitation.write_text(sent.text)
    with pytest.raises(RefusedError, match="for other keys"):
        join(None, invitation=str(invitation), key=keys["carol"])
    join(opened(), id_="bob", key=keys["carol"], file=tmp_path / "carols.join")
    with pytest.raises(DeniedError, match="another key than those"):
        add(opened(), PRODUCTION, str(tmp_path / "carols.join"))
    join(None, invitation=str(invitation), key=keys["bob"], file=tmp_path / "bob.join")
    assert add(opened(), PRODUCTION, str(tmp_path / "bob.join")).members.member("bob").keys == (public("bob"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "empty"), ("# none\n", "no key that can be used"), ("hello\n", "no SSH key"), ("\x00" * 9, "no SSH key")],
)
def test_a_list_without_a_usable_key_invites_nobody(opened: Opened, tmp_path: Path, content: str, message: str):
    (tmp_path / "bob.keys").write_text(content)
    with pytest.raises(JetenvError, match=message):
        invite(opened(), PRODUCTION, "bob", "editor", key_list=str(tmp_path / "bob.keys"))


def test_who_is_a_member_is_not_invited_again(opened: Opened, tmp_path: Path, public):
    with pytest.raises(RefusedError, match="'ada' is a member"):
        invite(opened(), PRODUCTION, "ada", "editor")
    (tmp_path / "list").write_text(public("ada"))
    with pytest.raises(RefusedError, match="belongs to 'ada'"):
        invite(opened(), PRODUCTION, "bob", "editor", key_list=str(tmp_path / "list"))
    for id_ in ("Bob", "böb", "../bob"):
        with pytest.raises(UsageError, match="cannot be a member's id"):
            invite(opened(), PRODUCTION, id_, "editor")


def test_only_an_admin_invites(opened: Opened, root: Path, be, team):
    be("bob")
    with pytest.raises(DeniedError, match="'bob' is an editor"):
        invite(opened(), PRODUCTION, "dora", "viewer")


def test_an_invitation_by_another_root_is_not_answered(opened: Opened, root: Path, keys, tmp_path: Path, git):
    sent = invite(opened(), PRODUCTION, "bob", "editor")
    (tmp_path / "forged").write_text(sent.text.replace(sent.invitation.root, "0" * 64))
    with pytest.raises(DeniedError, match="another root"):
        join(opened(), invitation=str(tmp_path / "forged"), key=keys["bob"])


def test_a_request_for_another_environment_is_refused_with_its_name(opened: Opened, root: Path, keys, tmp_path: Path):
    create(opened(), "staging")
    file = tmp_path / "bob.join"
    join(opened(), name="staging", id_="bob", key=keys["bob"], file=file)
    with pytest.raises(DeniedError, match="for the environment 'staging'"):
        add(opened(), PRODUCTION, str(file), role="editor")
    add(opened(), "staging", str(file), role="editor")


def test_a_member_of_the_default_environment_is_added_by_id(opened: Opened, root: Path, team, by_hand):
    create(opened(), "staging")
    with pytest.raises(UsageError, match="which role"):
        add(opened(), "staging", "bob")
    add(opened(), "staging", "bob", role="admin")
    assert in_force(root, "staging").member("bob").keys == in_force(root).member("bob").keys
    by_hand("staging")
    for environment, word in (("staging", "nobody"), (PRODUCTION, "bob")):
        with pytest.raises(UsageError, match="there is no file"):
            add(opened(), environment, word, role="admin")


def test_a_further_key_comes_with_a_request_of_the_member_or_from_oneself(
    opened: Opened, root: Path, be, keys, tmp_path: Path, team, by_hand, public
):
    be("bob")
    join(opened(), key=keys["ecdsa"], file=tmp_path / "bob.join")
    be("ada")
    with pytest.raises(UsageError, match="a member already"):
        add(opened(), PRODUCTION, str(tmp_path / "bob.join"), role="admin")
    add(opened(), PRODUCTION, str(tmp_path / "bob.join"))
    assert in_force(root).member("bob").keys == (public("bob"), public("ecdsa"))
    add(opened(), PRODUCTION, "ada", key=keys["strong-rsa"])
    assert in_force(root).member("ada").keys == (public("ada"), public("strong-rsa"))
    with pytest.raises(DeniedError, match="nothing shows that 'carol' holds this key"):
        add(opened(), PRODUCTION, "carol", key=new_key(tmp_path))
    with pytest.raises(RefusedError, match="belongs to 'ada' already"):
        add(opened(), PRODUCTION, "bob", key=keys["ada"])
    by_hand()


def new_key(folder: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "fresh")], check=True)
    return folder / "fresh"


@pytest.mark.parametrize("weak", ["weak-rsa", "dsa"])
def test_keys_that_are_too_weak_ask_for_nothing(opened: Opened, keys, weak: str):
    with pytest.raises(DeniedError, match="too weak"):
        join(opened(), id_="bob", key=keys[weak])


def test_files_that_are_no_requests(opened: Opened, root: Path, keys, tmp_path: Path, snapshot):
    join(opened(), id_="bob", key=keys["bob"], file=tmp_path / "bob.join")
    (tmp_path / "link.join").symlink_to("bob.join")
    (tmp_path / "empty.join").touch()
    (tmp_path / "huge.join").write_bytes(b"x" * (joining.MAX_SIZE + 1))
    (tmp_path / "binary.join").write_bytes(bytes(range(256)))
    (tmp_path / "folder.join").mkdir()
    (tmp_path / "dangling.join").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.join")
    before = snapshot(root)
    messages = {
        "link": "symbolic link",
        "dangling": "symbolic link",
        "empty": "empty",
        "huge": "at most",
        "binary": "no request to join",
        "folder": "is a directory",
        "pipe": "no regular file",
    }
    for name, message in messages.items():
        with pytest.raises(JetenvError, match=message):
            add(opened(), PRODUCTION, str(tmp_path / f"{name}.join"), role="editor")
    assert snapshot(root) == before


def test_a_file_that_is_there_is_not_written_over(opened: Opened, keys, tmp_path: Path):
    (tmp_path / "bob.join").write_text("mine")
    with pytest.raises(RefusedError, match="a file of that name"):
        join(opened(), id_="bob", key=keys["bob"], file=tmp_path / "bob.join")
    with pytest.raises(RefusedError, match="a file of that name"):
        invite(opened(), PRODUCTION, "bob", "editor", file=tmp_path / "bob.join")
    assert (tmp_path / "bob.join").read_text() == "mine"
    with pytest.raises(JetenvError, match="cannot be written"):
        join(opened(), id_="bob", key=keys["bob"], file=tmp_path / "none" / "bob.join")


def test_a_file_of_500_members_is_changed_like_a_small_one(opened: Opened, root: Path, keys, tmp_path: Path, by_hand):
    project = opened()
    many = [Newcomer(f"m{number}") for number in range(MAX_MEMBERS - 2)]

    def change(files: Mapping[str, bytes]) -> dict[str, bytes]:
        old = parse(files["members.yaml"])
        added = tuple(Member(each.id, f"Číslo {each.id}", "viewer", (each.key,)) for each in many)
        after = replace(old, version=2, previous=digest(files["members.yaml"]), members=(*old.members, *added))
        ada = SigningKey(read_public_key(keys["ada"].with_suffix(".pub")), keys["ada"], "--key")
        joins = {f"signatures/{file_name(each.id, each.key)}": each.join(old) for each in many}
        signature = sign(render(after), ada, MEMBERS).encode() + b"\n"
        return {"members.yaml": render(after), "signatures/ada.sig": signature, **joins}

    edit_environment(project, project.default(), change, "Add many")
    join(opened(), id_="bob", key=keys["bob"], file=tmp_path / "bob.join")
    add(opened(), PRODUCTION, str(tmp_path / "bob.join"), role="editor")
    assert len(in_force(root).members) == MAX_MEMBERS
    join(opened(), id_="carol", key=keys["carol"], file=tmp_path / "carol.join")
    with pytest.raises(RefusedError, match="no more may be"):
        add(opened(), PRODUCTION, str(tmp_path / "carol.join"), role="editor")
    remove(opened(), PRODUCTION, "m17")
    assert by_hand() == 4


class Newcomer:
    """Somebody with a new ed25519 key, who signs in process."""

    def __init__(self, id_: str) -> None:
        self.id = id_
        self._private = Ed25519PrivateKey.generate()
        raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._blob = string(b"ssh-ed25519") + string(raw)
        self.key = "ssh-ed25519 " + base64.b64encode(self._blob).decode()

    def join(self, members: Members) -> bytes:
        """The signature of a request to join, as `ssh-keygen -Y sign` makes it."""
        payload = request(members.project, members.environment, self.id, self.key)
        head = string(JOIN.encode()) + string(b"") + string(b"sha512")
        signature = self._private.sign(b"SSHSIG" + head + string(hashlib.sha512(payload).digest()))
        inner = string(b"ssh-ed25519") + string(signature)
        whole = b"SSHSIG" + (1).to_bytes(4, "big") + string(self._blob) + head + string(inner)
        text = base64.b64encode(whole).decode()
        lines = [text[at : at + 70] for at in range(0, len(text), 70)]
        return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()
