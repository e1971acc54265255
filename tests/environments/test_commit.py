"""Committing what changed, after checking it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.environments.commit import commit, default_message
from jetenv.environments.objects import ChangedObject
from jetenv.environments.project import Project
from jetenv.environments.starting.create import create
from jetenv.environments.switch import switch
from jetenv.errors import JetenvError, RefusedError

Opened = Callable[[], Project]
COLORS = 'colors:\n  primary: "#1d4ed8"\n'
DARK, LIGHT = f"mode: dark\n{COLORS}", f"mode: light\n{COLORS}"
NEW_PAGE = "id: new\nname: New\ncomponents: []\n"


@pytest.fixture
def root(root: Path) -> Path:
    """A project whose theme was changed."""
    (root / "theme.yaml").write_text(DARK)
    return root


def test_every_change_is_committed_signed(opened: Opened, root: Path, git) -> None:
    (root / "pages" / "new.yaml").write_text(NEW_PAGE)
    tip = git("rev-parse", "HEAD", cwd=root)
    result = commit(opened(), "Darken it")
    assert result.commit == git("rev-parse", "HEAD", cwd=root)
    assert (result.branch, result.message, result.left, result.findings) == ("production", "Darken it", (), ())
    assert [(each.action, each.kind, each.id) for each in result.objects] == [
        ("added", "page", "new"),
        ("changed", "theme", ""),
    ]
    assert git("rev-parse", "HEAD^", cwd=root) == tip
    assert git("log", "-1", "--format=%s", cwd=root) == "Darken it"
    assert "gpgsig" in git("cat-file", "commit", "HEAD", cwd=root)
    assert git("status", "--porcelain", cwd=root) == ""


def test_it_is_signed_where_the_repository_is_not_set_up_to_sign(opened: Opened, root: Path, git) -> None:
    for name in ("commit.gpgsign", "gpg.format", "user.signingkey"):
        git("config", "--local", "--unset-all", name, cwd=root)
    commit(opened())
    assert "BEGIN SSH SIGNATURE" in git("cat-file", "commit", "HEAD", cwd=root)


def test_the_message_names_the_objects(opened: Opened, root: Path) -> None:
    (root / "pages" / "new.yaml").write_text(NEW_PAGE)
    (root / "menu.yaml").unlink()
    assert commit(opened()).message == "Add page new, change theme, remove menu"


def test_many_objects_are_counted() -> None:
    objects = [ChangedObject("page", f"p{n}", "added", f"pages/p{n}.yaml") for n in range(3)]
    objects += [ChangedObject("collection", "a/b", "changed", "collections/a/b.yaml")]
    assert default_message(objects) == "Add 3 pages, change 1 collection"
    assert default_message([ChangedObject("file", "docs/x.md", "changed", "docs/x.md")]) == "Change docs/x.md"


def test_a_new_name_is_said_as_such(opened: Opened, root: Path) -> None:
    (root / "pages" / "old.yaml").write_text("name: Orders\ncomponents: []\n")
    assert commit(opened()).commit
    (root / "pages" / "old.yaml").rename(root / "pages" / "new.yaml")
    result = commit(opened())
    assert result.message == "Rename page old to new"
    assert [(each.action, each.id, each.old_path) for each in result.objects] == [("renamed", "new", "pages/old.yaml")]


def test_files_that_are_none_of_the_projects_stay_out(opened: Opened, root: Path, git) -> None:
    (root / "notes.txt").write_text("mine\n")
    (root / "node_modules").mkdir()
    (root / "node_modules" / "x.yaml").write_text("a: 1\n")
    result = commit(opened())
    assert result.left == ("node_modules/x.yaml", "notes.txt")
    assert git("show", "--name-only", "--format=", "HEAD", cwd=root) == "theme.yaml"


def test_what_is_staged_goes_in(opened: Opened, root: Path, git) -> None:
    (root / "notes.txt").write_text("ours\n")
    git("add", "notes.txt", cwd=root)
    assert [each.path for each in commit(opened()).objects] == ["notes.txt", "theme.yaml"]
    assert git("status", "--porcelain", cwd=root) == ""


def test_nothing_to_commit_is_an_answer(opened: Opened, root: Path, git) -> None:
    git("restore", "theme.yaml", cwd=root)
    (root / "notes.txt").write_text("mine\n")
    tip = git("rev-parse", "HEAD", cwd=root)
    result = commit(opened(), "Nothing")
    assert (result.commit, result.objects, result.left) == (None, (), ("notes.txt",))
    assert git("rev-parse", "HEAD", cwd=root) == tip


@pytest.mark.parametrize(
    ("path", "content", "rule"),
    [
        ("theme.yaml", "mode: [\n", "yaml"),
        ("theme.yaml", f"mode: dim\n{COLORS}", "schema"),
        ("pages/new.yaml", "id: newer\nname: New\ncomponents: []\n", "id-mismatch"),
        ("menu.yaml", "primary:\n- {id: x, type: link, label: X, page: nowhere}\n", "dangling-ref"),
    ],
)
def test_what_is_invalid_is_told_and_nothing_is_committed(
    opened: Opened, root: Path, snapshot, path: str, content: str, rule: str
) -> None:
    (root / path).write_text(content)
    before = snapshot(root)
    result = commit(opened())
    assert result.commit is None
    assert rule in {finding.rule for finding in result.findings}
    assert {finding.path for finding in result.findings} == {path}
    assert snapshot(root) == before


def test_what_refers_to_something_removed_is_told(opened: Opened, root: Path, snapshot) -> None:
    (root / "pages" / "home.yaml").unlink()
    before = snapshot(root)
    result = commit(opened())
    assert {(finding.path, finding.rule) for finding in result.findings} == {("menu.yaml", "dangling-ref")}
    assert snapshot(root) == before


def test_what_was_wrong_elsewhere_before_does_not_stand_in_the_way(opened: Opened, root: Path, git) -> None:
    git("stash", "-q", cwd=root)
    (root / "pages" / "bad.yaml").write_text("id: other\nname: Bad\n")
    git("add", "pages/bad.yaml", cwd=root)
    git("commit", "-qm", "by plain git", cwd=root)
    git("stash", "pop", "-q", cwd=root)
    assert commit(opened()).commit


def test_an_edit_that_is_made_meanwhile_is_left_for_the_next_commit(
    opened: Opened, root: Path, git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes in is what was checked: here somebody breaks the page while that is done."""
    from jetenv.environments import commit as module

    page = root / "pages" / "new.yaml"
    page.write_text(NEW_PAGE)
    check = module.tree_findings

    def slowly(*arguments):
        page.write_text("no page\n")
        return check(*arguments)

    monkeypatch.setattr(module, "tree_findings", slowly)
    assert commit(opened()).commit
    assert git("show", "HEAD:pages/new.yaml", cwd=root) == NEW_PAGE.strip()
    assert page.read_text() == "no page\n"
    assert git("status", "--porcelain", cwd=root) == " M pages/new.yaml"


