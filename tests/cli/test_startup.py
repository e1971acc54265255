"""What the quick answers may not import: each of these modules costs more than the answer.

Every case runs in a fresh interpreter and looks at what it has loaded in the end.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.cli.registry import COMMANDS

HEAVY = {"pygit2", "ruamel", "ruamel.yaml", "jsonschema", "jsonschema_rs", "cryptography", "rich"}
# Each is above 3 ms in an interpreter that starts in 10.
COSTLY = {"typer", "dataclasses", "typing", "enum", "re", "json", "pathlib", "subprocess", "argparse", "difflib"}

_PROGRAM = """
import sys
from jetenv.cli.main import main
code = main(sys.argv[1:])
sys.stdout.flush()
print(code, *sorted(sys.modules), file=sys.stderr)
"""


def loaded(cwd: Path, *argv: str) -> tuple[int, set[str]]:
    """The exit code of ``jetenv *argv`` and the modules that it had loaded."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *argv], cwd=cwd, capture_output=True, text=True, check=True, timeout=60
    )
    code, *modules = done.stderr.splitlines()[-1].split()
    return int(code), set(modules)


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["help"], []])
def test_the_root_answers_from_the_table_alone(tmp_path: Path, argv: list[str]) -> None:
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    _, modules = loaded(tmp_path, *argv)
    assert not modules & HEAVY
    assert not modules & (COSTLY - set(bare.stdout.split()))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_loads_its_own_module_and_no_use_case(tmp_path: Path, name: str) -> None:
    code, modules = loaded(tmp_path, name, "--help")
    assert code == 0
    assert not modules & HEAVY
    assert {module for module in modules if module.startswith("jetenv.cli.commands.")} == {COMMANDS[name].module}
    rooms = ("jetenv.environments.", "jetenv.repository.", "jetenv.documents.", "jetenv.schemas.", "jetenv.access.")
    assert not [module for module in modules if module.startswith(rooms)]


@pytest.mark.parametrize("argv", [["current"], ["current", "--prompt", "bash"]])
def test_current_loads_neither_libgit2_nor_yaml_nor_rich(
    repo: Path, git: Callable[..., str], argv: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "3")
    monkeypatch.setenv("NO_COLOR", "")
    folder = repo / "environments" / "main"
    folder.mkdir(parents=True)
    (folder / "environment.yaml").write_text("name: Main\ncolor: red\n")
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", "Begin", cwd=repo)
    code, modules = loaded(repo, *argv)
    assert code == 0
    assert not modules & HEAVY
    assert "jetenv.environments.project" not in modules


def test_a_mistyped_command_is_answered_without_loading_any(tmp_path: Path) -> None:
    code, modules = loaded(tmp_path, "stauts")
    assert code == 2
    assert not modules & (HEAVY | {"typer"})


def test_what_git_calls_for_a_diff_loads_the_parser_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    code, modules = loaded(tmp_path, "textconv", "a.yaml")
    assert code == 0
    assert not modules & (HEAVY - {"ruamel", "ruamel.yaml"})
    assert "typer" not in modules
