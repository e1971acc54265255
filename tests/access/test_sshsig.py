"""Whatever this verifier accepts, ssh-keygen accepts too; and it refuses more."""

from __future__ import annotations

import base64
import hashlib
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jetenv.access.keys import SigningKey
from jetenv.access.public_keys import read_public_key
from jetenv.access.signing import sign
from jetenv.access.sshsig import SignatureError, verify
from jetenv.access.wire import string

NAMESPACE = "jetenv-members"
PAYLOAD = b"format: 1\nproject: x\n"
NEUTRAL_POINT = b"\x01" + bytes(31)


def armored(blob: bytes, width: int = 70) -> bytes:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


def dearmored(signature: bytes) -> bytes:
    return base64.b64decode(b"".join(signature.splitlines()[1:-1]))


def mpint(number: int) -> bytes:
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


@dataclass(frozen=True)
class Parts:
    """What a signature is made of, to be put together in wrong ways."""

    key: bytes
    inner: bytes
    namespace: bytes = NAMESPACE.encode()
    reserved: bytes = b""
    hash: bytes = b"sha512"
    version: int = 1
    magic: bytes = b"SSHSIG"

    def blob(self) -> bytes:
        head = self.magic + self.version.to_bytes(4, "big")
        return head + b"".join(map(string, (self.key, self.namespace, self.reserved, self.hash, self.inner)))


def signed_data(payload: bytes = PAYLOAD, namespace: str = NAMESPACE, hash_: str = "sha512", reserved: bytes = b""):
    digest = hashlib.new(hash_, payload).digest()
    return b"SSHSIG" + b"".join(map(string, (namespace.encode(), reserved, hash_.encode(), digest)))


SOFT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SOFT_POINT = SOFT.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
SOFT_EC = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
SOFT_EC_POINT = SOFT_EC.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def ed25519(**changes) -> Parts:
    key = string(b"ssh-ed25519") + string(SOFT_POINT)
    return Parts(**{"key": key, "inner": string(b"ssh-ed25519") + string(SOFT.sign(signed_data())), **changes})


def on_hardware(kind: str, flags: int = 1, counter: int = 7) -> Parts:
    """What a security key answers, from a key in software."""
    data = hashlib.sha256(b"ssh:").digest() + bytes([flags]) + counter.to_bytes(4, "big")
    data += hashlib.sha256(signed_data()).digest()
    if kind == "sk-ssh-ed25519@openssh.com":
        key, signature = string(SOFT_POINT), SOFT.sign(data)
    else:
        key = string(b"nistp256") + string(SOFT_EC_POINT)
        signature = b"".join(map(mpint, decode_dss_signature(SOFT_EC.sign(data, ec.ECDSA(SHA256())))))
    inner = string(kind.encode()) + string(signature) + bytes([flags]) + counter.to_bytes(4, "big")
    return Parts(string(kind.encode()) + key + string(b"ssh:"), inner)


SECURITY_KEYS = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
Oracle = Callable[..., bool]


@pytest.fixture(scope="module")
def ssh_keygen(tmp_path_factory) -> Oracle:
    """Whether `ssh-keygen` takes a signature for one of a payload in a namespace, by whatever key."""
    path = tmp_path_factory.mktemp("oracle") / "signature"

    def accepts(signature: bytes, payload: bytes = PAYLOAD, namespace: str = NAMESPACE) -> bool:
        path.write_bytes(signature)
        command = ["ssh-keygen", "-Y", "check-novalidate", "-n", namespace, "-s", str(path)]
        return subprocess.run(command, input=payload, capture_output=True, check=False).returncode == 0

    return accepts


def accepts(signature: bytes, payload: bytes = PAYLOAD, namespace: str = NAMESPACE) -> bool:
    try:
        verify(signature, payload, namespace)
    except SignatureError as error:
        assert error.message
        return False
    return True


@pytest.fixture(scope="module")
def genuine(keys: Mapping[str, Path]) -> list[bytes]:
    """Signatures by keys of every kind that is accepted."""
    made = [signature_by(keys[name]) for name in ("ada", "ecdsa", "strong-rsa")]
    return [*made, *(armored(on_hardware(kind).blob()) for kind in SECURITY_KEYS)]


