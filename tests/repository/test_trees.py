"""Trees: what is read, compared and edited is what git itself sees."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.errors import JetenvError
from jetenv.repository.objects import (
    EMPTY_TREE,
    EXECUTABLE,
    FILE,
    FOLDER,
    SUBMODULE,
    SYMLINK,
    Oid,
    TreeChange,
    TreeEntry,
)
from jetenv.repository.opening import init_repository
from jetenv.repository.repository import Repository

NAMES = ["a", "b", "a.b", "a-b", "a0", "A", "é", "\udcff", "x y"]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return init_repository(tmp_path_factory.mktemp("trees") / "project", "main")


def file(repo: Repository, content: bytes = b"x\n", mode: int = FILE) -> TreeEntry:
    return TreeEntry(repo.trees.write_blob(content), mode)


def plain(files: dict[str, bytes]) -> dict[str, bytes]:
    """``files`` without those that stand in the place of a folder that another needs."""
    return {
        path: content for path, content in files.items() if not any(other.startswith(path + "/") for other in files)
    }


def git_tree(git, where: Path, files: dict[str, bytes]) -> str:
    index = {"GIT_INDEX_FILE": str(where / "oracle-index")}
    (where / "oracle-index").unlink(missing_ok=True)
    for path, content in files.items():
        blob = git("hash-object", "-w", "--stdin", cwd=where, input=content)
        data = f"100644 {blob}\t{path}\0".encode("utf-8", "surrogateescape")
        git("update-index", "-z", "--add", "--index-info", cwd=where, input=data, env=index)
    return git("write-tree", cwd=where, env=index)


@given(files=st.dictionaries(PATHS, st.sampled_from([b"1\n", b"2\n"]), max_size=6).map(plain))
def test_a_tree_is_the_one_that_git_writes(shared: Repository, git, files):
    built = shared.trees.edit(None, {path: file(shared, content) for path, content in files.items()})
    assert built == git_tree(git, shared.path, files)
    assert {path: shared.trees.read(entry.oid) for path, entry in shared.trees.files(built)} == files


FILES = st.dictionaries(PATHS, st.sampled_from([b"1\n", b"2\n", b"3\n"]), max_size=8).map(plain)


@given(old=FILES, new=FILES)
def test_changes_are_the_difference_of_the_two_sets_of_files(shared: Repository, old, new):
    entries = {content: file(shared, content) for content in (b"1\n", b"2\n", b"3\n")}
    left = shared.trees.edit(None, {path: entries[content] for path, content in old.items()})
    right = shared.trees.edit(None, {path: entries[content] for path, content in new.items()})
    changes = shared.trees.changes(left, right)
    assert changes == {
        path: TreeChange(entries.get(old.get(path)), entries.get(new.get(path)))
        for path in old.keys() | new.keys()
        if old.get(path) != new.get(path)
    }
    assert [os.fsencode(path) for path in changes] == sorted(os.fsencode(path) for path in changes)


@given(old=FILES, new=FILES)
def test_editing_by_the_changes_leads_from_one_tree_to_the_other(shared: Repository, old, new):
    left = shared.trees.edit(None, {path: file(shared, content) for path, content in old.items()})
    right = shared.trees.edit(None, {path: file(shared, content) for path, content in new.items()})
    edits = {path: change.new for path, change in shared.trees.changes(left, right).items()}
    assert shared.trees.edit(left, edits) == right


def test_changes_agree_with_git_on_modes_links_and_submodules(shared: Repository, git):
    link, module = file(shared, b"target", SYMLINK), TreeEntry(Oid("1" * 40), SUBMODULE)
    left = shared.trees.edit(None, {"run": file(shared), "link": file(shared, b"target"), "module/x": file(shared)})
    right = shared.trees.edit(None, {"run": file(shared, mode=EXECUTABLE), "link": link, "module": module})
    changes = shared.trees.changes(left, right)
    oracle = git("diff-tree", "-r", "--name-only", left, right, cwd=shared.path)
    assert list(changes) == oracle.splitlines() == ["link", "module", "module/x", "run"]
    assert changes["module"] == TreeChange(None, module)


def test_an_entry_is_found_by_its_full_path_only(shared: Repository):
    tree = shared.trees.edit(None, {"pages/orders.yaml": file(shared), "menu.yaml": file(shared)})
    assert shared.trees.entry(tree, "pages/orders.yaml") == file(shared)
    assert shared.trees.entry(tree, "") == TreeEntry(tree, FOLDER)
    for missing in ("pages/orders", "menu.yaml/x", "orders.yaml", "Pages/orders.yaml", "pages//orders.yaml", "/"):
        assert shared.trees.entry(tree, missing) is None
    assert list(shared.trees.children(tree)) == ["menu.yaml", "pages"]
    assert list(shared.trees.children(tree, "pages")) == ["orders.yaml"]
    assert shared.trees.children(tree, "menu.yaml") == shared.trees.children(tree, "none") == {}
    assert [path for path, _ in shared.trees.files(tree, "pages")] == ["pages/orders.yaml"]


def test_removing_the_last_file_removes_its_folders(shared: Repository):
    tree = shared.trees.edit(None, {"a/b/c": file(shared), "d": file(shared)})
    assert list(shared.trees.children(shared.trees.edit(tree, {"a/b/c": None}))) == ["d"]
    assert shared.trees.edit(tree, {"a": None, "d": None}) == EMPTY_TREE
    assert shared.trees.edit(tree, {"nothing/there": None, "d/below": None}) == tree


def test_a_folder_can_be_grafted_whole(shared: Repository):
    tree = shared.trees.edit(None, {"a/x": file(shared), "a/y": file(shared)})
    folder = shared.trees.entry(tree, "a")
    grafted = shared.trees.edit(None, {"copy": folder, "copy/x": None, "copy/z": file(shared)})
    assert [path for path, _ in shared.trees.files(grafted)] == ["copy/y", "copy/z"]


def test_a_file_does_not_silently_give_way_to_a_folder(shared: Repository):
    tree = shared.trees.edit(None, {"a": file(shared)})
    with pytest.raises(JetenvError, match="'a' is a file"):
        shared.trees.edit(tree, {"a/b": file(shared)})
    with pytest.raises(JetenvError, match="'a/b' cannot be written"):
        shared.trees.edit(None, {"a": file(shared), "a/b": file(shared)})
    assert [path for path, _ in shared.trees.files(shared.trees.edit(tree, {"a": None, "a/b": file(shared)}))] == [
        "a/b"
    ]


@pytest.mark.parametrize("path", ["a/b", "a/b/c", "a/b/c/d", "no/such/folder"])
def test_removing_what_is_not_there_is_no_error(shared: Repository, path: str):
    tree = shared.trees.edit(None, {"a": TreeEntry(shared.trees.write_blob(b"1"), FILE)})
    assert shared.trees.edit(tree, {path: None}) == tree


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "../a", "a/./b", ".git/config", "a/.GIT", "a\0b"])
def test_paths_that_git_would_not_check_out_are_refused(shared: Repository, path: str):
    with pytest.raises(JetenvError, match="cannot be a path"):
        shared.trees.edit(None, {path: file(shared)})


def test_names_that_differ_in_case_only_stay_apart(shared: Repository):
    tree = shared.trees.edit(None, {"Pages/a": file(shared, b"1"), "pages/a": file(shared, b"2")})
    assert shared.trees.read(shared.trees.entry(tree, "Pages/a").oid) == b"1"
    assert shared.trees.read(shared.trees.entry(tree, "pages/a").oid) == b"2"


def damaged_tree(git, shared: Repository, *entries: tuple[bytes, bytes]) -> Oid:
    blob = bytes.fromhex(shared.trees.write_blob(b"x\n"))
    data = b"".join(mode + b" " + name + b"\0" + blob for mode, name in entries)
    return Oid(git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", cwd=shared.path, input=data))


@pytest.mark.parametrize(
    "entries",
    [
        [(b"100644", b"a"), (b"100644", b"a")],
        [(b"100644", b"a"), (b"100644", b"a.b"), (b"40000", b"a")],
        [(b"100644", b"..")],
        [(b"100644", b".git")],
        [(b"100644", b"a/b")],
        [(b"100644", b"")],
        [(b"10x644", b"a")],
    ],
)
def test_a_tree_that_readers_could_take_differently_is_an_error(shared: Repository, git, entries):
    with pytest.raises(JetenvError, match="is damaged") as caught:
        shared.trees.children(damaged_tree(git, shared, *entries))
    assert "git fsck" in (caught.value.hint or "")


def test_a_missing_or_wrong_object_is_a_clear_error(shared: Repository):
    for oid in ("1" * 40, shared.trees.edit(None, {"a": file(shared)})):
        with pytest.raises(JetenvError) as caught:
            shared.trees.read(Oid(oid))
        assert oid in caught.value.message
    with pytest.raises(JetenvError, match="is not a tree"):
        shared.trees.children(file(shared).oid)


def test_cost_follows_what_changed_and_not_what_is_there(tmp_path: Path):
    """Comparing and editing open the touched folders only, however many files stand beside them."""

    def folders_opened(files_per_folder: int) -> int:
        repo = init_repository(tmp_path / str(files_per_folder), "main")
        blob = file(repo)
        leaf = {str(n): blob for n in range(files_per_folder)}
        folder = repo.trees.entry(repo.trees.edit(None, {f"f/{name}": entry for name, entry in leaf.items()}), "f")
        middle = repo.trees.entry(repo.trees.edit(None, {f"m/{n}": folder for n in range(30)}), "m")
        tree = repo.trees.edit(None, {str(n): middle for n in range(30)})
        fresh = init_repository(tmp_path / str(files_per_folder), "main")
        edited = fresh.trees.edit(tree, {"3/4/0": file(repo, b"new\n"), "7/new/file": blob})
        assert list(fresh.trees.changes(tree, edited)) == ["3/4/0", "7/new/file"]
        return fresh.trees._load.cache_info().misses

    assert folders_opened(2) == folders_opened(110)  # 1,800 files and 99,000
    shutil.rmtree(tmp_path / "110")


def test_unsaved_objects_are_read_like_saved_ones_and_then_gone(opened, fill, repo: Path, git):
    tree = opened.commits.get(fill({"a": "1", "folder/b": "1"})).tree
    before = git("count-objects", cwd=repo)
    with opened.trees.unsaved():
        blob = opened.trees.write_blob(b"2")
        edited = opened.trees.edit(tree, {"folder/c": TreeEntry(blob, FILE)})
        assert opened.trees.read(blob) == b"2"
        assert dict(opened.trees.files(edited)).keys() == {"a", "folder/b", "folder/c"}
        assert opened.trees.changes(tree, edited) == {"folder/c": TreeChange(None, TreeEntry(blob, FILE))}
    assert git("count-objects", cwd=repo) == before
    with pytest.raises(JetenvError):
        opened.trees.entry(edited, "a")
    assert opened.trees.edit(tree, {"folder/c": TreeEntry(opened.trees.write_blob(b"2"), FILE)}) == edited
    assert git("ls-tree", "-r", "--name-only", edited, cwd=repo) == "a\nfolder/b\nfolder/c"
