"""The files of the working tree: as they stand there, though those are not read that git knows to be as staged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jetenv.environments import contents
from jetenv.environments.project import open_project
from jetenv.repository.objects import EXECUTABLE, FILE

PAGE = "name: Orders\ncomponents: []\n"
OTHER = "name: Others\ncomponents: []\n"
PATH = "pages/orders.yaml"


@pytest.fixture
def page(root: Path, commit) -> Path:
    commit(PATH, PAGE)
    return root / PATH


@pytest.fixture
def working(opened, monkeypatch):
    """The working tree, and the paths of the files that were read to know it."""
    read: list[str] = []

    def count(file, path, _bytes=contents._bytes):
        read.append(path)
        return _bytes(file, path)

    monkeypatch.setattr(contents, "_bytes", count)

    def run() -> tuple[contents.Contents, list[str]]:
        read.clear()
        found = contents.working(opened())
        return found, sorted(read)

    return run


def aged(file: Path) -> None:
    """Make a file older than the index, so that git need not read it to know whether it changed."""
    os.utime(file, (1_700_000_000, 1_700_000_000))


def test_only_what_changed_is_read(root, page, working, git):
    for file in root.rglob("*.yaml"):
        aged(file)
    git("update-index", "-q", "--refresh", cwd=root)
    assert working()[1] == []
    page.write_text(OTHER)
    (root / "pages/new.yaml").write_text(PAGE)
    (root / "menu.yaml").unlink()
    found, read = working()
    assert read == ["pages/new.yaml", PATH]
    assert found.get(PATH) == OTHER.encode() and found.get("pages/new.yaml") == PAGE.encode()
    assert "menu.yaml" not in found.files
    assert found.get("theme.yaml") == (root / "theme.yaml").read_bytes()


def test_what_is_staged_and_not_committed_counts(root, page, working, git):
    page.write_text(OTHER)
    git("add", PATH, cwd=root)
    assert working()[0].get(PATH) == OTHER.encode()
    page.write_text(PAGE)
    assert working()[0].get(PATH) == PAGE.encode()


def test_an_edit_of_the_same_size_in_the_moment_of_the_commit_is_seen(root, page, working):
    index = (root / ".git/index").stat()
    page.write_text(OTHER)
    os.utime(page, ns=(index.st_atime_ns, index.st_mtime_ns))
    assert working()[0].get(PATH) == OTHER.encode()


@pytest.mark.parametrize("option", ["--assume-unchanged", "--intent-to-add"])
def test_what_git_was_told_to_overlook_counts_as_it_stands(root, page, working, git, option):
    if option == "--intent-to-add":
        git("rm", "-q", "--cached", PATH, cwd=root)
        git("add", option, PATH, cwd=root)
    else:
        git("update-index", option, PATH, cwd=root)
    page.write_text(OTHER)
    assert working()[0].get(PATH) == OTHER.encode()


def test_a_file_under_a_filter_counts_as_it_stands(root, page, working, git, commit):
    git("config", "filter.upper.clean", "tr a-z A-Z", cwd=root)
    git("config", "filter.upper.smudge", "tr A-Z a-z", cwd=root)
    commit(".gitattributes", f"{PATH} filter=upper\n")
    page.touch()
    git("add", "--renormalize", PATH, cwd=root)
    assert git("show", f":{PATH}", cwd=root).startswith("NAME")
    assert git("diff", "--name-only", cwd=root) == ""
    assert working()[0].get(PATH) == PAGE.encode()


def test_an_id_that_git_writes_into_a_file_counts_as_it_stands(root, page, working, git, commit):
    commit(".gitattributes", f"{PATH} ident\n")
    commit(PATH, f"# $Id$\n{PAGE}")
    page.unlink()
    git("checkout", PATH, cwd=root)
    assert "$Id: " in page.read_text()
    assert working()[0].get(PATH) == page.read_bytes()


def test_a_file_that_is_replaced_meanwhile_is_not_taken_for_the_one_that_was_there(root, page, working):
    found, _ = working()
    page.write_text(OTHER)
    assert found.get(PATH) == PAGE.encode()


def test_the_mode_is_that_of_git(root, page, working, git):
    assert working()[0].files[PATH].mode == FILE
    git("update-index", "--chmod=+x", PATH, cwd=root)
    page.chmod(0o755)
    assert working()[0].files[PATH].mode == EXECUTABLE


def test_the_mode_of_an_edited_file_is_the_one_that_git_would_take_in(root, page, working, git):
    page.write_text(OTHER)
    page.chmod(0o755)
    (root / "pages/link.yaml").symlink_to("orders.yaml")
    files = working()[0].files
    git("add", "--all", cwd=root)
    assert files == dict(open_project(root).repo.index.read().files)


def test_where_modes_do_not_count_it_is_the_one_that_git_has(root, page, working, git):
    git("update-index", "--chmod=+x", PATH, cwd=root)
    git("config", "core.fileMode", "false", cwd=root)
    page.write_text(OTHER)
    (root / "pages/new.yaml").write_text(PAGE)
    (root / "pages/new.yaml").chmod(0o755)
    files = working()[0].files
    assert (files[PATH].mode, files["pages/new.yaml"].mode) == (EXECUTABLE, FILE)


def test_what_is_behind_a_link_is_not_there(root, page, working):
    (root / "pages").rename(root / "elsewhere")
    (root / "pages").symlink_to("elsewhere")
    found, _ = working()
    assert PATH not in found.files and "elsewhere/orders.yaml" in found.files
