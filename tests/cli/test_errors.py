"""Every failure reads the same, has its exit code, and never shows a traceback unless asked to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., tuple[int, str, str]]

KINDS = [
    ("failed", "failed", 3),
    ("subclass", "ref_moved", 3),
    ("usage", "usage", 2),
    ("refused", "refused", 1),
    ("denied", "denied", 4),
    ("full", "failed", 3),
    ("readonly", "failed", 3),
    ("rights", "failed", 3),
    ("no-git", "failed", 3),
    ("fault", "internal", 70),
    ("recursion", "internal", 70),
    ("memory", "internal", 70),
    ("interrupt", "interrupted", 130),
    ("interrupted-class", "interrupted", 130),
    ("panic", "internal", 70),
    ("interrupted-panic", "interrupted", 130),
]


@pytest.mark.parametrize(("how", "kind", "code"), KINDS)
def test_each_kind_of_failure_has_its_exit_code_and_a_message_on_stderr(
    faulty: Call, how: str, kind: str, code: int
) -> None:
    assert faulty("faulty", how)[:2] == (code, "")


@pytest.mark.parametrize(("how", "kind", "code"), KINDS)
def test_with_json_the_failure_is_the_one_document_on_stdout_and_still_a_message_on_stderr(
    faulty: Call, how: str, kind: str, code: int
) -> None:
    exit_code, out, err = faulty("faulty", how, "--json")
    document = json.loads(out)
    assert exit_code == code
    assert list(document) == ["schema_version", "error"]
    assert list(document["error"]) == ["message", "where", "hint", "kind", "exit_code"]
    assert (document["error"]["kind"], document["error"]["exit_code"]) == (kind, code)
    assert document["error"]["message"] in err


@pytest.mark.parametrize("how", [how for how, _, _ in KINDS])
def test_no_failure_shows_a_traceback(faulty: Call, how: str) -> None:
    _, _, err = faulty("faulty", how)
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 3


@pytest.mark.parametrize("how", ["failed", "fault", "recursion"])
def test_debug_shows_the_traceback_before_the_message(faulty: Call, how: str) -> None:
    _, _, err = faulty("--debug", "faulty", how)
    assert err.startswith("Traceback")
    assert "\nerror: " in err


def test_jetenv_debug_does_what_the_option_does(faulty: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JETENV_DEBUG", "1")
    assert faulty("faulty", "fault")[2].startswith("Traceback")


def test_a_failure_says_what_where_and_what_next(faulty: Call) -> None:
    assert faulty("faulty", "failed")[2] == (
        "error: the file cannot be read\n  --> pages/orders.yaml:3:7\nhint: look at it\n"
    )


def test_a_full_disk_says_where_and_what_to_do(faulty: Call) -> None:
    assert faulty("faulty", "full")[2] == (
        "error: no space left on device\n"
        "  --> /repo/.git/objects/ab\n"
        "hint: free some space, then run the command again\n"
    )


def test_an_internal_error_is_one_line_with_its_place_and_how_to_report_it(faulty: Call) -> None:
    _, _, err = faulty("faulty", "fault")
    first, place, hint = err.splitlines()
    assert first == "error: internal error: KeyError: 'tip'"
    assert place.startswith("  --> jetenv/cli/dispatch.py:")
    assert "jetenv --debug" in hint


def test_an_interrupt_is_one_word(faulty: Call) -> None:
    assert faulty("faulty", "interrupt") == (130, "", "interrupted\n")


@pytest.mark.parametrize("module", ["jetenv.cli.main", "jetenv.cli.registry", "typer", "jetenv.cli.failures"])
def test_an_interrupt_while_modules_are_loaded_shows_no_traceback(tmp_path: Path, module: str) -> None:
    program = f"""
import sys

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
sys.argv = ["jetenv", "list"]
from jetenv.__main__ import run
run()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr in ("", "interrupted\n")


def test_a_reader_that_went_away_is_not_reported(faulty: Call) -> None:
    assert faulty("faulty", "pipe") == (141, "", "")


def test_an_answer_of_no_is_no_error(faulty: Call) -> None:
    assert faulty("faulty", "no") == (1, "", "")


def test_a_failure_cannot_drive_the_terminal(faulty: Call) -> None:
    assert faulty("faulty", "escape")[2] == "error: '\\x1b[2Jname' is no name\n  --> a\\nb\nhint: \\u202ehint\n"


def test_a_failure_is_coloured_when_asked_to(faulty: Call) -> None:
    assert "\x1b[31;1merror:\x1b[0m the file" in faulty("--color", "always", "faulty", "failed")[2]


