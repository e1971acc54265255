"""Merges of trees: moved files, files against folders, links, modes and binary content.

Trees are mappings of paths to contents. Each case is merged both ways: swapping the sides gives the same tree and the
same conflicts, the sides in them swapped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from jetenv.diffing.renames import find_renames
from jetenv.documents.paths import format_path
from jetenv.errors import RefusedError
from jetenv.merging.conflicts import Choose, Conflict, Written, leave_open
from jetenv.merging.trees import TreeMerge, merge_trees
from jetenv.repository.lines import BinaryContentError, merge_lines
from jetenv.schemas.rules import Rules

PAGE = "name: Orders\nurl: /orders\ncomponents:\n  - id: table\n    type: table\n  - id: total\n    type: chart\n"
OTHER = "name: Customers\ndescription: who buys\nicon: people\nsearch: true\n"


@dataclass(frozen=True)
class Entry:
    oid: str
    mode: int = 0o100644


@dataclass(frozen=True)
class Change:
    old: Entry | None
    new: Entry | None


File = str | bytes | tuple[int, str | bytes]
Tree = Mapping[str, File]


class Store:
    """Contents by id, and how often each was read."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.reads: list[bytes] = []

    def tree(self, files: Tree) -> dict[str, Entry]:
        found = {}
        for path, file in files.items():
            mode, content = file if isinstance(file, tuple) else (0o100644, file)
            data = content.encode() if isinstance(content, str) else content
            oid = hashlib.sha1(data).hexdigest()
            self.contents[oid] = data
            found[path] = Entry(oid, mode)
        return found

    def read(self, oid: str) -> bytes:
        self.reads.append(self.contents[oid])
        return self.contents[oid]


def changes(old: dict[str, Entry], new: dict[str, Entry]) -> dict[str, Change]:
    paths = sorted(old.keys() | new.keys())
    return {path: Change(old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)}


def lines(base: bytes, ours: bytes, theirs: bytes):
    try:
        return merge_lines(base, ours, theirs)
    except BinaryContentError:
        return None


@dataclass(frozen=True)
class Merged:
    tree: dict[str, tuple[int, bytes]]
    merge: TreeMerge
    store: Store

    @property
    def conflicts(self) -> list[tuple[str, str, str]]:
        return [(each.path, format_path(each.field), each.kind.value) for each in self.merge.conflicts]


def merge(
    base: Tree,
    ours: Tree,
    theirs: Tree,
    choose: Choose = leave_open,
    keeps: Callable[[str], bool] = lambda _: False,
) -> Merged:
    store = Store()
    b, o, t = (store.tree(each) for each in (base, ours, theirs))
    done = merge_trees(
        changes(b, o), changes(b, t), store.read, lambda _: Rules.NONE, lines, choose=choose, keeps=keeps
    )
    tree = {path: (entry.mode, store.contents[entry.oid]) for path, entry in o.items()}
    for path, edit in done.edits.items():
        if edit is None:
            tree.pop(path, None)
        else:
            content = edit.content if edit.content is not None else store.contents[edit.oid or ""]
            tree[path] = (edit.mode, content)
    for path in tree:
        assert not any(other.startswith(path + "/") for other in tree) or done.conflicts, f"{path} is file and folder"
    accounts(done, changes(b, t))
    return Merged(tree, done, store)


def accounts(done: TreeMerge, theirs: Mapping[str, Change]) -> None:
    """Every path of theirs is in exactly one list."""
    listed = [*done.taken, *done.same, *done.kept_back, *done.settled, *(each.path for each in done.merged)]
    listed += [path for each in done.renamed for path in {each.old, each.theirs} if path is not None]
    whole = {each.path for each in done.conflicts if not each.field} - set(listed)
    for path in theirs:
        above = any(path == each or path.startswith(each + "/") for each in whole)
        assert listed.count(path) + (path not in listed and above) == 1, (path, listed, whole)
    assert not (set(listed) - set(theirs) - {each.path for each in done.renamed})


def both_ways(base: Tree, ours: Tree, theirs: Tree, choose: Choose = leave_open) -> Merged:
    def swapped(conflict: Conflict) -> str | Written | None:
        turned = Conflict(conflict.path, conflict.field, conflict.kind, conflict.base, conflict.theirs, conflict.ours)
        side = choose(turned)
        return {"ours": "theirs", "theirs": "ours"}.get(side, side) if isinstance(side, str) else side

    one, other = merge(base, ours, theirs, choose), merge(base, theirs, ours, swapped)
    assert one.conflicts == other.conflicts
    assert [(each.ours, each.theirs) for each in one.merge.conflicts] == [
        (each.theirs, each.ours) for each in other.merge.conflicts
    ]
    if not one.conflicts:
        assert one.tree == other.tree
    return one