def signature_by(path: Path, namespace: str = NAMESPACE) -> bytes:
    public = path.with_name(path.name + ".pub")
    return sign(PAYLOAD, SigningKey(read_public_key(public), public, "test"), namespace).encode() + b"\n"


def test_signatures_of_every_kind_hold_for_their_payload_and_namespace_only(genuine, ssh_keygen):
    for signature in genuine:
        assert accepts(signature) and ssh_keygen(signature)
        for payload, namespace in ((PAYLOAD + b"\n", NAMESPACE), (b"", NAMESPACE), (PAYLOAD, "git"), (PAYLOAD, "")):
            assert not accepts(signature, payload, namespace)


def test_the_key_of_a_signature_is_told_in_its_canonical_text(keys: Mapping[str, Path]):
    for name in ("ada", "ecdsa", "strong-rsa"):
        found = verify(signature_by(keys[name]), PAYLOAD, NAMESPACE)
        assert found.key == read_public_key(keys[name].with_name(f"{name}.pub"))


def test_rsa_signs_with_sha_2_of_both_lengths_and_never_with_sha_1(keys: Mapping[str, Path]):
    found = verify(signature_by(keys["strong-rsa"]), PAYLOAD, NAMESPACE)
    assert found.algorithm == "rsa-sha2-512"
    blob = dearmored(signature_by(keys["strong-rsa"]))
    for algorithm in (b"ssh-rsa", b"rsa-sha2-256", b"rsa-sha2-51"):
        assert not accepts(armored(blob.replace(string(b"rsa-sha2-512"), string(algorithm))))


@pytest.mark.parametrize("kind", SECURITY_KEYS)
def test_a_security_key_that_nobody_touched_is_refused(kind: str, ssh_keygen):
    assert accepts(armored(on_hardware(kind, flags=5).blob()))
    untouched = armored(on_hardware(kind, flags=4).blob())
    assert ssh_keygen(untouched)  # which looks at this only where it lets somebody in
    assert not accepts(untouched)


@pytest.mark.parametrize("name", ["weak-rsa", "dsa"])
def test_keys_too_weak_to_be_members_cannot_sign_either(name: str, keys: Mapping[str, Path], ssh_keygen):
    path = keys[name]
    made = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", path], input=PAYLOAD, capture_output=True, check=False
    )
    if made.returncode == 0:
        assert not accepts(made.stdout)


def test_one_signature_by_a_key_of_small_order_holds_for_every_message_to_others(ssh_keygen):
    everything = NEUTRAL_POINT + bytes(32)
    key = string(b"ssh-ed25519") + string(NEUTRAL_POINT)
    forged = armored(Parts(key, string(b"ssh-ed25519") + string(everything)).blob())
    assert ssh_keygen(forged) and ssh_keygen(forged, b"another message")
    assert not accepts(forged)
    with pytest.raises(SignatureError, match="anybody could sign"):
        verify(forged, PAYLOAD, NAMESPACE)


