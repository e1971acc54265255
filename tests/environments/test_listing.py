"""The environments as a list."""

from __future__ import annotations

from jetenv.environments.listing import list_environments
from jetenv.environments.merges.preparation import find_source
from jetenv.environments.project import open_project
from jetenv.environments.show import show
from jetenv.environments.starting.create import create
from jetenv.environments.status import status


def by_id(listing):
    return {row.environment.id: row for row in listing.environments}


def test_each_environment_with_how_it_stands_to_the_default(root, opened, commit, git):
    create(opened(), "staging", switch=True)
    commit("pages/orders.yaml", "name: Orders\ncomponents: []\n")
    git("switch", "-q", "production", cwd=root)
    commit("menu.yaml", "primary: []\n")
    listing = list_environments(opened())
    assert [row.environment.id for row in listing.environments] == ["production", "staging"]
    rows = by_id(listing)
    assert rows["production"].divergence is None
    assert rows["production"].is_current
    assert (rows["staging"].divergence.ahead, rows["staging"].divergence.behind) == (2, 1)
    assert not rows["staging"].is_current
    assert rows["staging"].last_change.subject == "change pages/orders.yaml"
    assert rows["staging"].last_change.author == "Ada Lovelace"
    assert rows["staging"].last_change.time == 1767225600
    assert listing.branch == "production"


def test_those_of_a_remote_and_stale_ones(root, opened, commit, git, tmp_path):
    create(opened(), "staging")
    git("clone", "-q", root, "copy")
    commit("menu.yaml", "primary: []\n")
    git("fetch", "-q", cwd=tmp_path / "copy")
    rows = by_id(list_environments(open_project(tmp_path / "copy")))
    assert rows["staging"].environment.remote == "origin"
    assert rows["staging"].tracking is None
    assert (rows["production"].tracking.behind, rows["production"].tracking.ahead) == (1, 0)


def test_on_a_plain_branch_and_with_a_detached_head_none_is_current(root, opened, git):
    git("switch", "-qc", "feature", cwd=root)
    listing = list_environments(opened())
    assert (listing.branch, [row.is_current for row in listing.environments]) == ("feature", [False])
    git("switch", "-q", "--detach", cwd=root)
    assert list_environments(opened()).branch is None


def test_an_environment_that_cannot_be_read_is_in_the_list(opened, commit):
    create(opened(), "staging", switch=True)
    commit("environments/staging/environment.yaml", "uid: [")
    row = by_id(list_environments(opened()))["staging"]
    assert row.environment.problem.startswith("environments/staging/environment.yaml:")


def test_without_the_default_environment_the_others_are_still_listed(root, opened, git, tmp_path):
    create(opened(), "staging")
    git("clone", "-q", "--single-branch", "-b", "staging", root, "copy")
    rows = list_environments(open_project(tmp_path / "copy")).environments
    assert [(row.environment.id, row.divergence, row.environment.is_default) for row in rows] == [
        ("staging", None, False)
    ]


def test_in_a_shallow_clone_what_cannot_be_counted_is_left_out(root, opened, commit, git, tmp_path):
    create(opened(), "staging", switch=True)
    for number in range(3):
        commit("pages/orders.yaml", f"name: Orders {number}\ncomponents: []\n")
    git("switch", "-q", "production", cwd=root)
    commit("menu.yaml", "primary: []\n")
    git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{root}", "copy")
    rows = by_id(list_environments(open_project(tmp_path / "copy")))
    assert rows["staging"].divergence is None


def test_in_a_shallow_clone_whose_branch_has_parted_from_its_remote_s(root, commit, git, tmp_path):
    """What neither side has of the other cannot be counted; all else is told, and work goes on."""
    git("clone", "-q", "--depth=1", f"file://{root}", "copy")
    for number in range(2):
        commit("menu.yaml", f"primary: []\n# {number}\n")
    commit("theme.yaml", "colors: {}\n", cwd=tmp_path / "copy")
    git("fetch", "-q", "--depth=1", cwd=tmp_path / "copy")
    project = open_project(tmp_path / "copy")
    assert by_id(list_environments(project))["production"].tracking is None
    assert status(project).tracking is None
    assert show(project, "production").tracking is None
    assert find_source(project, "production").tracking is None


def test_in_a_bare_repository(root, git, tmp_path):
    git("clone", "-q", "--bare", root, "bare.git")
    assert len(list_environments(open_project(tmp_path / "bare.git")).environments) == 1