USAGE = [
    (["faulty"], "error: missing argument 'HOW'", "`jetenv faulty --help` explains the command"),
    (["faulty", "no", "more"], "error: unexpected argument 'more'", "`jetenv faulty --help` explains the command"),
    (["faulty", "no", "--josn"], "error: no such option '--josn'", "did you mean '--json'?"),
    (
        ["faulty", "no", "--debug"],
        "error: no such option '--debug'",
        "it stands before the command: `jetenv --debug faulty`",
    ),
]


@pytest.mark.parametrize(("argv", "message", "hint"), USAGE)
def test_a_wrong_call_is_answered_with_the_usage_line(faulty: Call, argv: list[str], message: str, hint: str) -> None:
    code, out, err = faulty(*argv)
    assert (code, out) == (2, "")
    assert err.splitlines() == [message, "  usage: jetenv faulty [OPTIONS] HOW", f"hint: {hint}"]


ROOT = [
    (["stauts"], "'stauts' is not a jetenv command", "did you mean 'status'?"),
    (["frobnicate"], "'frobnicate' is not a jetenv command", "`jetenv --help` lists the commands"),
    (["--debgu", "list"], "no such option '--debgu' before the command", "did you mean '--debug'?"),
    (
        ["--json", "list"],
        "no such option '--json' before the command",
        "options of a command stand behind it: `jetenv list --json`",
    ),
    (["-C"], "option '-C' needs a value", "-C DIR: Run as if started in DIR. Repeatable, as with git"),
    (["--color", "pink", "list"], "--color is 'pink'", "use auto, always or never"),
    (["--color=pink", "list"], "--color is 'pink'", "use auto, always or never"),
    (
        ["-C", "nowhere", "completion", "bash"],
        "cannot change to 'nowhere': no such file or directory",
        "name an existing directory after -C",
    ),
]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("credentials check --timeout nan", "invalid value for '--timeout': nan is no number"),
        ("drift staging --timeout nan", "invalid value for '--timeout': nan is no number"),
        ("serve-git --repository a", "--stdio and --authorized-keys say what to do, and none is given"),
        ("serve-git --repository a --stdio --authorized-keys", "--stdio and --authorized-keys exclude each other"),
        ("explain " + "x" * 200, f"there is no rule '{'x' * 80}'"),
        ("x" * 200, f"'{'x' * 80}' is not a jetenv command"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_short_message(call: Call, argv: str, message: str) -> None:
    code, _, err = call(*argv.split())
    assert code == 2
    assert err.splitlines()[0] == f"error: {message}"


def test_an_option_of_the_root_behind_a_command_below_another_is_shown_before_all_of_it(call: Call) -> None:
    assert "`jetenv -C DIR members list`" in call("members", "list", "-C", "x")[2]


@pytest.mark.parametrize(("argv", "message", "hint"), ROOT)
def test_a_wrong_root_is_answered_with_a_hint(call: Call, argv: list[str], message: str, hint: str) -> None:
    assert call(*argv) == (2, call(*argv)[1], f"error: {message}\nhint: {hint}\n")


def test_repeated_directories_are_relative_to_each_other(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert call("-C", "a", "-C", "b", "completion", "bash")[0] == 0
    assert call("-C", "b", "completion", "bash")[0] == 2


def test_jetenv_alone_prints_its_help_and_fails_as_a_wrong_call(call: Call) -> None:
    code, out, err = call()
    assert (code, out) == (2, "")
    assert err == call("--help")[1]


def test_help_is_also_a_word(call: Call) -> None:
    assert call("help") == call("--help")
    assert call("help", "completion") == call("completion", "--help") == call("--help", "completion")


def test_output_that_cannot_be_written_is_a_failure() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jetenv", "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr.splitlines()[0]) == (3, "error: no space left on device")


def test_json_that_cannot_be_written_is_a_failure_told_once() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "jetenv", "completion", "bash", "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        3,
        "error: no space left on device\nhint: free some space, then run the command again\n",
    )


def test_a_closed_pipe_ends_quietly() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m jetenv --help | true; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) in (("141\n", ""), ("0\n", ""))


def test_a_current_directory_that_is_gone_is_said(tmp_path: Path) -> None:
    ask = f"mkdir gone && cd gone && rmdir ../gone && {sys.executable} -m jetenv list"
    done = subprocess.run(["bash", "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "error: the current directory is gone\nhint: change to a directory that exists\n"


@pytest.mark.parametrize("argument", ["--version", "--help", "completion bash"])
def test_closed_standard_streams_are_survived(argument: str) -> None:
    done = subprocess.run(["bash", "-c", f"{sys.executable} -m jetenv {argument} >&- 2>&- <&-"], check=False)
    assert done.returncode == 0
