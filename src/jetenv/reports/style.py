"""How text looks: colours as the terminal can show them, and content made safe to print.

Content of a repository never reaches a terminal as it is: control characters and characters that reorder
text are written as escapes, so that a name can neither move the cursor nor read as another name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

# Those that Unicode keeps from ever being characters; no HTML document may hold them.
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
SHOWS_NOTHING = (
    "\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
    + _NO_CHARACTERS
)
"""What acts on a terminal or shows nothing, beside the controls below U+0020: the inside of a class of characters."""
_UNSAFE = re.compile(f"[\x00-\x1f{SHOWS_NOTHING}]")
_SGR = re.compile("\x1b\\[[0-9;]*m")
_LOOKS = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
# The names that an environment's colour may have, in tones that read on dark and on light ground.
_NAMED = {
    "red": "#e5484d",
    "orange": "#f76b15",
    "amber": "#ffb224",
    "yellow": "#e2c800",
    "lime": "#99c21c",
    "green": "#30a46c",
    "teal": "#12a594",
    "cyan": "#05a2c2",
    "blue": "#0090ff",
    "indigo": "#5b6ee1",
    "purple": "#8e4ec6",
    "pink": "#e93d82",
    "brown": "#ad7f58",
    "gray": "#8d8d8d",
}


class Depth(IntEnum):
    """How many colours a terminal shows."""

    NONE = 0
    STANDARD = 1
    EIGHT_BIT = 2
    TRUECOLOR = 3


@dataclass(frozen=True, slots=True)
class Style:
    """What the place that text goes to can show.

    ``width`` counts columns and is None where lines may be of any length, as in a file or a pipe.
    """

    depth: Depth = Depth.NONE
    width: int | None = None
    unicode: bool = True

    def paint(self, text: str, *looks: str) -> str:
        """``text``, which must be printable, in the given looks: ``bold``, ``dim`` or the name of a colour."""
        if not self.depth or not looks or not text:
            return text
        return f"\x1b[{';'.join(_LOOKS[look] for look in looks)}m{text}\x1b[0m"

    def environment(self, name: str, color: str | None, *looks: str) -> str:
        """The name of an environment, made printable, behind a dot in its colour."""
        text = self.paint(printable(name), *looks)
        dot = self.dot(color)
        return f"{dot} {text}" if dot else text

    def dot(self, color: str | None) -> str:
        """A dot in ``color`` (a name, ``#rrggbb`` or ``#rgb``); empty where that cannot be shown."""
        value = hex_color(color)
        if not self.depth or value is None:
            return ""
        from rich.color import Color, ColorSystem

        codes = Color.parse(value).downgrade(ColorSystem(int(self.depth))).get_ansi_codes()
        return f"\x1b[{';'.join(codes)}m{self.symbol('●', '*')}\x1b[0m"

    def symbol(self, preferred: str, ascii_only: str) -> str:
        """``preferred``, or its replacement where only ASCII can be written."""
        return preferred if self.unicode else ascii_only


PLAIN = Style()
NARROW = 40
"""Columns below which a terminal is too narrow for lines as they are: they are folded at words."""


def hex_color(color: str | None) -> str | None:
    """``#rrggbb`` for a colour of an environment (a name, ``#rrggbb`` or ``#rgb``); None for anything else."""
    value = _NAMED.get(color or "", (color or "").lower())
    if re.fullmatch("#[0-9a-f]{3}", value):
        value = "#" + "".join(digit * 2 for digit in value[1:])
    return value if re.fullmatch("#[0-9a-f]{6}", value) else None


def printable(text: str) -> str:
    """``text`` on one line, with every character that acts on a terminal written as an escape."""
    return _UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[match[0]]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width_of(text: str) -> int:
    """The columns that ``text`` takes on a terminal; colours take none."""
    shown = _SGR.sub("", text)
    if shown.isascii():
        return len(shown)
    from rich.cells import cell_len

    return cell_len(shown)


def clipped(text: str, width: int, ellipsis: str = "…") -> str:
    """``text`` in at most ``width`` columns; where it had to be cut it ends in ``ellipsis`` and has no colours."""
    if width_of(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(_SGR.sub("", text), max(width - 1, 0)).rstrip() + ellipsis


_PIECE = re.compile("\x1b\\[[0-9;]*m|[./\\[]*[^\x1b ./\\[]+|[./\\[]+|[ ]+|\x1b")

_BLANKS_AT_END = re.compile("[ ]+((?:\x1b\\[[0-9;]*m)*)$")


def folded(text: str, style: Style) -> str:
    """``text`` with long lines broken at words on a narrow terminal, further lines deeper than the first."""
    if style.width is None or style.width >= NARROW:
        return text
    return "".join(part + "\n" for line in text.split("\n")[:-1] for part in _parts(line, style.width))


def _parts(line: str, width: int) -> list[str]:
    indent = len(line) - len(line.lstrip(" "))
    hang = " " * min(indent + 2, width // 2)
    parts, taken = [""], 0
    for piece in _PIECE.findall(line):
        rest, size = piece, width_of(piece)
        if taken + size > width and taken > len(hang):
            parts.append(hang)
            taken, rest = len(hang), piece.lstrip(" ")
            size = width_of(rest)
        while taken + size > width and (fits := clipped(rest, width - taken, "")):
            parts[-1] += fits
            parts.append(hang)
            rest = rest[len(fits) :]
            taken, size = len(hang), width_of(rest)
        parts[-1] += rest
        taken += size
    return [_BLANKS_AT_END.sub(r"\1", part) for part in parts if part.strip(" ")] or [""]
