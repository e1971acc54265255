"""Creating an environment: one signed commit that adds a folder, whatever the size of the project."""

from __future__ import annotations

import hashlib

import pytest

from jetenv.access.members import parse
from jetenv.environments.palette import PALETTE, check_color, next_color
from jetenv.environments.project import open_project
from jetenv.environments.starting.create import create
from jetenv.errors import JetenvError, RefusedError, UsageError


def test_its_branch_is_one_signed_commit_that_adds_its_own_folder_and_nothing_else(root, opened, git):
    result = create(opened(), "staging")
    assert git("rev-list", "production..staging", cwd=root) == result.commit
    assert git("rev-parse", "staging^@", cwd=root) == git("rev-parse", "production", cwd=root)
    assert git("diff", "--name-status", "production", "staging", cwd=root).splitlines() == [
        "A\tenvironments/staging/credentials.yaml",
        "A\tenvironments/staging/environment.yaml",
        "A\tenvironments/staging/members.yaml",
        "A\tenvironments/staging/signatures/ada.sig",
    ]
    assert git("log", "-1", "--format=%s", "staging", cwd=root) == "Create environment staging from production"
    git("verify-commit", "staging", cwd=root)


def test_nothing_else_moves(root, opened, git):
    (root / "menu.yaml").write_text("edited")
    before = git("status", "--porcelain", cwd=root), git("rev-parse", "production", cwd=root)
    create(opened(), "staging")
    assert (git("status", "--porcelain", cwd=root), git("rev-parse", "production", cwd=root)) == before
    assert git("branch", "--show-current", cwd=root) == "production"


def test_it_has_a_uid_of_its_own_and_inherits_credentials(opened):
    environment = create(opened(), "staging").environment
    other = create(opened(), "testing").environment
    assert len({environment.uid, other.uid, opened().project_id}) == 3
    assert environment.credentials == "inherit"
    assert not environment.is_default


def test_the_creator_is_its_only_admin_and_its_members_name_the_file_that_allowed_it(root, opened):
    result = create(opened(), "staging")
    project = opened()
    allowing = (root / "environments/production/members.yaml").read_bytes()
    members = parse(project.own_file(result.environment, "members.yaml"))
    assert members.previous == hashlib.sha256(allowing).hexdigest()
    assert (members.project, members.environment) == (project.project_id, result.environment.uid)
    assert [(each.id, each.role) for each in members.members] == [("ada", "admin")]
    assert (members.version, members.threshold, result.member) == (1, 1, "ada")


def test_the_members_file_names_the_default_one_whatever_the_source(root, opened):
    create(opened(), "staging")
    result = create(opened(), "testing", source="staging")
    allowing = (root / "environments/production/members.yaml").read_bytes()
    members = parse(opened().own_file(result.environment, "members.yaml"))
    assert members.previous == hashlib.sha256(allowing).hexdigest()


def test_a_full_copy_of_another_environment_with_its_pin(root, opened, commit, git):
    create(opened(), "staging", switch=True)
    file = root / "environments/staging/environment.yaml"
    commit("environments/staging/environment.yaml", file.read_text().replace("version: latest", 'version: "3.12"'))
    commit("pages/orders.yaml", "name: Orders\ncomponents: []\n")
    result = create(opened(), "testing", source="Staging")
    assert result.source.id == "staging"
    assert result.environment.version == "3.12"
    assert git("rev-parse", "testing:pages", cwd=root) == git("rev-parse", "staging:pages", cwd=root)
    assert git("rev-parse", "testing:environments/staging", cwd=root) == git(
        "rev-parse", "staging:environments/staging", cwd=root
    )


def test_it_goes_by_a_form_of_its_id_or_by_the_name_given(opened):
    assert create(opened(), "eu-staging").environment.name == "Eu staging"
    assert create(opened(), "testing", display="Test (EU)").environment.name == "Test (EU)"


def test_it_gets_the_next_colour_that_is_not_used_or_the_one_given(opened):
    colors = [create(opened(), f"env-{n}").environment.color for n in range(3)]
    assert colors == list(PALETTE[:3])
    assert create(opened(), "testing", color="Teal").environment.color == "teal"
    assert create(opened(), "other", color="2E7D32").environment.color == "#2e7d32"


