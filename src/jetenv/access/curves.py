"""Points of public keys that must not be trusted: off the curve, of small order, or spelled in more than one way.

A signature under an ed25519 key of small order holds for every message, and neither OpenSSL nor OpenSSH refuses such
a key. Curve25519 in Edwards form is that of RFC 8032, section 5.1; P-256 that of FIPS 186-4, D.1.2.3.
"""

from __future__ import annotations

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
# The y coordinates of the eight points of small order: 0 (order 4), 1 (order 1), -1 (order 2) and two of order 8.
_Y8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset((0, 1, _P - 1, _Y8, _P - _Y8))

_P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B256 = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def is_sound_ed25519(point: bytes) -> bool:
    """Whether 32 bytes are the one encoding of a point of ed25519 that is not of small order."""
    if len(point) != 32:
        return False
    y = int.from_bytes(point, "little") & ((1 << 255) - 1)
    if y >= _P or y in _SMALL_ORDER:
        return False
    numerator, denominator = (y * y - 1) % _P, (_D * y * y + 1) % _P
    return pow(numerator * denominator, (_P - 1) // 2, _P) == 1  # x² is a square; it is 0 for small order only


def is_sound_p256(point: bytes) -> bool:
    """Whether 65 bytes are the uncompressed encoding of a point of P-256."""
    if len(point) != 65 or point[0] != 4:
        return False
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return x < _P256 and y < _P256 and (y * y - (x * x * x - 3 * x + _B256)) % _P256 == 0
