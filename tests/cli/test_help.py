"""Every help text, as a person sees it at 80 columns, kept in ``help/<command>.txt``.

``.venv/bin/python tests/cli/test_help.py`` writes the files anew; read the difference before committing it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jetenv.cli.dispatch import verbs_of
from jetenv.cli.registry import COMMANDS

FOLDER = Path(__file__).parent / "help"
NAMES = ("jetenv", *COMMANDS, *(f"{name} {verb}" for name in COMMANDS for verb in verbs_of(name)))


def help_of(name: str) -> str:
    """What ``jetenv NAME --help`` prints; ``jetenv`` stands for the root."""
    command = [sys.executable, "-m", "jetenv", *([] if name == "jetenv" else name.split()), "--help"]
    environ = {"COLUMNS": "80", "PYTHONUTF8": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environ, encoding="utf-8").stdout


@pytest.mark.parametrize("name", NAMES)
def test_help_reads_as_agreed(name: str) -> None:
    assert help_of(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_80_columns(name: str) -> None:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 80] == []


def test_commands_and_what_they_do_stand_in_two_columns() -> None:
    text = (FOLDER / "jetenv.txt").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"  {name}  " not in text] == []


def test_there_is_no_help_of_commands_that_are_gone() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in NAMES:
        (FOLDER / f"{each}.txt").write_text(help_of(each), encoding="utf-8")
