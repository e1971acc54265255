"""The data that nodes stand for: YAML 1.2 core schema, aliases expanded, merge keys applied.

Dates stay strings, as in JSON. Keys stay as their source text, so that a path into the data is a path into the text.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from jetenv.documents.nodes import ALIAS, SCALAR, SEQUENCE, Node

_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_BOOL = "tag:yaml.org,2002:bool"
_NULL = "tag:yaml.org,2002:null"
_STR = "tag:yaml.org,2002:str"
MERGE_KEY = "<<"

_TYPED = frozenset(("", *"+-.0123456789~FNTfnt"))
"""The first characters of plain scalars that the core schema may take for anything but a string."""


@cache
def _core() -> tuple[Any, Any]:
    """The tags that YAML 1.2 has for plain scalars, as (tag, pattern) by first character, and ruamel's constructor."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    return yaml.resolver.versioned_resolver, yaml.constructor


@lru_cache(maxsize=65536)
def _resolve(value: str, tag: str | None) -> object:
    from ruamel.yaml.nodes import ScalarNode

    tags, constructor = _core()
    resolved = tag or next((name for name, pattern in tags.get(value[:1], ()) if pattern.match(value)), _STR)
    try:
        if resolved == _INT and value.isascii() and value.isdigit() and value[0] != "0":
            return int(value)
        if resolved == _INT:
            return constructor.construct_yaml_int(ScalarNode(resolved, value))
        if resolved == _FLOAT:
            return constructor.construct_yaml_float(ScalarNode(resolved, value))
        if resolved == _BOOL:
            return constructor.construct_yaml_bool(ScalarNode(resolved, value))
    except (ValueError, KeyError):
        return value
    return None if resolved == _NULL else value


def scalar_data(node: Node) -> object:
    """The value of a scalar: str, int, float, bool or None.

    A number that Python cannot hold stays its text.
    """
    value = node.value
    if node.tag is not None:
        return _resolve(value, node.tag)
    return value if node.style or value[:1] not in _TYPED else _resolve(value, None)


def has_lines(node: Node) -> bool:
    """Whether a scalar is a text of lines whatever a schema says: a block scalar, or line breaks in double quotes.

    Double quotes are the other style in which YAML can write any text (YAML 1.2, 7.3.1).
    """
    return node.style in ("|", ">") or (node.style == '"' and "\n" in node.value)


def to_data(node: Node | None) -> Any:
    """The plain data of ``node`` and everything below it; None for no node.

    Aliased data is shared and not copied: treat the result as read-only.
    """
    return None if node is None else _Reader().read(node)


class _Reader:
    def __init__(self) -> None:
        self._shared: dict[int, Any] = {}

    def read(self, node: Node) -> Any:
        if node.kind is SCALAR:
            return scalar_data(node)
        if node.kind is ALIAS:
            assert node.target is not None
            shared = self._shared
            if id(node.target) not in shared:
                shared[id(node.target)] = self.read(node.target)
            return shared[id(node.target)]
        is_list = node.kind is SEQUENCE
        data: Any = [self.read(entry.value) for entry in node.entries] if is_list else self._mapping(node)
        if node.anchor:
            self._shared[id(node)] = data
        return data

    def _mapping(self, node: Node) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: list[Any] = []
        for entry in node.entries:
            key = entry.key
            assert key is not None
            if key.kind is SCALAR and key.value == MERGE_KEY and not key.style:
                value = self.read(entry.value)
                merged.extend(value if isinstance(value, list) else [value])
            else:
                data[key_text(key)] = self.read(entry.value)
        for mapping in merged:
            if isinstance(mapping, dict):
                data = {**mapping, **data}
        return data


def key_text(key: Node) -> str:
    """A mapping key as text: the content of a scalar or aliased scalar; other keys by their data."""
    if key.kind is SCALAR:
        return key.value
    if key.kind is ALIAS and key.target is not None and key.target.kind is SCALAR:
        return key.target.value
    return repr(to_data(key))
