"""Merging trees: by object ids, reading only what both sides changed. The object store is a dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1

import pytest
from handwritten import Author
from hypothesis import given
from hypothesis import strategies as st
from merging_profile import law

from jetenv.merging.conflicts import Conflict
from jetenv.merging.trees import TreeMerge, merge_trees
from jetenv.repository.lines import BinaryContentError, LineMerge, merge_lines
from jetenv.schemas.rules import Rules

FILE, EXECUTABLE, LINK, SUBMODULE = 0o100644, 0o100755, 0o120000, 0o160000


@dataclass(frozen=True)
class Entry:
    oid: str
    mode: int = FILE


@dataclass(frozen=True)
class Change:
    old: Entry | None
    new: Entry | None


Tree = Mapping[str, str | bytes | tuple[int, str]]
"""Files by path: the content, or mode and content."""


@dataclass
class Store:
    """Objects by id, and which of them were read."""

    objects: dict[str, bytes] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def entry(self, value: str | bytes | tuple[int, str]) -> Entry:
        mode, content = value if isinstance(value, tuple) else (FILE, value)
        data = content.encode() if isinstance(content, str) else content
        oid = sha1(data).hexdigest()
        self.objects[oid] = data
        return Entry(oid, mode)

    def read(self, oid: str) -> bytes:
        self.reads.append(oid)
        return self.objects[oid]

    def entries(self, tree: Tree) -> dict[str, Entry]:
        return {path: self.entry(value) for path, value in tree.items()}


def changes(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> dict[str, Change]:
    return {
        path: Change(old.get(path), new.get(path)) for path in sorted({*old, *new}) if old.get(path) != new.get(path)
    }


def git_lines(base: bytes, ours: bytes, theirs: bytes) -> LineMerge | None:
    try:
        return merge_lines(base, ours, theirs)
    except BinaryContentError:
        return None


@dataclass
class Merged:
    """A merge of trees, and the tree that it makes of ours."""

    merge: TreeMerge
    tree: dict[str, str | bytes | tuple[int, str]]
    reads: set[str]

    @property
    def conflicts(self) -> list[tuple[str, str]]:
        return [(conflict.kind.value, conflict.path) for conflict in self.merge.conflicts]


def merged(base: Tree, ours: Tree, theirs: Tree, **options) -> Merged:
    store = Store()
    b, o, t = (store.entries(tree) for tree in (base, ours, theirs))
    merge = merge_trees(changes(b, o), changes(b, t), store.read, lambda _: Rules.NONE, git_lines, **options)
    result = dict(o)
    for path, edit in merge.edits.items():
        if edit is None:
            result.pop(path, None)
        elif edit.content is not None:
            result[path] = Entry(store.entry(edit.content).oid, edit.mode)
        else:
            assert edit.oid is not None
            result[path] = Entry(edit.oid, edit.mode)
    tree: dict[str, str | bytes | tuple[int, str]] = {}
    for path, entry in result.items():
        data = store.objects[entry.oid]
        content = data if b"\0" in data else data.decode()
        tree[path] = content if entry.mode == FILE else (entry.mode, str(content))
    return Merged(merge, tree, {store.objects[oid].decode() for oid in store.reads})


def choosing(side: str):
    def choose(conflict: Conflict) -> str:
        return side

    return choose


CLEAN: list[tuple[str, Tree, Tree, Tree, Tree]] = [
    ("theirs adds", {}, {}, {"a": "1"}, {"a": "1"}),
    ("theirs deletes", {"a": "1", "b": "1"}, {"a": "1", "b": "1"}, {"b": "1"}, {"b": "1"}),
    ("theirs modifies", {"a": "1"}, {"a": "1", "b": "1"}, {"a": "2"}, {"a": "2", "b": "1"}),
    ("ours modifies", {"a": "1"}, {"a": "2"}, {"a": "1", "c": "1"}, {"a": "2", "c": "1"}),
    ("both delete", {"a": "1"}, {}, {}, {}),
    ("both add the same", {}, {"a": "1"}, {"a": "1"}, {"a": "1"}),
    ("both modify alike", {"a": "1"}, {"a": "2"}, {"a": "2"}, {"a": "2"}),
    ("both modify fields", {"a": "x: 1\ny: 1\n"}, {"a": "x: 2\ny: 1\n"}, {"a": "x: 1\ny: 2\n"}, {"a": "x: 2\ny: 2\n"}),
    ("both add fields of one file", {}, {"a": "x: 1\ny: 1\n"}, {"a": "x: 1\nz: 1\n"}, {"a": "x: 1\ny: 1\nz: 1\n"}),
    ("theirs makes executable", {"a": "1"}, {"a": "1"}, {"a": (EXECUTABLE, "1")}, {"a": (EXECUTABLE, "1")}),
    (
        "ours edits what theirs makes executable",
        {"a": "x: 1\n"},
        {"a": "x: 2\n"},
        {"a": (EXECUTABLE, "x: 1\n")},
        {"a": (EXECUTABLE, "x: 2\n")},
    ),
    (
        "ours makes executable what theirs edits",
        {"a": "x: 1\n"},
        {"a": (EXECUTABLE, "x: 1\n")},
        {"a": "x: 2\n"},
        {"a": (EXECUTABLE, "x: 2\n")},
    ),
    ("a file becomes a folder", {"a": "1"}, {"a": "1"}, {"a/b": "2"}, {"a/b": "2"}),
    ("a folder becomes a file", {"a/b": "1"}, {"a/b": "1"}, {"a": "2"}, {"a": "2"}),
    ("a file becomes a link", {"a": "1"}, {"a": "1"}, {"a": (LINK, "b")}, {"a": (LINK, "b")}),
]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"), [row[1:] for row in CLEAN], ids=[row[0] for row in CLEAN]
)
def test_clean(base: Tree, ours: Tree, theirs: Tree, expected: Tree) -> None:
    result = merged(base, ours, theirs)
    assert result.conflicts == []
    assert result.tree == expected


CONFLICTS: list[tuple[str, Tree, Tree, Tree, list[tuple[str, str]]]] = [
    ("edit against delete", {"a": "1"}, {"a": "2"}, {}, [("edit/delete", "a")]),
    ("delete against edit", {"a": "1"}, {}, {"a": "2"}, [("edit/delete", "a")]),
    ("edit of one field", {"a": "x: 1\n"}, {"a": "x: 2\n"}, {"a": "x: 3\n"}, [("edit/edit", "a")]),
    ("additions of one field", {}, {"a": "x: 2\n"}, {"a": "x: 3\n"}, [("add/add", "a")]),
    ("a link against a file", {"a": "1"}, {"a": "2"}, {"a": (LINK, "b")}, [("type", "a")]),
    ("a link and a file added", {}, {"a": "2"}, {"a": (LINK, "b")}, [("type", "a")]),
    ("links edited", {"a": (LINK, "x")}, {"a": (LINK, "y")}, {"a": (LINK, "z")}, [("edit/edit", "a")]),
    (
        "submodules edited",
        {"a": (SUBMODULE, "x")},
        {"a": (SUBMODULE, "y")},
        {"a": (SUBMODULE, "z")},
        [("edit/edit", "a")],
    ),
    ("a file against a folder", {}, {"a": "1"}, {"a/b": "2"}, [("type", "a")]),
    ("a folder against a file", {}, {"a/b": "1", "a/c": "1"}, {"a": "2"}, [("type", "a")]),
    ("binary content", {"a": b"\0a"}, {"a": b"\0b"}, {"a": b"\0c"}, [("edit/edit", "a")]),
]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"), [row[1:] for row in CONFLICTS], ids=[row[0] for row in CONFLICTS]
)
def test_conflicts(base: Tree, ours: Tree, theirs: Tree, expected: list[tuple[str, str]]) -> None:
    store = Store()
    b, o, t = (store.entries(tree) for tree in (base, ours, theirs))
    merge = merge_trees(changes(b, o), changes(b, t), store.read, lambda _: Rules.NONE, git_lines)
    assert [(conflict.kind.value, conflict.path) for conflict in merge.conflicts] == expected


WHOLE = [row for row in CONFLICTS if row[0] not in ("binary content", "additions of one field")]


@pytest.mark.parametrize("side", ["base", "ours", "theirs"])
@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [row[1:4] for row in WHOLE],
    ids=[row[0] for row in WHOLE],
)
def test_choosing_a_side_for_the_only_change_gives_its_tree(base: Tree, ours: Tree, theirs: Tree, side: str) -> None:
    result = merged(base, ours, theirs, choose=choosing(side))
    assert result.conflicts == []
    assert result.tree == {"base": base, "ours": ours, "theirs": theirs}[side]


def test_what_ours_keeps_by_right_stays() -> None:
    base = {"own/a": "1", "shared": "1"}
    result = merged(base, base, {"own/a": "2", "own/b": "1", "shared": "2"}, keeps=lambda path: path.startswith("own/"))
    assert result.tree == {"own/a": "1", "shared": "2"}
    assert result.merge.kept_back == ("own/a", "own/b")


def test_only_files_that_both_sides_changed_are_read() -> None:
    base = {f"{n}": f"x: {n}\ny: 1\n" for n in range(100)}
    ours = base | {"1": "x: ours\ny: 1\n", "2": "x: 2\ny: ours\n", "3": "x: same\n", "new": "x: new\n"}
    theirs = base | {"2": "x: theirs\ny: 1\n", "3": "x: same\n", "4": "x: 4\ny: theirs\n"}
    result = merged(base, ours, theirs)
    assert result.tree["2"] == "x: theirs\ny: ours\n"
    assert result.reads == {"x: 2\ny: 1\n", "x: 2\ny: ours\n", "x: theirs\ny: 1\n"}


def test_every_path_of_theirs_is_accounted_for() -> None:
    base = {"a": "x: 1\ny: 1\n", "b": "1", "c": "1", "own": "1", "d": "1"}
    ours = {"a": "x: 2\ny: 1\n", "b": "2", "own": "1", "d": "1"}
    theirs = {"a": "x: 1\ny: 2\n", "b": "2", "c": "2", "own": "2", "e": "1"}
    merge = merged(base, ours, theirs, keeps=lambda path: path == "own").merge
    assert merge.taken == ("d", "e")
    assert merge.same == ("b",)
    assert [each.path for each in merge.merged] == ["a"]
    assert merge.kept_back == ("own",)
    assert [conflict.path for conflict in merge.conflicts] == ["c"]


@st.composite
def projects(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Three versions of a few files, each of which a side may have edited, added or deleted."""
    author = Author(draw(st.randoms(use_true_random=False)))
    base: dict[str, str] = {}
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for name in ("a.yaml", "b/c.yaml", "b/d.yaml"):
        document = author.document()
        for tree in (base, ours, theirs):
            if author.chance(0.85):
                edits = 0 if tree is base or author.chance(0.3) else 2
                tree[name] = author.text(author.edited(document, edits))
    return base, ours, theirs


