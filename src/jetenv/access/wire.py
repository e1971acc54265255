"""The wire format of SSH: length-prefixed strings and numbers (RFC 4251, section 5), read without leniency."""

from __future__ import annotations

MAX_SIGNATURE = 16 * 1024
"""Bytes of an armored signature: one by an RSA key of the greatest size takes about 9 KiB."""


class WireError(ValueError):
    """Bytes that are not in the wire format, or not in its canonical form."""


class Reader:
    """Reads the parts of a message one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes. Raises WireError where there are fewer."""
        if len(self._data) - self._at < count:
            raise WireError("cut short")
        found = self._data[self._at : self._at + count]
        self._at += count
        return found

    def uint32(self) -> int:
        """A number of four bytes."""
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """Bytes with their length before them."""
        return self.take(self.uint32())

    def mpint(self) -> int:
        """A number above 0 without a byte too many."""
        data = self.string()
        if not data or data[0] >= 0x80 or (data[0] == 0 and (len(data) == 1 or data[1] < 0x80)):
            raise WireError("not a canonical positive number")
        return int.from_bytes(data, "big")

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(len(self._data) - self._at)

    def end(self) -> None:
        """Raises WireError where anything is left."""
        if self._at != len(self._data):
            raise WireError("trailing bytes")


def string(data: bytes) -> bytes:
    """``data`` with its length before it."""
    return len(data).to_bytes(4, "big") + data
