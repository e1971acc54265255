"""``jetenv textconv``: what git turns a file into before it compares lines; see ``jetenv hooks``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jetenv.errors import UsageError

if TYPE_CHECKING:
    from jetenv.documents.nodes import Source
    from jetenv.schemas.rules import Rules

_BINDINGS = "credentials.yaml"


def run(arguments: list[str]) -> int:
    """Print the file with a line for each value. Nothing is printed before all of it is known.

    Secrets in plain text are hidden. A file that has some begins with a line that names its blob, so that two versions
    differ here even where nothing but a secret does. Raises DocumentError for what is no YAML, which git then shows as
    it is, but for a file of bindings and where there is a token of a known shape.
    """
    import sys
    from pathlib import Path

    from jetenv.diffing.flat import flat_lines
    from jetenv.documents.parsing import DocumentError, parse
    from jetenv.schemas.hiding import hidden_source
    from jetenv.schemas.secrets import HIDDEN, hidden_tokens

    if len(arguments) != 1:
        raise UsageError("Usage: jetenv textconv FILE", hint="`jetenv hooks install --diff-driver` tells git of it")
    file = Path(arguments[0])
    data = file.read_bytes()
    try:
        source = parse(data, path=file.name)
    except DocumentError:
        text = data.decode("utf-8", "replace")
        hidden = HIDDEN if file.name == _BINDINGS else hidden_tokens(text)
        if hidden == text:
            raise
        lines = [_told(data), *hidden.splitlines()]
    else:
        shown = hidden_source(source, _rules(file.name, source))
        lines = [*([] if shown is source else [_told(data)]), *flat_lines(shown)]
    sys.stdout.buffer.write("".join(line + "\n" for line in lines).encode())
    return 0


def _rules(name: str, source: Source) -> Rules:
    """What the schemas say, as far as it can be told without the folder, which git does not tell."""
    from jetenv.schemas.catalog import builtin_rules
    from jetenv.schemas.rules import Rules

    keys = {entry.key.value for each in source.documents if each.root for entry in each.root.entries if entry.key}
    if name == _BINDINGS and "bindings" in keys:
        return builtin_rules(f"environments/any/{_BINDINGS}")
    return builtin_rules("resources/any.yaml") if keys >= {"type", "params"} else Rules.NONE


def _told(data: bytes) -> str:
    from hashlib import sha1

    blob = sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return f"# blob {blob[:10]} holds a secret in plain text, which is not shown"
