"""Who is not invited to an environment is told of the default one only; what needs no key goes on to work."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def root(with_staging: Path, add_members) -> Path:
    """Ada's production with bob as a viewer, and staging, which is hers alone."""
    add_members(with_staging, ("bob", "viewer"))
    return with_staging


@pytest.fixture
def as_bob(root: Path, git, keys) -> None:
    git("config", "user.signingkey", f"{keys['bob']}.pub", cwd=root)


def test_a_member_sees_his_environments(root, jetenv):
    assert [line.split()[0] for line in jetenv("list", cwd=root).stdout.splitlines()[1:]] == ["*", "staging"]


@pytest.mark.usefixtures("as_bob")
class TestNotInvited:
    def test_it_is_not_listed(self, root, jetenv):
        assert "staging" not in jetenv("list", cwd=root).stdout
        assert "staging" not in jetenv("list", "--json", cwd=root).stdout

    def test_to_switch_there_answers_as_for_what_does_not_exist(self, root, jetenv):
        hidden = jetenv("switch", "staging", cwd=root, check=False)
        missing = jetenv("switch", "nothing", cwd=root, check=False)
        assert (hidden.code, hidden.stderr) == (2, missing.stderr.replace("nothing", "staging"))
        assert jetenv("switch", "production", cwd=root).code == 0

    def test_nothing_suggests_it(self, root, jetenv):
        assert "staging" not in jetenv("show", "stagin", cwd=root, check=False).stderr.replace("'stagin'", "")
        offered = jetenv(
            cwd=root,
            check=False,
            env={"_JETENV_COMPLETE": "complete_bash", "COMP_WORDS": "jetenv switch ", "COMP_CWORD": "2"},
        )
        assert "staging" not in offered.stdout

    def test_what_needs_no_right_answers_for_it(self, root, jetenv):
        for arguments in (("diff", "production", "staging"), ("validate", "staging"), ("verify", "staging")):
            assert jetenv(*arguments, cwd=root).code == 0


def test_without_a_key_the_default_environment_is_seen_and_everything_is_checked(root, jetenv, home, git):
    git("config", "--unset", "user.signingkey", cwd=root)
    (home / ".gitconfig").write_text("")
    done = jetenv("list", cwd=root)
    assert "production" in done.stdout and "staging" not in done.stdout
    assert "no SSH key" in done.stderr
    for arguments in (
        ("diff", "production", "staging"),
        ("validate", "staging"),
        ("verify",),
        ("merge", "staging", "production", "--dry-run"),
    ):
        assert jetenv(*arguments, cwd=root).code == 0
