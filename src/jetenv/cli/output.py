"""What commands write with: results to stdout as text or JSON, messages to stderr."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from jetenv.reports.style import Depth, Style, folded

if TYPE_CHECKING:
    import typer

    from jetenv.reports.report import Report

_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_OLD_COMMAND = "##["


class Output:
    """Where a command writes.

    ``color`` is ``auto``, ``always`` or ``never``. With ``as_json`` stdout gets exactly one JSON document.
    """

    def __init__(self, *, color: str = "auto", as_json: bool = False) -> None:
        self.as_json = as_json
        self._color = color
        self._written = False

    @classmethod
    def of(cls, context: typer.Context, as_json: bool = False) -> Output:
        """The output that the options before the command, kept in ``context``, ask for."""
        return cls(color=context.obj.color, as_json=as_json)

    @property
    def style(self) -> Style:
        """What stdout can show."""
        return style_of(sys.stdout, self._color)

    @property
    def message_style(self) -> Style:
        """What stderr can show."""
        return style_of(sys.stderr, self._color)

    def report(self, report: Report) -> None:
        """Print a result, as text or as JSON, and on stderr what is to be known beside it."""
        if self.as_json:
            self.document(report.data())
        else:
            # A secret that is broken in two lines would not be found any more.
            text = without_secrets(report.text(self.style))
            self.text(text if report.verbatim else _inert(folded(text, self.style)))
        for note in report.notes(self.message_style):
            self.message(f"{self.message_style.paint('note:', 'yellow')} {note}")

    def text(self, text: str) -> None:
        """Print text that is printable already."""
        _write(sys.stdout, without_secrets(text))

    def content(self, data: bytes) -> None:
        """Print the content of a file byte for byte; control characters too, for it is meant for a file again."""
        if sys.stdout is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def document(self, data: Mapping[str, object]) -> None:
        """Print the JSON document of this command; a second one is dropped, for stdout holds exactly one."""
        from jetenv.reports import json

        if not self._written:
            self._written = True
            shown = {name: _without_tokens(json.plain(value)) for name, value in data.items()}
            text = _without_resolved(json.document(shown, ascii_only=not _writes_unicode(sys.stdout)))
            _write(sys.stdout, text.replace(_OLD_COMMAND, "#\\u0023[") if _in_a_runner() else text)

    def message(self, text: str) -> None:
        """Print a message for the person, which is not part of the result."""
        if sys.stdout is not None:
            with suppress(OSError):  # what cannot be written fails again, and is told, when the command ends
                sys.stdout.flush()
        _write(sys.stderr, _inert(folded(without_secrets(text).rstrip("\n") + "\n", self.message_style)))


def style_of(stream: TextIO | None, color: str) -> Style:
    """What ``stream`` can show; ``color`` wins over ``NO_COLOR``, and that over ``FORCE_COLOR``."""
    terminal = stream is not None and stream.isatty()
    width = None
    if terminal:
        import shutil

        width = max(shutil.get_terminal_size().columns, 1)
    return Style(_depth(terminal, color), width, stream is None or _writes_unicode(stream))


def prompt_depth(color: str) -> Depth:
    """How many colours a prompt may have: the shell shows it on a terminal, though it reads it through a pipe."""
    return _depth(True, color)


def _depth(terminal: bool, color: str) -> Depth:
    forced = os.environ.get("FORCE_COLOR", "")
    kind = os.environ.get("TERM", "")
    if color == "never":
        return Depth.NONE
    if color != "always":
        if os.environ.get("NO_COLOR") or forced == "0":
            return Depth.NONE
        if not forced and (not terminal or kind in ("", "dumb")):
            return Depth.NONE
    if os.environ.get("COLORTERM") in ("truecolor", "24bit") or forced == "3":
        return Depth.TRUECOLOR
    return Depth.EIGHT_BIT if kind.endswith("256color") or forced == "2" else Depth.STANDARD


def _writes_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") in ("utf8", "utf8sig")


def without_secrets(text: str) -> str:
    """``text`` with every secret masked that this process has resolved, and every token of a known shape.

    It is what all output passes last. Values of files were hidden before, where it is known what they are; this finds
    a token in what others say: a name, the subject of a commit, an error of git.
    """
    from jetenv.schemas.secrets import hidden_tokens

    return hidden_tokens(_without_resolved(text))


def _inert(text: str) -> str:
    """``text`` in which the runner of GitHub Actions, where it reads that, finds no command.

    It obeys lines that begin with ``::`` after white space, and the older ``##[`` anywhere in a line, on both streams.
    ``::stop-commands::`` would be lines of their own in what a script captures, and an order between the streams.
    """
    return _COMMAND.sub(r"\1\\x3a", text).replace(_OLD_COMMAND, r"#\x23[") if _in_a_runner() else text


def _in_a_runner() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _without_resolved(text: str) -> str:
    masking = sys.modules.get("jetenv.credentials.masking")  # most processes resolve none
    return text if masking is None else str(masking.masked(text))


def _without_tokens(value: object) -> object:
    """Plain data with every token of a known shape masked: escaped, as JSON has them, some would not be found."""
    from jetenv.reports.json import FileContent
    from jetenv.schemas.secrets import hidden_tokens

    if isinstance(value, str):
        return value if isinstance(value, FileContent) else hidden_tokens(value)
    if isinstance(value, dict):
        return {key: _without_tokens(item) for key, item in value.items()}
    return [_without_tokens(item) for item in value] if isinstance(value, list) else value


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None or not text:
        return
    if not _writes_unicode(stream):
        encoding = stream.encoding or "ascii"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)
    stream.flush()
