"""Finding the environments of a repository, the default one among them, and the one that a name means."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from jetenv.environments.editing import edit_environment
from jetenv.environments.model import check_id, slug
from jetenv.environments.project import open_project
from jetenv.environments.starting.create import create
from jetenv.environments.starting.init import init
from jetenv.errors import DeniedError, ExitCode, JetenvError, RefusedError, UsageError


def ids(project) -> list[str]:
    return [each.id for each in project.environments()]


def test_a_branch_is_an_environment_when_it_has_the_folder_of_its_own_name(root, opened, git):
    create(opened(), "staging")
    git("branch", "feature", "staging", cwd=root)
    assert ids(opened()) == ["production", "staging"]


def test_the_default_environment_comes_first_whatever_its_id(tmp_path, git):
    root = init(tmp_path / "orders", environment="zebra").root
    create(open_project(root), "alpha")
    assert ids(open_project(root)) == ["zebra", "alpha"]
    assert open_project(root).default().id == "zebra"


def test_the_project_id_is_the_uid_of_the_default_environment(opened):
    project = opened()
    assert project.project_id == project.default().uid
    assert f"project: {project.project_id}" in Path(project.repo.workdir / "jetenv.yaml").read_text()


def test_no_shared_file_decides_which_environment_is_the_default(root, opened, commit):
    staging = create(opened(), "staging", switch=True).environment
    commit("jetenv.yaml", f"format: 1\nproject: {staging.uid}\nname: Orders\n")
    assert opened().default().id == "production"


def test_a_second_branch_that_claims_to_be_the_default_loses_against_the_pin(root, opened, git):
    create(opened(), "evil", switch=True)
    uid = opened().default().uid
    own = root / "environments" / "evil"
    for name in ("environment.yaml", "members.yaml"):
        (own / name).write_bytes((root / "environments" / "production" / name).read_bytes())
    members = (own / "members.yaml").read_text()
    (own / "members.yaml").write_text(members.replace('name: "Ada Lovelace"', 'name: "Eve"'))
    git("commit", "-qam", "claim", cwd=root)

    project = opened()
    assert (project.default().id, project.default().uid) == ("production", uid)
    assert [each.id for each in project.environments() if each.is_default] == ["production"]

    git("config", "--unset", "jetenv.root", cwd=root)
    with pytest.raises(DeniedError) as refused:
        opened().default()
    assert "evil, production" in refused.value.message
    assert refused.value.exit_code is ExitCode.DENIED


def test_after_a_plain_clone_every_environment_is_known_and_none_is_lost(root, opened, git, tmp_path):
    create(opened(), "staging")
    git("clone", "-q", root, "copy")
    project = open_project(tmp_path / "copy")
    assert [(each.id, each.remote) for each in project.environments()] == [("production", None), ("staging", "origin")]
    assert project.default().id == "production"
    assert project.environment("staging").ref == "refs/remotes/origin/staging"


def test_the_default_environment_may_be_one_that_only_a_remote_has(root, opened, git, tmp_path):
    create(opened(), "staging", switch=True)
    git("clone", "-q", root, "copy")
    default = open_project(tmp_path / "copy").default()
    assert (default.id, default.remote) == ("production", "origin")


def test_a_local_environment_goes_before_the_remote_one_and_is_said_to_be_stale(root, opened, git, commit, tmp_path):
    git("clone", "-q", root, "copy")
    commit("pages/home.yaml", "name: Home\ncomponents: []\n")
    git("fetch", "-q", cwd=tmp_path / "copy")
    project = open_project(tmp_path / "copy")
    production = project.environment("production")
    tracking = project.tracking(production)
    assert production.remote is None
    assert tracking is not None
    assert (tracking.copy.remote, tracking.ahead, tracking.behind) == ("origin", 0, 1)


def test_a_tag_of_the_same_name_does_not_stand_in_for_an_environment(root, opened, git):
    create(opened(), "staging")
    git("tag", "-m", "shadow", "staging", "production", cwd=root)
    assert opened().environment("staging").tip == git("rev-parse", "refs/heads/staging", cwd=root)


@pytest.mark.parametrize("name", ["staging", "EU staging", "eu STAGING"])
def test_an_environment_is_found_by_its_id_and_by_its_unique_display_name(opened, name):
    create(opened(), "staging", display="EU staging")
    assert opened().environment(name).id == "staging"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("stagin", "did you mean 'staging'?"),
        ("Staging ", "did you mean 'staging'?"),
        ("EU", "`jetenv list` shows the environments"),
        ("../staging", "did you mean 'staging'?"),
        ("x" * 300, "`jetenv list` shows the environments"),
        ("", "`jetenv list` shows the environments"),
    ],
)
def test_an_unknown_name_is_answered_with_what_was_meant(opened, name, hint):
    create(opened(), "staging")
    with pytest.raises(UsageError) as refused:
        opened().environment(name)
    assert refused.value.hint == hint
    assert len(refused.value.message) < 140


def test_a_plain_branch_is_told_from_an_unknown_name(root, opened, git):
    git("branch", "feature", cwd=root)
    with pytest.raises(UsageError, match="branch 'feature' is not an environment"):
        opened().environment("feature")


def test_a_display_name_that_two_environments_have_names_neither(root, opened, git):
    create(opened(), "staging")
    create(opened(), "testing", switch=True)
    file = root / "environments" / "testing" / "environment.yaml"
    file.write_text(file.read_text().replace("name: Testing", "name: Twin"))
    git("commit", "-qam", "rename", cwd=root)
    git("switch", "-q", "staging", cwd=root)
    file = root / "environments" / "staging" / "environment.yaml"
    file.write_text(file.read_text().replace("name: Staging", "name: Twin"))
    git("commit", "-qam", "rename", cwd=root)
    with pytest.raises(UsageError, match="more than one environment is named 'Twin': staging, testing"):
        opened().environment("Twin")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("uid: [\n", "environments/staging/environment.yaml:2:1"),
        ("uid: a\nuid: b\n", "environments/staging/environment.yaml:2:1"),
        ("- a\n", "the file holds no mapping"),
        ("", "the file holds no mapping"),
        ("name: Staging\n", "environments/staging/environment.yaml has no uid"),
    ],
)
def test_an_environment_whose_file_is_broken_is_listed_with_its_problem(opened, commit, content, problem):
    create(opened(), "staging", switch=True)
    commit("environments/staging/environment.yaml", content)
    project = opened()
    assert ids(project) == ["production", "staging"]
    assert problem in (project.environment("staging").problem or "")


def test_a_symbolic_link_in_the_place_of_the_file_is_not_followed(root, opened, git):
    create(opened(), "staging", switch=True)
    file = root / "environments" / "staging" / "environment.yaml"
    file.unlink()
    file.symlink_to("../production/environment.yaml")
    git("commit", "-qam", "link", cwd=root)
    assert "not a regular file" in (opened().environment("staging").problem or "")


def test_a_repository_without_environments_is_no_project(repo, git):
    git("commit", "-q", "--allow-empty", "-m", "empty", cwd=repo)
    with pytest.raises(JetenvError, match="no environments") as refused:
        open_project(repo)
    assert "jetenv init" in (refused.value.hint or "")


def test_edit_environment_is_one_signed_commit_that_the_working_tree_follows(root, opened, git):
    project = opened()
    production = project.default()
    (root / "notes.txt").write_text("mine")

    def paint(files):
        return {"environment.yaml": files["environment.yaml"].replace(b"color: red", b"color: blue")}

    new = edit_environment(project, production, paint, "Color production blue")
    assert git("rev-list", "--count", f"{production.tip}..production", cwd=root) == "1"
    assert git("rev-parse", "production", cwd=root) == new
    assert project.environment("production").color == "blue"
    assert "color: blue" in (root / "environments" / "production" / "environment.yaml").read_text()
    assert git("status", "--porcelain", cwd=root) == "?? notes.txt"
    git("verify-commit", "production", cwd=root)


def test_edit_environment_makes_no_commit_for_nothing(opened):
    project = opened()
    assert edit_environment(project, project.default(), lambda files: files, "Nothing") is None


def test_edit_environment_refuses_what_the_schema_refuses(root, opened, snapshot):
    before, project = snapshot(root), opened()
    with pytest.raises(RefusedError) as refused:
        edit_environment(project, project.default(), lambda _: {"environment.yaml": b"uid: 1\n"}, "Break")
    assert (refused.value.where or "").startswith("environments/production/environment.yaml:")
    assert snapshot(root) == before


def test_edit_environment_does_not_overwrite_an_uncommitted_edit(root, opened, snapshot):
    file = root / "environments" / "production" / "environment.yaml"
    file.write_text(file.read_text() + "# mine\n")
    before, project = snapshot(root), opened()
    with pytest.raises(RefusedError):
        edit_environment(
            project, project.default(), lambda files: {"environment.yaml": files["environment.yaml"] + b"# x\n"}, "Edit"
        )
    assert snapshot(root) == before


def test_edit_environment_refuses_when_the_branch_moved_meanwhile(root, opened, commit):
    project = opened()
    stale = project.default()
    commit("pages/home.yaml", "name: Home\ncomponents: []\n")
    with pytest.raises(JetenvError, match="moved meanwhile"):
        edit_environment(
            project, stale, lambda files: {"environment.yaml": files["environment.yaml"] + b"# x\n"}, "Edit"
        )


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("Staging", "staging"),
        ("EU staging", "eu-staging"),
        ("Prüfung", "prufung"),
        ("..", ""),
        ("a..b", "a-b"),
        ("a/b", "a-b"),
        ("-x", "x"),
        ("staging_2", "staging-2"),
        ("x" * 300, "x" * 63),
        ("", ""),
        ("環境", ""),
        ("HEAD", "head-env"),
        ("nul", "nul-env"),
        ("a\nb", "a-b"),
        ("staging.lock", "staging-lock"),
        ("\uff53taging", "staging"),
    ],
)
def test_a_name_that_cannot_be_an_id_is_refused_with_one_that_can(name, proposal):
    with pytest.raises(UsageError) as refused:
        check_id(name)
    assert slug(name) == proposal
    if proposal:
        assert refused.value.hint == f"try '{proposal}'"
        assert check_id(proposal) == proposal
    assert "\n" not in refused.value.message


def test_records_are_frozen(opened):
    with pytest.raises(dataclasses.FrozenInstanceError):
        opened().default().name = "other"
