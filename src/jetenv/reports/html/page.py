"""The document around a report: head, style sheet, and the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from jetenv.reports.html.elements import Child, Markup, element, lines
from jetenv.reports.style import hex_color
from jetenv.version import __version__

MARKS = (("added", "+"), ("removed", "−"), ("moved", "⇄"), ("changed", "~"))  # noqa: RUF001 the sign that is as wide as +
SIGNS = {**dict(MARKS), "renamed": "⇄"}
BREAK = Markup("\n")


def document(title: str, header: Child, main: Child, footer: Child, colors: Iterable[str] = ()) -> str:
    """A whole HTML document with one header, one main part and one footer.

    ``colors`` (``#rrggbb``) are those that ``environment`` shows in it.
    """
    style = _style() + "".join(f".{_color_class(each)} {{ --environment: {each}; }}\n" for each in sorted(set(colors)))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = lines(
        (
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("meta", name="referrer", content="no-referrer"),
            element("meta", name="generator", content=f"jetenv {__version__}"),
            element("title", title),
            Markup(f"<style>{style}</style>"),
        )
    )
    body = lines(
        (
            element("a", "To the changes", class_="skip", href="#main"),
            element("header", header),
            element("main", BREAK, main, id="main", tabindex="-1"),
            element("footer", footer),
        )
    )
    whole = element("html", BREAK, element("head", BREAK, head), BREAK, element("body", BREAK, body), lang="en")
    return f"<!DOCTYPE html>\n{whole}\n"


def environment(name: str, color: str | None) -> Markup:
    """The name of an environment behind a dot in its colour; the colour has to be given to ``document``."""
    value = hex_color(color)
    return element("bdi", name, class_=f"environment {_color_class(value)}" if value else "environment")


def _color_class(color: str) -> str:
    return f"color-{color[1:]}"


def badge(action: str, label: str | None = None) -> Markup:
    """What happened, as a sign and a word."""
    sign = element("span", SIGNS.get(action, "·"), aria_hidden="true")
    return element("span", sign, " ", label or action, class_=f"badge {action}")


def legend() -> Markup:
    """The marks of drawings, explained by themselves."""
    return element("ul", (element("li", badge(name), class_=f"box {name}") for name, _ in MARKS), class_="legend")


@cache
def _style() -> str:
    return files(__package__ or "").joinpath("style.css").read_text("utf-8").replace("\r\n", "\n")
