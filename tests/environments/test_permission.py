"""Who may do what: every command that writes asks before it writes, and a refusal changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jetenv.access.history import Verifier
from jetenv.access.members import parse, render
from jetenv.access.store import GitStore
from jetenv.environments.color import color
from jetenv.environments.commit import commit as commit_worktree
from jetenv.environments.delete import plan_delete
from jetenv.environments.editing import edit_environment
from jetenv.environments.merges.merge import Outcome, continue_merge, merge
from jetenv.environments.merges.resolve import list_conflicts, resolve
from jetenv.environments.merges.revert import revert
from jetenv.environments.platform.pin import pin
from jetenv.environments.project import ROOT_PIN, Project, open_project
from jetenv.environments.rename import rename
from jetenv.environments.rights.permission import permission
from jetenv.environments.rights.verify import verify
from jetenv.environments.starting.create import create
from jetenv.environments.switch import switch
from jetenv.errors import DeniedError, ExitCode, JetenvError, UsageError
from jetenv.merging.resolutions import Resolution

PAGE = "name: {}\ncomponents: []\n"
DARK = "mode: dark\ncolors: {primary: '#112233'}\n"


def breaches(project: Project, *names: str) -> list[str]:
    """The ids of the rules that the history breaks: of production, and of ``names``."""
    verifier = Verifier(GitStore(project.repo), project.repo.config.get(ROOT_PIN), project.catalog)
    found = [verifier.default("production", project.default().tip)]
    found += [verifier.environment(name, project.environment(name).tip) for name in names]
    return [breach.rule.value for each in found for breach in each.breaches]


@pytest.fixture
def staging(team, opened, be, commit, git) -> str:
    """Staging, created by bob, with a page that production lacks; production is checked out, and bob is here.

    The plain branch draft has the page, too.
    """
    be("bob")
    create(opened(), "staging", switch=True)
    commit("pages/orders.yaml", PAGE.format("Orders"))
    git("branch", "draft", cwd=team)
    git("switch", "-q", "production", cwd=team)
    return "staging"


class TestRefused:
    """Each is refused with exit code 4, says who could do it, and leaves every ref, file and setting as it was."""

    @pytest.fixture(autouse=True)
    def unchanged(self, team, staging, snapshot, be, who):
        be(who)
        before = snapshot(team)
        yield
        assert snapshot(team) == before

    @pytest.fixture
    def who(self) -> str:
        return "bob"

    @staticmethod
    def refused(do, match: str, hint: str = "can do it") -> DeniedError:
        with pytest.raises(DeniedError, match=match) as caught:
            do()
        assert caught.value.exit_code is ExitCode.DENIED
        assert hint in (caught.value.hint or "")
        return caught.value

    def test_an_editor_changes_no_settings(self, opened):
        self.refused(lambda: color(opened(), "production", "blue"), "'bob' may not change settings of 'production'")
        self.refused(lambda: rename(opened(), "production", "Live"), "'bob' may not change settings")

    def test_an_editor_moves_no_pin_where_commits_are_for_admins(self, opened):
        self.refused(lambda: pin(opened(), "production", "3.2.0"), "'bob' may not change the version pin")

    def test_an_editor_reverts_nothing_where_commits_are_for_admins(self, opened):
        error = self.refused(lambda: revert(opened(), None, "production"), "'bob' may not commit to 'production'")
        assert "merge" in error.message

    @pytest.mark.parametrize("who", ["carol"])
    def test_a_viewer_creates_and_merges_nothing(self, opened):
        self.refused(lambda: create(opened(), "testing"), "'carol' may not create environments")
        self.refused(lambda: merge(opened(), "draft", "production"), "'carol' may not merge into 'production'")
        self.refused(lambda: merge(opened(), "draft", "production", only=["pages/orders"]), "'carol' may not merge")

    @pytest.mark.parametrize("who", ["ada"])
    def test_to_an_admin_of_production_what_bob_created_is_as_if_it_did_not_exist(self, opened):
        for do in (
            lambda: color(opened(), "staging", "blue"),
            lambda: plan_delete(opened(), "staging"),
            lambda: rename(opened(), "staging", "test", change_id=True),
            lambda: merge(opened(), "staging", "production"),
        ):
            with pytest.raises(UsageError, match="there is no environment 'staging'"):
                do()

    @pytest.mark.parametrize("who", ["ecdsa"])
    def test_an_unknown_key_is_named_with_the_place_where_it_was_found(self, opened):
        error = self.refused(lambda: merge(opened(), "draft", "production"), "an unknown key may not merge")
        assert "ecdsa.pub (SHA256:" in (error.where or "")


def test_an_editor_brings_by_merge_what_he_may_not_commit(staging, opened, git, team):
    assert merge(opened(), "staging", "production").outcome is Outcome.MERGED
    assert breaches(opened(), "staging") == []


def test_a_commit_by_an_editor_is_refused_with_the_way_round(staging, opened, team, git):
    (team / "theme.yaml").write_text(DARK)
    with pytest.raises(DeniedError, match="editors reach it by merge only") as caught:
        commit_worktree(opened())
    assert "`git switch -c NAME`" in (caught.value.hint or "")
    assert git("status", "--porcelain", cwd=team).split() == ["M", "theme.yaml"]
    git("switch", "-q", "-c", "dark", cwd=team)
    assert commit_worktree(opened()).commit
    assert merge(opened(), "dark", "production").outcome is Outcome.MERGED
    assert breaches(opened()) == []


def test_a_plain_branch_brings_no_settings_by_an_editor(staging, opened, team, git, commit, be):
    git("switch", "-q", "-c", "repaint", cwd=team)
    settings = team / "environments/production/environment.yaml"
    commit("environments/production/environment.yaml", settings.read_text() + "expires: 2027-01-01\n")
    git("switch", "-q", "production", cwd=team)
    with pytest.raises(DeniedError, match="'bob' may not change settings of 'production'"):
        merge(opened(), "repaint", "production")
    be("ada")
    assert merge(opened(), "repaint", "production").outcome is Outcome.MERGED
    assert breaches(opened()) == []


def test_a_dry_run_is_for_everybody(staging, opened, be, home):
    be("carol")
    assert merge(opened(), "staging", "production", dry_run=True).outcome is Outcome.CLEAN


def test_a_merge_in_progress_goes_on_by_who_may_merge_only(staging, opened, team, git, commit, be):
    be("ada")
    commit("pages/orders.yaml", PAGE.format("All orders"))
    be("bob")
    assert merge(opened(), "staging", "production").outcome is Outcome.CONFLICTS
    be("carol")
    listed = list_conflicts(opened())
    with pytest.raises(DeniedError, match="'carol' may not merge"):
        resolve(opened(), listed, listed.conflicts, Resolution("theirs"))
    assert list_conflicts(opened()).open
    be("bob")
    resolve(opened(), listed, listed.conflicts, Resolution("theirs"))
    be("carol")
    with pytest.raises(DeniedError, match="'carol' may not merge"):
        continue_merge(opened())
    be("bob")
    assert continue_merge(opened()).outcome is Outcome.MERGED
    assert breaches(opened(), "staging") == []


def test_a_merge_by_git_is_committed_only_with_what_its_sides_say(staging, opened, team, git):
    git("merge", "-q", "--no-commit", "--no-ff", "staging", cwd=team)
    (team / "menu.yaml").write_text("items: []\n")
    git("add", "menu.yaml", cwd=team)
    with pytest.raises(DeniedError, match="is not what either side made of it"):
        commit_worktree(opened())
    git("checkout", "-q", "HEAD", "--", "menu.yaml", cwd=team)
    assert commit_worktree(opened()).commit
    assert breaches(opened(), "staging") == []


def test_sources_that_a_protection_names_are_held_to_their_branches(staging, opened, team, git, commit, be):
    be("ada")
    settings = team / "environments/production/environment.yaml"
    text = settings.read_text().replace("  merge: editors\n", "  merge: editors\n  sources: [staging]\n")
    commit("environments/production/environment.yaml", text)
    git("branch", "plain", "staging", cwd=team)
    git("switch", "-q", "plain", cwd=team)
    commit("pages/orders.yaml", PAGE.format("Mine"))
    git("switch", "-q", "production", cwd=team)
    be("bob")
    with pytest.raises(DeniedError, match="merges may come from staging, not from a plain branch"):
        merge(opened(), "plain", "production")
    assert merge(opened(), "staging", "production").outcome is Outcome.MERGED
    assert breaches(opened(), "staging") == []


def test_what_the_commands_make_of_an_environment_is_proven(staging, opened, team):
    color(opened(), "staging", "blue")
    rename(opened(), "staging", "test", change_id=True)
    pin(opened(), "test", "3.2.0")
    create(opened(), "copy", source="test")
    assert breaches(opened(), "test", "copy") == []


class TestMembers:
    """A change of the members is judged by its signatures, whatever command would make it."""

    @staticmethod
    def change(opened, make, message="Change members") -> object:
        project = opened()
        return edit_environment(project, project.default(), make, message)

    def test_one_that_an_admin_signed_stands(self, team, opened):
        assert breaches(opened()) == []
        assert [each.id for each in parse((team / "environments/production/members.yaml").read_bytes()).members] == [
            "ada",
            "bob",
            "carol",
        ]

    def test_nobody_promotes_himself(self, team, opened, be, snapshot):
        be("bob")
        before = snapshot(team)

        def promote(files):
            old = parse(files["members.yaml"])
            members = tuple(replace(each, role="admin") for each in old.members)
            return {"members.yaml": render(replace(old, members=members))}

        with pytest.raises(DeniedError, match="members file"):
            self.change(opened, promote)
        assert snapshot(team) == before

    def test_a_signature_for_another_version_counts_for_nothing(self, team, opened, signed_members):
        with pytest.raises(DeniedError, match="version 4"):
            self.change(opened, lambda files: signed_members(files["members.yaml"], version=4))


class TestUntrusted:
    """What is in force has to be trusted first: a hard stop each, with the reason and the way out."""

    @staticmethod
    def stopped(opened, match: str, hint: str) -> None:
        with pytest.raises(DeniedError, match=match) as caught:
            color(opened(), "production", "blue")
        assert hint in (caught.value.hint or "")

    def test_no_root_is_pinned(self, team, opened, git):
        git("config", "--unset", "jetenv.root", cwd=team)
        self.stopped(opened, "no root is pinned", "jetenv trust pin")

    def test_another_root_is_pinned(self, team, opened, git):
        git("config", "jetenv.root", "0" * 64, cwd=team)
        self.stopped(opened, "the pinned root is 0000", "do not trust")

    def test_the_history_was_not_fetched(self, team, clone, be):
        shallow = clone("--depth=1", f"file://{team}", "shallow")
        with pytest.raises(DeniedError, match="was not fetched") as caught:
            color(open_project(shallow), "production", "blue")
        assert "--unshallow" in (caught.value.hint or "")

    @pytest.mark.parametrize(
        ("content", "match"),
        [
            ("", "cannot be accepted"),
            ("format: 1\n", "the field 'project' is missing"),
            ("#" * 300_000, "bytes and may have"),
            (lambda text: text.replace("format: 1", "format: 2"), "the format 2 is not known"),
            (lambda text: text.replace('"editor"', '"owner"'), "'owner' is not a role"),
            (lambda text: text.replace("version: 2", "version:  2"), "not in its canonical form"),
        ],
        ids=["empty", "no fields", "oversized", "unknown format", "unknown role", "not canonical"],
    )
    def test_the_members_file_is_none(self, team, opened, commit, content, match):
        path = "environments/production/members.yaml"
        commit(path, content if isinstance(content, str) else content((team / path).read_text()))
        project = open_project(team, any_branch=True)
        with pytest.raises(JetenvError, match=match if project.environments()[0].is_default else "default") as caught:
            color(project, "production", "blue")
        assert caught.value.hint

    def test_the_members_file_is_a_link(self, team, opened, git):
        path = team / "environments/production/members.yaml"
        path.rename(team / "members.yaml")
        path.symlink_to("../../members.yaml")
        git("add", "-A", cwd=team)
        git("commit", "-qm", "link", cwd=team)
        with pytest.raises(JetenvError):
            color(opened(), "production", "blue")

    def test_the_members_file_of_another_environment_says_nothing(self, staging, team, opened, git, commit):
        git("switch", "-q", "staging", cwd=team)
        commit("environments/staging/members.yaml", (team / "environments/production/members.yaml").read_text())
        with pytest.raises(DeniedError, match="that of another environment"):
            color(opened(), "staging", "blue")


def test_without_a_key_nothing_is_changed_and_everything_is_read(staging, opened, team, git, home, snapshot):
    git("config", "--unset", "user.signingkey", cwd=team)
    (home / ".gitconfig").write_text("[user]\n\tname = Nobody\n\temail = nobody@example.org\n")
    before = snapshot(team)
    with pytest.raises(JetenvError, match="no SSH key to sign with"):
        merge(opened(), "draft", "production")
    with pytest.raises(UsageError, match="there is no environment 'staging'") as caught:
        merge(opened(), "staging", "production")
    assert "no SSH key" in (caught.value.hint or "")
    assert merge(opened(), "staging", "production", dry_run=True).outcome is Outcome.CLEAN
    assert snapshot(team) == before


def test_a_created_environment_that_is_switched_to_is_its_creators(team, opened, be):
    be("bob")
    create(opened(), "mine")
    switch(opened(), "mine")
    assert color(opened(), "mine", "blue").commit
    assert breaches(opened(), "mine") == []


@pytest.mark.parametrize("asked_first", [True, False])
def test_what_was_in_force_once_is_not_where_a_later_file_was_verified(
    root, opened, add_members, commit, git, asked_first
):
    if asked_first:
        for _ in range(2):  # the second time from what was remembered
            assert permission(opened(), opened().default()).member
    add_members(root, ("bob", "editor"))
    assert verify(opened()).is_proven
    git("reset", "-q", "--hard", "HEAD^", cwd=root)
    assert permission(opened(), opened().default()).member  # the branch is left behind, which is no wrong
    commit("pages/orders.yaml", PAGE.format("Orders"))
    for _ in range(2):
        with pytest.raises(DeniedError, match="was verified here before"):
            permission(opened(), opened().default())


def test_protection_that_was_relaxed_past_the_commands_helps_nobody(team, opened, be, commit, git):
    settings = team / "environments/production/environment.yaml"
    be("bob")
    bad = commit("environments/production/environment.yaml", settings.read_text().replace("admins", "editors"))
    with pytest.raises(DeniedError, match="did not come about by right") as caught:
        color(opened(), "production", "blue")
    assert bad[:12] in caught.value.message
    git("reset", "-q", "--hard", "HEAD^", cwd=team)
    be("ada")
    assert color(opened(), "production", "blue").commit


def test_members_that_were_changed_past_the_commands_give_no_right(team, opened, be, commit):
    path = "environments/production/members.yaml"
    be("bob")
    commit(path, (team / path).read_text().replace('role: "editor"', 'role: "admin"'))
    with pytest.raises(DeniedError, match="did not come about by right"):
        color(opened(), "production", "blue")


@pytest.mark.parametrize("record", ["trusted.json", "verified.json"])
def test_a_damaged_record_is_as_good_as_none(team, opened, record):
    (team / ".git/jetenv" / record).write_text("{")
    assert color(opened(), "production", "blue").commit
    assert breaches(opened()) == []


def test_a_key_that_only_an_agent_has_which_is_not_there_signs_nothing(team, opened, git, keys, snapshot):
    git("config", "user.signingkey", "key::" + (keys["ada"].with_suffix(".pub")).read_text().strip(), cwd=team)
    before = snapshot(team)
    with pytest.raises(JetenvError, match="private half of the signing key was not found") as caught:
        create(opened(), "testing")
    assert "ssh-add" in (caught.value.hint or "")
    assert snapshot(team) == before


def test_a_key_with_a_passphrase_and_no_terminal_signs_nothing(root, opened, git, keys, snapshot, tmp_path):
    import shutil

    from jetenv.environments.starting.init import init

    for name in ("locked", "locked.pub"):
        shutil.copyfile(keys["locked"].with_name(name), tmp_path / name)
    git("config", "user.signingkey", f"{keys['locked']}.pub", cwd=root)
    before = snapshot(root)
    with pytest.raises(JetenvError, match="passphrase, and there is no terminal"):
        init(tmp_path / "another", key=keys["locked"].with_suffix(".pub"))
    with pytest.raises(DeniedError, match="an unknown key may not create environments"):
        create(opened(), "testing")  # before any passphrase is asked for
    assert snapshot(root) == before
