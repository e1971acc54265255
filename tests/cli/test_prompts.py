"""Questions: asked of a person at a terminal, and of nobody else."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jetenv.cli.guided import key_of

Runner = Callable[..., Any]


def at_terminal(cwd: Path, answer: bytes, *argv: str, interrupt: bool = False) -> tuple[int, str]:
    """Run jetenv on a terminal, type ``answer`` when it asks, and return its exit code and all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execv(sys.executable, [sys.executable, "-m", "jetenv", *argv])
    shown = b""
    answered = False
    deadline = time.monotonic() + 60
    while True:
        if not select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
            os.kill(pid, signal.SIGKILL)
            break
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if b"[y/N]" in shown and not answered:
            answered = True
            if interrupt:
                os.kill(pid, signal.SIGINT)
            else:
                os.write(terminal, answer)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


@pytest.fixture
def project(with_staging: Path) -> Path:
    """A project with the environments production (checked out) and staging."""
    return with_staging


def branches(project: Path, git: Callable[..., str]) -> list[str]:
    return git("for-each-ref", "--format=%(refname:short)", "refs/heads", cwd=project).split()


def test_delete_asks_and_a_yes_deletes(project: Path, git: Callable[..., str]) -> None:
    code, shown = at_terminal(project, b"y\n", "delete", "staging")
    assert (code, branches(project, git)) == (0, ["production"])
    assert "Delete staging? [y/N]" in shown


def test_signing_says_nothing_at_a_terminal(project: Path) -> None:
    code, shown = at_terminal(project, b"", "pin", "staging", "3.12")
    assert (code, shown) == (0, "staging is pinned to 3.12 now, was latest\r\n")


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"\x04"])
def test_anything_but_a_yes_changes_nothing(project: Path, git: Callable[..., str], answer: bytes) -> None:
    code, shown = at_terminal(project, answer, "delete", "staging")
    assert (code, branches(project, git)) == (1, ["production", "staging"])
    assert "nothing was changed" in shown


def test_an_interrupt_at_the_question_changes_nothing(project: Path, git: Callable[..., str]) -> None:
    code, shown = at_terminal(project, b"", "delete", "staging", interrupt=True)
    assert (code, branches(project, git)) == (130, ["production", "staging"])
    assert "Traceback" not in shown


@pytest.mark.parametrize("how", [["--no-input"], []])
def test_without_a_terminal_or_with_no_input_nobody_is_asked(
    project: Path, git: Callable[..., str], jetenv: Runner, how: list[str]
) -> None:
    ran = jetenv("delete", "staging", *how, cwd=project, check=False)
    assert (ran.code, ran.stdout) == (2, "")
    assert "hint: add `--yes` to do it" in ran.stderr
    assert branches(project, git) == ["production", "staging"]


@pytest.mark.parametrize("how", [["--no-input"], []])
def test_no_input_counts_at_a_terminal_too(project: Path, monkeypatch: pytest.MonkeyPatch, how: list[str]) -> None:
    if not how:
        monkeypatch.setenv("JETENV_NO_INPUT", "1")
    code, shown = at_terminal(project, b"", "delete", "staging", *how)
    assert code == 2
    assert "[y/N]" not in shown


def test_yes_needs_no_terminal(project: Path, git: Callable[..., str], jetenv: Runner) -> None:
    jetenv("delete", "staging", "--yes", cwd=project)
    assert branches(project, git) == ["production"]


@pytest.fixture
def waiting(minimal: Path, jetenv: Runner, git: Callable[..., str], keys: Any, tmp_path: Path) -> Path:
    """A project in which a change of the members waits for the signature of who is here."""
    file = tmp_path / "bob.join"
    jetenv("members", "join", "--as", "bob", "--key", keys["bob"], "-o", file, cwd=minimal)
    jetenv("members", "add", file, "--role", "admin", cwd=minimal)
    jetenv("members", "threshold", "2", cwd=minimal)
    jetenv("members", "threshold", "1", cwd=minimal)
    git("config", "user.signingkey", f"{keys['bob']}.pub", cwd=minimal)
    return minimal


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"\x04"])
def test_what_is_to_be_signed_is_shown_before_the_question(
    waiting: Path, git: Callable[..., str], answer: bytes
) -> None:
    before = git("for-each-ref", cwd=waiting)
    code, shown = at_terminal(waiting, answer, "members", "sign")
    assert (code, git("for-each-ref", cwd=waiting)) == (1, before)
    assert shown.index("~ threshold: 2 becomes 1") < shown.index("Sign this for production? [y/N]")


def test_a_yes_signs(waiting: Path) -> None:
    code, shown = at_terminal(waiting, b"y\n", "members", "sign")
    assert code == 0
    assert "Changed the members of production, now version 4" in shown


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("o", "o"), ("Ours ", "o"), ("th", "t"), ("?", "?"), ("quit", "q"),
        ("", ""), ("oops", ""), ("nothing", ""), ("b4", ""),
    ],
)  # fmt: skip
def test_a_key_of_the_dialogue_is_typed_or_spelled_out(typed: str, key: str) -> None:
    assert key_of(typed) == key
