"""Globs over the paths of a project: ``*`` and ``?`` within a name, ``**`` across folders, ``[a-z]`` and ``[!a-z]``."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def compile_glob(glob: str) -> re.Pattern[str]:
    """The pattern whose ``match`` accepts exactly the paths that ``glob`` names.

    Paths are relative to the root of the project, with ``/``. ``**`` as a whole name stands for any number of
    folders, none included; at the end for everything below. A ``[`` without ``]`` stands for itself.
    """
    names = glob.split("/")
    parts: list[str] = []
    for position, name in enumerate(names):
        last = position == len(names) - 1
        if name == "**":
            parts.append(".+" if last else "(?:[^/]+/)*")
        else:
            parts.append(_name(name) + ("" if last else "/"))
    return re.compile(f"(?s:{''.join(parts)})\\Z")


def matches(path: str, glob: str) -> bool:
    """Whether ``glob`` names ``path``."""
    return compile_glob(glob).match(path) is not None


def _name(name: str) -> str:
    pattern: list[str] = []
    at = 0
    while at < len(name):
        character = name[at]
        at += 1
        if character == "*":
            if pattern[-1:] != ["[^/]*"]:
                pattern.append("[^/]*")
        elif character == "?":
            pattern.append("[^/]")
        elif character == "[" and (end := _class_end(name, at)) > 0:
            pattern.append(_class(name[at:end]))
            at = end + 1
        else:
            pattern.append(re.escape(character))
    return "".join(pattern)


def _class_end(name: str, at: int) -> int:
    # A ] directly after the opening (or its !) is a member of the class.
    first = at + 1 if name[at : at + 1] in ("!", "^") else at
    return name.find("]", first + 1)


def _class(members: str) -> str:
    negated = members[0] in "!^"
    escaped = re.sub(r"([\\\[\]&~|^])", r"\\\1", members[1:] if negated else members)
    # A reversed range such as z-a names nothing.
    try:
        re.compile(f"[{escaped}]")
    except re.error:
        return "(?!)"
    return f"(?!/)[{'^' if negated else ''}{escaped}]"
