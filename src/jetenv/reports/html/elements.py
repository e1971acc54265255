"""HTML elements as text, with everything in them escaped. The one place where markup is made.

What is no ``Markup`` is text: characters that mean something to HTML become references, and those that act on a
display (control characters, and those that reorder text) are written out as escapes, as on a terminal. There is no way
to make a ``style`` or event attribute, and none to link to anything but a place in the same document.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from jetenv.reports.style import printable

_VOID = frozenset(("meta", "br", "hr", "wbr"))
_ATTRIBUTES = frozenset(
    (
        *("aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "href", "http-equiv", "id"),
        *("lang", "name", "open", "scope", "tabindex"),
    )
)


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | None | Iterable["Child"]
"""Markup, text to be escaped, nothing, or several of these."""


def text(raw: str) -> Markup:
    """``raw`` as one line of text."""
    return Markup(html.escape(printable(raw)))


def element(name: str, /, *children: Child, **attributes: str | bool | None) -> Markup:
    """The element ``name``. Underscores in the names of attributes stand for ``-`` and go at the end (``class_``).

    An attribute that is None or False is left out, one that is True has no value.
    """
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in _VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{joined(children)}</{name}>")


def joined(children: Iterable[Child]) -> Markup:
    """Children one after the other."""
    return Markup("".join(_markup(child) for child in children))


def lines(children: Iterable[Child]) -> Markup:
    """Children on lines of their own, which makes the source of a large document readable."""
    return Markup("".join(f"{_markup(child)}\n" for child in children))


def _markup(child: Child) -> str:
    if child is None or isinstance(child, Markup):
        return child or ""
    return text(child) if isinstance(child, str) else joined(child)


def _attribute(key: str, value: str | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if name not in _ATTRIBUTES:
        raise ValueError(f"no attribute of these reports: {name}")
    if value is True:
        return f" {name}"
    if name == "href" and not str(value).startswith("#"):
        raise ValueError("links lead to places in the document only")
    return f' {name}="{text(str(value))}"'
