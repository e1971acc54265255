"""Random data as YAML the way many hands write it: styles, indents, comments and blank lines mixed."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from jetenv.documents.emitting import block_scalar, scalar, text_scalar

WORDS = ["total", "late orders", "no", "3.12", "it's", 'say "x"', "a: b", "# not", "", "SELECT 1\nFROM t\n", "é", "- x"]
names = st.sampled_from(["id", "name", "title", "a", "b", "c", "d", "query", "on", "two words", "7"])
scalars = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8),
    st.integers(-1000, 10**12),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
)
data = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=20,
)
mappings = st.dictionaries(names, data, min_size=1, max_size=5)


class Hand:
    """Writes data in the style that its seed draws."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.step = self.random.choice([1, 2, 2, 3, 4])
        self.dash = self.random.choice([0, 0, 2, 1])
        self.newline = self.random.choice(["\n", "\n", "\r\n"])
        self.comments = self.random.random() < 0.7

    def write(self, value: Any) -> str:
        """A whole file."""
        head = "".join(self.random.choice(["", "# header\n\n", "---\n", "%YAML 1.2\n---\n", "\n"]))
        lines = self.block(value, 0)
        tail = [self.random.choice(["# tail", "", "..."])] if self.chance(0.3) and lines[-1].strip() else []
        text = head + "\n".join(lines + tail)
        return (text + ("\n" if self.chance(0.8) or "|" in text else "")).replace("\n", self.newline)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def block(self, value: Any, column: int) -> list[str]:
        """The lines of a non-empty collection in block style."""
        lines: list[str] = []
        for entry in value.items() if isinstance(value, dict) else value:
            after_keep = bool(lines) and any("|" in line and "+" in line for line in lines)
            if lines and not after_keep:
                lines += self.above(column)
            lines += self.entry(entry, column) if isinstance(value, dict) else self.item(entry, column)
        return lines

    def above(self, column: int) -> list[str]:
        if not self.comments or self.chance(0.6):
            return []
        return self.random.choice(
            [[""], [" " * column + "# about the next"], ["", " " * column + "#x", " " * column + "# y"]]
        )

    def entry(self, entry: tuple[str, Any], column: int) -> list[str]:
        key, value = entry
        pad, name = " " * column, self.inline(key, flow=False)
        if isinstance(value, (dict, list)) and value and self.chance(0.75):
            below = column + (self.step if isinstance(value, dict) else self.dash)
            first = [" " * below + "# first"] if self.comments and self.chance(0.2) else []
            return [f"{pad}{name}:{self.behind()}", *first, *self.block(value, below)]
        return self.leaf(f"{pad}{name}:", value, column)

    def item(self, value: Any, column: int) -> list[str]:
        pad = " " * column
        if isinstance(value, (dict, list)) and value and self.chance(0.75):
            gap = self.random.choice([1, 1, 1, 3])
            inner = self.block(value, column + 1 + gap)
            if self.chance(0.8):
                return [f"{pad}-{' ' * gap}{inner[0].lstrip()}", *inner[1:]]
            return [f"{pad}-{self.behind()}", *inner]
        return self.leaf(f"{pad}-", value, column)

    def leaf(self, lead: str, value: Any, column: int) -> list[str]:
        if value is None and self.chance(0.5):
            return [lead + self.behind()]
        if isinstance(value, str) and "\n" in value and self.chance(0.8) and not value.endswith("\n\n"):
            block = block_scalar(value, step=self.step)
            if block is not None:
                return [
                    f"{lead} {block[0]}{self.behind()}",
                    *(" " * column + line if line else "" for line in block[1]),
                ]
        return [f"{lead} {self.inline(value, flow=False)}{self.behind()}"]

    def behind(self) -> str:
        return self.random.choice(["  # note", " # it's", "   "]) if self.comments and self.chance(0.25) else ""

    def inline(self, value: Any, *, flow: bool) -> str:
        if isinstance(value, dict):
            inner = ", ".join(f"{self.inline(k, flow=True)}: {self.inline(v, flow=True)}" for k, v in value.items())
            return self.bracketed("{", inner, "}")
        if isinstance(value, list):
            return self.bracketed("[", ", ".join(self.inline(each, flow=True) for each in value), "]")
        if isinstance(value, str):
            return text_scalar(value, style=self.random.choice(["", "", "'", '"']), flow=flow)
        return scalar(value)

    def bracketed(self, opening: str, inner: str, closing: str) -> str:
        comma = "," if inner and self.chance(0.1) else ""
        blank = " " if self.chance(0.3) else ""
        return f"{opening}{blank}{inner}{comma}{blank}{closing}"
