"""Opening: what cannot be worked with is one clear error with a hint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.current import branch_has, current_branch
from jetenv.repository.git_version import git_version
from jetenv.repository.opening import init_repository, open_repository


def refused(where: Path, match: str) -> JetenvError:
    with pytest.raises(JetenvError, match=match) as caught:
        open_repository(where)
    assert caught.value.hint
    return caught.value


def test_a_repository_is_found_from_any_folder_in_it(opened, fill, repo: Path):
    fill({"a/b/c": "1"})
    for start in (repo, repo / "a/b", repo / "a/b/c", repo / ".git"):
        found = open_repository(start)
        assert (found.path, found.workdir, found.common_dir) == (repo / ".git", repo, repo / ".git")


def test_outside_any_repository_the_way_in_is_named(tmp_path: Path):
    assert "jetenv init" in (refused(tmp_path, "not a git repository").hint or "")
    refused(tmp_path / "missing", "no such folder")
    with pytest.raises(JetenvError, match="not a git repository"):
        current_branch(tmp_path)
    with pytest.raises(JetenvError):
        current_branch(tmp_path / "missing")


def test_a_linked_working_tree_shares_its_room(opened, fill, repo: Path, git, tmp_path: Path):
    fill({"a": "1"})
    git("worktree", "add", "-q", "-b", "staging", tmp_path / "linked", cwd=repo)
    linked = open_repository(tmp_path / "linked")
    assert linked.path == repo / ".git/worktrees/linked"
    assert linked.room == opened.room == repo / ".git/jetenv"
    assert current_branch(tmp_path / "linked") == "staging"


def test_variables_that_point_elsewhere_are_not_followed(opened, fill, repo: Path, git, tmp_path: Path, monkeypatch):
    """Hooks run with GIT_DIR and GIT_INDEX_FILE set; the repository that is meant is the one that is named."""
    fill({"a": "1"})
    other = tmp_path / "other"
    git("init", "-q", "-b", "wrong", other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    assert current_branch(repo) == "main"
    assert open_repository(repo).worktree.status().is_clean
    assert open_repository(repo).refs.branches()[0].name == "main"


def test_formats_that_cannot_be_read_are_named(tmp_path: Path, git):
    git("init", "-q", "--object-format=sha256", tmp_path / "sha256")
    refused(tmp_path / "sha256", "SHA-256")
    git("init", "-q", tmp_path / "reftable")
    git("config", "core.repositoryFormatVersion", "1", cwd=tmp_path / "reftable")
    git("config", "extensions.refStorage", "reftable", cwd=tmp_path / "reftable")
    assert "git refs migrate" in (refused(tmp_path / "reftable", "reftable").hint or "")
    git("init", "-q", tmp_path / "new")
    git("config", "core.repositoryFormatVersion", "9", cwd=tmp_path / "new")
    with pytest.raises(JetenvError, match="opening the repository failed"):
        open_repository(tmp_path / "new")


def test_worktree_configuration_and_partial_clones_are_no_obstacle(opened, fill, repo: Path, git):
    fill({"a/b": "1"})
    git("sparse-checkout", "set", "a", cwd=repo)
    git("config", "core.repositoryFormatVersion", "1", cwd=repo)
    git("config", "extensions.partialClone", "origin", cwd=repo)
    assert open_repository(repo).refs.tip("main")


def test_broken_configuration_and_head_are_errors(repo: Path, git):
    (repo / ".git/HEAD").write_text("nonsense\n")
    with pytest.raises(JetenvError):
        open_repository(repo).refs.head()
    (repo / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (repo / ".git/config").write_text("[core\n")
    with pytest.raises(JetenvError):
        open_repository(repo).config.get("user.name")


def test_init_makes_a_repository_or_opens_the_one_there(tmp_path: Path, git):
    made = init_repository(tmp_path / "a/b", "production")
    assert made.refs.head().branch == "production"
    again = init_repository(tmp_path / "a/b", "other")
    assert again.refs.head().branch == "production"
    (tmp_path / "file").touch()
    with pytest.raises(JetenvError, match="creating a repository"):
        init_repository(tmp_path / "file", "production")


def test_configuration_is_read_as_git_reads_it_and_written_locally(opened, repo: Path, git, home: Path):
    (home / "more").write_text('[jetenv "Some.Name"]\n\tnote = two\n\twords\n\tflag\n')
    (home / ".gitconfig").open("a").write(f"[include]\n\tpath = {home}/more\n")
    assert opened.config.get("jetenv.Some.Name.note") == "two"
    assert opened.config.get("jetenv.Some.Name.flag") == "true"
    assert opened.config.get("jetenv.none") is None
    opened.config.set("jetenv.root", "a b\nc")
    assert opened.config.get("jetenv.root") == git("config", "--local", "jetenv.root", cwd=repo) == "a b\nc"
    opened.config.unset("jetenv.root")
    opened.config.unset("jetenv.root")
    assert opened.config.get("jetenv.root") is None
    (repo / ".git/config.lock").touch()
    with pytest.raises(JetenvError, match="lock"):
        opened.config.set("jetenv.root", "x")
    with pytest.raises(JetenvError, match="lock"):
        opened.config.unset("core.bare")


def test_current_answers_from_plumbing(opened, commit, repo: Path, git):
    assert current_branch(repo) == "main"
    first = commit("main", {"environments/main/environment.yaml": "name: x\n"})
    assert branch_has(repo, "main", "environments/main/environment.yaml")
    assert not branch_has(repo, "main", "environments/staging")
    assert not branch_has(repo, "staging", "environments/main")
    git("checkout", "-q", "--detach", first, cwd=repo)
    assert current_branch(repo) is None


def test_current_loads_no_libgit2(repo: Path):
    script = (
        "import sys, pathlib; from jetenv.repository.current import current_branch;"
        "print(current_branch(pathlib.Path(sys.argv[1])), 'pygit2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, repo], capture_output=True, text=True, check=True)
    assert done.stdout == "main False\n"


STRANGER = """
import os, sys
from pathlib import Path
repo, packages = sys.argv[1], sys.argv[2:]
sys.path[:0] = packages
os.environ["HOME"] = "/nonexistent"
import pygit2
from jetenv.errors import JetenvError
from jetenv.repository.journal import land
from jetenv.repository.git_version import git_version
from jetenv.repository.opening import open_repository
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
def attempt(action):
    try:
        print(action())
    except JetenvError as error:
        print(f"{error.message} | {error.hint}")
