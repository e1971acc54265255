"""What `jetenv validate` finds, where, and in which version of the files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from jetenv.environments.project import open_project
from jetenv.environments.starting.create import create
from jetenv.environments.validate import tree_findings, validate
from jetenv.errors import JetenvError, UsageError

PAGE = "name: Orders\ncomponents: []\n"


def told(result) -> list[str]:
    return [f"{each.where} {each.rule}" for each in result.findings]


@pytest.fixture
def write(root: Path):
    def run(path: str, content: str | bytes) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    return run


def test_a_fresh_project_is_valid(opened):
    result = validate(opened())
    assert result.is_valid
    assert (result.subject, result.environment, result.commit) == ("the working tree", "production", None)
    assert result.files > 5


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("pages/orders.yaml", "name: Orders\ncomponents: {}\n", "pages/orders.yaml:2:13 schema"),
        ("pages/orders.yaml", "name: Orders\nname: Twice\ncomponents: []\n", "pages/orders.yaml:2:1 yaml"),
        ("pages/orders.yaml", "name: [\n", "pages/orders.yaml:2:1 yaml"),
        ("pages/orders.yaml", "name:\n\t- a\n", "pages/orders.yaml:2:1 yaml"),
        ("pages/orders.yaml", "[" * 2000, "pages/orders.yaml:1:201 yaml"),
        ("pages/orders.yaml", "a: &a [*a]\n", "pages/orders.yaml:1:8 yaml"),
        ("pages/orders.yaml", b"name: a\0b\n", "pages/orders.yaml:1:8 yaml"),
        ("pages/orders.yaml", b"name: \xff\n", "pages/orders.yaml:1:7 yaml"),
        ("pages/orders.yaml", "", "pages/orders.yaml:1:1 schema"),
        ("pages/orders.yaml", "id: other\nname: Orders\ncomponents: []\n", "pages/orders.yaml:1:5 id-mismatch"),
        ("pages/Orders.yaml", PAGE, "pages/Orders.yaml:1:1 id-mismatch"),
        ("pages/orders.yml", PAGE, "pages/orders.yml:1:1 unknown-file"),
        ("pages/deep/orders.yaml", PAGE, "pages/deep/orders.yaml:1:1 unknown-file"),
        ("menu.yaml", "home: nowhere\nprimary: []\n", "menu.yaml:1:7 dangling-ref"),
        ("collections/db/orders.yaml", "fields: []\n", "collections/db/orders.yaml:1:1 dangling-ref"),
        ("teams", "a file\n", "teams:1:1 unknown-file"),
    ],
)
def test_every_finding_has_its_place(opened, write, path, content, expected):
    write(path, content)
    assert expected in told(validate(opened()))


@pytest.mark.parametrize("content", [PAGE.replace("\n", "\r\n"), "\ufeff" + PAGE])
def test_windows_line_endings_and_a_byte_order_mark_are_no_mistake(opened, write, content):
    write("pages/orders.yaml", content)
    assert validate(opened()).is_valid


def test_a_symbolic_link_is_not_followed(root, opened):
    (root / "pages/orders.yaml").symlink_to("/etc/passwd")
    assert told(validate(opened())) == ["pages/orders.yaml:1:1 unknown-file"]


@pytest.mark.parametrize("name", ["members.yaml", "environment.yaml", "signatures/ada.sig"])
def test_what_proves_rights_is_a_plain_file(root, opened, git, name):
    """As `verify` has it; other files may be executable."""
    (root / "menu.yaml").chmod(0o755)
    assert validate(opened()).is_valid
    path = f"environments/production/{name}"
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).touch()
    (root / path).chmod(0o755)
    assert told(validate(opened())) == [f"{path}:1:1 unknown-file"]
    git("add", "--all", cwd=root)
    assert told(validate(opened(), staged=True)) == [f"{path}:1:1 unknown-file"]


def test_the_working_tree_counts_as_it_is_without_ignored_files(root, opened, write, git):
    write(".gitignore", "pages/draft.yaml\n")
    write("pages/draft.yaml", "broken: [")
    write("pages/orders.yaml", "broken: [")
    assert {each.path for each in validate(opened()).findings} == {"pages/orders.yaml"}
    (root / "pages/home.yaml").unlink()
    assert "menu.yaml" in " ".join(told(validate(opened())))
    assert validate(opened(), "production").is_valid


def test_the_index_is_checked_apart_from_the_working_tree(root, opened, write, git):
    write("pages/orders.yaml", "broken: 1\n")
    git("add", ".", cwd=root)
    write("pages/orders.yaml", PAGE)
    assert validate(opened()).is_valid
    staged = validate(opened(), staged=True)
    assert staged.subject == "the index"
    assert not staged.is_valid


def test_a_file_in_conflict_is_a_finding(root, opened, commit, git):
    git("switch", "-qc", "side", cwd=root)
    commit("pages/home.yaml", "name: Side\ncomponents: []\n")
    git("switch", "-q", "production", cwd=root)
    commit("pages/home.yaml", "name: Main\ncomponents: []\n")
    with pytest.raises(AssertionError):
        git("merge", "-q", "side", cwd=root)
    assert "pages/home.yaml:1:1 yaml" in told(validate(opened(), staged=True))
    assert any(line.startswith("pages/home.yaml") for line in told(validate(opened())))


def test_a_revision_is_an_environment_a_branch_or_a_commit(root, opened, commit, git, tmp_path):
    create(opened(), "staging", switch=True)
    broken = commit("pages/orders.yaml", "broken: 1\n")
    git("switch", "-q", "production", cwd=root)
    for name, environment in (
        ("staging", "staging"),
        ("Staging", "staging"),
        (broken, None),
        ("refs/heads/staging", None),
    ):
        result = validate(opened(), name)
        assert (result.commit, result.environment) == (broken, environment)
        assert not result.is_valid
    git("clone", "-q", root, "copy")
    assert validate(open_project(tmp_path / "copy"), "staging").commit == broken
    assert validate(open_project(tmp_path / "copy"), "origin/staging").environment == "staging"
    with pytest.raises(UsageError):
        validate(opened(), "nowhere")


def test_the_folders_of_other_environments_are_inert(opened, commit):
    create(opened(), "staging", switch=True)
    commit("environments/production/environment.yaml", "broken: 1\n")
    assert validate(opened(), "staging").is_valid
    commit("environments/staging/credentials.yaml", "broken: 1\n")
    assert told(validate(opened(), "staging"))[0].startswith("environments/staging/credentials.yaml")


def test_a_folder_copied_by_hand_contradicts_itself(root, opened, git):
    create(opened(), "staging", switch=True)
    own = root / "environments/staging"
    (own / "environment.yaml").write_bytes((root / "environments/production/environment.yaml").read_bytes())
    result = validate(opened())
    assert told(result) == ["environments/staging/members.yaml:3:14 id-mismatch"]


def test_a_bare_repository_is_checked_at_head_or_at_a_revision(root, git, tmp_path):
    git("clone", "-q", "--bare", root, "bare.git")
    project = open_project(tmp_path / "bare.git")
    assert validate(project).subject == "production"
    assert validate(project, "production").is_valid


def test_a_build_server_with_a_feature_branch_alone_can_validate_it(root, opened, commit, git, tmp_path):
    git("switch", "-qc", "feature", cwd=root)
    commit("pages/orders.yaml", "broken: 1\n")
    git("clone", "-q", "--single-branch", f"file://{root}", "copy")
    git("switch", "-q", "--detach", cwd=tmp_path / "copy")
    git("branch", "-qD", "feature", cwd=tmp_path / "copy")
    git("update-ref", "-d", "refs/remotes/origin/feature", cwd=tmp_path / "copy")
    with pytest.raises(JetenvError, match="no environments"):
        open_project(tmp_path / "copy")
    project = open_project(tmp_path / "copy", any_branch=True)
    assert told(validate(project, "HEAD"))[0].startswith("pages/orders.yaml")
    assert told(validate(project))[0].startswith("pages/orders.yaml")


def test_what_a_sparse_checkout_leaves_out_is_there_all_the_same(root, opened, git):
    git("sparse-checkout", "set", "--no-cone", "/menu.yaml", "/jetenv.yaml", "/environments/", cwd=root)
    assert not (root / "pages").exists()
    assert validate(opened()).is_valid


def test_schemas_of_the_project_apply_to_the_files_that_it_maps_them_to(root, opened, write):
    write("jetenv.yaml", (root / "jetenv.yaml").read_text() + "schemas:\n  deploy/*.yaml: deploy/schema.json\n")
    with pytest.raises(JetenvError, match=r"deploy/schema\.json") as refused:
        validate(opened())
    assert refused.value.where == "jetenv.yaml"
    write("deploy/schema.json", '{"type": "object", "required": ["replicas"]}')
    write("deploy/api.yaml", "image: api\n")
    assert told(validate(opened())) == ["deploy/api.yaml:1:1 schema"]
    write("deploy/schema.json", '{"type": "object"}')
    assert validate(opened()).is_valid


class TestVerdictsAreKept:
    @pytest.fixture
    def store(self, home: Path) -> Path:
        return home / ".cache/jetenv/verdicts.sqlite"

    def test_by_blob_id_so_that_an_unchanged_file_is_not_checked_again(self, opened, store, write, monkeypatch):
        write("pages/orders.yaml", "broken: 1\n")
        first = validate(opened())
        assert store.is_file()
        checked = []
        from jetenv.schemas import project_check

        def count(path, data, catalog, check_file=project_check.check_file):
            checked.append(path)
            return check_file(path, data, catalog)

        monkeypatch.setattr(project_check, "check_file", count)
        assert validate(opened()).findings == first.findings
        assert checked == []
        write("pages/orders.yaml", PAGE)
        assert validate(opened()).is_valid
        assert checked == ["pages/orders.yaml"]

    @pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + b"x" * 5000])
    def test_and_a_damaged_store_changes_no_answer(self, opened, store, write, damage):
        write("pages/orders.yaml", "broken: 1\n")
        first = validate(opened())
        store.write_bytes(damage)
        assert validate(opened()).findings == first.findings
        assert validate(opened()).findings == first.findings

    def test_and_verdicts_that_cannot_be_read_are_reached_again(self, opened, store, write):
        write("pages/orders.yaml", "broken: 1\n")
        first = validate(opened())
        with sqlite3.connect(store) as database:
            database.execute("UPDATE verdict SET verdict = '[]'")
        assert validate(opened()).findings == first.findings

    @pytest.mark.parametrize(
        "row", ['{"path":"pages/orders.yaml","references":[["page","x"]]}', '{"references":[]}', "7"]
    )
    def test_and_a_row_with_parts_missing_counts_for_nothing(self, opened, store, write, row):
        write("pages/orders.yaml", "broken: 1\n")
        first = validate(opened())
        with sqlite3.connect(store) as database:
            database.execute("UPDATE verdict SET verdict = ?", (row,))
        assert validate(opened()).findings == first.findings

    def test_and_a_store_that_cannot_be_written_stops_nobody(self, opened, store):
        store.parents[1].write_text("in the way")
        assert validate(opened()).is_valid


def test_a_tree_that_no_commit_has_yet_can_be_checked(root, opened, git):
    project = opened()
    tree = git("rev-parse", "production^{tree}", cwd=root)
    assert tree_findings(project, tree, "production") == []
