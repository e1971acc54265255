"""A public key has one text, and weak or ambiguous ones are refused."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.access.public_keys import parse_public_key
from jetenv.errors import DeniedError, JetenvError

DATA = Path(__file__).parents[1] / "data/keys"


def line(name: str) -> str:
    return (DATA / f"{name}.pub").read_text().strip()


def packed(*parts: bytes) -> str:
    return base64.b64encode(b"".join(struct.pack(">I", len(part)) + part for part in parts)).decode()


def point(name: str) -> bytes:
    return base64.b64decode(line(name).split()[1])[-32:]


@pytest.mark.parametrize("name", ["ada", "ecdsa", "strong-rsa"])
def test_strong_keys_lose_their_comment_and_nothing_else(name: str):
    kind, encoded, _ = line(name).split()
    assert parse_public_key(line(name)) == parse_public_key(f"{kind} {encoded}") == f"{kind} {encoded}"


def test_keys_on_hardware_are_taken():
    kind = "sk-ssh-ed25519@openssh.com"
    text = f"{kind} {packed(kind.encode(), point('ada'), b'ssh:')}"
    assert parse_public_key(f"{text} a token") == text


@pytest.mark.parametrize("name", ["weak-rsa", "dsa", "certified-cert"])
def test_weak_keys_and_certificates_are_denied(name: str):
    with pytest.raises(DeniedError) as caught:
        parse_public_key(line(name), "somewhere")
    assert caught.value.where == "somewhere"


def rsa(exponent: bytes, modulus: bytes) -> str:
    return f"ssh-rsa {packed(b'ssh-rsa', exponent, modulus)}"


def test_another_spelling_of_the_same_key_is_no_second_key():
    kind, encoded = line("ada").split()[:2]
    blob = base64.b64decode(line("strong-rsa").split()[1])
    modulus = blob[-385:]
    assert parse_public_key(rsa(b"\1\0\1", modulus)) == " ".join(line("strong-rsa").split()[:2])
    spellings = [
        rsa(b"\0\1\0\1", modulus),
        rsa(b"\1\0\1", b"\0" + modulus),
        f"{kind} {encoded}AAAA",
        f"{kind} {packed(b'ssh-ed25519', point('ada') + bytes(1))}",
        f"{kind} {packed(b'ssh-ed25519', point('ada'), b'')}",
        f"{kind} {packed(b'ssh-rsa', point('ada'))}",
        f"ssh-rsa {encoded}",
        f"{kind} {encoded[:20]}\u200b{encoded[20:]}",
        f"{kind} {encoded}=",
    ]
    for spelling in spellings:
        with pytest.raises(JetenvError):
            parse_public_key(spelling)


def test_stray_bits_of_base64_are_refused():
    kind = "sk-ssh-ed25519@openssh.com"
    encoded = packed(kind.encode(), point("ada"), b"ssh:")
    assert encoded.endswith("=")
    last = encoded.rstrip("=")[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stray = encoded.rstrip("=")[:-1] + alphabet[alphabet.index(last) + 1] + "=" * encoded.count("=")
    assert base64.b64decode(stray) == base64.b64decode(encoded)
    with pytest.raises(JetenvError, match="canonical"):
        parse_public_key(f"{kind} {stray}")


@given(st.text() | st.builds("ssh-{} {}".format, st.text(max_size=9), st.text("ABab+/= \n", max_size=60)))
def test_no_text_is_more_than_refused(text: str):
    with pytest.raises(JetenvError):
        parse_public_key(text)


def test_what_ssh_keygen_reads_is_what_is_taken(keys: Mapping[str, Path]):
    for name in ("ada", "bob", "carol", "locked", "ecdsa", "strong-rsa"):
        parse_public_key(line(name))
