"""The README is run: its first block is what the demo prints, the others are commands with their real output.

``UPDATE_README=1 pytest tests/e2e/test_readme.py`` writes the real output into the README; read the difference before
it is committed. Ids, fingerprints and dates differ from run to run and are not compared.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jetenv.cli.registry import COMMANDS

sys.path.insert(0, str(Path(__file__).parents[1]))
from services import jet_bridge

TOP = Path(__file__).parents[2]
README = TOP / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
SETTING_UP = ("make ", "pip ", "eval ")
NEEDS_JET_BRIDGE = re.compile(r"^\$ jetenv (introspect|drift) ", re.MULTILINE)

VARYING = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "COMMIT40"),
    (re.compile(r"\b[0-9a-f]{7,12}\b"), "COMMIT"),
    (re.compile(r"\b[a-z2-7]{24}\b"), "UID"),
    (re.compile(r"SHA256:\S+"), "FINGERPRINT"),
    (re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?"), "DATE"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
]


def comparable(text: str) -> str:
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return text.strip()


def blocks() -> list[str]:
    return [match[1] for match in BLOCK.finditer(README.read_text())]


def settle(old: str, new: str) -> None:
    """Compare a block with the real output, or write it where asked to."""
    if comparable(old) == comparable(new):
        return
    if os.environ.get("UPDATE_README"):
        text = README.read_text()
        assert text.count(old) == 1
        README.write_text(text.replace(old, new))
        return
    assert comparable(old) == comparable(new)


def test_the_demo_prints_what_the_readme_shows() -> None:
    """The first block is the whole demo."""
    done = subprocess.run(
        [sys.executable, str(TOP / "examples" / "demo.py")], capture_output=True, text=True, check=False, cwd=TOP
    )
    assert done.returncode == 0, done.stderr
    settle(blocks()[0], "$ make demo\n" + done.stdout.replace("\n\n\n", "\n\n"))


def test_every_command_of_the_readme_prints_what_stands_there(tmp_path: Path, signing_key: Path) -> None:
    """The blocks after the first one, in order, in a project of their own."""
    (tmp_path / "examples").symlink_to(TOP / "examples")
    cwd = tmp_path
    for block in blocks()[1:]:
        if not NEEDS_JET_BRIDGE.search(block):
            cwd = run_block(block, cwd, tmp_path, signing_key)


def test_so_do_those_that_need_a_jet_bridge(tmp_path: Path, signing_key: Path) -> None:
    """Each in a folder of its own."""
    programs = jet_bridge().parent
    for number, block in enumerate(each for each in blocks() if NEEDS_JET_BRIDGE.search(each)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "examples").symlink_to(TOP / "examples")
        run_block(block, folder, folder, signing_key, programs)


def run_block(block: str, cwd: Path, top: Path, signing_key: Path, programs: Path | None = None) -> Path:
    """Run the commands of a block and compare what they print; the folder that they end in."""
    folders = (Path(sys.executable).parent, os.environ["PATH"], *((programs,) if programs else ()))
    shell = {**os.environ, "PATH": os.pathsep.join(map(str, folders))}
    commands = re.findall(r"^\$ ((?:.*\\\n)*.*)$", block, re.MULTILINE)
    if all(command.startswith(SETTING_UP) for command in commands):
        return cwd
    parts: list[str] = []
    for command in commands:
        if command.startswith("cd "):
            cwd = (cwd / command.removeprefix("cd ").strip()).resolve()
            parts.append(f"$ {command}\n")
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=cwd, env=shell, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in {0, 1, 2}, f"{command}: {done.stdout}"
        output = done.stdout.replace(str(top), "~").replace(str(signing_key.parent), "~/.ssh")
        parts.append(f"$ {command}\n{output}")
    settle(block, "".join(parts))
    return cwd


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_an_example(command: str) -> None:
    """Somebody who looks a command up finds it at work."""
    assert re.search(rf"^\$ .*\bjetenv (-C \S+ )?{command}\b", README.read_text(), re.MULTILINE), command
