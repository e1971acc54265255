"""Reading and editing one value of a file of the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from jetenv.environments.project import Project
from jetenv.environments.starting.create import create
from jetenv.environments.switch import switch
from jetenv.environments.values import get, set_value, unset
from jetenv.environments.working import read_file
from jetenv.errors import ExitCode, JetenvError, RefusedError, UsageError

PAGE = dedent("""\
    id: orders
    name: 'Orders'  # in the menu
    # What stands on it.
    components:
      # the total
      - id: total
        type: text
        text: |
          All orders
          of today
      - id: again
        type: button
        label: Again
    """)


@pytest.fixture
def page(root: Path) -> Path:
    """The file of a page with two components."""
    file = root / "pages" / "orders.yaml"
    file.write_text(PAGE)
    return file


Opened = Callable[[], Project]


def test_a_text_is_read_as_it_is_and_anything_else_as_its_source(opened: Opened, page: Path) -> None:
    assert get(opened(), "pages/orders#name").text == "Orders"
    assert get(opened(), "pages/orders.yaml#components[total].text").text == "All orders\nof today\n"
    found = get(opened(), "pages/orders#components[again]")
    assert (found.path, found.field, found.text) == (
        "pages/orders.yaml",
        "components[again]",
        "id: again\ntype: button\nlabel: Again",
    )
    assert found.data == {"id": "again", "type": "button", "label": "Again"}
    assert get(opened(), "pages/orders#components").text.startswith("# the total\n- id: total\n  type: text\n")
    assert get(opened(), "pages/orders").text == PAGE


def test_a_value_is_read_from_an_environment_or_a_commit(
    opened: Opened, page: Path, commit: Callable[..., str], git
) -> None:
    commit("pages/orders.yaml", PAGE)
    create(opened(), "staging")
    page.write_text(PAGE.replace("Orders", "Changed"))
    assert get(opened(), "pages/orders#name").data == "Changed"
    assert get(opened(), "pages/orders#name", environment="staging").data == "Orders"
    assert get(opened(), "pages/orders#name", ref="HEAD").data == "Orders"
    with pytest.raises(UsageError, match="both"):
        get(opened(), "pages/orders#name", environment="staging", ref="HEAD")
    with pytest.raises(UsageError, match="no file"):
        get(opened(), "pages/orders#name", ref="HEAD~1")


def test_setting_a_value_changes_that_value_alone(opened: Opened, page: Path) -> None:
    page.chmod(0o640)
    result = set_value(opened(), "pages/orders#components[again].label", "Load again")
    assert (result.old, result.new, result.changed) == ("Again", "Load again", True)
    assert page.read_text() == PAGE.replace("label: Again", "label: Load again")
    assert page.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in page.parent.iterdir() if "jetenv" in file.name] == []


def test_crlf_and_byte_order_mark_survive(opened: Opened, page: Path) -> None:
    data = b"\xef\xbb\xbf" + PAGE.replace("\n", "\r\n").encode()
    page.write_bytes(data)
    set_value(opened(), "pages/orders#components[again].label", "X")
    assert page.read_bytes() == data.replace(b"label: Again", b"label: X")


def test_the_same_value_is_not_written_again(opened: Opened, page: Path) -> None:
    before = page.stat()
    assert not set_value(opened(), "pages/orders#name", "Orders").changed
    assert page.stat().st_mtime_ns == before.st_mtime_ns


def test_a_text_that_looks_like_a_number_is_one_when_told(opened: Opened, page: Path) -> None:
    set_value(opened(), "pages/orders#components[again].label", "3.10", as_text=True)
    assert 'label: "3.10"' in page.read_text()


def test_an_item_is_added_by_its_key_and_removed_again(opened: Opened, page: Path) -> None:
    set_value(opened(), "pages/orders#components[hint]", "{type: text, text: Call us}")
    assert page.read_text() == PAGE + "  - id: hint\n    type: text\n    text: Call us\n"
    result = unset(opened(), "pages/orders#components[hint]")
    assert result.old == {"id": "hint", "type": "text", "text": "Call us"}
    assert result.new is None
    assert page.read_text() == PAGE


@pytest.mark.parametrize(
    ("target", "value", "rule"),
    [
        ("pages/orders#components[again].type", "buton", "schema"),
        ("pages/orders#colour", "red", "schema"),
        ("pages/orders#id", "order", "id-mismatch"),
        ("menu#primary[home].page", "hme", "dangling-ref"),
    ],
)
def test_what_would_be_invalid_is_told_and_not_written(
    opened: Opened, page: Path, root: Path, target: str, value: str, rule: str
) -> None:
    file = root / (target.partition("#")[0] + ".yaml")
    before = file.read_bytes()
    result = set_value(opened(), target, value)
    assert rule in [finding.rule for finding in result.findings]
    assert all(finding.path == file.relative_to(root).as_posix() for finding in result.findings)
    assert not result.changed
    assert file.read_bytes() == before


def test_what_is_wrong_already_does_not_stand_in_the_way(opened: Opened, page: Path) -> None:
    page.write_text(PAGE + "colour: red\n")
    assert set_value(opened(), "pages/orders#name", "All").changed
    assert unset(opened(), "pages/orders#colour").changed
    assert page.read_text() == PAGE.replace("Orders", "All")


def test_a_file_that_is_broken_says_where(opened: Opened, page: Path) -> None:
    page.write_text("id: orders\n\tname: x\n")
    with pytest.raises(JetenvError) as error:
        set_value(opened(), "pages/orders#name", "x")
    assert (error.value.where or "").startswith("pages/orders.yaml:2:")


def test_an_unknown_field_says_where_and_what_exists(opened: Opened, page: Path) -> None:
    with pytest.raises(UsageError) as error:
        get(opened(), "pages/orders#components[totl].text")
    assert error.value.where == "pages/orders.yaml:6:3"
    assert error.value.hint == "did you mean [total]?"


@pytest.mark.parametrize(
    "target",
    ["", "#name", "/etc/passwd#x", "../x#y", "pages/../../x#y", "pages//orders#x", "./pages/orders#x", ".git/config#x"],
)
def test_nothing_outside_the_project_is_read_or_written(opened: Opened, target: str) -> None:
    for run in (lambda: get(opened(), target), lambda: set_value(opened(), target, "1")):
        with pytest.raises(UsageError):
            run()


def test_an_unknown_file_says_what_was_meant(opened: Opened, page: Path) -> None:
    with pytest.raises(UsageError) as error:
        get(opened(), "page/orders#name")
    assert error.value.hint == "did you mean 'pages/orders'?"
    with pytest.raises(UsageError) as error:
        get(opened(), "pages#name")
    assert error.value.hint


def test_one_of_several_documents_is_not_read(opened: Opened, page: Path) -> None:
    page.write_text("name: a\n---\nname: b\n")
    for target in ("pages/orders", "pages/orders#name"):
        with pytest.raises(JetenvError, match="several YAML documents") as error:
            get(opened(), target)
        assert error.value.exit_code is ExitCode.FAILED
        assert error.value.hint


def test_symbolic_links_are_refused(opened: Opened, page: Path, root: Path, tmp_path: Path, git) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("name: x\n")
    (root / "pages" / "link.yaml").symlink_to(outside)
    with pytest.raises(RefusedError, match="symbolic link"):
        set_value(opened(), "pages/link#name", "y")
    assert outside.read_text() == "name: x\n"
    git("add", "--all", cwd=root)
    git("commit", "-qm", "link", cwd=root)
    for where in ({}, {"environment": "production"}):
        with pytest.raises(RefusedError, match="symbolic link"):
            get(opened(), "pages/link#name", **where)


def test_a_whole_file_is_not_set(opened: Opened, page: Path) -> None:
    for run in (lambda: set_value(opened(), "pages/orders", "{}"), lambda: unset(opened(), "pages/orders")):
        with pytest.raises(UsageError, match="whole file"):
            run()


def test_files_that_speak_elsewhere_or_are_signed_are_refused(opened: Opened) -> None:
    create(opened(), "staging")
    switch(opened(), "staging")
    with pytest.raises(RefusedError, match="read from its own branch"):
        set_value(opened(), "environments/production/environment#color", "red")
    with pytest.raises(RefusedError, match="signed"):
        set_value(opened(), "environments/staging/members#threshold", "2")
    assert set_value(opened(), "environments/staging/environment#description", "For tests").changed


def test_a_bare_repository_is_read_by_environment(opened: Opened, root: Path, git, tmp_path: Path) -> None:
    from jetenv.environments.project import open_project

    git("clone", "-q", "--bare", root, tmp_path / "bare.git")
    bare = open_project(tmp_path / "bare.git")
    assert get(bare, "theme#mode", environment="production").data == "auto"
    with pytest.raises(JetenvError, match="bare"):
        get(bare, "theme#mode")


def test_a_read_only_folder_leaves_the_file_as_it_was(
    opened: Opened, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    project = opened()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(JetenvError, match="disk is full"):
        set_value(project, "pages/orders#name", "x")
    assert page.read_text() == PAGE
    assert len(list(page.parent.iterdir())) == 2


@pytest.mark.parametrize("path", ["../outside.json", "/etc/hostname", "pages/../../outside.json"])
def test_a_schema_outside_the_project_is_none_of_it(opened, root, path):
    (root.parent / "outside.json").write_text("{}")
    (root / "jetenv.yaml").write_text((root / "jetenv.yaml").read_text() + f"schemas:\n  'stacks/*.yaml': {path}\n")
    with pytest.raises(JetenvError, match="is not in the project"):
        set_value(opened(), "pages/home#name", "x")


@pytest.mark.parametrize("path", ["../outside.yaml", "/etc/hostname", "pages/../../outside.yaml", "pages//home.yaml"])
def test_a_path_out_of_the_project_names_no_file_of_it(opened, root, path):
    (root.parent / "outside.yaml").write_text("a: 1\n")
    with pytest.raises(RefusedError, match="is no file of the project"):
        read_file(opened(), path)
