"""The value of a credential: a text that no message, traceback or document shows by accident."""

from __future__ import annotations

import hmac
from typing import NoReturn

MASK = "********"
_SHORTEST = 4  # masking shorter ones would garble every text and still give them away
_seen: set[str] = set()


class Secret:
    """A secret text. Whatever prints it prints ``MASK``; only ``reveal`` gives it away.

    It cannot be pickled, copied into a format string or compared with plain text. Every secret is remembered for as
    long as the process lives, so that ``masked`` finds it in texts of others.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        remember(value)

    def reveal(self) -> str:
        """The text itself, to be handed to a process or compared, never to be printed or stored."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def remember(value: str) -> None:
    """Have ``masked`` mask ``value``, as a whole and, where it has several, each longer line of it."""
    for text in (value, *value.splitlines()):
        if len(text.strip()) >= _SHORTEST:
            _seen.add(text.strip())


def masked(text: str) -> str:
    """``text`` with every secret that this process has met replaced by ``MASK``, as it is or in a URL."""
    if not _seen:
        return text
    from urllib.parse import quote

    for value in sorted(_seen, key=len, reverse=True):
        for form in (value, quote(value, safe=""), repr(value)[1:-1]):
            if form in text:
                text = text.replace(form, MASK)
    return text