def test_when_all_colours_are_used_the_least_used_comes_next():
    assert next_color(PALETTE) == PALETTE[0]
    assert next_color([*PALETTE, PALETTE[0]]) == PALETTE[1]


@pytest.mark.parametrize("color", ["", "mauve", "#12", "#12345g", "red;"])
def test_other_colours_are_refused(color):
    with pytest.raises(UsageError):
        check_color(color)


def test_switch_checks_it_out_and_carries_edits_along(root, opened, git):
    (root / "menu.yaml").write_text("edited")
    result = create(opened(), "staging", switch=True)
    assert result.switched
    assert git("branch", "--show-current", cwd=root) == "staging"
    assert (root / "environments/staging/environment.yaml").is_file()
    assert (root / "menu.yaml").read_text() == "edited"


def test_no_branch_is_left_where_switching_is_refused(root, opened, commit, snapshot, git):
    create(opened(), "staging", switch=True)
    commit("pages/home.yaml", "name: Staging home\ncomponents: []\n")
    git("switch", "-q", "production", cwd=root)
    (root / "pages/home.yaml").write_text("edited")
    before = snapshot(root)
    with pytest.raises(RefusedError, match=r"pages/home\.yaml"):
        create(opened(), "testing", source="staging", switch=True)
    assert snapshot(root) == before


def test_the_source_may_be_one_that_only_a_remote_has(root, opened, commit, git, clone, tmp_path):
    create(opened(), "staging", switch=True)
    commit("pages/orders.yaml", "name: Orders\ncomponents: []\n")
    clone("-b", "production", root, "copy")
    git("config", "user.signingkey", git("config", "user.signingkey"), cwd=tmp_path / "copy")
    result = create(open_project(tmp_path / "copy"), "testing", source="staging")
    assert git("rev-parse", "testing^", cwd=tmp_path / "copy") == git("rev-parse", "staging", cwd=root)
    assert result.source.remote == "origin"


def test_a_stale_source_is_said_so(root, opened, commit, git, clone, tmp_path):
    clone(root, "copy")
    commit("pages/orders.yaml", "name: Orders\ncomponents: []\n")
    git("fetch", "-q", cwd=tmp_path / "copy")
    result = create(open_project(tmp_path / "copy"), "testing")
    assert result.stale is not None
    assert result.stale.behind == 1
    assert create(opened(), "testing").stale is None


def test_it_works_in_a_bare_repository(root, git, clone, tmp_path):
    clone("--bare", root, "bare.git")
    result = create(open_project(tmp_path / "bare.git"), "staging")
    assert git("rev-parse", "refs/heads/staging", cwd=tmp_path / "bare.git") == result.commit
    with pytest.raises(UsageError, match="bare"):
        create(open_project(tmp_path / "bare.git"), "testing", switch=True)


def test_it_works_with_a_detached_head_and_in_a_linked_working_tree(root, opened, git, tmp_path):
    git("switch", "-q", "--detach", cwd=root)
    create(opened(), "staging")
    git("worktree", "add", "-q", tmp_path / "linked", "staging", cwd=root)
    create(open_project(tmp_path / "linked"), "testing")
    assert [each.id for each in opened().environments()] == ["production", "staging", "testing"]


def test_what_a_deleted_environment_of_the_name_left_behind_is_replaced(root, opened, commit, git):
    create(opened(), "staging", switch=True)
    first = opened().environment("staging").uid
    commit("environments/staging/signatures/bob.sig", "old\n")
    git("switch", "-q", "production", cwd=root)
    git("merge", "-q", "--no-edit", "staging", cwd=root)
    git("branch", "-qD", "staging", cwd=root)
    again = create(opened(), "staging").environment
    assert again.uid != first
    assert git("ls-tree", "-r", "--name-only", "staging", "environments/staging/", cwd=root).splitlines() == [
        f"environments/staging/{name}"
        for name in ("credentials.yaml", "environment.yaml", "members.yaml", "signatures/ada.sig")
    ]


