"""Plain data as fresh YAML: for the small files that jetenv itself creates, and for single values in an edit.

What is written here reads the same under YAML 1.2 core and under YAML 1.1 readers: a text is left plain only
where no reader could take it for a boolean, a number, a date, a null or syntax.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from jetenv.errors import UsageError

_WORDS = frozenset(("", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"))
# A first character that is neither an indicator nor the start of a number, and no space at either end.
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<+.](?:.*\S)?")
# Numbers, versions, dates, times and sexagesimals of any YAML version, and what looks like one of them.
_NUMBER_LIKE = re.compile(r"[0-9][0-9a-fA-FxXoOeE_.,:+\- TtZz]*")
_SYNTAX = re.compile(r":(?:\s|\Z)|\s#|\t")
# libyaml refuses a colon in a plain text inside a flow collection, which YAML 1.2 allows.
_FLOW_SYNTAX = re.compile(r"[,\[\]{}?:]")
# YAML 1.2 production c-printable without the line breaks of YAML 1.1 and the byte order mark.
_PRINTABLE = re.compile("[\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
# A longer key cannot be written in front of its colon (YAML 1.2, 7.4.2).
_LONGEST_KEY = 1000


def scalar(value: object) -> str:
    """``value`` (str, int, float, bool or None) as one line: plain where that is safe, else quoted.

    Raises UsageError for a text that UTF-8 cannot carry, and TypeError for anything that is no scalar.
    """
    if isinstance(value, str):
        return text_scalar(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    raise TypeError(f"{type(value).__name__} is no YAML scalar")


def text_scalar(text: str, *, style: str = "", flow: bool = False) -> str:
    """A string as one line, in ``style`` (``""``, ``'`` or ``"``) where that can carry it.

    ``flow`` is whether it stands inside ``{}`` or ``[]``. Raises UsageError as ``scalar`` does.
    """
    require_encodable(text)
    if style == "" and is_plain(text, flow=flow):
        return text
    printable = _PRINTABLE.fullmatch(text) is not None
    if printable and (style == "'" or (style == "" and ('"' in text or "\\" in text))):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def require_encodable(text: str) -> None:
    """Raise UsageError where UTF-8 cannot carry ``text``."""
    if _SURROGATE.search(text):
        raise UsageError("the text holds a code point that UTF-8 cannot carry", hint="pass the value as UTF-8")


def is_plain(text: str, *, flow: bool = False) -> bool:
    """Whether every YAML reader takes the unquoted ``text`` for this very string."""
    return (
        _PLAIN.fullmatch(text) is not None
        and text.lower() not in _WORDS
        and _NUMBER_LIKE.fullmatch(text) is None
        and _SYNTAX.search(text) is None
        and not (flow and _FLOW_SYNTAX.search(text))
        and _PRINTABLE.fullmatch(text) is not None
    )


def block_scalar(text: str, *, step: int = 2) -> tuple[str, list[str]] | None:
    """A string as a ``|`` block: its header and its lines, each content line indented by ``step``.

    None where only quotes can carry it: other line breaks than LF, control characters, blanks alone.
    """
    content = text.rstrip("\n")
    if not content.strip() or not all(_PRINTABLE.fullmatch(line) for line in content.split("\n")):
        return None
    breaks = len(text) - len(content)
    chomping = "-" if breaks == 0 else "" if breaks == 1 else "+"
    indicator = str(step) if content[0] in " \t\n" else ""
    lines = [" " * step + line if line else "" for line in content.split("\n")]
    return f"|{indicator}{chomping}", lines + [""] * max(0, breaks - 1)


def dump(data: object) -> str:
    """Block YAML of plain data, with two spaces of indentation, keys in the order given and a final newline.

    Raises UsageError and TypeError as ``scalar`` does.
    """
    head, body = _render(data)
    return "\n".join(([head] if head or not body else []) + body) + "\n"


def _render(data: object) -> tuple[str, list[str]]:
    """The text that goes behind a key or dash, and the lines below it, relative to their parent's column."""
    if isinstance(data, Mapping):
        lines = [line for key, value in data.items() for line in _entry(str(key), value)]
        return ("", lines) if lines else ("{}", [])
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        lines = [line for value in data for line in _item(value)]
        return ("", lines) if lines else ("[]", [])
    return scalar(data), []


def _entry(key: str, value: object) -> list[str]:
    name = text_scalar(key)
    lead = f"{name}:" if len(name) <= _LONGEST_KEY else f"? {name}\n:"
    if block := _block_of(value):
        return [f"{lead} {block[0]}", *block[1]]
    head, body = _render(value)
    first, *rest = lead.split("\n")
    opening = [first, *rest]
    opening[-1] += f" {head}" if head else ""
    return opening + [_indented(line) for line in body]


def _item(value: object) -> list[str]:
    if block := _block_of(value):
        return [f"- {block[0]}", *block[1]]
    head, body = _render(value)
    if head:
        return [f"- {head}"]
    return [f"- {body[0]}", *(_indented(line) for line in body[1:])]


def _block_of(value: object) -> tuple[str, list[str]] | None:
    return block_scalar(value) if isinstance(value, str) and "\n" in value else None


def _indented(line: str) -> str:
    return f"  {line}" if line else line


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    digits, exponent, power = repr(value).partition("e")
    # YAML 1.1 readers take a number without a point for a text.
    return digits + ("" if "." in digits else ".0") + exponent + power


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if _PRINTABLE.fullmatch(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
