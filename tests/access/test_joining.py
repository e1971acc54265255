"""Requests to join: what one is, and that nothing else passes for one."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from jetenv.access.joining import MAX_SIZE, parse_request, request
from jetenv.access.namespaces import COMMIT, JOIN
from jetenv.errors import DeniedError

PROJECT, ENVIRONMENT = "production-uid-1", "staging-uid-0001"


@pytest.fixture
def asked(people) -> bytes:
    """Bob's request to join."""
    text = request(PROJECT, ENVIRONMENT, "bob", people["bob"].key)
    return text + people["bob"].sign(text, JOIN)


def test_a_request_says_who_asks_for_what_with_which_key(asked: bytes, people) -> None:
    found = parse_request(asked, "bob.join")
    assert (found.project, found.environment, found.member, found.key) == (
        PROJECT,
        ENVIRONMENT,
        "bob",
        people["bob"].key,
    )


def test_ssh_keygen_verifies_the_two_halves_of_the_file(asked: bytes, people, tmp_path: Path) -> None:
    text, begin, signature = asked.partition(b"-----BEGIN SSH SIGNATURE-----\n")
    (tmp_path / "bob.sig").write_bytes(begin + signature)
    (tmp_path / "allowed").write_text(f"bob {people['bob'].key}\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "bob", "-n", JOIN, "-s", "bob.sig"]
    subprocess.run(command, cwd=tmp_path, input=text, capture_output=True, check=True)


def test_nothing_that_is_changed_in_it_passes(asked: bytes) -> None:
    """But for where the lines of the armor end, which says nothing."""
    text = asked.partition(b"-----BEGIN")[0]
    random_ = random.Random(4)
    refused = 0
    for _ in range(1500):
        at = random_.randrange(len(asked))
        other = random_.choice(
            (
                asked[:at] + bytes([asked[at] ^ 1 << random_.randrange(8)]) + asked[at + 1 :],
                asked[:at] + asked[at + random_.randrange(1, 40) :],
                asked[:at] + random_.choice((b" ", b"\n", b"\0", b"a: 1\n", b'"')) + asked[at:],
                asked[:at],
            )
        )
        try:
            parse_request(other, "bob.join")
        except DeniedError:
            refused += 1
        else:
            assert other.startswith(text) and other.replace(b"\n", b"") == asked.replace(b"\n", b"")
    assert refused > 1400


def test_a_signature_of_another_purpose_or_by_another_key_is_none(people) -> None:
    text = request(PROJECT, ENVIRONMENT, "bob", people["bob"].key)
    for signature in (people["bob"].sign(text, COMMIT), people["ada"].sign(text, JOIN)):
        with pytest.raises(DeniedError, match="does not hold"):
            parse_request(text + signature, "bob.join")


@pytest.mark.parametrize("member", ["Bob", "böb", "", "../ada", "a b", "x" * 64])
def test_a_name_that_is_no_member_id_is_refused(people, member: str) -> None:
    text = request(PROJECT, ENVIRONMENT, member, people["bob"].key)
    with pytest.raises(DeniedError):
        parse_request(text + people["bob"].sign(text, JOIN), "bob.join")


@pytest.mark.parametrize("data", [b"", b"\n", b"[" * 20_000, b"jetenv join request\nproject: " + b"[" * 20_000 + b"\n"])
def test_what_is_no_request_is_told_so(data: bytes) -> None:
    with pytest.raises(DeniedError, match="no request to join"):
        parse_request(data, "bob.join")
    with pytest.raises(DeniedError, match="at most"):
        parse_request(data + b"x" * (MAX_SIZE + 1), "bob.join")
