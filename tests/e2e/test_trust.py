"""`jetenv trust`: the root is pinned by `init` or by a person, and never by chance."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest


@pytest.fixture
def root(with_staging: Path) -> Path:
    return with_staging


@pytest.fixture
def digest(root: Path) -> str:
    return hashlib.sha256((root / "environments/production/members.yaml").read_bytes()).hexdigest()


@pytest.fixture
def copy(root: Path, git, tmp_path: Path, keys) -> Path:
    """A fresh clone, in which no root is pinned."""
    git("clone", "-q", root, "copy")
    git("config", "user.signingkey", f"{keys['ada']}.pub", cwd=tmp_path / "copy")
    git("config", "gpg.format", "ssh", cwd=tmp_path / "copy")
    return tmp_path / "copy"


def test_init_pins_it(root, jetenv, digest):
    done = jetenv("trust", "show", cwd=root)
    assert digest in done.stdout and "by `jetenv init` in this clone" in done.stdout
    assert "ada (Ada Lovelace) SHA256:" in done.stdout


def test_a_fresh_clone_trusts_nothing_and_no_command_writes(copy, jetenv, digest, git):
    done = jetenv("trust", "show", cwd=copy, check=False)
    assert done.code == 4 and digest in done.stdout and "nothing can be proven" in done.stdout
    refused = jetenv("create", "testing", cwd=copy, check=False)
    assert refused.code == 4 and "`jetenv trust pin DIGEST`" in refused.stderr
    assert git("config", "--default", "none", "--get", "jetenv.root", cwd=copy) == "none"
    for reading in (("list",), ("validate", "production"), ("diff", "production", "staging")):
        assert jetenv(*reading, cwd=copy).code == 0
    assert jetenv("merge", "staging", "production", "--dry-run", cwd=copy).code == 0


def test_the_digest_that_an_admin_gave_is_pinned(copy, jetenv, digest):
    done = jetenv("trust", "pin", digest, cwd=copy)
    assert f"Pinned the root {digest}" in done.stdout
    assert json.loads(jetenv("trust", "show", "--json", cwd=copy).stdout)["origin"] == "digest"
    assert jetenv("verify", cwd=copy).code == 0
    assert jetenv("create", "testing", cwd=copy).code == 0
    assert "pinned already" in jetenv("trust", "pin", digest, cwd=copy).stdout


def test_what_is_here_is_trusted_only_where_a_person_says_so(copy, jetenv, digest, git):
    asked = jetenv("trust", "pin", cwd=copy, check=False)
    assert asked.code == 2 and "ada (Ada Lovelace)" in asked.stderr
    assert git("config", "--default", "none", "--get", "jetenv.root", cwd=copy) == "none"
    assert f"Pinned the root {digest}" in jetenv("trust", "pin", "--yes", cwd=copy).stdout
    assert json.loads(jetenv("trust", "show", "--json", cwd=copy).stdout)["origin"] == "first-use"


def test_a_digest_of_something_else_is_refused_with_what_is_here(copy, jetenv, digest):
    done = jetenv("trust", "pin", "0" * 64, cwd=copy, check=False)
    assert done.code == 4 and digest in done.stderr and "do not go on" in done.stderr
    assert jetenv("trust", "pin", "12", cwd=copy, check=False).code == 2


def test_a_pinned_root_is_never_replaced_in_passing(root, jetenv, git, digest):
    other = "1" * 64
    git("config", "jetenv.root", other, cwd=root)
    for arguments in ((), (digest,), (digest, "--yes")):
        done = jetenv("trust", "pin", *arguments, cwd=root, check=False)
        assert done.code == 4
    assert git("config", "jetenv.root", cwd=root) == other
    assert jetenv("trust", "show", cwd=root, check=False).code == 4
    assert jetenv("trust", "rotate", digest, cwd=root, check=False).code == 2
    done = jetenv("trust", "rotate", digest, "--yes", cwd=root)
    assert f"in place of {other}" in done.stdout
    assert "in place of an earlier root" in jetenv("trust", "show", cwd=root).stdout
    assert jetenv("verify", cwd=root).code == 0


@pytest.mark.parametrize("arguments", [("rotate",), ("show", "0" * 64), ("renew",), ("rotate", "xyz")])
def test_what_cannot_be_meant(root, jetenv, arguments):
    assert jetenv("trust", *arguments, cwd=root, check=False).code == 2


class TestAdminsAreLost:
    """Somebody whom everybody agreed on begins anew, over the content as it is; nobody else trusts that unasked."""

    @pytest.fixture
    def successor(self, root, git, keys) -> str:
        git("config", "user.signingkey", f"{keys['bob']}.pub", cwd=root)
        return "bob"

    def test_a_new_root_is_made_pinned_and_proven(self, root, jetenv, successor, digest, git):
        content = git("rev-parse", "production:menu.yaml", cwd=root)
        assert jetenv("create", "testing", cwd=root, check=False).code == 4
        done = jetenv("trust", "rotate", "--new", "--yes", cwd=root)
        assert f"in place of {digest}" in done.stdout
        assert git("rev-parse", "production:menu.yaml", cwd=root) == content
        found = jetenv("verify", "production", cwd=root)
        assert "proven" in found.stdout and "1 commit;" in found.stdout
        jetenv("create", "testing", cwd=root)
        jetenv("color", "production", "blue", cwd=root)
        assert jetenv("verify", "production", "testing", cwd=root).code == 0
        git("switch", "-q", "staging", cwd=root)
        assert "another project" in jetenv("color", "staging", "blue", cwd=root, check=False).stderr

    def test_a_clone_with_the_old_root_stops_until_a_person_has_agreed(
        self, root, jetenv, successor, git, clone, digest
    ):
        copy = clone(root, "copy")
        jetenv("trust", "rotate", "--new", "--yes", cwd=root)
        git("pull", "-q", cwd=copy)
        assert jetenv("verify", cwd=copy, check=False).code in (1, 4)
        assert jetenv("create", "mine", cwd=copy, check=False).code == 4
        new = git("config", "jetenv.root", cwd=root)
        jetenv("trust", "rotate", new, "--yes", cwd=copy)
        assert jetenv("verify", "production", cwd=copy).code == 0

    def test_an_admin_needs_no_new_root(self, root, jetenv, git):
        before = git("for-each-ref", cwd=root)
        done = jetenv("trust", "rotate", "--new", "--yes", cwd=root, check=False)
        assert done.code == 1 and "no new root is needed" in done.stderr
        assert jetenv("trust", "rotate", "--new", cwd=root, check=False).code == 2
        assert git("for-each-ref", cwd=root) == before
