"""What the shells are told when Tab is pressed, and that the scripts load."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Runner = Callable[..., Any]


@pytest.fixture
def complete(jetenv: Runner, tmp_path: Path) -> Callable[..., list[str]]:
    """``complete("jetenv sw", cwd=)``: the candidates for the last word, as bash asks for them."""

    def complete(line: str, cwd: Path = tmp_path) -> list[str]:
        at = len(line.split(" ")) - 1
        env = {"JETENV_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(at)}
        ran = jetenv(cwd=cwd, env=env, check=False)
        assert ran.stderr == ""
        return ran.stdout.split()

    return complete


def test_commands_are_completed(complete: Callable[..., list[str]]) -> None:
    assert {"status", "switch", "show", "set"} <= set(complete("jetenv s"))
    assert complete("jetenv --color never sw") == ["switch"]


def test_options_are_completed(complete: Callable[..., list[str]]) -> None:
    assert complete("jetenv --d") == ["--debug"]
    assert complete("jetenv conflicts --") == ["--json", "--help"]
    assert complete("jetenv --color ") == ["auto", "always", "never"]


def test_environments_are_completed_also_of_a_project_elsewhere(
    complete: Callable[..., list[str]], with_staging: Path
) -> None:
    assert complete("jetenv switch ", cwd=with_staging) == ["production", "staging"]
    assert complete("jetenv merge staging p", cwd=with_staging) == ["production"]
    assert complete("jetenv create eu --from s", cwd=with_staging) == ["staging"]
    assert complete(f"jetenv -C {with_staging} switch s") == ["staging"]


def test_commands_below_another_are_completed_and_their_arguments(
    complete: Callable[..., list[str]], with_staging: Path
) -> None:
    assert complete("jetenv members s") == ["show", "sign"]
    assert complete("jetenv members remove ", cwd=with_staging) == ["production", "staging"]
    assert complete("jetenv members invite bob --role e") == ["editor"]
    assert complete("jetenv members --json remove ", cwd=with_staging) == ["production", "staging"]


@pytest.mark.parametrize("line", ["jetenv switch ", "jetenv frobnicate ", "jetenv -C /nowhere switch "])
def test_where_there_is_nothing_to_complete_nothing_is_said(complete: Callable[..., list[str]], line: str) -> None:
    assert complete(line) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_program_and_its_variable(jetenv: Runner, shell: str) -> None:
    script = jetenv("completion", shell).stdout
    assert f"JETENV_COMPLETE=complete_{shell}" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_bash_itself_completes_with_the_script(jetenv: Runner, tmp_path: Path) -> None:
    script = jetenv("completion", "bash").stdout
    program = Path(sys.executable).parent / "jetenv"
    ask = f'COMP_WORDS=(jetenv stat); COMP_CWORD=1; _jetenv_completion {program}; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", f"{script}{ask}"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "status\n"


HOSTILE = r"""EU\$(touch pwned)"'`touch pwned` [/red] test"""


def test_what_means_something_to_a_shell_is_never_offered(
    complete: Callable[..., list[str]], on_staging: Path, jetenv: Runner, git: Runner
) -> None:
    jetenv("rename", "staging", HOSTILE, cwd=on_staging)
    env = {"JETENV_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "jetenv switch s"}
    told = jetenv(cwd=on_staging, env=env).stdout
    assert told.strip() == """_arguments '*: :(("staging":"EU__(touch pwned)___touch pwned_ _/red_ test"))'"""
    for branch, value in (("production", 1), ("staging", 2)):
        git("switch", "-q", branch, cwd=on_staging)
        (on_staging / "theme.yaml").write_text(f"colors:\n  primary: '#00000{value}'\n'$(touch pwned)': {value}\n")
        git("add", "-A", cwd=on_staging)
        git("commit", "-qm", "edit", cwd=on_staging)
    jetenv("merge", "staging", "production", cwd=on_staging, check=False)
    conflicts = json.loads(jetenv("conflicts", "--json", cwd=on_staging, check=False).stdout)["conflicts"]
    by_field = {each["field"]: each["id"] for each in conflicts}
    hostile = next(id_ for field, id_ in by_field.items() if "touch" in field)
    assert complete("jetenv resolve ", cwd=on_staging) == ["theme#colors.primary", hostile]


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
def test_zsh_runs_nothing_that_is_in_a_name(on_staging: Path, jetenv: Runner) -> None:
    jetenv("rename", "staging", r"EU\$(touch pwned)", cwd=on_staging)
    program = Path(sys.executable).parent
    typed = "\n".join(
        (
            "zmodload zsh/zpty",
            "zpty shell zsh -f -i",
            f"zpty -w shell 'PATH={program}:$PATH; autoload -U compinit; compinit -u -D'",
            """zpty -w shell 'eval "$(jetenv completion zsh)"; print rea""dy'""",
            "zpty -r -m shell told '*ready*'",
            "zpty -w -n shell $'jetenv switch \\t'",
            "zpty -r -m shell told '*production  -- *staging  *-- *'",
            "print -r -- $told",
        )
    )
    done = subprocess.run(
        ["zsh", "-f", "-c", typed], check=True, capture_output=True, text=True, cwd=on_staging, timeout=60
    )
    assert "staging" in done.stdout, done
    assert not (on_staging / "pwned").exists()