class TestRefusals:
    """Each leaves every ref and file as it was."""

    @pytest.fixture(autouse=True)
    def unchanged(self, root, snapshot, opened, git):
        create(opened(), "staging")
        git("branch", "Feature", cwd=root)
        git("branch", "team/x", cwd=root)
        before = snapshot(root)
        yield
        assert snapshot(root) == before

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "..",
            "a..b",
            "../x",
            "a b",
            "a/b",
            "Prüfung",
            "x" * 300,
            "-x",
            ".x",
            "x.lock",
            "@",
            "HEAD",
            "a\0b",
            "a~1",
        ],
    )
    def test_a_name_that_cannot_be(self, opened, name):
        with pytest.raises(UsageError):
            create(opened(), name)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("staging", "environment 'staging' exists already"),
            ("production", "environment 'production' exists already"),
            ("feature", "branch 'Feature' exists already, which differs from 'feature' by case only"),
            ("team", "beside branch 'team/x'"),
        ],
    )
    def test_a_name_that_is_taken(self, opened, name, message):
        with pytest.raises(RefusedError, match=message):
            create(opened(), name)

    @pytest.mark.parametrize("display", ["Staging", "staging", "PRODUCTION"])
    def test_a_display_name_that_is_taken(self, opened, display):
        with pytest.raises(RefusedError, match="is taken by environment"):
            create(opened(), "testing", display=display)

    @pytest.mark.parametrize("display", ["", " ", " x", "a\nb", "a\u200bb", "\x1b[31mred", "x" * 101])
    def test_a_display_name_that_cannot_be(self, opened, display):
        with pytest.raises(UsageError):
            create(opened(), "testing", display=display)

    def test_a_source_that_is_not_there(self, opened):
        with pytest.raises(UsageError, match="there is no environment 'stagin'") as refused:
            create(opened(), "testing", source="stagin")
        assert refused.value.hint == "did you mean 'staging'?"

    def test_a_source_that_is_no_environment(self, opened):
        with pytest.raises(UsageError, match="branch 'Feature' is not an environment"):
            create(opened(), "testing", source="Feature")

    def test_a_colour_that_is_none(self, opened):
        with pytest.raises(UsageError):
            create(opened(), "testing", color="mauve")


def test_a_name_that_a_remote_has_is_taken(root, opened, git, tmp_path):
    create(opened(), "staging")
    git("clone", "-q", root, "copy")
    with pytest.raises(RefusedError, match="exists already on origin") as refused:
        create(open_project(tmp_path / "copy"), "staging")
    assert refused.value.hint == "switch to it with `jetenv switch staging`"


def test_a_branch_made_meanwhile_is_not_overwritten(root, opened, git):
    project = opened()
    assert len(project.environments()) == 1
    git("branch", "staging", cwd=root)
    with pytest.raises(JetenvError):
        create(project, "staging")
    assert git("rev-parse", "staging", cwd=root) == git("rev-parse", "production", cwd=root)


def test_an_interrupt_while_signing_leaves_nothing(root, opened, snapshot, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    before = snapshot(root)
    monkeypatch.setattr("jetenv.access.signing.sign", interrupt)
    with pytest.raises(KeyboardInterrupt):
        create(opened(), "staging")
    assert snapshot(root) == before


@pytest.mark.parametrize("switch", [False, True])
def test_an_interrupt_after_the_branch_was_made_takes_it_back(root, opened, snapshot, monkeypatch, switch):
    project, before = opened(), snapshot(root)

    def interrupt(*args):
        raise KeyboardInterrupt

    target = (project.repo.worktree, "switch") if switch else (project, "environment")
    monkeypatch.setattr(*target, interrupt)
    with pytest.raises(KeyboardInterrupt):
        create(project, "staging", switch=switch)
    assert snapshot(root) == before


def test_without_the_default_environment_nobody_allows_the_creation(root, opened, git, tmp_path):
    create(opened(), "staging")
    git("clone", "-q", "--single-branch", "-b", "staging", root, "copy")
    with pytest.raises(JetenvError, match="default environment was not found") as refused:
        create(open_project(tmp_path / "copy"), "testing")
    assert "git fetch" in (refused.value.hint or "")
