"""``jetenv current --prompt``: the environment in its colour, as each shell wants it, nothing where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Runner = Callable[..., Any]
TRUE = {"NO_COLOR": "", "TERM": "xterm-256color", "COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("shell", "env", "shown"),
    [
        ("bash", TRUE, "\x01\x1b[38;2;229;72;77m\x02production\x01\x1b[0m\x02"),
        ("zsh", TRUE, "%{\x1b[38;2;229;72;77m%}production%{\x1b[0m%}"),
        ("fish", TRUE, "\x1b[38;2;229;72;77mproduction\x1b[0m"),
        ("fish", {**TRUE, "COLORTERM": ""}, "\x1b[38;5;167mproduction\x1b[0m"),
        ("fish", {**TRUE, "COLORTERM": "", "TERM": "xterm"}, "\x1b[31mproduction\x1b[0m"),
        ("bash", {"NO_COLOR": "1"}, "production"),
        ("bash", {"NO_COLOR": "", "TERM": "dumb"}, "production"),
    ],
)
def test_the_environment_in_its_colour(
    jetenv: Runner, minimal: Path, shell: str, env: dict[str, str], shown: str
) -> None:
    jetenv("color", "production", "red", cwd=minimal, check=False)
    assert jetenv("current", "--prompt", shell, cwd=minimal / "pages", env=env).stdout == shown


def test_nothing_where_there_is_none(jetenv: Runner, git: Runner, minimal: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert jetenv("current", "--prompt", "bash", cwd=outside).stdout == ""
    git("switch", "-qc", "feature", cwd=minimal)
    assert jetenv("current", "--prompt", "bash", cwd=minimal).stdout == ""
    assert jetenv("current", "--prompt", "csh", cwd=minimal, check=False).code == 2


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_shows_it_and_runs_nothing_of_it(jetenv: Runner, git: Runner, minimal: Path) -> None:
    name = "$(touch${IFS}pwned)"
    git("switch", "-qc", name, cwd=minimal)
    (minimal / "environments" / name).mkdir()
    (minimal / "environments" / name / "environment.yaml").write_text("color: red\n")
    git("add", "-A", cwd=minimal)
    git("commit", "-qm", "odd", cwd=minimal)
    script = "PS1='[$(jetenv current --prompt bash)]'; echo \"${PS1@P}\""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    ran = subprocess.run(
        ["bash", "-c", script], cwd=minimal, env={"PATH": path}, capture_output=True, text=True, check=True
    )
    assert name in ran.stdout
    assert not list(minimal.rglob("pwned"))