def without_renames(base: Tree, ours: Tree, theirs: Tree) -> bool:
    """Whether no side can be taken to have moved a file: files of their own are told apart by their names then."""
    return all({*side} <= {*base} or {*base} <= {*side} for side in (ours, theirs))


@given(projects())
@law
def test_a_merge_equals_the_merges_of_its_files(
    versions: tuple[dict[str, str], dict[str, str], dict[str, str]],
) -> None:
    whole = merged(*versions)
    if not without_renames(*versions):
        return
    parts: dict[str, object] = {}
    conflicts: list[tuple[str, str]] = []
    for path in sorted({path for version in versions for path in version}):
        part = merged(*({path: version[path]} if path in version else {} for version in versions))
        parts |= part.tree
        conflicts += part.conflicts
    assert whole.tree == parts
    assert whole.conflicts == conflicts


@given(projects())
@law
def test_merging_again_changes_nothing(versions: tuple[dict[str, str], dict[str, str], dict[str, str]]) -> None:
    """After a merge, theirs is the merge base."""
    first = merged(*versions)
    if first.merge.clean:
        again = merged(versions[2], first.tree, versions[2])
        assert again.tree == first.tree
        assert not again.merge.edits


@given(projects())
@law
def test_theirs_takes_the_result_as_it_is_when_merged_back(
    versions: tuple[dict[str, str], dict[str, str], dict[str, str]],
) -> None:
    first = merged(*versions)
    if first.merge.clean:
        assert merged(versions[2], versions[2], first.tree).tree == first.tree


@given(projects())
@law
def test_kept_folders_never_change(versions: tuple[dict[str, str], dict[str, str], dict[str, str]]) -> None:
    result = merged(*versions, keeps=lambda path: path.startswith("b/"), choose=choosing("theirs"))
    assert {path: content for path, content in result.tree.items() if path.startswith("b/")} == {
        path: content for path, content in versions[1].items() if path.startswith("b/")
    }
