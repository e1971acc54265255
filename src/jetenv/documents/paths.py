"""Field paths: where in a document something stands, as typed steps and never as a joined string.

The text form is ``components[total].title``: ``.`` before a mapping key, ``[3]`` an item by position,
``[total]`` an item by its key fields (several are separated by commas: ``[ops,eu]``). A key that holds
any of ``. [ ] , # "`` or blanks, or is empty, is written as a JSON string: ``labels."a.b"``; a key value that
looks like a position is quoted too: ``["3"]``.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from jetenv.errors import UsageError


class Key(NamedTuple):
    """A mapping key."""

    name: str

    def __str__(self) -> str:
        return _quoted(self.name, _PLAIN_KEY)


class Index(NamedTuple):
    """An item by position, counted from 0."""

    position: int

    def __str__(self) -> str:
        return f"[{self.position}]"


class Item(NamedTuple):
    """An item of a keyed list, by the values of its key fields."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        return "[" + ",".join(_quoted(value, _PLAIN_ITEM) for value in self.values) + "]"


Step = Key | Index | Item
FieldPath = tuple[Step, ...]

_PLAIN_KEY = re.compile(r'[^.\[\],#"\s]+')
_PLAIN_ITEM = re.compile(r'(?!\d+\Z)[^.\[\],#"\s]+')
_STRING = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(
    rf'(?P<key>{_STRING}|[^.\[\],#"\s]+)|\[(?P<items>(?:{_STRING}|[^\[\],"])+(?:,(?:{_STRING}|[^\[\],"])+)*)\]'
)


def _quoted(text: str, plain: re.Pattern[str]) -> str:
    return text if plain.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def format_path(path: FieldPath) -> str:
    """The text form of ``path``; the empty path is ``""``."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, Key) and parts:
            parts.append(".")
        parts.append(str(step))
    return "".join(parts)


def parse_path(text: str) -> FieldPath:
    """The steps of a text form.

    Raises UsageError naming the column where the text stops being a path.
    """
    steps: list[Step] = []
    at = 0
    while at < len(text):
        if steps and text[at] == ".":
            at += 1
        match = _TOKEN.match(text, at)
        if match is None or (steps and match["key"] is not None and text[at - 1] != "."):
            raise UsageError(
                f"'{text}' is not a field path: unexpected text at column {at + 1}",
                hint="write keys with dots and list items in brackets: components[total].title",
            )
        if match["key"] is not None:
            steps.append(Key(_unquoted(match["key"])))
        else:
            steps.append(_item_step(match["items"]))
        at = match.end()
    return tuple(steps)


def _unquoted(token: str) -> str:
    return str(json.loads(token)) if token.startswith('"') else token


def _item_step(items: str) -> Step:
    tokens = re.findall(rf'{_STRING}|[^,"]+', items)
    if len(tokens) == 1 and tokens[0].isdecimal() and tokens[0].isascii():
        return Index(int(tokens[0]))
    return Item(tuple(_unquoted(token) for token in tokens))
