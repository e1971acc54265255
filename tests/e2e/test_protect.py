"""`jetenv protect` and `unprotect`: who may change an environment in which way, one signed commit each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def root(with_staging: Path, add_members) -> Path:
    add_members(with_staging, ("bob", "editor"))
    return with_staging


def protection(git, root: Path, environment: str) -> str:
    return git("show", f"{environment}:environments/{environment}/environment.yaml", cwd=root).partition("version")[2]


def test_it_begins_with_that_of_a_new_project_and_changes_what_is_named(root, jetenv, git):
    done = jetenv("protect", "staging", cwd=root)
    assert "commit directly       admins" in done.stdout
    jetenv("protect", "staging", "--from", "production", "--lock-version", "--merge", "admins", cwd=root)
    assert protection(git, root, "staging").splitlines()[2:] == [
        "protection:",
        "  direct: admins",
        "  merge: admins",
        "  force_push: nobody",
        "  delete: nobody",
        "  version: locked",
        "  sources: [production]",
    ]
    assert git("rev-list", "--count", "production@{0}..staging", cwd=root)
    jetenv("protect", "staging", "--from-anywhere", "--open-version", cwd=root)
    text = protection(git, root, "staging")
    assert "sources" not in text and "version: open" in text
    assert "like that already" in jetenv("protect", "staging", "--open-version", cwd=root).stdout
    git("verify-commit", "staging", cwd=root)
    assert jetenv("verify", cwd=root).code == 0


def test_list_and_show_tell_it(root, jetenv):
    jetenv("protect", "staging", "--from", "production", cwd=root)
    assert "protected" in jetenv("list", cwd=root).stdout.splitlines()[2]
    assert (
        "commits by admins; merges by editors and admins, from production" in jetenv("show", "staging", cwd=root).stdout
    )


def test_it_is_taken_away_again(root, jetenv, git, keys):
    done = jetenv("unprotect", "production", "--json", cwd=root)
    assert json.loads(done.stdout)["after"]["direct"] == "editors"
    assert "protection" not in protection(git, root, "production")
    assert "is not protected" in jetenv("unprotect", "production", cwd=root).stdout
    git("config", "user.signingkey", f"{keys['bob']}.pub", cwd=root)
    (root / "menu.yaml").write_text("primary: []\n")
    jetenv("commit", cwd=root)
    assert jetenv("verify", cwd=root).code == 0


def test_only_admins_change_it(root, jetenv, git, keys):
    git("config", "user.signingkey", f"{keys['bob']}.pub", cwd=root)
    before = git("for-each-ref", cwd=root)
    for arguments in (("unprotect", "production"), ("protect", "production", "--direct", "editors")):
        done = jetenv(*arguments, cwd=root, check=False)
        assert done.code == 4
        assert "'bob' may not change the protection of 'production'" in done.stderr
        assert "ada can do it, or give others the right" in done.stderr
    assert git("for-each-ref", cwd=root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("staging", "--from", "prodution"), "did you mean 'production'?"),
        (("staging", "--from", "staging"), "cannot be merged into itself"),
        (("staging", "--from", "production", "--from-anywhere"), "exclude each other"),
        (("staging", "--direct", "everybody"), "everybody"),
        (("stagin",), "did you mean 'staging'?"),
    ],
)
def test_what_cannot_be_meant(root, jetenv, arguments, said):
    done = jetenv("protect", *arguments, cwd=root, check=False)
    assert done.code == 2 and said in done.stderr
