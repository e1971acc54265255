"""Invitations, and lists of keys in the format of authorized_keys."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from jetenv.access.inviting import (
    MAX_KEY_LIST,
    MAX_SIZE,
    Invitation,
    check_member_id,
    parse_invitation,
    read_key_list,
    render_invitation,
)
from jetenv.access.wire import string
from jetenv.errors import JetenvError, UsageError


@pytest.fixture
def invitation(people) -> Invitation:
    return Invitation(
        "production-uid-1", "staging-uid-0001", "staging", "bob", "editor", "a" * 64, (people["bob"].key,)
    )


def test_an_invitation_is_read_as_it_was_written(invitation: Invitation) -> None:
    for each in (invitation, replace(invitation, keys=()), replace(invitation, root=None)):
        text = render_invitation(each)
        assert parse_invitation(text.encode(), "bob.invitation") == each
        assert f"jetenv members join --invitation {each.member}.invitation" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format: 1", "format: 2"),
        ("format: 1", "format: 1\nadmin: true"),
        ('member: "bob"', "member: 7"),
        ('member: "bob"', 'member: "Böb"'),
        ('role: "editor"', 'role: "owner"'),
        ('id: "staging"', 'id: "../production"'),
        ('environment: "staging-uid-0001"', 'environment: "\\e[31m"'),
        ("root: ", "root: [1] #"),
        ("keys:", "keys: 3 #"),
        ("ssh-ed25519", "ssh-dss"),
        ('project: "production-uid-1"\n', ""),
    ],
)
def test_what_is_no_invitation_is_refused_with_the_file(invitation: Invitation, old: str, new: str) -> None:
    text = render_invitation(invitation)
    assert old in text
    with pytest.raises(JetenvError) as error:
        parse_invitation(text.replace(old, new).encode(), "bob.invitation")
    assert error.value.where is None or error.value.where.startswith("bob.invitation") or "role" in error.value.message


@pytest.mark.parametrize("data", [b"", b"- 1\n", b"\xff", b"a: [", b"x" * (MAX_SIZE + 1)])
def test_any_other_file_is_told_so(data: bytes) -> None:
    with pytest.raises(JetenvError):
        parse_invitation(data, "notes.txt")


def test_keys_are_taken_and_lines_refused_one_by_one(people, keys) -> None:
    texts = {name: keys[name].with_name(f"{name}.pub").read_text().strip() for name in keys if "cert" not in name}
    certificate = (keys["ada"].parent / "certified-cert.pub").read_text().strip()
    lines = [
        "# Bob's keys",
        "",
        people["bob"].key + " bob@laptop with blanks",
        texts["weak-rsa"],
        certificate,
        texts["dsa"],
        f'command="ls",no-pty {people["ada"].key}',
        people["bob"].key,
        "  " + texts["ecdsa"] + "\r",
        "ssh-ed25519 AAAA",
        "hello",
    ]
    found = read_key_list(("\n".join(lines)).encode(), "bob.keys")
    assert found.keys == (people["bob"].key, " ".join(texts["ecdsa"].split()[:2]))
    assert [each.line for each in found.refused] == [4, 5, 6, 7, 8, 10, 11]
    reasons = [each.reason for each in found.refused]
    for reason, words in zip(
        reasons, ("too weak", "certificate", "DSA", "options", "before already", "damaged", "no SSH key"), strict=True
    ):
        assert words in reason


def test_keys_that_count_for_everybody_or_twice_are_refused_in_a_list(keys) -> None:
    """An ed25519 key of small order, and the spelling of an RSA key with a zero before its number."""
    small = string(b"ssh-ed25519") + string((1).to_bytes(32, "little"))
    blob = base64.b64decode(keys["strong-rsa"].with_suffix(".pub").read_text().split()[1])
    modulus = blob[-385:]
    padded = string(b"ssh-rsa") + string(b"\1\0\1") + string(b"\0" + modulus)
    lines = [f"ssh-ed25519 {base64.b64encode(small).decode()}", f"ssh-rsa {base64.b64encode(padded).decode()}"]
    found = read_key_list("\n".join(lines).encode(), "bob.keys")
    assert found.keys == ()
    assert ["anybody could sign" in each.reason or "canonical" in each.reason for each in found.refused] == [True, True]


def test_a_list_that_is_no_text_or_too_long_is_refused() -> None:
    for data in (b"\xff\xfe", b"#" * (MAX_KEY_LIST + 1)):
        with pytest.raises(JetenvError):
            read_key_list(data, "bob.keys")


@pytest.mark.parametrize(
    ("id_", "proposal"), [("Bob", "bob"), ("Zoë B", "zoe-b"), ("bob@example.org", "bob-example-org"), ("李", None)]
)
def test_a_member_id_that_cannot_be_is_answered_with_one_that_can(id_: str, proposal: str | None) -> None:
    with pytest.raises(UsageError) as error:
        check_member_id(id_)
    assert (error.value.hint or "").startswith(f"try '{proposal}'" if proposal else "")
    assert check_member_id("bob_2-x") == "bob_2-x"
