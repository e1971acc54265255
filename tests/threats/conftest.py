"""One attack after the other, carried out with plain git where that works, and held against the three places.

C are the commands, V is ``jetenv verify`` and S a server with the hook. The numbers are those of docs/security.md.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("server", "access")]

from pushing import *  # noqa: E402, F403  # fixtures
from pushing import Pushing, _bare  # noqa: E402, F401

from jetenv.cli.main import main  # noqa: E402


class Attacked:
    """A clone of somebody with the branches that an attack has made, and the server that they would be pushed to."""

    def __init__(self, server: Pushing, git, keys, capsys, chdir: Callable[[Path], None]) -> None:
        self.server, self.world, self.git, self.keys = server, server.world, git, keys
        self.clone = server.world.repo.workdir
        self._capsys = capsys
        chdir(self.clone)
        git("config", "jetenv.root", self.world.root, cwd=self.clone)
        git("config", "gpg.format", "ssh", cwd=self.clone)
        self.put(production=self.world.production)

    def put(self, **branches: str | None) -> None:
        """Set branches of the clone, whatever that breaks."""
        for name, oid in branches.items():
            ref = f"refs/heads/{name}"
            self.git("update-ref", *(("-d", ref) if oid is None else (ref, oid)), cwd=self.clone)

    def run(self, *argv: str, by: str = "ada") -> tuple[int, str, str]:
        """A command with somebody's key: its exit code, and what it said on both streams."""
        self.git("config", "user.signingkey", f"{self.keys[by]}.pub", cwd=self.clone)
        self._capsys.readouterr()
        code = main(list(argv))
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        assert code != 70, said
        return code, said.out, said.err

    def refuses(self, *argv: str, by: str = "ada", codes: tuple[int, ...] = (4,)) -> str:
        """C: the command is refused and no branch has moved; what it said."""
        before = self.git("for-each-ref", cwd=self.clone)
        code, out, err = self.run(*argv, by=by)
        assert code in codes, (code, out, err)
        assert self.git("for-each-ref", cwd=self.clone) == before
        return err

    def found(self, **branches: str) -> list[str]:
        """V: the rules that ``jetenv verify`` finds broken when the clone has these branches."""
        self.put(**branches)
        code, out, err = self.run("verify", "--json")
        assert code in (1, 4), (code, out, err)
        told = json.loads(out)
        return [each["rule"] for found in told["environments"] or [told["default"]] for each in found["findings"]]

    def git_says(self, commit: str, *lines: str) -> str | None:
        """Whom plain git takes for the signer of ``commit`` where ``lines`` are allowed; None for nobody."""
        allowed = self.clone.parent / "allowed"
        allowed.write_text("".join(f"{line}\n" for line in lines))
        done = self.server.run(
            ["git", "-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", commit], self.clone
        )
        found = re.match(r'Good "git" signature for (\S+) with', done.stderr)
        return found[1] if found is not None and done.code == 0 else None

    def proven(self, **branches: str) -> None:
        """V: nothing is found."""
        self.put(**branches)
        code, out, err = self.run("verify")
        assert code == 0, (out, err)


@pytest.fixture
def at(server: Pushing, git, keys, capsys, monkeypatch) -> Attacked:
    """The clone and the server, with production on both."""
    return Attacked(server, git, keys, capsys, monkeypatch.chdir)
