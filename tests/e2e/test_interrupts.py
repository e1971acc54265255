"""^C, as a terminal sends it to a command and the git that it runs: all is done and said so, or nothing is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MOVED = '#!/bin/sh\nif test "$1" = committed; then kill -INT 0; fi\n'
ALWAYS = "#!/bin/sh\nkill -INT 0\n"


def edit(project: Path) -> None:
    """A changed file and a new one."""
    page = next((project / "pages").glob("*.yaml"))
    (page.parent / "new.yaml").write_text(page.read_text().replace("url: /", "url: /new"))
    page.write_text(page.read_text() + "# a note\n")


def install(project: Path, hook: str, script: str) -> None:
    file = project / ".git/hooks" / hook
    file.parent.mkdir(exist_ok=True)
    file.write_text(script)
    file.chmod(0o755)


def state(project: Path, git) -> tuple[str, str, dict[Path, bytes]]:
    refs = git("for-each-ref", "--format=%(refname) %(tree)", cwd=project) + git("symbolic-ref", "HEAD", cwd=project)
    files = {path: path.read_bytes() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts}
    return refs, git("status", "--porcelain", cwd=project), files


@pytest.mark.parametrize(
    ("hook", "script", "command"),
    [
        ("reference-transaction", MOVED, ("merge", "staging", "production")),
        ("reference-transaction", MOVED, ("pin", "staging", "3.1")),
        ("reference-transaction", MOVED, ("rename", "staging", "qa", "--id")),
        ("reference-transaction", MOVED, ("delete", "staging", "--yes", "--force")),
        ("post-checkout", ALWAYS, ("switch", "staging")),
    ],
)
def test_when_the_change_is_made_it_comes_too_late(on_staging: Path, jetenv, hook: str, script: str, command):
    edit(on_staging)
    jetenv("commit", cwd=on_staging)
    jetenv("switch", "production", cwd=on_staging)
    install(on_staging, hook, script)
    ran = jetenv(*command, cwd=on_staging)
    assert ran.stdout
    assert "interrupted" not in ran.stderr


@pytest.mark.parametrize("signal_name", ["INT", "KILL"])
def test_a_commit_is_made_once_the_branch_has_moved(on_staging: Path, jetenv, git, signal_name: str):
    edit(on_staging)
    end = "kill -INT 0" if signal_name == "INT" else "kill -KILL $PPID"
    install(on_staging, "post-commit", f"#!/bin/sh\n{end}\n")
    ran = jetenv("commit", cwd=on_staging)
    assert "Committed" in ran.stdout
    assert git("status", "--porcelain", cwd=on_staging) == ""
    assert "pages/new.yaml" in git("show", "--name-only", "--format=", cwd=on_staging)


def test_a_commit_that_is_stopped_before_leaves_index_and_files_as_they_were(on_staging: Path, jetenv, git):
    edit(on_staging)
    install(on_staging, "pre-commit", ALWAYS)
    before = state(on_staging, git)
    ran = jetenv("commit", cwd=on_staging, check=False)
    assert (ran.code, ran.stdout, ran.stderr) == (130, "", "interrupted\n")
    assert state(on_staging, git) == before


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ("merge", "staging", "production"),
        ("pin", "production", "3.1"),
        ("create", "qa", "--switch"),
        ("switch", "staging"),
        ("commit",),
        ("rename", "staging", "qa", "--id"),
        ("set", "menu#x-note", "a note"),
        ("validate",),
    ],
)
def test_at_any_moment_all_is_done_or_nothing(on_staging: Path, tmp_path: Path, jetenv, git, command):
    edit(on_staging)
    jetenv("commit", cwd=on_staging)
    jetenv("switch", "production", cwd=on_staging)
    program = str(Path(sys.executable).parent / "jetenv")
    project = tmp_path / "copy"

    def prepare() -> None:
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(on_staging, project, symlinks=True)
        git("update-index", "-q", "--refresh", cwd=project)
        if command == ("commit",):
            edit(project)

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [program, *command],
            cwd=project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    prepare()
    before = state(project, git)
    began = time.monotonic()
    assert start().wait(timeout=60) == 0
    took, rounds = time.monotonic() - began, 60
    after = shape(state(project, git))
    for at in range(rounds):
        prepare()
        process = start()
        time.sleep(took * at / rounds)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        if process.returncode == 0:
            assert shape(state(project, git)) == after
        else:
            # An interpreter that has not come to jetenv yet ends as Python ends.
            assert process.returncode == 130 or b"jetenv/" not in said, said
            assert not said.startswith(b"error:"), said
            assert state(project, git) == before


def shape(found: tuple[str, str, dict[Path, bytes]]) -> tuple[list[str], str, set[Path]]:
    """A state without the ids that are drawn at random."""
    return [line.split()[0] for line in found[0].splitlines()], found[1], set(found[2])
