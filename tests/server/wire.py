"""Git's push protocol by hand, for what git's own client would not send.

See gitprotocol-pack(5) and gitformat-pack(5).
"""

from __future__ import annotations

import hashlib
import struct
import zlib

ZERO = "0" * 40
_TYPES = {"commit": 1, "tree": 2, "blob": 3}
_REF_DELTA = 7


def commands(updates: list[tuple[str, str, str]]) -> bytes:
    """The lines that ask for ``updates``: old value, new value, ref."""
    lines = [f"{old} {new} {ref}".encode() for old, new, ref in updates]
    lines[0] += b"\0 report-status ofs-delta agent=by-hand"
    return b"".join(b"%04x%s" % (len(line) + 4, line) for line in lines) + b"0000"


def pack(*objects: bytes) -> bytes:
    """A pack of ``whole`` objects and ``delta``s."""
    body = b"PACK" + struct.pack(">II", 2, len(objects)) + b"".join(objects)
    return body + hashlib.sha1(body).digest()


def whole(kind: str, data: bytes) -> bytes:
    return _header(_TYPES[kind], len(data)) + zlib.compress(data)


def delta(base: str, base_size: int, result_size: int, *operations: bytes) -> bytes:
    """An object made out of ``base``, which is not in the pack, by ``copy`` and ``insert``."""
    data = _varint(base_size) + _varint(result_size) + b"".join(operations)
    return _header(_REF_DELTA, len(data)) + bytes.fromhex(base) + zlib.compress(data)


def copy(offset: int, size: int) -> bytes:
    return bytes([0b10010001, offset, size])


def insert(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def id_of(kind: str, data: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data).hexdigest()


def _header(kind: int, size: int) -> bytes:
    byte, size = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(byte | 128)
        byte, size = size & 127, size >> 7
    out.append(byte)
    return bytes(out)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
