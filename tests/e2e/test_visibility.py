"""Who is not invited to an environment is told of the default one only; what needs no key goes on to work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_HELP = Path(__file__).parents[1] / "cli/help"
_NAMING = tuple(
    tuple(line.split())
    for line in """
    switch ENV
    show ENV
    rename ENV Other
    rename ENV other --id
    color ENV red
    pin ENV 3.1
    pin production --from ENV
    upgrade ENV
    export ENV out
    import docs ENV
    delete ENV --yes
    create other --from ENV
    merge ENV production
    merge production ENV
    revert HEAD ENV
    protect ENV
    protect production --from ENV
    unprotect ENV
    members list ENV
    members show ENV ada
    members invite ENV bob --role editor
    members add ENV bob --role editor
    members remove ENV ada
    members role ENV ada viewer
    members threshold ENV 1
    members sign ENV
    members drop ENV
    whoami ENV
    credentials list ENV
    credentials bind ENV shop env:SHOP
    credentials unbind ENV shop
    credentials check ENV
    credentials which ENV shop
    run ENV -- true
    introspect ENV
    drift ENV
    get pages/home#name --env ENV
    """.strip().splitlines()
)


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

    @pytest.mark.parametrize("arguments", _NAMING, ids=" ".join)
    def test_whatever_is_asked_about_it_is_answered_as_for_what_does_not_exist(self, root, jetenv, arguments, git):
        before = git("for-each-ref", cwd=root)
        hidden, missing = (
            jetenv(*(each.replace("ENV", name) for each in arguments), cwd=root, check=False)
            for name in ("staging", "nothing")
        )
        assert hidden.code == missing.code == 2, (hidden, missing)
        assert hidden.stderr == missing.stderr.replace("nothing", "staging")
        assert hidden.stdout == missing.stdout.replace("nothing", "staging") and "there is no" in hidden.stderr
        assert git("for-each-ref", cwd=root) == before

    def test_what_is_checked_out_is_no_secret_to_who_stands_on_it(self, root, jetenv, git):
        git("switch", "-q", "staging", cwd=root)
        assert "staging" in jetenv("show", "staging", cwd=root).stdout
        assert jetenv("pin", "staging", "3.1", cwd=root, check=False).code == 4

    def test_its_display_name_is_not_known_either(self, root, jetenv):
        assert "there is no environment" in jetenv("show", "Staging", cwd=root, check=False).stderr

    def test_what_tells_of_all_leaves_it_out(self, root, jetenv):
        for arguments in (("whoami",), ("credentials", "check", "--no-resolve")):
            done = jetenv(*arguments, cwd=root, check=False)
            assert "production" in done.stdout and "staging" not in done.stdout + done.stderr

    def test_who_asks_to_be_let_in_may_name_it(self, root, jetenv, tmp_path):
        jetenv("members", "join", "staging", "--as", "bob", "--output", tmp_path / "bob.join", cwd=root)
        assert (tmp_path / "bob.join").exists()

    def test_what_needs_no_right_answers_for_it(self, root, jetenv):
        for arguments in (
            ("diff", "production", "staging"),
            ("validate", "staging"),
            ("verify", "staging"),
            ("plan", "staging", "production"),
            ("merge", "--dry-run", "production", "staging"),
        ):
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


def test_no_command_that_takes_an_environment_is_forgotten_here():
    """Those that are missing need no key, take no name of an environment, or ask to be let in."""
    others = {"diff", "validate", "plan", "verify", "hooks", "trust", "members", "members join"}
    takes = {each.stem for each in _HELP.glob("*.txt") if re.search(r"\b(ENV|SOURCE)\b", each.read_text())}
    asked = {" ".join(arguments[:2]) for arguments in _NAMING} | {arguments[0] for arguments in _NAMING}
    assert takes - asked <= others
