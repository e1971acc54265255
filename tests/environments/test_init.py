"""Starting a project, in a new folder and in a repository that exists."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from jetenv.access.members import parse
from jetenv.documents.parsing import parse as parse_yaml
from jetenv.documents.values import to_data
from jetenv.environments.project import open_project
from jetenv.environments.starting.init import init
from jetenv.errors import JetenvError, RefusedError, UsageError


def data(path: Path):
    return to_data(parse_yaml(path.read_bytes()).root)


def text(path: Path) -> str:
    return path.read_text()


@pytest.fixture
def adopted(repo: Path, git) -> Path:
    """A repository with one commit, to be adopted."""
    (repo / "app.yaml").write_text("a: 1\n")
    git("add", ".", cwd=repo)
    git("commit", "-qm", "before jetenv", cwd=repo)
    return repo


def test_a_new_project_is_one_signed_commit_on_production(tmp_path, git):
    result = init(tmp_path / "orders", name="Orders")
    root = tmp_path / "orders"
    assert git("log", "--format=%s|%an|%P", cwd=root) == "Create environment production|Ada Lovelace|"
    assert git("branch", "--show-current", cwd=root) == "production"
    assert git("status", "--porcelain", cwd=root) == ""
    assert git("rev-parse", "HEAD", cwd=root) == result.commit
    git("verify-commit", "HEAD", cwd=root)
    assert sorted(git("ls-files", cwd=root).splitlines()) == sorted(result.written)
    assert set(result.written) >= {
        "jetenv.yaml",
        "environments/production/environment.yaml",
        "environments/production/members.yaml",
        "environments/production/credentials.yaml",
    }
    assert (result.created_repository, result.adopted, result.checked_out) == (True, None, True)
    assert data(root / "jetenv.yaml") == {"format": 1, "project": result.environment.uid, "name": "Orders"}


def test_the_caller_is_the_only_admin_and_the_members_file_is_the_pinned_root(tmp_path, git, keys):
    result = init(tmp_path / "orders", member="ada-l")
    root = tmp_path / "orders"
    raw = (root / "environments/production/members.yaml").read_bytes()
    members = parse(raw)
    assert [(each.id, each.name, each.role) for each in members.members] == [("ada-l", "Ada Lovelace", "admin")]
    assert members.members[0].keys[0] in text(keys["ada"].with_suffix(".pub"))
    assert (members.version, members.previous, members.threshold) == (1, None, 1)
    assert members.project == members.environment == result.environment.uid
    assert git("config", "--local", "jetenv.root", cwd=root) == hashlib.sha256(raw).hexdigest()


def test_the_member_is_named_after_the_mail_address(tmp_path):
    assert init(tmp_path / "orders").member == "ada"


def test_git_signs_and_verifies_the_commits_that_follow(tmp_path, git):
    root = init(tmp_path / "orders").root
    (root / "x.txt").write_text("x")
    git("add", ".", cwd=root)
    git("commit", "-qm", "plain git", cwd=root)
    git("verify-commit", "HEAD", cwd=root)
    assert git("config", "--local", "gpg.format", cwd=root) == "ssh"


def test_the_default_environment_is_protected(tmp_path):
    protection = init(tmp_path / "orders").environment.protection
    assert protection == {"direct": "admins", "merge": "editors", "force_push": "nobody", "delete": "nobody"}


def test_git_never_converts_the_lines_of_what_is_signed(tmp_path, git):
    root = init(tmp_path / "orders").root
    (root / ".gitattributes").write_text("* text eol=crlf\n")
    for path in ("members.yaml", "signatures/ada.sig"):
        assert git("check-attr", "text", f"environments/production/{path}", cwd=root).endswith(": unset")


@pytest.mark.parametrize("place", ["orders", "deep/er/orders"])
def test_the_folder_is_made(tmp_path, place):
    assert init(tmp_path / place).root == tmp_path / place


def test_an_empty_folder_will_do(tmp_path, git):
    (tmp_path / "orders").mkdir()
    init(tmp_path / "orders")
    assert git("branch", "--show-current", cwd=tmp_path / "orders") == "production"


def test_a_folder_with_files_becomes_a_project_that_leaves_them_alone(tmp_path, git):
    root = tmp_path / "orders"
    (root / "pages").mkdir(parents=True)
    (root / "pages/home.yaml").write_text("mine")
    result = init(root)
    assert text(root / "pages/home.yaml") == "mine"
    assert result.untracked == ("pages/home.yaml",)
    assert "pages/home.yaml" not in result.written
    assert git("status", "--porcelain", cwd=root) == "?? pages/"


def test_another_id_for_the_default_environment(tmp_path, git):
    root = init(tmp_path / "orders", environment="live").root
    assert git("branch", "--show-current", cwd=root) == "live"
    assert (root / "environments/live/environment.yaml").is_file()


def test_a_key_can_be_named(tmp_path, git, keys):
    result = init(tmp_path / "orders", key=keys["bob"].with_suffix(".pub"))
    assert result.key.source == "--key"
    assert result.key.public in text(keys["bob"].with_suffix(".pub"))
    git("verify-commit", "HEAD", cwd=tmp_path / "orders")
    assert git("config", "--local", "user.signingkey", cwd=tmp_path / "orders") == str(keys["bob"].with_suffix(".pub"))


def test_a_key_is_made_where_there_is_none_and_said_so(tmp_path, git, home):
    git("config", "--global", "--unset", "user.signingkey")
    result = init(tmp_path / "orders")
    assert result.key.source == "created"
    assert result.key.path == home / ".config/jetenv/id_ed25519.pub"
    git("verify-commit", "HEAD", cwd=tmp_path / "orders")


class TestFromAnExample:
    @pytest.fixture
    def example(self, tmp_path) -> Path:
        folder = tmp_path / "example"
        for path, content in {
            "jetenv.yaml": "# the orders team\nformat: 1\nproject: example-project\nname: Orders # as people say\n",
            "pages/home.yaml": "name: Home # the first\ncomponents: []\n",
            "menu.yaml": "primary: []\n",
            "docs/notes.md": "notes\n",
            ".gitignore": ".env\n",
            ".env": "SECRET=1\n",
            ".DS_Store": "junk",
            "pages/home.yaml~": "junk",
            "environments/production/environment.yaml": "# ours\nuid: example-project\nname: Live\nversion: '3.12'\n",
            "environments/production/members.yaml": "somebody else's\n",
            "environments/production/credentials.yaml": "bindings:\n  db: env:DB # kept\n",
            "environments/staging/environment.yaml": "uid: example-staging\nname: Staging\nversion: latest\n",
            "credentials/db.yaml": "name: Database\nkind: password\n",
        }.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return folder

    def test_its_content_is_committed_byte_for_byte(self, tmp_path, example):
        result = init(tmp_path / "orders", example=example)
        for path in ("pages/home.yaml", "menu.yaml", "docs/notes.md", ".gitignore", "credentials/db.yaml"):
            assert (result.root / path).read_bytes() == (example / path).read_bytes()
            assert path in result.written

    def test_the_project_gets_an_id_of_its_own_and_keeps_the_rest(self, tmp_path, example):
        result = init(tmp_path / "orders", example=example)
        uid = result.environment.uid
        assert text(result.root / "jetenv.yaml") == text(example / "jetenv.yaml").replace("example-project", uid)
        named = init(tmp_path / "other", example=example, name="Other")
        assert "name: Other # as people say\n" in text(named.root / "jetenv.yaml")
        assert named.environment.uid != uid

    def test_its_default_environment_is_taken_over_without_its_members(self, tmp_path, example):
        result = init(tmp_path / "orders", example=example, environment="live")
        assert (result.environment.name, result.environment.version) == ("Live", "3.12")
        assert text(result.root / "environments/live/environment.yaml").startswith("# ours\n")
        assert text(result.root / "environments/live/credentials.yaml") == "bindings:\n  db: env:DB # kept\n"
        assert result.member in text(result.root / "environments/live/members.yaml")
        assert not (result.root / "environments/staging").exists()

    def test_ignored_files_and_other_environments_stay_behind_and_are_named(self, tmp_path, example):
        result = init(tmp_path / "orders", example=example)
        assert result.skipped == (
            ".DS_Store",
            ".env",
            "environments/production/members.yaml",
            "environments/staging/environment.yaml",
            "pages/home.yaml~",
        )
        assert not (result.root / ".env").exists()

    def test_its_own_history_stays_behind(self, tmp_path, example, git):
        git("init", "-q", cwd=example)
        git("add", ".", cwd=example)
        git("commit", "-qm", "x", cwd=example)
        result = init(tmp_path / "orders", example=example)
        assert git("rev-list", "--count", "HEAD", cwd=result.root) == "1"

    def test_a_symbolic_link_is_refused(self, tmp_path, example):
        (example / "pages/link.yaml").symlink_to("/etc/passwd")
        with pytest.raises(RefusedError, match=r"pages/link\.yaml is a symbolic link"):
            init(tmp_path / "orders", example=example)
        assert not (tmp_path / "orders").exists()

    def test_an_invalid_example_is_refused_with_the_place(self, tmp_path, example):
        (example / "pages/home.yaml").write_text("name: Home\ncomponents: {}\n")
        with pytest.raises(RefusedError, match="would be invalid") as refused:
            init(tmp_path / "orders", example=example)
        assert refused.value.where == "pages/home.yaml:2:13"
        assert not (tmp_path / "orders").exists()

    def test_broken_yaml_is_refused_with_the_place(self, tmp_path, example):
        (example / "jetenv.yaml").write_text("format: 1\nproject: [\n")
        with pytest.raises(JetenvError) as refused:
            init(tmp_path / "orders", example=example)
        assert (refused.value.where or "").startswith("jetenv.yaml:")
        assert not (tmp_path / "orders").exists()

    def test_it_never_overwrites(self, tmp_path, example):
        root = tmp_path / "orders"
        root.mkdir()
        (root / "menu.yaml").write_text("mine")
        with pytest.raises(RefusedError, match=r"would be overwritten: menu\.yaml"):
            init(root, example=example)
        assert sorted(path.name for path in root.iterdir()) == ["menu.yaml"]

    def test_it_is_not_the_folder_of_the_project_itself(self, example):
        with pytest.raises(UsageError, match="the folder of the project itself"):
            init(example, example=example)
        assert not (example / ".git").exists()

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(UsageError, match="does not exist"):
            init(tmp_path / "orders", example=tmp_path / "nowhere")


class TestInARepository:
    def test_its_default_branch_becomes_the_default_environment(self, adopted, git):
        before = git("rev-parse", "HEAD", cwd=adopted)
        result = init(adopted)
        assert result.environment.id == "main"
        assert result.adopted == before
        assert git("log", "--format=%s", cwd=adopted).splitlines() == ["Adopt main as an environment", "before jetenv"]
        assert git("diff", "--name-status", before, "HEAD", cwd=adopted).splitlines() == [
            "A\tenvironments/.gitattributes",
            "A\tenvironments/main/credentials.yaml",
            "A\tenvironments/main/environment.yaml",
            "A\tenvironments/main/members.yaml",
            "A\tjetenv.yaml",
        ]
        git("verify-commit", "HEAD", cwd=adopted)

    def test_uncommitted_work_stays_as_it_is(self, adopted, git):
        (adopted / "app.yaml").write_text("a: 2\n")
        (adopted / "staged.yaml").write_text("b: 1\n")
        (adopted / "new.yaml").write_text("c: 1\n")
        git("add", "staged.yaml", cwd=adopted)
        before = git("status", "--porcelain", cwd=adopted)
        result = init(adopted)
        assert git("status", "--porcelain", cwd=adopted) == before
        assert text(adopted / "app.yaml") == "a: 2\n"
        assert result.untracked == ("new.yaml",)

    def test_an_existing_branch_can_be_named(self, adopted, git):
        git("branch", "live", cwd=adopted)
        result = init(adopted, environment="live")
        assert git("branch", "--show-current", cwd=adopted) == "main"
        assert not result.checked_out
        assert not (adopted / "jetenv.yaml").exists()
        assert git("ls-tree", "--name-only", "live", cwd=adopted).splitlines() == [
            "app.yaml",
            "environments",
            "jetenv.yaml",
        ]

    def test_a_branch_that_is_not_there_is_made_and_checked_out(self, adopted, git):
        result = init(adopted, environment="production")
        assert git("branch", "--show-current", cwd=adopted) == "production"
        assert git("rev-parse", "production^", cwd=adopted) == git("rev-parse", "main", cwd=adopted)
        assert result.checked_out

    def test_a_default_branch_whose_name_is_no_id_is_refused(self, adopted, git, snapshot):
        git("branch", "-m", "main", "Release/1.0", cwd=adopted)
        before = snapshot(adopted)
        with pytest.raises(UsageError, match=r"'Release/1\.0' cannot be an environment") as refused:
            init(adopted)
        assert "--env" in (refused.value.hint or "")
        assert snapshot(adopted) == before

    def test_the_default_branch_is_the_remotes(self, adopted, git, tmp_path):
        git("branch", "-m", "main", "trunk", cwd=adopted)
        git("branch", "master", cwd=adopted)
        git("clone", "-q", adopted, "copy")
        git("switch", "-qc", "master", "origin/master", cwd=tmp_path / "copy")
        assert init(tmp_path / "copy").environment.id == "trunk"

    def test_before_the_first_commit_its_unborn_branch_is_the_default_one(self, repo, git):
        result = init(repo)
        assert (result.environment.id, result.adopted) == ("main", None)
        assert git("rev-list", "--count", "main", cwd=repo) == "1"

    def test_before_the_first_commit_another_id_moves_head(self, repo, git):
        (repo / "draft.txt").write_text("draft")
        git("add", "draft.txt", cwd=repo)
        init(repo, environment="production")
        assert git("branch", "--show-current", cwd=repo) == "production"
        assert git("status", "--porcelain", cwd=repo) == "A  draft.txt"

    def test_a_bare_repository_can_be_adopted_too(self, adopted, git, tmp_path):
        git("clone", "-q", "--bare", adopted, "bare.git")
        result = init(tmp_path / "bare.git")
        assert result.environment.id == "main"
        assert git("ls-tree", "--name-only", "main", cwd=tmp_path / "bare.git").splitlines()[-1] == "jetenv.yaml"

    def test_attributes_that_it_has_are_kept(self, adopted, git):
        (adopted / "environments").mkdir()
        (adopted / "environments/.gitattributes").write_text("*.md text")
        git("add", ".", cwd=adopted)
        git("commit", "-qm", "attributes", cwd=adopted)
        init(adopted)
        assert text(adopted / "environments/.gitattributes").startswith("*.md text\n#")

    @pytest.mark.parametrize("path", ["jetenv.yaml", "environments/main/environment.yaml", "environments/main/x.yaml"])
    def test_what_it_has_is_never_overwritten(self, adopted, git, snapshot, path):
        (adopted / path).parent.mkdir(parents=True, exist_ok=True)
        (adopted / path).write_text("mine: 1\n")
        git("add", ".", cwd=adopted)
        git("commit", "-qm", "mine", cwd=adopted)
        before = snapshot(adopted)
        with pytest.raises(RefusedError):
            init(adopted)
        assert snapshot(adopted) == before

    def test_an_untracked_file_is_never_overwritten(self, adopted, snapshot):
        (adopted / "jetenv.yaml").write_text("mine: 1\n")
        before = snapshot(adopted)
        with pytest.raises(RefusedError, match=r"would be overwritten: jetenv\.yaml"):
            init(adopted)
        assert snapshot(adopted) == before

    @pytest.mark.parametrize("content", [None, "a file"])
    def test_a_file_or_link_where_a_folder_should_be(self, adopted, tmp_path, snapshot, content):
        if content is None:
            (tmp_path / "elsewhere").mkdir()
            (adopted / "environments").symlink_to(tmp_path / "elsewhere")
        else:
            (adopted / "environments").write_text(content)
        before = snapshot(adopted)
        with pytest.raises(RefusedError, match=r"would be overwritten: environments$"):
            init(adopted)
        assert snapshot(adopted) == before

    def test_a_project_is_not_started_twice(self, tmp_path, snapshot):
        root = init(tmp_path / "orders").root
        before = snapshot(root)
        with pytest.raises(RefusedError, match="a jetenv project already, with the environment 'production'"):
            init(root)
        with pytest.raises(RefusedError):
            init(root, environment="other")
        assert snapshot(root) == before

    def test_a_folder_inside_a_repository_is_not_a_place_for_a_project(self, adopted):
        (adopted / "sub").mkdir()
        (adopted / "sub/x.txt").write_text("x")
        with pytest.raises(RefusedError, match="belongs to the repository") as refused:
            init(adopted / "sub")
        assert f"jetenv init {adopted}" in (refused.value.hint or "")

    def test_a_branch_folder_in_the_way(self, adopted, git, snapshot):
        git("branch", "production/hotfix", cwd=adopted)
        before = snapshot(adopted)
        with pytest.raises(RefusedError, match="production/hotfix"):
            init(adopted, environment="production")
        assert snapshot(adopted) == before


class TestNothingIsLeftBehind:
    @pytest.mark.parametrize("error", [KeyboardInterrupt(), JetenvError("there is no space left on the disk")])
    @pytest.mark.parametrize(
        "step",
        ["jetenv.access.signing.sign", "jetenv.repository.journal.land", "jetenv.access.keys.configure_repository"],
    )
    @pytest.mark.parametrize("exists", [False, True])
    def test_when_it_is_interrupted_in_a_new_folder(self, tmp_path, monkeypatch, step, error, exists):
        root = tmp_path / "deep" / "orders"
        if exists:
            root.mkdir(parents=True)

        def interrupt(*args, **kwargs):
            raise error

        monkeypatch.setattr(step, interrupt)
        with pytest.raises(type(error)):
            init(root)
        assert (list(root.iterdir()) == []) if exists else not (tmp_path / "deep").exists()

    def test_when_it_is_interrupted_after_the_commit(self, tmp_path, monkeypatch):
        root = tmp_path / "orders"
        (root / "docs").mkdir(parents=True)
        (root / "docs/notes.md").write_text("mine")

        def interrupt(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr("jetenv.environments.starting.init._check_out", interrupt)
        with pytest.raises(KeyboardInterrupt):
            init(root)
        assert sorted(path.name for path in root.rglob("*")) == ["docs", "notes.md"]

    @pytest.mark.parametrize("step", ["jetenv.access.signing.sign", "jetenv.repository.journal.land"])
    @pytest.mark.parametrize("environment", [None, "production"])
    def test_when_it_is_interrupted_in_a_repository(self, adopted, monkeypatch, snapshot, step, environment):
        before = snapshot(adopted)

        def interrupt(*args, **kwargs):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(step, interrupt)
            init(adopted, environment=environment)
        assert snapshot(adopted) == before
        assert init(adopted).environment.id == "main"

    def test_when_git_does_not_know_who_one_is(self, tmp_path, git):
        git("config", "--global", "--unset", "user.name")
        with pytest.raises(JetenvError, match="git does not know who you are"):
            init(tmp_path / "orders")
        assert not (tmp_path / "orders").exists()

    def test_when_the_key_cannot_sign(self, tmp_path, keys):
        keys["carol"].rename(keys["carol"].with_suffix(".away"))
        try:
            with pytest.raises(JetenvError, match="private half"):
                init(tmp_path / "orders", key=keys["carol"].with_suffix(".pub"))
        finally:
            keys["carol"].with_suffix(".away").rename(keys["carol"])
        assert not (tmp_path / "orders").exists()

    @pytest.mark.parametrize(
        "options",
        [
            {"environment": "Production"},
            {"environment": "a/b"},
            {"environment": ".."},
            {"environment": "x" * 300},
            {"name": ""},
            {"name": "x" * 201},
            {"name": "two\nlines"},
            {"member": "Ada Lovelace"},
            {"member": "../x"},
        ],
    )
    def test_when_a_name_cannot_be(self, tmp_path, options):
        with pytest.raises(UsageError):
            init(tmp_path / "orders", **options)
        assert not (tmp_path / "orders").exists()

    def test_when_a_file_stands_in_the_place_of_the_folder(self, tmp_path):
        (tmp_path / "orders").write_text("mine")
        with pytest.raises(RefusedError, match="this is a file") as refused:
            init(tmp_path / "orders/sub")
        assert refused.value.where == str(tmp_path / "orders")
        assert text(tmp_path / "orders") == "mine"


def test_the_project_opens_from_below(tmp_path):
    root = init(tmp_path / "orders").root
    assert open_project(root / "environments" / "production").default().id == "production"