def files(merged: Merged) -> dict[str, str]:
    assert not merged.conflicts
    return {path: content.decode() for path, (_, content) in merged.tree.items()}


def test_an_edit_lands_in_the_file_that_the_other_side_renamed() -> None:
    """The name of the one side, the content of both; the old path is gone."""
    moved = PAGE.replace("name: Orders", "name: All orders")
    edited = PAGE.replace("type: chart", "type: gauge")
    done = both_ways({"pages/orders.yaml": PAGE}, {"pages/all.yaml": moved}, {"pages/orders.yaml": edited})
    assert files(done) == {"pages/all.yaml": moved.replace("type: chart", "type: gauge")}
    (renamed,) = done.merge.renamed
    assert (renamed.old, renamed.ours, renamed.theirs, renamed.path) == (
        "pages/orders.yaml",
        "pages/all.yaml",
        "pages/orders.yaml",
        "pages/all.yaml",
    )


def test_an_object_that_keeps_its_id_in_another_folder_is_the_same_object() -> None:
    """Even where less than half of it is equal and another new file is more like it."""
    base = "name: Orders\nprimary_key: id\nfields:\n  - name: id\n    field: IntegerField\n"
    moved = "name: Orders\nprimary_key: id\ndescription: of the shop\nordering: created\nicon: cart\nhidden: false\n"
    done = both_ways(
        {"collections/a/orders.yaml": base},
        {"collections/b/orders.yaml": moved, "collections/b/copy.yaml": base},
        {"collections/a/orders.yaml": base.replace("name: Orders\n", "name: Sales\n")},
    )
    assert files(done) == {
        "collections/b/orders.yaml": moved.replace("name: Orders", "name: Sales"),
        "collections/b/copy.yaml": base,
    }


def test_a_file_with_too_little_in_common_is_another_file() -> None:
    """Then one side deleted what the other edited."""
    done = both_ways(
        {"pages/orders.yaml": PAGE},
        {"pages/customers.yaml": OTHER},
        {"pages/orders.yaml": PAGE.replace("chart", "gauge")},
    )
    assert done.conflicts == [("pages/orders.yaml", "", "edit/delete")]
    assert not done.merge.renamed


def test_what_nobody_needs_to_know_is_not_read() -> None:
    """A rename of a file that the other side left alone is a deletion and an addition."""
    done = merge(
        {"pages/orders.yaml": PAGE, "menu.yaml": OTHER},
        {"pages/all.yaml": PAGE, "menu.yaml": OTHER},
        {"pages/orders.yaml": PAGE, "menu.yaml": OTHER + "more: 1\n", "theme.yaml": "a: 1\n"},
    )
    assert set(done.tree) == {"pages/all.yaml", "menu.yaml", "theme.yaml"}
    assert done.store.reads == []


@pytest.mark.parametrize(
    ("side", "path"), [("base", "pages/orders.yaml"), ("ours", "pages/all.yaml"), ("theirs", "pages/sales.yaml")]
)
def test_two_names_for_one_file_are_a_conflict_over_the_name(side: str, path: str) -> None:
    """It names both; the content is merged whatever the choice, and no copy is left behind."""
    versions = (
        {"pages/orders.yaml": PAGE},
        {"pages/all.yaml": PAGE.replace("name: Orders", "name: All")},
        {"pages/sales.yaml": PAGE.replace("chart", "gauge")},
    )
    done = both_ways(*versions)
    (conflict,) = done.merge.conflicts
    assert (conflict.path, conflict.kind.value) == ("pages/orders.yaml", "rename/rename")
    assert (conflict.base, conflict.ours, conflict.theirs) == (
        "pages/orders.yaml",
        "pages/all.yaml",
        "pages/sales.yaml",
    )
    chosen = both_ways(*versions, choose=lambda _: side)
    assert files(chosen) == {path: PAGE.replace("name: Orders", "name: All").replace("chart", "gauge")}


