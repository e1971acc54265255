"""``jetenv textconv``: what git turns a file into before it compares lines; see ``jetenv hooks``."""

from __future__ import annotations

from jetenv.errors import UsageError


def run(arguments: list[str]) -> int:
    """Print the file with a line for each value. Nothing is printed before all of it is known."""
    import sys
    from pathlib import Path

    from jetenv.diffing.flat import flat_lines
    from jetenv.documents.parsing import parse

    if len(arguments) != 1:
        raise UsageError("Usage: jetenv textconv FILE", hint="`jetenv hooks install --diff-driver` tells git of it")
    file = Path(arguments[0])
    text = "".join(line + "\n" for line in flat_lines(parse(file.read_bytes(), path=file.name)))
    sys.stdout.buffer.write(text.encode())
    return 0
