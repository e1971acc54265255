"""Source that was taken out of its file, as people read it."""

from __future__ import annotations

import textwrap

from jetenv.documents.emitting import block_scalar
from jetenv.documents.nodes import SCALAR, Node
from jetenv.documents.parsing import DocumentError, parse


def unescaped(text: str) -> str:
    """``text``, source of one value with or without its key or dash, with a text in double quotes as a block scalar.

    It comes back as it is where its value is anything else, has no line breaks, or only quotes can carry it.
    """
    try:
        source = parse(text)
    except DocumentError:
        return text
    value = _value(source.documents[0].root) if len(source.documents) == 1 else None
    block = block_scalar(value.value) if value is not None and value.style == '"' and "\n" in value.value else None
    if value is None or block is None:
        return text
    header, lines = block
    start = source.text.index('"', value.start)
    # What stands behind a text on its line is a comment, which may stand behind the header too.
    return source.text[:start] + header + source.text[value.end :].rstrip("\r\n") + "\n" + "\n".join(lines) + "\n"


def evened(text: str) -> str:
    """``text`` without the indentation that all lines but the first one share in their file."""
    first, line_break, rest = text.partition("\n")
    if not rest.strip():
        return text
    rest = textwrap.dedent(rest)
    start = rest.lstrip("\n")[:1]
    beside = start == first[:1] and start in ("-", "#")  # the next item of a list, or line of a comment
    return first + line_break + (rest if beside else textwrap.indent(rest, "  "))


def _value(root: Node | None) -> Node | None:
    """The scalar that ``root`` is, or holds as its only entry in block style."""
    if root is not None and root.kind is not SCALAR and len(root.entries) == 1 and root.style != "{":
        root = root.entries[0].value
    return root if root is not None and root.kind is SCALAR else None
