"""Writing merged entries of block collections: indentation, the comments above them, and what shares a dash's line."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.diffing.sides import Unit
from jetenv.documents.nodes import MAPPING
from jetenv.merging.conflicts import Chunk, Region, render_side


class UnmergeableError(Exception):
    """The documents cannot be merged by structure; the reason is the message. The caller merges by lines."""


@dataclass(slots=True)
class Piece:
    """A merged entry: the lines above it, and its own text without the indentation of its first line."""

    lead: list[Chunk]
    body: list[Chunk]


def assemble(pieces: list[Piece], column: int, same_line: bool) -> list[Chunk]:
    """The entries one below the other at ``column``; with ``same_line`` the first one stands behind a dash."""
    indent = " " * column
    if same_line:
        pieces = _with_successor(pieces, indent)
    chunks: list[Chunk] = []
    for at, piece in enumerate(pieces):
        if at or not same_line:
            chunks += [*piece.lead, indent, *piece.body]
        elif any(isinstance(each, Region) or each.strip() for each in piece.lead):
            lead = piece.lead
            if isinstance(lead[0], str) and lead[0].lstrip(" ").startswith("#"):
                lead = [lead[0].lstrip(" "), *lead[1:]]
            else:
                chunks.append("\n")
            chunks += [*lead, indent, *piece.body]
        else:
            chunks += piece.body
    return chunks


def _with_successor(pieces: list[Piece], indent: str) -> list[Piece]:
    """``pieces`` with the first ones as one region while a version has nothing of them that could follow the dash."""
    while len(pieces) > 1 and _vanishes(pieces[0].body):
        first, second, *rest = pieces
        following: list[Chunk] = [*second.lead, indent, *second.body]
        texts = []
        for side in ("base", "ours", "theirs"):
            text, behind = render_side(first.body, side), render_side(following, side)
            texts.append(text + behind if text else behind.lstrip(" "))
        conflicts = [
            conflict for chunk in (*first.body, *following) if isinstance(chunk, Region) for conflict in chunk.conflicts
        ]
        pieces = [Piece(first.lead, [Region(tuple(conflicts), *texts)]), *rest]
    return pieces


def _vanishes(body: list[Chunk]) -> bool:
    """Whether one side of a conflict leaves nothing of the entry, so that it cannot share its line with a dash."""
    return isinstance(body[0], Region) and not (render_side(body, "ours") and render_side(body, "theirs"))


def listing(units: list[Unit], column: int, same_line: bool) -> str:
    """Block entries as they stand at ``column``, with the comments above them."""
    indent = " " * column
    text = "".join(unit.lead(column) + indent + unit.body(column) for unit in units)
    return text.lstrip(" ") if same_line else text


def emptied(unit: Unit, header: str) -> str:
    """The header of an entry whose block collection lost all its entries, with an empty flow collection behind it."""
    empty = "{}" if unit.value.kind is MAPPING else "[]"
    if unit.value.tag or unit.value.anchor:
        raise UnmergeableError("a collection with an anchor or a tag lost all its entries")
    key = unit.entry.key
    behind = 1 if key is None else header.index(":", key.end - unit.entry.head) + 1
    rest = header[behind:] if header.endswith("\n") else "\n"
    return f"{header[:behind]} {empty}{rest}"


def split_blank(lead: str) -> tuple[str, str]:
    """The blank lines at the start of ``lead``, and the rest."""
    rest = lead.lstrip(" \t\r\n")
    blank = lead[: len(lead) - len(rest)]
    cut = blank.rfind("\n") + 1
    return lead[:cut], lead[cut:]
