"""The formats of reports that people read as a document."""

from __future__ import annotations

from enum import Enum


class DocumentFormat(Enum):
    """A format of what changes; the first two are those of every report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"
    HTML = "html"
