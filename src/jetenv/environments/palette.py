"""Colours of environments: the names that a file may use, and which one comes next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from jetenv.errors import UsageError

DEFAULT_COLOR = "red"
"""Colour of a new project's default environment: a change there is felt by everybody."""

PALETTE = (
    "green", "blue", "orange", "purple", "teal", "pink", "amber", "indigo", "lime", "cyan", "brown", "yellow", "gray",
    DEFAULT_COLOR,
)  # fmt: skip
"""Every named colour, in the order in which new environments get them."""

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


def check_color(color: str) -> str:
    """``color`` as a file has it: a name of the palette or a hex colour, in lower case.

    Raises UsageError for anything else.
    """
    found = color.strip().lower().replace("grey", "gray")
    if found in PALETTE or _HEX.fullmatch(found):
        return found
    if _HEX.fullmatch("#" + found):
        return "#" + found
    raise UsageError(
        f"{color!r} is not a colour", hint=f"use a hex colour such as #2e7d32, or one of {', '.join(PALETTE)}"
    )


def next_color(used: Iterable[str | None]) -> str:
    """The first colour of the palette that is used least."""
    count = Counter(used)
    return min(PALETTE, key=lambda color: count[color])
