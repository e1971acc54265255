"""Where one stands, by object."""

from __future__ import annotations

import pytest

from jetenv.environments.current import current
from jetenv.environments.objects import count_by_kind
from jetenv.environments.project import open_project
from jetenv.environments.starting.create import create
from jetenv.environments.status import status
from jetenv.errors import JetenvError, RefusedError

PAGE = "name: Orders\ncomponents: []\n"


def told(found) -> list[str]:
    return [f"{each.object.action} {each.object.kind} {each.object.id}" for each in found.uncommitted]


def test_a_clean_default_environment(opened):
    found = status(opened())
    assert (found.branch, found.environment.id, found.default.id) == ("production", "production", "production")
    assert (found.uncommitted, found.drift, found.operation, found.divergence) == ((), (), None, None)


def test_uncommitted_changes_by_object_staged_or_not(root, opened, git):
    (root / "pages/orders.yaml").write_text(PAGE)
    git("add", ".", cwd=root)
    (root / "pages/home.yaml").write_text(PAGE)
    (root / "menu.yaml").unlink()
    (root / "notes.txt").write_text("x")
    (root / "collections/db").mkdir(parents=True)
    (root / "collections/db/orders.yaml").write_text("fields: []\n")
    (root / "environments/production/environment.yaml").write_text("x: 1\n")
    found = status(opened())
    assert told(found) == [
        "added collection db/orders",
        "changed environment production",
        "added file notes.txt",
        "removed menu ",
        "changed page home",
        "added page orders",
    ]
    assert [each.object.id for each in found.uncommitted if each.staged] == ["orders"]


@pytest.mark.parametrize("staged", [True, False])
def test_a_page_with_another_name_is_one_object(root, opened, commit, git, staged):
    """As `diff` tells it; what is none of the project's and not staged is no new name of anything."""
    commit("pages/orders.yaml", PAGE + "# a note\n" * 9)
    commit("notes.txt", "x\n" * 9)
    (root / "pages/orders.yaml").unlink()
    (root / "pages/all-orders.yaml").write_text(PAGE + "# a note\n" * 8)
    (root / "pages/other.yaml").write_text("name: Other\n")
    (root / "notes.txt").rename(root / "more.txt")
    if staged:
        git("add", ".", cwd=root)
    found = status(opened())
    notes = ["renamed file more.txt"] if staged else ["added file more.txt", "removed file notes.txt"]
    assert told(found) == [*notes, "renamed page all-orders", "added page other"]
    (page,) = [each for each in found.uncommitted if each.object.id == "all-orders"]
    assert (page.object.old_path, page.staged) == ("pages/orders.yaml", staged)


def test_a_new_name_of_which_a_half_is_staged_is_not_staged(root, opened, commit, git):
    commit("pages/orders.yaml", PAGE)
    (root / "pages/orders.yaml").rename(root / "pages/all-orders.yaml")
    git("add", "pages/all-orders.yaml", cwd=root)
    (found,) = status(opened()).uncommitted
    assert (found.object.action, found.staged) == ("renamed", False)


def test_drift_tells_a_new_name(opened, commit, git):
    commit("pages/orders.yaml", PAGE)
    create(opened(), "staging", switch=True)
    git("mv", "pages/orders.yaml", "pages/all-orders.yaml", cwd=opened().repo.workdir)
    git("commit", "-qm", "Rename", cwd=opened().repo.workdir)
    (found,) = status(opened()).drift
    assert (found.action, found.id, found.old_path) == ("renamed", "all-orders", "pages/orders.yaml")
    assert [each.renamed for each in count_by_kind([found])] == [1]


def test_drift_from_the_default_by_object_without_what_environments_own(root, opened, commit, git):
    create(opened(), "staging", switch=True)
    commit("pages/orders.yaml", PAGE)
    commit("pages/home.yaml", PAGE)
    commit("theme.yaml", None)
    found = status(opened())
    assert [f"{each.action} {each.kind} {each.id}" for each in found.drift] == [
        "changed page home",
        "added page orders",
        "removed theme ",
    ]
    counts = {each.kind: (each.added, each.changed, each.removed) for each in count_by_kind(found.drift)}
    assert counts == {"page": (1, 1, 0), "theme": (0, 0, 1)}
    assert (found.divergence.ahead, found.divergence.behind) == (4, 0)


def test_a_conflict_and_the_operation_under_way(root, opened, commit, git):
    git("switch", "-qc", "side", cwd=root)
    commit("pages/home.yaml", "name: Side\ncomponents: []\n")
    git("switch", "-q", "production", cwd=root)
    commit("pages/home.yaml", "name: Main\ncomponents: []\n")
    with pytest.raises(AssertionError):
        git("merge", "-q", "side", cwd=root)
    found = status(opened())
    assert found.operation == "merge"
    assert told(found) == ["conflicted page home"]


def test_a_plain_branch_is_no_environment_and_still_drifts(root, opened, commit, git):
    git("switch", "-qc", "feature", cwd=root)
    commit("pages/orders.yaml", PAGE)
    found = status(opened())
    assert (found.branch, found.environment) == ("feature", None)
    assert [each.id for each in found.drift] == ["orders"]
    with pytest.raises(RefusedError, match="branch 'feature' is not an environment"):
        current(root)


def test_a_detached_head_is_no_branch(root, opened, git):
    git("switch", "-q", "--detach", cwd=root)
    found = status(opened())
    assert (found.branch, found.environment) == (None, None)
    assert found.commit == git("rev-parse", "HEAD", cwd=root)
    with pytest.raises(RefusedError, match="HEAD is detached"):
        current(root)


def test_a_branch_without_commits(root, opened, git):
    git("switch", "-q", "--orphan", "empty", cwd=root)
    found = status(opened())
    assert (found.branch, found.commit, found.drift) == ("empty", None, ())


def test_a_stale_environment(root, opened, commit, git, tmp_path):
    git("clone", "-q", root, "copy")
    commit("pages/orders.yaml", PAGE)
    git("fetch", "-q", cwd=tmp_path / "copy")
    assert status(open_project(tmp_path / "copy")).tracking.behind == 1


def test_in_a_linked_working_tree(root, opened, git, tmp_path):
    create(opened(), "staging")
    git("worktree", "add", "-q", tmp_path / "linked", "staging", cwd=root)
    (tmp_path / "linked/pages/home.yaml").write_text(PAGE)
    found = status(open_project(tmp_path / "linked"))
    assert (found.environment.id, told(found)) == ("staging", ["changed page home"])
    assert current(tmp_path / "linked") == "staging"


def test_a_bare_repository_has_no_working_tree(root, git, tmp_path):
    git("clone", "-q", "--bare", root, "bare.git")
    with pytest.raises(JetenvError, match="bare"):
        status(open_project(tmp_path / "bare.git"))


def test_current_is_the_id(root):
    assert current(root) == current(root / "pages") == "production"


def test_current_outside_any_repository(tmp_path):
    with pytest.raises(JetenvError, match="not a git repository"):
        current(tmp_path)
