"""``jetenv diff`` of the working tree through the installed command: what git sees in it, and nothing else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from jetenv.diffing.trees import MOST_CHANGES


@pytest.fixture
def root(minimal: Path) -> Path:
    """A project with production checked out."""
    return minimal


def shared(jetenv, root) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """By path, what became of an object and its fields."""
    objects = json.loads(jetenv("diff", "--json", cwd=root).stdout)["shared"]
    return {
        each["path"]: (each["action"], [(change["field"], change["action"]) for change in each["changes"]])
        for each in objects
    }


def test_the_line_endings_of_a_checkout_are_no_difference(jetenv, git, root):
    git("config", "core.autocrlf", "true", cwd=root)
    (root / "pages/home.yaml").unlink()
    git("checkout", "-q", "pages", cwd=root)
    assert b"\r\n" in (root / "pages/home.yaml").read_bytes()
    jetenv("set", "pages/home#name", "Start", cwd=root)
    assert shared(jetenv, root) == {"pages/home.yaml": ("changed", [("name", "changed")])}


def test_links_and_modes_count_as_in_status(jetenv, git, root):
    (root / "pages/link.yaml").symlink_to("home.yaml")
    (root / "theme.yaml").chmod(0o755)
    assert shared(jetenv, root) == {"pages/link.yaml": ("added", []), "theme.yaml": ("changed", [])}
    status = json.loads(jetenv("status", "--json", cwd=root).stdout)
    assert {each["path"] for each in status["uncommitted"]} == {"pages/link.yaml", "theme.yaml"}


def test_outside_of_an_environment_the_working_tree_is_called_that_too(jetenv, git, root):
    git("switch", "-q", "-c", "feature", cwd=root)
    assert jetenv("diff", cwd=root).stdout == "No difference between feature and the working tree.\n"


def test_a_page_is_written_at_once_and_the_text_printed_beside_it(jetenv, root, tmp_path):
    jetenv("set", "pages/home#name", "<Start>", cwd=root)
    file = tmp_path / "diff.html"
    ran = jetenv("diff", "--format", "html", "--output", file, cwd=root)
    assert "name: Home → " in ran.stdout
    assert "&lt;Start&gt;" in file.read_text()
    assert jetenv("diff", "--format", "html", cwd=root).stdout == file.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["diff.html", "orders"]


def test_pages_are_drawn_by_the_schemas_of_the_project(jetenv, git, root):
    (root / "stacks").mkdir()
    service = {"x-jetenv": {"draw": "box"}, "properties": {"image": {"x-jetenv": {"draw": "value"}}}}
    services = {"x-jetenv": {"draw": "below"}, "additionalProperties": service}
    schema = {"x-jetenv": {"draw": "box"}, "properties": {"services": services}}
    (root / "stack.json").write_text(json.dumps(schema))
    (root / "jetenv.yaml").write_text((root / "jetenv.yaml").read_text() + "schemas:\n  stacks/*.yaml: stack.json\n")
    (root / "stacks/web.yaml").write_text("services:\n  db: {image: postgres}\n")
    git("add", "-A", cwd=root)
    git("commit", "-qm", "Add a stack", cwd=root)
    (root / "stacks/web.yaml").write_text("services:\n  db: {image: postgres}\n  web: {image: nginx}\n")
    page = jetenv("diff", "--format", "html", cwd=root).stdout
    assert "stacks/web.yaml, drawn: 1 added" in page


def test_formats_that_contradict_each_other_are_refused(jetenv, root, tmp_path):
    for arguments in (("--output", tmp_path / "x"), ("--json", "--format", "html"), ("--format", "pdf")):
        assert jetenv("diff", *arguments, cwd=root, check=False).code == 2
    ran = jetenv("diff", "--format", "html", "--output", tmp_path / "no" / "x", cwd=root, check=False)
    assert (ran.code, "writing" in ran.stderr) == (3, True)
    assert json.loads(jetenv("diff", "--format", "json", cwd=root).stdout)["differs"] is False


def test_the_index_is_a_side_of_its_own(jetenv, git, root):
    jetenv("set", "pages/home#name", "Start", cwd=root)
    git("add", "pages", cwd=root)
    jetenv("set", "pages/home#name", "Begin", cwd=root)
    (staged,) = json.loads(jetenv("diff", "--staged", "--json", cwd=root).stdout)["shared"]
    assert [change["new"] for change in staged["changes"]] == ["Start"]


def test_three_dots_tell_what_a_branch_changed_since_it_parted(jetenv, git, root):
    git("switch", "-q", "-c", "feature", cwd=root)
    jetenv("set", "pages/home#name", "Start", cwd=root)
    git("commit", "-qam", "start", cwd=root)
    git("switch", "-q", "production", cwd=root)
    jetenv("set", "theme#radius", "1", cwd=root)
    git("commit", "-qam", "round", cwd=root)
    paths = {
        dots: [
            each["path"]
            for each in json.loads(jetenv("diff", f"production{dots}feature", "--json", cwd=root).stdout)["shared"]
        ]
        for dots in ("..", "...")
    }
    assert paths == {"..": ["pages/home.yaml", "theme.yaml"], "...": ["pages/home.yaml"]}
    assert (
        jetenv("diff", "production", "feature", cwd=root).stdout
        == jetenv("diff", "production..feature", cwd=root).stdout
    )
    assert jetenv("diff", "production..", cwd=root, check=False).code == 2


def test_paths_kinds_and_risks_select(jetenv, root):
    jetenv("set", "pages/home#name", "Start", cwd=root)
    jetenv("set", "theme#radius", "1", cwd=root)

    def paths(*options: str) -> list[str]:
        return [each["path"] for each in json.loads(jetenv("diff", "--json", *options, cwd=root).stdout)["shared"]]

    assert paths("--path", "pages") == paths("--kind", "page") == paths("--path", "pages/home") == ["pages/home.yaml"]
    assert paths("--kind", "page", "--kind", "theme") == ["pages/home.yaml", "theme.yaml"]
    assert paths("--risk", "destructive") == []
    unknown = jetenv("diff", "--risk", "destructiv", cwd=root, check=False)
    assert unknown.code == 2
    assert "did you mean 'destructive'?" in unknown.stderr


def test_a_row_for_each_object(jetenv, root):
    jetenv("set", "pages/home#name", "Start", cwd=root)
    jetenv("set", "theme#radius", "1", cwd=root)
    text = jetenv("diff", "--stat", cwd=root).stdout
    assert "~  page home" in text
    assert "2 objects differ" in text


def test_lines_stand_beside_each_other_where_asked(jetenv, root):
    page = root / "pages/home.yaml"
    page.write_text(page.read_text() + "description: |\n  one\n  two\n")

    subprocess.run(["git", "commit", "-qam", "text"], cwd=root, check=True)
    page.write_text(page.read_text().replace("  two\n", "  TWO\n"))
    assert "- two" in jetenv("diff", cwd=root).stdout
    row = next(line for line in jetenv("diff", "--side-by-side", cwd=root).stdout.split("\n") if "TWO" in line)
    assert row.split() == ["-", "two", "│", "+", "TWO"]


def test_a_reader_that_goes_away_ends_it_quietly(jetenv, root):
    import os
    import shutil

    for name in range(400):
        (root / f"pages/p{name}.yaml").write_text(f"name: {'x' * 200}\n")
    read, write = os.pipe()
    os.close(read)
    program = shutil.which("jetenv") or str(Path(__import__("sys").executable).with_name("jetenv"))
    done = subprocess.run([program, "diff"], cwd=root, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_page_says_what_it_does_not_draw(jetenv, git, root):
    large = "name: A\n# " + "x" * 4_000_000 + "\ncomponents: []\n"
    pages = {f"pages/p{at:03}.yaml": "name: A\ncomponents: []\n" for at in range(203)} | {"pages/large.yaml": large}
    imported(root, pages)
    page = jetenv("diff", "production", "many", "--format", "html", cwd=root).stdout
    assert "4 objects not drawn: 3 after the first 200" in page
    assert "; 1 in files of more than 4 MB" in page
    assert "Not drawn here; jetenv diff … --path pages/p202.yaml --format html does." in page
    alone = jetenv("diff", "production", "many", "--path", "pages/p202.yaml", "--format", "html", cwd=root).stdout
    assert "page p202, drawn" in alone
    assert "not drawn" not in alone


def imported(root, files, start="production"):
    """Commit ``files`` on top of ``start`` as the branch ``many``."""
    commit = f"commit refs/heads/many\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\nfrom {start}^0\n"
    data = "".join(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" for path, text in files.items())
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=(commit + data).encode(), check=True)


def test_of_very_many_changes_it_is_said_how_many_of_which_kind(jetenv, git, root):
    imported(root, {f"pages/p{at}.yaml": "name: A\n" for at in range(20_001)})
    done = jetenv("diff", "production", "many", cwd=root)
    assert "page 20,001 added" in " ".join(done.stdout.split())
    assert len(done.stdout) < 1_000
    assert "no file was compared by field" in done.stderr


def test_of_more_changes_than_can_be_told_the_rest_is_counted(jetenv, git, root):
    """In few files: 21 with 1,000 fields each, and a risky change in the last one."""
    fields = "".join(f"f{at}: OLD\n" for at in range(1_000))
    files = {f"notes/n{at:02}.yaml": fields for at in range(21)}
    team = "name: Ops\npermissions_group: member\n"
    imported(root, files | {"teams/ops.yaml": team})
    git("branch", "-f", "before", "many", cwd=root)
    widened = team.replace("permissions_group: member", "permissions_group: admin")
    new = {path: text.replace("OLD", "new") for path, text in files.items()} | {"teams/ops.yaml": widened}
    imported(root, new, start="before")
    done = jetenv("diff", "before", "many", cwd=root)
    assert done.stdout.count("OLD → new") == MOST_CHANGES
    assert "    1000 changes, not told\n" in done.stdout
    assert "~ team ops\n    1 change, not told\n" in done.stdout
    assert "! permissions_group: member → admin [permission-widened]" in done.stdout
    assert done.stdout.endswith("\n22 objects differ: 22 changed\n")
    assert "of more than 20,000 changes the rest is counted" in done.stderr
    told = json.loads(jetenv("diff", "before", "many", "--json", cwd=root).stdout)["shared"]
    assert [(len(each["changes"]), each["left_out"]) for each in told[-3:]] == [(1_000, 0), (0, 1_000), (0, 1)]
    markdown = jetenv("diff", "before", "many", "--format", "markdown", cwd=root).stdout
    assert "| changed | team | `ops` | 1 change, not told |" in markdown


def test_a_shallow_clone_says_what_it_lacks_and_a_detached_head_is_a_side(jetenv, git, root, tmp_path):
    git("switch", "-q", "-c", "feature", cwd=root)
    for name in ("Start", "Begin"):
        jetenv("set", "pages/home#name", name, cwd=root)
        git("commit", "-qam", name, cwd=root)
    git("clone", "-q", "--depth=1", "--no-single-branch", root.as_uri(), "shallow", cwd=tmp_path)
    shallow = tmp_path / "shallow"
    git("checkout", "-q", "--detach", cwd=shallow)
    assert json.loads(jetenv("diff", "production", "HEAD", "--json", cwd=shallow).stdout)["differs"]
    done = jetenv("diff", "production...HEAD", cwd=shallow, check=False)
    assert done.code == 3
    assert "the history needed to compare the branches was not fetched" in done.stderr
    assert "git fetch --unshallow" in done.stderr


def test_the_signatures_of_a_members_file_are_told_as_a_part_of_it(jetenv, git, root, add_members):
    jetenv("create", "staging", cwd=root)
    between = json.loads(jetenv("diff", "production", "staging", "--json", cwd=root).stdout)["own"]
    assert "members" in {each["kind"] for each in between}
    assert not [each["path"] for each in between if "signatures" in each["path"]]
    add_members(root, ("bob", "editor"))
    since = json.loads(jetenv("diff", "production~1", "production", "--json", cwd=root).stdout)["own"]
    assert [each["path"] for each in since] == ["environments/production/members.yaml"]
    (root / "environments/production/signatures/ada.sig").write_text("another")
    alone = json.loads(jetenv("diff", "--json", cwd=root).stdout)["own"]
    assert [each["path"] for each in alone] == ["environments/production/signatures/ada.sig"]
