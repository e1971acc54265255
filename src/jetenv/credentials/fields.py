"""One value out of a file or a text with several: JSON, YAML or dotenv.

No message shows what the content holds, not even the names of other keys: a line that is no ``KEY=value`` may be a
secret.
"""

from __future__ import annotations

import json
import re
from typing import Any

from jetenv.credentials.resolution import Cause, ResolutionError

_LINE = re.compile(r"\s*(?:export\s+)?(?P<key>[A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(?P<value>.*?)\s*")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def pick(data: bytes, name: str, field: str) -> str:
    """The value of ``field`` in the file ``name`` (its suffix says what it is) with the content ``data``.

    In JSON and YAML ``a.b.0`` leads inwards. Raises ResolutionError.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ResolutionError(Cause.INVALID, "the file is not UTF-8 text") from None
    suffix = name.removesuffix(".age").rpartition(".")[2].lower()
    if suffix == "json":
        return from_json(text, field)
    if suffix in ("yaml", "yml"):
        return _from_yaml(text, field)
    return _from_dotenv(text, field)


def from_json(text: str, field: str) -> str:
    """The value of ``field`` in JSON. Raises ResolutionError."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ResolutionError(Cause.INVALID, f"what should have a field '{field}' is not JSON") from None
    return descend(content, field)


def _from_yaml(text: str, field: str) -> str:
    from jetenv.documents.parsing import DocumentError, parse
    from jetenv.documents.values import to_data

    try:
        content = to_data(parse(text).root)
    except DocumentError as error:
        raise ResolutionError(Cause.INVALID, f"the file is no YAML (line {error.line})") from None
    return descend(content, field)


def descend(content: Any, field: str) -> str:
    """The text, number or boolean at ``field``; a key with dots in it goes before a way inwards.

    Raises ResolutionError.
    """
    if isinstance(content, dict) and field in content:
        found = content[field]
    else:
        found = content
        for step in field.split("."):
            if isinstance(found, dict) and step in found:
                found = found[step]
            elif isinstance(found, list) and step.isdecimal() and len(step) < 10 and int(step) < len(found):
                found = found[int(step)]
            else:
                raise ResolutionError(Cause.NOT_FOUND, f"there is no field '{field}'")
    if found is None:
        raise ResolutionError(Cause.EMPTY, f"the field '{field}' is empty")
    if isinstance(found, dict | list):
        raise ResolutionError(Cause.INVALID, f"the field '{field}' holds several values")
    return found if isinstance(found, str) else json.dumps(found)


def _from_dotenv(text: str, field: str) -> str:
    values: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):  # other characters may be a part of the value
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise ResolutionError(Cause.INVALID, f"line {number} of the file is no KEY=value")
        if found["key"] == field and field in values:
            raise ResolutionError(Cause.INVALID, f"the file gives '{field}' twice")
        values[found["key"]] = found["value"]
    if field not in values:
        raise ResolutionError(Cause.NOT_FOUND, f"there is no key '{field}' in the file")
    return _unquoted(values[field])


def _unquoted(value: str) -> str:
    """A value of a dotenv file: in double quotes with escapes, in single quotes as it is, else up to a comment."""
    quote = value[:1]
    if quote in ("'", '"'):
        body = re.match(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"", value)
        if body is None or not re.fullmatch(r"\s*(#.*)?", value[body.end() :]):
            raise ResolutionError(Cause.INVALID, "a quote of the value is not closed")
        if body[1] is not None:
            return body[1]
        return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), body[2])
    return re.split(r"\s#", value, maxsplit=1)[0].rstrip()
