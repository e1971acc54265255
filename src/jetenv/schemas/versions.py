"""Versions of the platform: their form, their order, and which releases a pin stands for.

A version has one to four numbers with dots, and at most 255 characters. Its order is that of Semantic Versioning 2.0.0,
section 11, to which the missing numbers count as 0: ``3.12`` is ``3.12.0``, a pre-release comes before its release, and
what stands behind ``+`` has no say.
"""

from __future__ import annotations

import re

LATEST = "latest"
"""The pin that stands for the newest release."""

_EXTRA = r"[0-9A-Za-z][0-9A-Za-z.-]*"
_VERSION = re.compile(rf"(?=.{{1,255}}\Z)v?([0-9]+(?:\.[0-9]+){{0,3}})(?:-({_EXTRA}))?(?:\+{_EXTRA})?")
_NUMBERS = 4

Rank = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]
"""The place of a version in the order of all."""


def is_version(text: str) -> bool:
    """Whether ``text`` has the form of a version; ``latest`` is none."""
    return _VERSION.fullmatch(text) is not None


def rank(version: str) -> Rank:
    """What to sort versions by; text that is no version comes before all of them."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return (), False, ()
    numbers = _numbers(found[1])
    padded = numbers + (0,) * (_NUMBERS - len(numbers))
    return padded, found[2] is None, tuple(map(_identifier, (found[2] or "").split(".")))


def is_prerelease(version: str) -> bool:
    """Whether ``version`` comes before a release of the same numbers: ``3.13.0-rc.1``."""
    found = _VERSION.fullmatch(version)
    return found is not None and found[2] is not None


def is_of_line(version: str, line: str) -> bool:
    """Whether ``version`` is ``line``, or a release of that line: ``3.12.4`` is of ``3.12``, ``3.1.2`` is not."""
    found, of = _VERSION.fullmatch(version), _VERSION.fullmatch(line)
    if found is None or of is None:
        return False
    if rank(version) == rank(line):
        return True
    numbers = _numbers(of[1])
    return of[2] is None and found[2] is None and _numbers(found[1])[: len(numbers)] == numbers


def running(pin: str, resolved: str | None) -> str | None:
    """The version that an environment runs, as exactly as it is known; None for ``latest`` that was never resolved.

    ``resolved`` is the release that ``pin`` was recorded to stand for. It counts where it can be that, for people
    change pins by hand too.
    """
    if resolved is not None and (pin == LATEST or is_of_line(resolved, pin)):
        return resolved
    return None if pin == LATEST else pin


def meets(pinned: str, needed: str) -> bool:
    """Whether a platform at ``pinned`` has what came with ``needed``.

    A pin stands for its whole line, so ``3.12`` has what came with ``3.12.4``. A pre-release has what its release will.
    """
    return rank(pinned)[0] >= rank(needed)[0] or is_of_line(needed, pinned)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _identifier(text: str) -> tuple[bool, int, str]:
    return (False, int(text), "") if text.isdecimal() else (True, 0, text)
