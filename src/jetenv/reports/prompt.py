"""The segment of a shell prompt: the environment that is checked out, in its colour.

Nothing heavy is loaded here, for it is made at every prompt.
"""

from __future__ import annotations

import re

from jetenv.reports.style import Depth, hex_color, printable

SHELLS = ("bash", "zsh", "fish")
_NOT_COUNTED = {"bash": ("\x01", "\x02"), "zsh": ("%{", "%}"), "fish": ("", "")}
"""What a shell wants around characters that take no room, so that it knows how long the prompt is."""
_LEVELS = (0, 95, 135, 175, 215, 255)
_FAINT = 128


def segment(name: str, color: str | None, shell: str, depth: Depth) -> str:
    """``name`` in ``color`` as far as a terminal of ``depth`` shows it, for the prompt of ``shell``."""
    text = printable(name)
    if shell == "zsh":
        text = text.replace("%", "%%")
    code = _code(hex_color(color), depth)
    if code is None:
        return text
    before, after = _NOT_COUNTED[shell]
    return f"{before}\x1b[{code}m{after}{text}{before}\x1b[0m{after}"


def _code(color: str | None, depth: Depth) -> str | None:
    if color is None or not depth:
        return None
    red, green, blue = (int(each, 16) for each in re.findall("[0-9a-f]{2}", color))
    if depth is Depth.TRUECOLOR:
        return f"38;2;{red};{green};{blue}"
    if depth is Depth.EIGHT_BIT:
        r, g, b = (min(range(6), key=lambda at: abs(_LEVELS[at] - each)) for each in (red, green, blue))
        return f"38;5;{16 + 36 * r + 6 * g + b}"
    return str(30 + (red >= _FAINT) + 2 * (green >= _FAINT) + 4 * (blue >= _FAINT))
