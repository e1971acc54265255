"""Names inside formulas (``=elements.orders.selected_item``) and templates (``{{params.city}}``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

NAMESPACES = {"elements": "component", "queries": "query", "steps": "step", "params": "parameter"}
"""The first word of a path in a formula, with the kind of thing that the second word names."""

_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LINK = re.compile(r"\]\((/[^)\s/][^)\s]*|/)\)")
_NAME = re.compile(
    r'"(?:[^"\\]|\\.)*"'
    r"|'(?:[^'\\]|\\.)*'"
    r"|(?<![\w.$-])(?P<space>elements|queries|steps|params)\s*"
    r"(?:\.\s*(?P<name>\w[\w-]*)|\[\s*(?P<quote>[\"'])(?P<key>[^\"']+)(?P=quote)\s*\])",
    re.ASCII,
)


def is_formula(text: str) -> bool:
    """Whether ``text`` is computed: a formula, or a text with templates in it."""
    return text.startswith("=") or "{{" in text


def names_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Kind, name and source snippet of each thing that the formula or the templates in ``text`` name.

    What stands in quotes is text and names nothing. A hyphen is taken as part of a name.
    """
    parts = [text[1:]] if text.startswith("=") else [match[1] for match in _TEMPLATE.finditer(text)]
    for part in parts:
        for match in _NAME.finditer(part):
            if match["space"]:
                yield NAMESPACES[match["space"]], match["name"] or match["key"], match[0]


def routes_in(text: str, is_address: bool) -> Iterator[str]:
    """The addresses inside the project that ``text`` leads to: in links of Markdown, or as a whole if it is one.

    What templates fill in stands as a parameter (``:x``); queries and fragments are left out.
    """
    found = [match[1] for match in _LINK.finditer(text)] if "](/" in text else []
    if is_address and text.startswith("/") and not text.startswith("//"):
        found.append(text)
    for address in found:
        yield _TEMPLATE.sub(":x", address).partition("#")[0].partition("?")[0]


def readings(name: str) -> Iterator[str]:
    """The names that ``name`` may stand for: ``a-b`` is one name, or ``a`` less something."""
    yield name
    while "-" in name:
        name = name.rpartition("-")[0]
        yield name
