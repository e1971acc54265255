"""Signatures as `ssh-keygen -Y sign` makes them, verified in process and without leniency.

The format is that of OpenSSH's PROTOCOL.sshsig; of keys on hardware that of PROTOCOL.u2f. Whatever this accepts,
`ssh-keygen -Y verify` accepts as well; beyond that it refuses an armor with anything around it, reserved data, weak or
ambiguous keys (see ``public_keys``) and signatures of hardware that nobody touched.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from jetenv.access.public_keys import (
    ECDSA,
    ED25519,
    RSA,
    SK_ECDSA,
    SK_ED25519,
    canonical_text,
    read_key,
)
from jetenv.access.wire import MAX_SIGNATURE, Reader, WireError, string
from jetenv.errors import DeniedError

_MAGIC = b"SSHSIG"
_ARMOR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/]+\n)*[A-Za-z0-9+/]+={0,2})\n-----END SSH SIGNATURE-----\n?"
)
_RSA_HASHES = {"rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512"}
_USER_PRESENT = 0x01
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Check = Callable[[bytes, Reader, bytes], None]


class SignatureError(DeniedError):
    """A signature that is not accepted; the message says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was read, not yet verified. ``key`` is the canonical text of the public key in it."""

    key: str
    namespace: str
    hash: str
    algorithm: str
    data: bytes


def read(armored: bytes) -> Signature:
    """The parts of an armored signature. Raises SignatureError for any that is not exactly in its format."""
    if len(armored) > MAX_SIGNATURE:
        raise SignatureError(f"the signature is larger than {MAX_SIGNATURE} bytes")
    match = _ARMOR.fullmatch(armored)
    if match is None:
        raise SignatureError("this is not one armored SSH signature and nothing else")
    encoded = match[1].replace(b"\n", b"")
    try:
        blob = base64.b64decode(encoded, validate=True)
        if base64.b64encode(blob) != encoded:
            raise WireError("stray bits in the base64")
        return _read(blob)
    except (binascii.Error, WireError, UnicodeDecodeError) as error:
        raise SignatureError(f"the SSH signature is damaged: {error}") from None
    except DeniedError as error:
        raise SignatureError(f"the signature is by a key that is not trusted: {error.message}") from None


def verify(armored: bytes, payload: bytes, namespace: str) -> Signature:
    """The signature, which holds for ``payload`` in ``namespace``. Whether its key may sign is for the caller to say.

    Raises SignatureError.
    """
    found = read(armored)
    check(found, payload, namespace)
    return found


def check(signature: Signature, payload: bytes, namespace: str) -> None:
    """Raises SignatureError where ``signature`` does not hold for ``payload`` in ``namespace``."""
    if signature.namespace != namespace:
        raise SignatureError(
            f"the signature is for '{_shown(signature.namespace)}' and was made for something else than '{namespace}'"
        )
    signed = b"".join(
        (
            _MAGIC,
            string(namespace.encode()),
            string(b""),
            string(signature.hash.encode()),
            string(hashlib.new(signature.hash, payload).digest()),
        )
    )
    from cryptography.exceptions import InvalidSignature

    reader = Reader(signature.data)
    try:
        _checker(signature.key, signature.algorithm)(reader.string(), reader, signed)
        reader.end()
    except InvalidSignature:
        raise SignatureError("the signature does not hold: something else was signed, or by another key") from None
    except WireError as error:
        raise SignatureError(f"the SSH signature is damaged: {error}") from None


def _read(blob: bytes) -> Signature:
    reader = Reader(blob)
    if reader.take(6) != _MAGIC or reader.uint32() != 1:
        raise WireError("not a signature of version 1")
    key = canonical_text(reader.string())
    namespace = reader.string().decode("utf-8")
    if reader.string():
        raise WireError("reserved data")
    hash_ = reader.string().decode("ascii")
    data = reader.string()
    reader.end()
    if not namespace or "\0" in namespace:
        raise WireError("no namespace")
    if hash_ not in ("sha256", "sha512"):
        raise WireError("an unknown hash")
    inner = Reader(data)
    algorithm = inner.string().decode("ascii")
    kind = read_key(key).kind
    if algorithm != kind and not (kind == RSA and algorithm in _RSA_HASHES):
        raise WireError("an algorithm that is not of the key")
    if algorithm == RSA:
        raise WireError("SHA-1")
    return Signature(key, namespace, hash_, algorithm, inner.rest())


@lru_cache(maxsize=1024)
def _checker(key: str, algorithm: str) -> Check:
    """What checks signatures by ``key``: called with the signature, the reader behind it, and what was signed."""
    kind = read_key(key).kind
    if kind in (ED25519, SK_ED25519):
        plain = _ed25519(read_key(key).point)
    elif kind in (ECDSA, SK_ECDSA):
        plain = _ecdsa(read_key(key).point)
    else:
        return _rsa(read_key(key).exponent, read_key(key).modulus, _RSA_HASHES[algorithm])
    return _on_hardware(plain, read_key(key).application) if kind in (SK_ED25519, SK_ECDSA) else plain


def _ed25519(point: bytes) -> Check:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public = Ed25519PublicKey.from_public_bytes(point)

    def check_ed25519(signature: bytes, _rest: Reader, signed: bytes) -> None:
        if len(signature) != 64:
            raise WireError("the signature has not 64 bytes")
        public.verify(signature, signed)

    return check_ed25519


def _ecdsa(point: bytes) -> Check:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA as ALGORITHM
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)

    def check_ecdsa(signature: bytes, _rest: Reader, signed: bytes) -> None:
        numbers = Reader(signature)
        r, s = numbers.mpint(), numbers.mpint()
        numbers.end()
        if r >= _P256_ORDER or s >= _P256_ORDER:
            raise WireError("a number beyond the order of the curve")
        public.verify(encode_dss_signature(r, s), signed, ALGORITHM(SHA256()))

    return check_ecdsa


def _rsa(exponent: int, modulus: int, hash_: str) -> Check:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA256, SHA512

    public = RSAPublicNumbers(exponent, modulus).public_key()
    size = (modulus.bit_length() + 7) // 8

    def check_rsa(signature: bytes, _rest: Reader, signed: bytes) -> None:
        if len(signature) != size:
            raise WireError("the signature is not as long as the key")
        public.verify(signature, signed, PKCS1v15(), SHA256() if hash_ == "sha256" else SHA512())

    return check_rsa


def _on_hardware(plain: Check, application: bytes) -> Check:
    def check_on_hardware(signature: bytes, rest: Reader, signed: bytes) -> None:
        flags, counter = rest.take(1), rest.take(4)
        if not flags[0] & _USER_PRESENT:
            raise WireError("nobody touched the security key")
        digests = hashlib.sha256(application).digest(), hashlib.sha256(signed).digest()
        plain(signature, rest, digests[0] + flags + counter + digests[1])

    return check_on_hardware


def _shown(namespace: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in namespace[:40])
