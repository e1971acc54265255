"""What reaches the terminal: colours only where wanted, nothing that acts on it, lines that fit."""

from __future__ import annotations

import io
import json as standard_json
import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.cli import progress
from jetenv.cli.output import Output, style_of
from jetenv.documents.paths import Index, Item, Key
from jetenv.errors import ExitCode
from jetenv.reports import json
from jetenv.reports.columns import columns
from jetenv.reports.report import Report
from jetenv.reports.style import NARROW, PLAIN, Depth, Style, clipped, folded, printable, width_of

COLORED = Style(Depth.TRUECOLOR, width=80)


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    return Terminal()


def test_a_terminal_gets_the_colours_it_has(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert style_of(terminal, "auto").depth is Depth.EIGHT_BIT
    monkeypatch.setenv("COLORTERM", "truecolor")
    assert style_of(terminal, "auto").depth is Depth.TRUECOLOR
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", "xterm")
    assert style_of(terminal, "auto").depth is Depth.STANDARD
    monkeypatch.setenv("TERM", "dumb")
    assert style_of(terminal, "auto").depth is Depth.NONE


def test_a_pipe_gets_no_colours_unless_forced(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert style_of(io.StringIO(), "auto").depth is Depth.NONE
    assert style_of(io.StringIO(), "always").depth is Depth.EIGHT_BIT
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert style_of(io.StringIO(), "auto").depth is Depth.EIGHT_BIT
    monkeypatch.setenv("FORCE_COLOR", "0")
    assert style_of(terminal, "auto").depth is Depth.NONE


def test_no_color_wins_over_force_color_and_the_option_over_both(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert style_of(terminal, "auto").depth is Depth.NONE
    assert style_of(terminal, "always").depth is Depth.EIGHT_BIT
    monkeypatch.setenv("NO_COLOR", "")
    assert style_of(terminal, "auto").depth is Depth.EIGHT_BIT
    assert style_of(terminal, "never").depth is Depth.NONE


def test_only_a_terminal_has_a_width(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert style_of(terminal, "auto").width == 20
    assert style_of(io.StringIO(), "auto").width is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("orders", "orders"),
        ("Überblick 日本 👩‍💻", "Überblick 日本 👩‍💻"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x9b2J\x7f", "\\x9b2J\\x7f"),
        ("pay\u202eroll\u2066", "pay\\u202eroll\\u2066"),
        ("not\udcffutf8", "not\\udcffutf8"),
        ("tag\U000e0041", "tag\\U000e0041"),
    ],
)
def test_content_is_shown_but_cannot_act(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_an_environment_wears_its_colour_where_colours_are_shown() -> None:
    assert COLORED.environment("staging", "#ff8000") == "\x1b[38;2;255;128;0m●\x1b[0m staging"
    assert COLORED.environment("staging", "green").startswith("\x1b[38;2;48;164;108m●")
    assert Style(Depth.EIGHT_BIT).environment("staging", "#ff8000") == "\x1b[38;5;208m●\x1b[0m staging"
    assert Style(Depth.STANDARD, unicode=False).environment("staging", "#ff0000") == "\x1b[31m*\x1b[0m staging"
    assert PLAIN.environment("staging", "#ff8000") == "staging"
    assert COLORED.dot("#f80") == COLORED.dot("#ff8800")
    assert COLORED.environment("staging", None) == "staging"
    assert COLORED.environment("\x1b[2J", "no such colour") == "\\x1b[2J"


def test_columns_align_by_what_is_seen() -> None:
    rows = [["日本", "1", ""], [COLORED.paint("a", "bold"), "10", ""]]
    assert columns(rows, PLAIN, right=frozenset({1})) == "日本   1\n\x1b[1ma\x1b[0m     10\n"


@pytest.mark.parametrize("width", [30, 80, None])
def test_only_the_flexible_column_is_clipped_and_only_on_a_terminal(width: int | None) -> None:
    rows = [["staging", "x" * 100], ["production", "y"]]
    lines = columns(rows, Style(width=width), flexible=1, header=["NAME", "MESSAGE"]).splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", "staging", "production"]
    assert max(map(len, lines)) == (width if width else 112)


def test_clipped_text_says_so_and_fits() -> None:
    assert clipped("日本語", 6) == "日本語"
    assert width_of(clipped("日本語", 5)) == 5
    assert clipped("\x1b[1mabcdef\x1b[0m", 4) == "abc…"
    assert clipped("abcdef", 4, "~") == "abc~"


@dataclass(frozen=True)
class Record:
    name: str
    path: tuple[Key | Index | Item, ...]
    code: ExitCode
    parts: tuple[str, ...] = ()


def test_records_become_plain_data() -> None:
    record = Record("a", (Key("components"), Item(("total",)), Key("x")), ExitCode.NO, ("b", "c"))
    assert json.plain({"record": record, "set": {"z", "y"}}) == {
        "record": {"name": "a", "path": "components[total].x", "code": "no", "parts": ["b", "c"]},
        "set": ["y", "z"],
    }


def test_what_json_cannot_hold_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="bytes"):
        json.plain({"content": b""})


def test_json_holds_exact_values_and_nothing_that_acts_on_a_terminal() -> None:
    data = {"name": "\x1b[2J\u202e\x9b\ufff9\U000e0041 é 日本 \udcff"}
    text = json.document(data)
    assert standard_json.loads(text) == {"schema_version": 1, **data}
    assert "é 日本" in text
    assert printable(text.replace("\n", "")) == text.replace("\n", "")


def test_stdout_holds_exactly_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(as_json=True)
    output.document({"a": 1})
    output.document({"b": 2})
    assert standard_json.loads(capsys.readouterr().out) == {"schema_version": 1, "a": 1}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_the_stream_cannot_encode_is_escaped(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", stream)
    Output().text("日本\n")
    Output(as_json=True).document({"name": "日本é"})
    written = stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert written.startswith("\\u65e5\\u672c\n")
    assert "\\u65e5\\u672c\\u00e9" in written


def test_progress_stays_on_one_line_of_a_narrow_terminal_and_acts_on_nothing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    monkeypatch.setenv("COLUMNS", "20")
    with progress.Progress("Verifying") as told:
        told("a\x1b[2J", 7, 10_000)
    shown = terminal.buffer.getvalue().decode().split("\r\x1b[K")
    assert shown == ["", "Verifying a\\x1b[2J", ""]


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_a_terminal_that_cannot_clear_a_line_gets_no_progress(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    monkeypatch.setenv("TERM", kind)
    with progress.Progress("Verifying") as told:
        told("a", 7, 10_000)
    assert terminal.buffer.getvalue() == b""


words = st.lists(st.text(st.sampled_from("ab./[]→日"), min_size=1, max_size=30), max_size=8).map(" ".join)


@given(words, st.integers(0, 12), st.integers(12, NARROW - 1))
def test_a_narrow_terminal_gets_all_of_a_line_in_lines_that_fit(text: str, indent: int, width: int) -> None:
    line = " " * indent + text
    shown = folded(f"{line}\n\n", Style(width=width))
    assert "".join(shown.split()) == "".join(line.split())
    assert all(width_of(each) <= width for each in shown.split("\n"))
    assert shown.endswith("\n\n")


def test_a_line_is_folded_at_words_and_colours_count_nothing() -> None:
    style = Style(Depth.STANDARD, 20)
    line = f"  {style.paint('~', 'yellow')} components[orders].title: {style.paint('Orders', 'red')} and more\n"
    assert re.sub("\x1b\\[[0-9;]*m", "", folded(line, style)) == (
        "  ~ components\n    [orders].title:\n    Orders and more\n"
    )
    assert folded(line, Style(width=NARROW)) == line == folded(line, Style())


def test_cells_stand_below_each_other_where_a_row_has_no_room() -> None:
    rows = [("*", "staging", "Staging", ""), (" ", "production", "Production of the shop", "default")]
    told = columns(rows, Style(width=20), header=("", "ID", "NAME", "NOTE"), flexible=2)
    assert told == ("* staging\n  NAME Staging\n  production\n  NAME Production of the shop\n  NOTE default\n")
    wide = columns(rows, Style(width=40), header=("", "ID", "NAME", "NOTE"), flexible=2)
    assert wide.splitlines()[2] == "   production  Production of t…  default"


@dataclass(frozen=True)
class Told(Report):
    """A report that says ``line``, whatever that is."""

    line: str

    def text(self, style: Style) -> str:
        return f"{self.line}\n"

    def data(self) -> dict[str, object]:
        return {"line": self.line}


def test_a_token_is_hidden_before_a_line_is_folded(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    token = "ghp_" + "a1B2" * 9
    for name, write in (
        ("sys.stdout", lambda output: output.report(Told(f"it is {token} here"))),
        ("sys.stderr", lambda output: output.message(f"it is {token} here")),
    ):
        terminal.buffer.seek(0)
        terminal.buffer.truncate()
        monkeypatch.setattr(name, terminal)
        write(Output(color="never"))
        shown = terminal.buffer.getvalue().decode()
        assert "a1B2" not in shown, name
        assert all(width_of(line) <= 20 for line in shown.split("\n")), name


COMMANDS = "::stop-commands::x\n  ::error file=a::b\nfine ::error::b\nfine ##[add-mask]b"


@pytest.mark.parametrize("variable", ["true", None])
def test_a_runner_of_github_finds_no_command_in_what_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    if variable:
        monkeypatch.setenv("GITHUB_ACTIONS", variable)
    inert = r"\x3a:stop-commands::x|  \x3a:error file=a::b|fine ::error::b|fine #\x23[add-mask]b|"
    expected = inert.replace("|", "\n") if variable else COMMANDS + "\n"
    Output().report(Told(COMMANDS))
    Output().message(COMMANDS)
    assert capsys.readouterr() == (expected, expected)
    Output(as_json=True).report(Told(COMMANDS))
    written = capsys.readouterr().out
    assert standard_json.loads(written)["line"] == COMMANDS
    assert ("##[" in written) is (variable is None)


def test_a_value_is_exact_also_for_a_runner(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setattr(Told, "verbatim", True)
    Output().report(Told(COMMANDS))
    assert capsys.readouterr().out == COMMANDS + "\n"