def test_hooks_run_and_may_refuse(opened: Opened, root: Path, git, snapshot) -> None:
    (root / "pages" / "new.yaml").write_text(NEW_PAGE)
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not on Fridays' >&2\nexit 1\n")
    hook.chmod(0o755)
    before = snapshot(root)
    with pytest.raises(JetenvError, match="not on Fridays"):
        commit(opened())
    assert snapshot(root) == before
    hook.write_text("#!/bin/sh\nexit 0\n")
    assert commit(opened()).commit


def test_it_works_on_a_plain_branch_and_says_so(opened: Opened, root: Path, git) -> None:
    git("switch", "-q", "-c", "feature", cwd=root)
    result = commit(opened())
    assert (result.branch, result.environment) == ("feature", None)
    assert result.commit


def test_on_an_environment_its_own_folder_is_checked_and_others_are_not(opened: Opened, root: Path, git) -> None:
    git("stash", "-q", cwd=root)
    create(opened(), "staging")
    switch(opened(), "staging")
    (root / "environments/production/environment.yaml").write_text("broken: [\n")
    assert commit(opened()).commit
    with (root / "environments/staging/environment.yaml").open("a") as file:
        file.write("unheard-of: true\n")
    assert commit(opened()).findings


def test_a_detached_head_would_lose_it(opened: Opened, root: Path, git, snapshot) -> None:
    git("switch", "-q", "--detach", cwd=root)
    before = snapshot(root)
    with pytest.raises(RefusedError, match="detached") as error:
        commit(opened())
    assert "git switch --create" in (error.value.hint or "")
    assert snapshot(root) == before


def test_conflicts_are_resolved_first_and_then_the_merge_is_committed(opened: Opened, root: Path, git) -> None:
    git("commit", "-qam", "dark", cwd=root)
    git("switch", "-q", "-c", "feature", "HEAD^", cwd=root)
    (root / "theme.yaml").write_text(LIGHT)
    git("commit", "-qam", "light", cwd=root)
    git("switch", "-q", "production", cwd=root)
    with pytest.raises(AssertionError):
        git("merge", "-q", "feature", cwd=root)
    with pytest.raises(RefusedError, match=r"theme\.yaml"):
        commit(opened())
    (root / "theme.yaml").write_text(LIGHT)
    git("add", "theme.yaml", cwd=root)
    result = commit(opened())
    assert len(opened().repo.commits.get(result.commit).parents) == 2
    assert "Merge branch 'feature'" in result.message


@pytest.mark.parametrize("message", ["", "  \n"])
def test_an_empty_message_is_refused(opened: Opened, root: Path, snapshot, message: str) -> None:
    before = snapshot(root)
    with pytest.raises(JetenvError, match="empty"):
        commit(opened(), message)
    assert snapshot(root) == before


def test_an_identity_is_needed(opened: Opened, root: Path, home: Path, snapshot) -> None:
    config = home / ".gitconfig"
    config.write_text(config.read_text().replace("name = Ada Lovelace", "").replace("email = ada@example.org", ""))
    before = snapshot(root)
    with pytest.raises(JetenvError) as error:
        commit(opened())
    assert "user.name" in f"{error.value.message} {error.value.hint}"
    assert snapshot(root) == before