def test_one_new_name_from_both_sides_is_no_conflict() -> None:
    """The content is merged over that of the old path, not as two additions."""
    done = both_ways(
        {"pages/orders.yaml": PAGE},
        {"pages/all.yaml": PAGE.replace("name: Orders", "name: All")},
        {"pages/all.yaml": PAGE.replace("chart", "gauge")},
    )
    assert files(done) == {"pages/all.yaml": PAGE.replace("name: Orders", "name: All").replace("chart", "gauge")}


@pytest.mark.parametrize(
    ("side", "tree"),
    [("base", {"pages/orders.yaml": PAGE}), ("ours", {"pages/all.yaml": PAGE + "x: 1\n"}), ("theirs", {})],
)
def test_a_file_that_one_side_renamed_and_the_other_deleted_is_a_conflict(side: str, tree: dict[str, str]) -> None:
    """Nothing of it is lost before somebody decides."""
    versions: tuple[Tree, Tree, Tree] = ({"pages/orders.yaml": PAGE}, {"pages/all.yaml": PAGE + "x: 1\n"}, {})
    done = both_ways(*versions)
    assert done.conflicts == [("pages/orders.yaml", "", "rename/delete")]
    assert files(both_ways(*versions, choose=lambda _: side)) == tree


def test_a_new_name_that_the_other_side_gave_to_a_file_of_its_own_is_an_addition_on_both_sides() -> None:
    """The edit of the old path and the two additions stay apart."""
    done = both_ways(
        {"pages/orders.yaml": PAGE},
        {"pages/all.yaml": PAGE},
        {"pages/orders.yaml": PAGE.replace("chart", "gauge"), "pages/all.yaml": OTHER},
    )
    assert ("pages/orders.yaml", "", "edit/delete") in done.conflicts
    assert {path for path, _, _ in done.conflicts} == {"pages/orders.yaml", "pages/all.yaml"}
    assert not done.merge.renamed


def test_conflicts_inside_a_renamed_file_stand_at_its_new_path() -> None:
    """And are settled there."""
    versions = (
        {"pages/orders.yaml": PAGE},
        {"pages/all.yaml": PAGE.replace("chart", "number")},
        {"pages/orders.yaml": PAGE.replace("chart", "gauge")},
    )
    assert both_ways(*versions).conflicts == [("pages/all.yaml", "components[total].type", "edit/edit")]
    assert files(both_ways(*versions, choose=lambda _: "theirs")) == {"pages/all.yaml": PAGE.replace("chart", "gauge")}


def test_the_mode_of_a_renamed_file_is_merged_too() -> None:
    script = "#!/bin/sh\necho one\necho two\n"
    done = both_ways({"run.sh": script}, {"bin/run.sh": script}, {"run.sh": (0o100755, script + "echo three\n")})
    assert done.tree == {"bin/run.sh": (0o100755, (script + "echo three\n").encode())}


def test_binary_files_follow_their_rename_and_conflict_as_a_whole() -> None:
    """A replaced image lands at the new path; two replacements are a conflict, which takes either as it is."""
    image, other, third = b"\0image\n" * 9, b"\0other\n" * 9, b"\0third\n" * 9
    done = both_ways({"logo.png": image}, {"assets/logo.png": image}, {"logo.png": other})
    assert done.tree == {"assets/logo.png": (0o100644, other)}
    versions = ({"logo.png": image}, {"logo.png": other}, {"logo.png": third})
    assert both_ways(*versions).conflicts == [("logo.png", "", "edit/edit")]
    assert both_ways(*versions, choose=lambda _: "theirs").tree == {"logo.png": (0o100644, third)}
    assert both_ways({}, {"logo.png": other}, {"logo.png": third}).conflicts == [("logo.png", "", "add/add")]


def test_what_ours_keeps_is_neither_renamed_nor_reached_by_a_rename() -> None:
    """An edit does not follow a file into what an environment owns."""
    done = merge(
        {"pages/orders.yaml": PAGE},
        {"environments/production/orders.yaml": PAGE},
        {"pages/orders.yaml": PAGE.replace("chart", "gauge")},
        keeps=lambda path: path.startswith("environments/"),
    )
    assert done.conflicts == [("pages/orders.yaml", "", "edit/delete")]