pygit2.settings.owner_validation = False
repo = open_repository(Path(repo))
tip = repo.refs.tip("main")
attempt(lambda: repo.trees.write_blob(b"new content"))
attempt(lambda: repo.trees.edit(None, {"x": repo.trees.entry(repo.commits.get(tip).tree, "a")}))
attempt(lambda: repo.refs.create("staging", tip, "x"))
attempt(lambda: repo.refs.move("main", tip, tip, "x"))
attempt(lambda: repo.refs.delete("other", repo.refs.tip("other")))
attempt(lambda: land(repo, "main", tip, repo.refs.tip("other"), "x"))
attempt(lambda: repo.config.set("jetenv.x", "y"))
attempt(lambda: repo.worktree.switch("other"))
"""


def test_a_repository_that_cannot_be_written_is_said_so_and_stays(
    opened, fill, commit, repo: Path, git, tmp_path: Path
):
    """Somebody who may only read: as root this test becomes another user, as another user the folders are locked."""
    fill({"a": "1"})
    git("branch", "other", cwd=repo)
    commit("other", {"a": "2"})
    before = git("for-each-ref", cwd=repo)
    folders = [tmp_path, *tmp_path.parents][: len(tmp_path.parts) - len(Path(os.environ.get("TMPDIR", "/tmp")).parts)]
    for folder in folders:
        folder.chmod(folder.stat().st_mode | 0o055)
    inside = [path for path in (repo, *repo.rglob("*")) if path.is_dir()]
    for folder in inside:
        folder.chmod(0o555)
    config = tmp_path / "readable.gitconfig"
    config.write_text("[user]\n\tname = S\n\temail = s@example.org\n[safe]\n\tdirectory = *\n")
    try:
        done = subprocess.run(
            [sys.executable, "-c", STRANGER, str(repo), *sys.path[1:]],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "GIT_CONFIG_GLOBAL": str(config)},
        )
    finally:
        for folder in inside:
            folder.chmod(0o755)
    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert len(lines) == 8
    for line in lines:
        assert "permission" in line, lines
        assert "check the owner" in line
    assert git("for-each-ref", cwd=repo) == before
    assert opened.worktree.status().is_clean


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand a repository to somebody else")
def test_a_repository_of_another_user_is_not_trusted_unasked(fill, repo: Path, git):
    fill({"a": "1"})
    for path in (repo, *repo.rglob("*")):
        os.chown(path, 65534, 65534)
    error = refused(repo, "belongs to another user")
    assert f"safe.directory {repo}" in (error.hint or "")
    with pytest.raises(JetenvError, match="belongs to another user"):
        current_branch(repo)


def test_the_version_of_git_is_told_as_two_numbers(git):
    assert ".".join(map(str, git_version())) in git("version")
    assert len(git_version()) == 2
