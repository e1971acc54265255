"""Everything about one environment."""

from __future__ import annotations

import pytest

from jetenv.environments.show import Binding, show
from jetenv.environments.starting.create import create
from jetenv.errors import UsageError


def test_members_bindings_and_contents(opened, commit):
    commit("environments/production/credentials.yaml", "bindings:\n  db: env:DB\n  api: vault:kv/api#token\n")
    shown = show(opened(), "Production")
    assert shown.environment.id == "production"
    assert shown.is_current
    assert [(each.id, each.role) for each in shown.members] == [("ada", "admin")]
    assert shown.bindings == (Binding("api", "vault:kv/api#token"), Binding("db", "env:DB"))
    assert dict(shown.contents) == {"page": 1, "menu": 1, "theme": 1, "project": 1}
    assert shown.problems == ()


def test_links_are_no_objects(opened, root, git):
    (root / "pages/link.yaml").symlink_to("home.yaml")
    git("add", "--all", cwd=root)
    git("commit", "-qm", "link", cwd=root)
    assert dict(show(opened(), "production").contents)["page"] == 1


def test_another_environment(opened, commit):
    create(opened(), "staging", switch=True)
    commit("pages/orders.yaml", "name: Orders\ncomponents: []\n")
    shown = show(opened(), "staging")
    assert dict(shown.contents)["page"] == 2
    assert (shown.divergence.ahead, shown.divergence.behind) == (2, 0)
    assert shown.last_change.subject == "change pages/orders.yaml"


def test_files_that_cannot_be_read_are_named_with_the_place(opened, commit):
    create(opened(), "staging", switch=True)
    for name in ("environment", "members", "credentials"):
        commit(f"environments/staging/{name}.yaml", "a: [\n")
    shown = show(opened(), "staging")
    assert [problem.partition(":")[0] for problem in shown.problems] == [
        "environments/staging/environment.yaml",
        "environments/staging/members.yaml",
        "environments/staging/credentials.yaml",
    ]
    assert (shown.members, shown.bindings) == ((), ())


def test_files_that_are_larger_than_they_may_be_are_a_problem(opened, commit):
    create(opened(), "staging", switch=True)
    for name in ("members.yaml", "environment.yaml"):
        commit(f"environments/staging/{name}", "#" * 300_000)
    problems = show(opened(), "staging").problems
    for name in ("members.yaml", "environment.yaml"):
        assert f"environments/staging/{name}: the file has 300000 bytes and may have 262144" in problems


def test_a_missing_members_file_is_a_problem(opened, commit):
    create(opened(), "staging", switch=True)
    commit("environments/staging/members.yaml", None)
    assert show(opened(), "staging").problems == ("environments/staging/members.yaml is missing",)


def test_an_unknown_name(opened):
    with pytest.raises(UsageError):
        show(opened(), "nowhere")
