"""The main job of jetenv on the example project, with each command and its real output.

Run by ``make demo``. Everything happens in a new temporary directory, with a git configuration, a home and a key of
its own. What the commands show is checked; the exit code is 1 when anything is off.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent / "orders"
JETENV = Path(sys.executable).with_name("jetenv")
NOTE = "{field: TextField, verbose_name: Gift note}"


class UnexpectedError(Exception):
    """What was shown is not what was to be shown."""


class Demo:
    """Runs commands in a folder and echoes them with their output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = folder / "home"
        home.mkdir()
        (home / ".gitconfig").write_text("[user]\n\tname = Demo\n\temail = demo@example.com\n")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "JETENV_", "SSH_"))}
        self.environment = kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
        self.project = folder

    def jetenv(self, *arguments: str, code: int = 0) -> str:
        """Run jetenv, echo the command and what it prints, and return that."""
        return self._run([str(JETENV), *arguments], ["jetenv", *arguments], code)

    def git(self, *arguments: str, code: int = 0) -> str:
        """Run git, echo the command and what it prints, and return that."""
        return self._run(["git", *arguments], ["git", *arguments], code)

    def ask(self, *command: str) -> str:
        """The output of a command that is not shown."""
        return subprocess.run(
            command, cwd=self.project, env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def _run(self, command: list[str], shown: list[str], code: int) -> str:
        print(f"$ {shlex.join(shown).replace(str(EXAMPLE), 'examples/orders')}", flush=True)
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output = done.stdout.replace(str(self.folder), "~")
        print(output, flush=True)
        if done.returncode != code:
            raise UnexpectedError(f"exit code {done.returncode} instead of {code}")
        return output


def shows(output: str, *words: str) -> None:
    """Check that ``output`` holds each of ``words``."""
    for word in words:
        if word not in output:
            raise UnexpectedError(f"{word!r} is not in the output")


def equal(found: str, expected: str) -> None:
    """Check that two values are equal."""
    if found != expected:
        raise UnexpectedError(f"{found!r} is not {expected!r}")


def run(demo: Demo) -> None:
    """A project, a staging copy, edits on both, a review of the difference, a merge, a version pin."""
    shows(demo.jetenv("init", "orders", "--from", str(EXAMPLE), "--name", "Orders"), "production")
    demo.project = demo.folder / "orders"

    shows(demo.jetenv("create", "staging", "--switch"), "staging")
    demo.jetenv("set", "pages/orders#name", "All orders")
    demo.jetenv("set", "resources/shipping-api#params.base_query.timeout", "20")
    demo.jetenv("set", "collections/orders-db/orders#fields[gift_note]", NOTE)
    shows(demo.jetenv("status"), "On staging", "orders-db/orders")
    demo.jetenv("commit", "-m", "Take gift notes with an order")

    shows(demo.jetenv("switch", "production"), "production")
    equal(demo.ask(str(JETENV), "get", "pages/orders#name"), "Orders")
    demo.jetenv("set", "pages/orders#queries[totals].refresh_interval", "60")
    demo.jetenv("commit", "-m", "Count orders twice as often")

    shows(demo.jetenv("diff", "production", "staging"), "gift_note", "timeout", "All orders", "refresh_interval")
    owned = demo.ask("git", "rev-parse", "production:environments")
    shows(demo.jetenv("merge", "staging", "production"), "orders-db/orders", "shipping-api")
    equal(demo.ask("git", "rev-parse", "production:environments"), owned)
    equal(demo.ask("git", "rev-list", "--parents", "-n1", "production").count(" ").__str__(), "2")
    equal(demo.ask(str(JETENV), "get", "pages/orders#name"), "All orders")
    equal(demo.ask(str(JETENV), "get", "pages/orders#queries[totals].refresh_interval"), "60")
    shows(demo.git("verify-commit", "production"), "Good")

    shows(demo.jetenv("list"), "production", "staging")
    demo.jetenv("switch", "staging")
    demo.jetenv("pin", "production", "3.12")
    shows(demo.jetenv("list"), "3.12")
    demo.jetenv("validate", "production")


def main() -> int:
    """The exit code: 0 when all that was shown is right."""
    with tempfile.TemporaryDirectory(prefix="jetenv-demo-") as folder:
        try:
            run(Demo(Path(folder).resolve()))
        except UnexpectedError as error:
            print(f"demo: {error}", file=sys.stderr)
            return 1
    print("demo: all as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