def test_a_file_in_the_place_of_a_folder_that_ours_keeps_is_kept_back() -> None:
    """Else it would delete everything below."""
    done = merge(
        {"environments/production/members.yaml": "a: 1\n"},
        {"environments/production/members.yaml": "a: 2\n"},
        {"environments": "gone"},
        keeps=lambda path: path.startswith("environments/"),
    )
    assert done.tree == {"environments/production/members.yaml": (0o100644, b"a: 2\n")}
    assert done.merge.kept_back == ("environments", "environments/production/members.yaml")


FILE_AND_FOLDER = [
    pytest.param({}, {"docs": "a\n"}, {"docs/a.md": "b\n", "docs/b.md": "c\n"}, id="both added"),
    pytest.param({"docs": "a\n" * 9}, {"docs": "b\n"}, {"docs/a.md": "c\n"}, id="edited against replaced by a folder"),
    pytest.param({"docs/a.md": "a\n"}, {"docs/a.md": "b\n"}, {"docs": "c\n"}, id="edited against replaced by a file"),
    pytest.param({"docs/a": "a\n", "docs/b": "b\n"}, {"docs": "c\n"}, {"docs/a": "a\n", "docs/c": "x\n"}, id="more"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "ours", "theirs"), FILE_AND_FOLDER)
def test_a_file_against_a_folder_is_one_conflict_at_the_file(base: Tree, ours: Tree, theirs: Tree) -> None:
    """Either side can be had whole."""
    assert both_ways(base, ours, theirs).conflicts == [("docs", "", "type")]
    for side, tree in (("base", base), ("ours", ours), ("theirs", theirs)):
        done = files(both_ways(base, ours, theirs, choose=lambda _, side=side: side))
        assert done == dict(tree)


def test_a_file_that_became_a_folder_holding_it_takes_the_edit_along() -> None:
    done = both_ways({"docs": PAGE}, {"docs/index.yaml": PAGE}, {"docs": PAGE.replace("chart", "gauge")})
    assert files(done) == {"docs/index.yaml": PAGE.replace("chart", "gauge")}


def test_links_and_submodules_are_never_merged() -> None:
    """A link that both sides turned elsewhere is a conflict that takes a side only, as is a link against a file."""
    link = 0o120000
    versions: tuple[Tree, Tree, Tree] = ({"a": (link, "x")}, {"a": (link, "y")}, {"a": (link, "z")})
    done = both_ways(*versions)
    assert done.conflicts == [("a", "", "edit/edit")]
    assert done.merge.conflicts[0].ours == "link to y"
    assert both_ways(*versions, choose=lambda _: "theirs").tree == {"a": (link, b"z")}
    with pytest.raises(RefusedError):
        merge(*versions, choose=lambda _: Written("w"))
    assert both_ways({"a": "x\n"}, {"a": "y\n"}, {"a": (link, "z")}).conflicts == [("a", "", "type")]
    module = 0o160000
    assert both_ways({"a": (module, "1")}, {"a": (module, "2")}, {"a": (module, "3")}).conflicts == [
        ("a", "", "edit/edit")
    ]


def test_modes_are_merged_apart_from_content() -> None:
    """Of two files added at one path the result is executable where one is."""
    executable = 0o100755
    done = both_ways({"a.sh": "a\nb\nc\n"}, {"a.sh": (executable, "a\nb\nc\n")}, {"a.sh": "a\nb\nd\n"})
    assert done.tree == {"a.sh": (executable, b"a\nb\nd\n")}
    assert both_ways({}, {"a.sh": "a\n"}, {"a.sh": (executable, "a\n")}).tree == {"a.sh": (executable, b"a\n")}
    assert both_ways({"a.sh": "a\n"}, {}, {"a.sh": (executable, "a\n")}).conflicts == [("a.sh", "", "edit/delete")]


def test_the_most_similar_files_are_paired_first_and_each_once() -> None:
    store = Store()
    text = "".join(f"line {n}\n" for n in range(10))
    deleted = store.tree({"a.yaml": text, "b.yaml": text + "end\n"})
    added = store.tree({"x.yaml": text + "end\nmore\n", "y.yaml": text + "tail of it\n", "z.yaml": "other\n"})
    assert find_renames(deleted, added, store.read) == {"a.yaml": "y.yaml", "b.yaml": "x.yaml"}
    exact = store.tree({"x.yaml": text, "sub/a.yaml": text})
    assert find_renames(store.tree({"a.yaml": text}), exact, store.read) == {"a.yaml": "sub/a.yaml"}
    empty = store.tree({"x": ""})
    assert find_renames(store.tree({"a": ""}), empty, store.read) == {}
