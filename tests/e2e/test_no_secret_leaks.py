"""A secret is planted, everything is run with it, and then everything that was written is searched for it.

What is searched: the output of every command, every file of the project, the git directory with every object unpacked,
the home, caches and configuration, and the command lines of all processes while the commands run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

SECRET = "pl4nted/s3cret+ü-0xC0FFEE"
FORMS = tuple(
    form.encode()
    for form in (
        SECRET,
        quote(SECRET, safe=""),
        repr(SECRET)[1:-1],
        json.dumps(SECRET)[1:-1],
        b64encode(SECRET.encode()).decode(),
    )
)
COMMAND = [str(Path(sys.executable).parent / "jetenv")]
CRASHING = """\
import os

if os.environ.get("CRASH_WITH_SECRET"):
    def crash(command, arguments, variables):
        raise RuntimeError(f"cannot start {arguments} with {variables}")

    os.execvpe = crash
"""
BROKEN_STORE = """\
def resolve(reference, context):
    value = context.environ["PLANTED"]
    raise ValueError("unexpected answer: " + value) from RuntimeError(value)
"""


def found_in(data: bytes) -> bool:
    return any(form in data for form in FORMS)


class CommandLines(threading.Thread):
    """Reads the command lines of all processes, again and again, until it is stopped."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.leaks: set[bytes] = set()
        self.rounds = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = file.read_bytes()
                except OSError:
                    continue
                if found_in(line):
                    self.leaks.add(line)
            self.rounds += 1
            time.sleep(0.02)


@pytest.fixture
def command_lines() -> Iterator[CommandLines]:
    thread = CommandLines()
    thread.start()
    yield thread
    thread.done.set()
    thread.join(10)


@pytest.fixture
def around(tmp_path: Path, home: Path) -> dict[str, str]:
    """The variables of the commands: the secret, a place for it outside of all that is searched, and what breaks."""
    plugin = tmp_path / "plugin"
    metadata = plugin / "broken_store-1.0.dist-info"
    metadata.mkdir(parents=True)
    (plugin / "broken_store.py").write_text(BROKEN_STORE)
    (plugin / "sitecustomize.py").write_text(CRASHING)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-store\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[jetenv.resolvers]\nbroken-store = broken_store:resolve\n")
    config = home / ".config" / "jetenv"
    config.mkdir(parents=True)
    (config / "commands.yaml").write_text(
        "planted: [sh, -c, 'printf %s \"$PLANTED\"']\n"
        'failing: [sh, -c, \'echo "$PLANTED" >&2; echo "$PLANTED"; exit 1\']\n'
    )
    (config / "commands.yaml").chmod(0o600)
    return {
        **os.environ,
        "PLANTED": SECRET,
        "ORDERS_DB_PASSWORD": SECRET,
        "PYTHONPATH": str(plugin),
        "JETENV_CACHE_DIR": str(home / "cache"),
    }


def everything_written(root: Path, home: Path) -> Iterator[tuple[str, bytes]]:
    for folder in (root, home):
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield str(path), path.read_bytes()
    unpacked = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"], cwd=root, capture_output=True, check=True
    )
    yield "the objects of git", unpacked.stdout
    log = subprocess.run(
        ["git", "log", "--all", "--format=%B%GS%an%N", "-p"], cwd=root, capture_output=True, check=True
    )
    yield "the log of git", log.stdout


def test_a_planted_secret_is_found_nowhere(
    root: Path, home: Path, tmp_path: Path, around: dict[str, str], command_lines: CommandLines, jetenv, git
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "orders.env").write_text(f"TOKEN='{SECRET}'\nbroken line with {SECRET}\n")
    (outside / "token").write_text(f"{SECRET}\n")
    (outside / "broken.json").write_text(f'{{"key": "{SECRET}"')
    (outside / "several.json").write_text(json.dumps({"key": {"inner": SECRET}}))
    places = (
        "env:PLANTED", f"file:{outside}/token", f"file:{outside}/orders.env#TOKEN", f"file:{outside}/broken.json#key",
        f"file:{outside}/several.json#key", "cmd:planted", "cmd:failing", "broken-store:any",
    )  # fmt: skip
    bindings = root / "environments/production/credentials.yaml"
    more = "".join(f"  extra-{number}: {reference}\n" for number, reference in enumerate(places))
    bindings.write_text(bindings.read_text() + more)
    git("commit", "-qam", "bind more", cwd=root)
    for credential, reference in (("shipping-api-token", places[1]), ("documents-storage-key", "cmd:planted")):
        jetenv("credentials", "bind", "production", credential, reference, cwd=root, env=around)
    orders = ("staging", "--resource", "orders-db")
    child = (
        "import os, time; assert 'PLANTED' not in os.environ; assert os.environ['JETENV_RESOURCE_PASSWORD']; "
        "time.sleep(0.3)"
    )
    runs = (
        (0, ("run", *orders, "--", sys.executable, "-c", child)),
        (0, ("run", *orders, "--as", "jet-bridge", "--dry-run", "--json")),
        (0, ("run", "staging", "--as", "database-url", "--dry-run")),
        (2, ("--debug", "run", *orders, "--json", "--", "no-such-command")),
        (3, ("--debug", "run", "staging", "--resource", "targets-sheet", "--", "true")),
        (1, ("--debug", "credentials", "check", "--json")),
        (1, ("credentials", "check", "staging", "--timeout", "2")),
        (0, ("credentials", "list", "--json")),
        (0, ("credentials", "which", "production", "extra-0", "--json")),
        (0, ("show", "production", "--json")),
        (0, ("validate", "staging")),
        (0, ("diff", "staging", "production")),
        (0, ("merge", "production", "staging")),
    )
    said = []
    for code, arguments in runs:
        done = subprocess.run([*COMMAND, *arguments], cwd=root, env=around, capture_output=True, check=False)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        said.append((str(arguments), done.stdout + done.stderr))
    for options in ((), ("--debug",), ("--json",)):
        crash = [*COMMAND, *(["--debug"] if options == ("--debug",) else []), "run", *orders]
        crash += [*(["--json"] if options == ("--json",) else []), "--", "true"]
        done = subprocess.run(
            crash, cwd=root, env={**around, "CRASH_WITH_SECRET": "1"}, capture_output=True, check=False
        )
        assert done.returncode == 70, done.stderr
        assert b"********" in done.stdout + done.stderr  # the message held it, and was masked
        said.append((str(crash), done.stdout + done.stderr))
    assert command_lines.rounds > 10
    assert command_lines.leaks == set()
    assert [name for name, text in said if found_in(text)] == []
    assert [name for name, data in everything_written(root, home) if found_in(data)] == []


def test_the_search_would_find_it(root: Path, home: Path, command_lines: CommandLines, git) -> None:
    """Each place that is searched does show a secret that is put there."""
    (home / "leak").write_text(f"x{SECRET}")
    (root / "notes.txt").write_text(SECRET)
    git("add", "notes.txt", cwd=root)
    git("commit", "-qm", "leak", cwd=root)
    (root / "notes.txt").unlink()
    subprocess.run(["sh", "-c", "sleep 0.3; : $0", SECRET], check=True)
    leaks = {name for name, data in everything_written(root, home) if found_in(data)}
    assert {str(home / "leak"), "the objects of git", "the log of git"} <= leaks
    assert command_lines.leaks
