"""SSH public keys as text: one canonical form for each key, and the keys that are too weak to be trusted.

Equal keys must be equal text, because thresholds count distinct keys: base64 with stray bits and padded RSA numbers,
which loaders accept, are refused.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from jetenv.errors import DeniedError, JetenvError

MIN_RSA_BITS = 3072
_ED25519 = "ssh-ed25519"
_SECURITY_KEYS = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
_HINT = "make one with `ssh-keygen -t ed25519`"


def looks_like_public_key(text: str) -> bool:
    """Whether ``text`` starts like a line of a public key file."""
    return text.startswith(("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"))


def parse_public_key(text: str, where: str | None = None) -> str:
    """The canonical text of a public key line: type and base64, without the comment.

    Raises JetenvError for what is no public key and DeniedError for keys that are not to be trusted: certificates,
    DSA, and RSA below 3072 bits.
    """
    fields = text.split(None, 2)
    if len(fields) < 2 or not looks_like_public_key(text) or "\n" in text.strip():
        raise JetenvError("this is not an SSH public key", where=where, hint=_HINT)
    kind, encoded = fields[0], fields[1]
    if "-cert-v" in kind:
        raise DeniedError("a certificate cannot sign for a member", where=where, hint="use the plain public key")
    if kind == "ssh-dss":
        raise DeniedError("DSA keys are too weak to sign with", where=where, hint=_HINT)
    line = f"{kind} {encoded}"
    try:
        blob = base64.b64decode(encoded, validate=True)
        strings = _strings(blob)
        sound = base64.b64encode(blob).decode() == encoded and strings[0] == kind.encode()
    except (binascii.Error, ValueError, IndexError):
        sound = False
    if sound and kind == _ED25519:
        sound = len(strings) == 2 and len(strings[1]) == 32
    elif sound and kind not in _SECURITY_KEYS:
        sound = _is_canonical(line, where)
    if not sound:
        raise JetenvError("this SSH public key is damaged or not in its canonical form", where=where, hint=_HINT)
    return line


def read_public_key(path: Path) -> str:
    """The canonical text of the public key in the file ``path``."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise JetenvError(f"the public key cannot be read: {reason}", where=str(path), hint=_HINT) from error
    return parse_public_key(text.strip(), str(path))


def _strings(blob: bytes) -> list[bytes]:
    """The length-prefixed strings of which an SSH public key is made (RFC 4253, section 6.6)."""
    found = []
    while blob:
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            raise ValueError("cut short")
        found.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return found


def _is_canonical(line: str, where: str | None) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm  # slow to load, and ed25519 does without
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

    try:
        key = load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise DeniedError(
            f"an RSA key of {key.key_size} bits is too weak to sign with, {MIN_RSA_BITS} are needed",
            where=where,
            hint=_HINT,
        )
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() == line