REFUSED: dict[str, bytes] = {
    "trailing bytes": armored(ed25519().blob() + b"\0"),
    "trailing bytes in the key": armored(ed25519(key=ed25519().key + b"\0").blob()),
    "trailing bytes in the signature": armored(ed25519(inner=ed25519().inner + b"\0").blob()),
    "reserved data": armored(
        ed25519(
            reserved=b"x", inner=string(b"ssh-ed25519") + string(SOFT.sign(signed_data(reserved=b"x")))
        ).blob()
    ),
    "another version": armored(ed25519(version=2).blob()),
    "another magic": armored(ed25519(magic=b"SSHSIX").blob()),
    "md5": armored(
        ed25519(hash=b"md5", inner=string(b"ssh-ed25519") + string(SOFT.sign(signed_data(hash_="md5")))).blob()
    ),
    "another hash than was signed": armored(ed25519(hash=b"sha256").blob()),
    "another algorithm": armored(ed25519(inner=string(b"ssh-rsa") + string(bytes(64))).blob()),
    "a signature too short": armored(ed25519(inner=string(b"ssh-ed25519") + string(bytes(63))).blob()),
    "an unknown type of key": armored(ed25519(key=string(b"ssh-ed448") + string(bytes(57))).blob()),
    "nothing": b"",
    "no armor": ed25519().blob(),
    "text before": b"x\n" + armored(ed25519().blob()),
    "text behind": armored(ed25519().blob()) + b"x\n",
    "two": armored(ed25519().blob()) * 2,
    "line breaks of Windows": armored(ed25519().blob()).replace(b"\n", b"\r\n"),
    "an empty line": armored(ed25519().blob()).replace(b"\n", b"\n\n", 1),
    "a blank in the base64": armored(ed25519().blob()).replace(b"A", b"A ", 1),
    "too large": b"-----BEGIN SSH SIGNATURE-----\n" + b"A" * 20000,
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_anything_but_one_exact_signature_is_refused(name: str):
    assert accepts(armored(ed25519().blob()))
    assert not accepts(REFUSED[name])


def mutants(genuine: list[bytes], seed: int, count: int) -> Iterator[tuple[bytes, bytes, str]]:
    """Signatures damaged in the text, in the bytes or in one of their parts, with a payload and a namespace."""
    random_ = random.Random(seed)
    for _ in range(count):
        signature = random_.choice(genuine)
        payload, namespace = PAYLOAD, NAMESPACE
        manner = random_.randrange(8)
        if manner == 0:
            signature = damaged(signature, random_)
        elif manner in (1, 2):
            signature = armored(damaged(dearmored(signature), random_))
        elif manner == 3:
            signature = armored(crossed(dearmored(signature), dearmored(random_.choice(genuine)), random_))
        elif manner == 4:
            signature = armored(resized(dearmored(signature), random_))
        elif manner == 5:
            signature = armored(dearmored(signature), random_.randrange(1, 200))
        elif manner == 6:
            payload = damaged(payload, random_)
        else:
            namespace = random_.choice(["git", "jetenv-join", "jetenv-members ", "jetenv-member", "*"])
        yield signature, payload, namespace


def damaged(data: bytes, random_: random.Random) -> bytes:
    at = random_.randrange(len(data))
    manner = random_.randrange(4)
    if manner == 0:
        return data[:at] + bytes([data[at] ^ 1 << random_.randrange(8)]) + data[at + 1 :]
    if manner == 1:
        return data[:at] + data[at + random_.randrange(1, 5) :]
    if manner == 2:
        return data[:at] + random_.randbytes(random_.randrange(1, 5)) + data[at:]
    return data[:at] + data[at : at + 8] + data[at:]


def crossed(a: bytes, b: bytes, random_: random.Random) -> bytes:
    """The first strings of one signature and the others of another one."""
    heads, tails = fields(a), fields(b)
    cut = random_.randrange(1, 5)
    return a[:10] + b"".join(map(string, heads[:cut] + tails[cut:]))


def resized(data: bytes, random_: random.Random) -> bytes:
    """One of the strings made longer, shorter, or padded as a number may be."""
    found = fields(data)
    at = random_.randrange(len(found))
    found[at] = random_.choice([found[at] + b"\0", b"\0" + found[at], found[at][:-1], found[at] * 2, b""])
    return data[:10] + b"".join(map(string, found))


def fields(blob: bytes) -> list[bytes]:
    found, at = [], 10
    while at < len(blob):
        length = int.from_bytes(blob[at : at + 4], "big")
        found.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def hold_against(oracle: Oracle, cases: Iterator[tuple[bytes, bytes, str]], sample: int) -> int:
    """Ask ssh-keygen about all that is accepted here, and about every ``sample``th that is not; count the former."""
    taken = refused_by_both = 0
    for number, case in enumerate(cases):
        if accepts(*case):
            taken += 1
            assert oracle(*case), case
        elif number % sample == 0:
            refused_by_both += not oracle(*case)
    assert refused_by_both
    return taken


def test_no_mutant_is_accepted_that_ssh_keygen_refuses(genuine, ssh_keygen):
    assert hold_against(ssh_keygen, mutants(genuine, 1, 600), 20)


@pytest.mark.long
def test_no_mutant_of_many_is_accepted_that_ssh_keygen_refuses(genuine, ssh_keygen):
    assert hold_against(ssh_keygen, mutants(genuine, 2, 20_000), 50) > 100
