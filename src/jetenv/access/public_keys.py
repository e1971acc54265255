"""SSH public keys as text: one canonical form for each key, and the keys that are too weak to be trusted.

Equal keys must be equal text, because thresholds count distinct keys: base64 with stray bits and padded RSA numbers,
which loaders accept, are refused. Formats: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709, and OpenSSH's
PROTOCOL.u2f for keys on hardware.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from jetenv.access.curves import is_sound_ed25519, is_sound_p256
from jetenv.access.wire import Reader, WireError
from jetenv.errors import DeniedError, JetenvError

if TYPE_CHECKING:
    from pathlib import Path

MIN_RSA_BITS = 3072
MAX_RSA_BITS = 16384  # as OpenSSH has it

ED25519 = "ssh-ed25519"
ECDSA = "ecdsa-sha2-nistp256"
RSA = "ssh-rsa"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"

_MAX_TEXT = 8192
_HINT = "make one with `ssh-keygen -t ed25519`"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The parts of a public key. ``kind`` is its type in text; what the others are depends on it.

    ``point`` is the 32 bytes of an ed25519 key or the 65 of a P-256 one, ``exponent`` and ``modulus`` are those of an
    RSA key, ``application`` is what a key on hardware is for.
    """

    kind: str
    point: bytes = b""
    exponent: int = 0
    modulus: int = 0
    application: bytes = b""


def looks_like_public_key(text: str) -> bool:
    """Whether ``text`` starts like a line of a public key file."""
    return text.startswith(("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"))


def parse_public_key(text: str, where: str | None = None) -> str:
    """The canonical text of a public key line: type and base64, without the comment.

    Raises JetenvError for what is no public key and DeniedError for keys that are not to be trusted: certificates,
    DSA, RSA below 3072 bits, elliptic curves but P-256, and ed25519 keys under which anything is signed.
    """
    fields = text.split(None, 2)
    if len(fields) < 2 or not looks_like_public_key(text) or "\n" in text.strip() or len(text) > _MAX_TEXT:
        raise JetenvError("this is not an SSH public key", where=where, hint=_HINT)
    line = f"{fields[0]} {fields[1]}"
    try:
        read_key(line)
    except WireError:
        raise JetenvError(
            "this SSH public key is damaged or not in its canonical form", where=where, hint=_HINT
        ) from None
    except DeniedError as error:
        raise DeniedError(error.message, where=where, hint=error.hint) from None
    return line


@lru_cache(maxsize=4096)
def read_key(line: str) -> PublicKey:
    """The parts of the canonical text of a public key.

    Raises WireError for what is not canonical and DeniedError for a key that is not to be trusted.
    """
    kind, _, encoded = line.partition(" ")
    _refuse_kind(kind)
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise WireError("not base64") from None
    if base64.b64encode(blob).decode() != encoded:
        raise WireError("stray bits in the base64")
    return read_blob(blob, kind)


def read_blob(blob: bytes, kind: str | None = None) -> PublicKey:
    """The parts of a public key as SSH sends it. Raises as ``read_key`` does, also where it is not of ``kind``."""
    reader = Reader(blob)
    try:
        found = reader.string().decode("ascii")
    except UnicodeDecodeError:
        raise WireError("no type") from None
    if kind is not None and found != kind:
        raise WireError("two types")
    _refuse_kind(found)
    if found == ED25519:
        key = PublicKey(found, point=reader.string())
    elif found == SK_ED25519:
        key = PublicKey(found, point=reader.string(), application=reader.string())
    elif found == RSA:
        key = PublicKey(found, exponent=reader.mpint(), modulus=reader.mpint())
    elif found in (ECDSA, SK_ECDSA):
        if reader.string() != b"nistp256":
            raise WireError("another curve")
        point = reader.string()
        key = PublicKey(found, point=point, application=reader.string() if found == SK_ECDSA else b"")
    else:
        raise WireError("unknown type")
    reader.end()
    _check(key)
    return key


@lru_cache(maxsize=4096)
def canonical_text(blob: bytes) -> str:
    """The canonical text of the key ``blob``. Raises as ``read_key`` does."""
    return f"{read_blob(blob).kind} {base64.b64encode(blob).decode()}"


def fingerprint(key: str) -> str:
    """``SHA256:`` and the digest of the canonical text ``key``, as ssh-keygen prints it."""
    import hashlib

    digest = hashlib.sha256(base64.b64decode(key.partition(" ")[2])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def read_public_key(path: Path) -> str:
    """The canonical text of the public key in the file ``path``."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise JetenvError(f"the public key cannot be read: {reason}", where=str(path), hint=_HINT) from error
    return parse_public_key(text.strip(), str(path))


def _refuse_kind(kind: str) -> None:
    if "-cert-v" in kind:
        raise DeniedError("a certificate cannot sign for a member", hint="use the plain public key")
    if kind == "ssh-dss":
        raise DeniedError("DSA keys are too weak to sign with", hint=_HINT)
    if kind in ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"):
        raise DeniedError(f"keys of the type {kind} are not supported, of ECDSA only {ECDSA}", hint=_HINT)


def _check(key: PublicKey) -> None:
    if key.kind == RSA:
        bits = key.modulus.bit_length()
        if bits < MIN_RSA_BITS:
            raise DeniedError(
                f"an RSA key of {bits} bits is too weak to sign with, {MIN_RSA_BITS} are needed", hint=_HINT
            )
        if bits > MAX_RSA_BITS or key.exponent < 3 or not key.exponent & key.modulus & 1:
            raise WireError("not an RSA key")
    elif key.kind in (ED25519, SK_ED25519):
        if len(key.point) != 32:
            raise WireError("not an ed25519 key")
        if not is_sound_ed25519(key.point):
            raise DeniedError(
                "this ed25519 key is no sound point of its curve, so anybody could sign for it", hint=_HINT
            )
    elif not is_sound_p256(key.point):
        raise WireError("not a point of P-256")
