"""Changes between two trees, by object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from jetenv.diffing.documents import Action
from jetenv.diffing.trees import ObjectDiff, diff_trees
from jetenv.documents.paths import format_path
from jetenv.schemas.catalog import Catalog

FILE, EXECUTABLE, LINK = 0o100644, 0o100755, 0o120000
CATALOG = Catalog.builtin()


@dataclass(frozen=True)
class Entry:
    oid: str  # the content itself stands for its id
    mode: int = FILE


@dataclass(frozen=True)
class Change:
    old: Entry | None
    new: Entry | None


def diff(changes: Mapping[str, tuple[str | Entry | None, str | Entry | None]]) -> tuple[tuple[ObjectDiff, ...], int]:
    """The differences, and how many objects were read for them."""
    reads: list[str] = []

    def read(oid: str) -> bytes:
        reads.append(oid)
        return oid.encode("utf-8", "surrogateescape")

    def entry(given: str | Entry | None) -> Entry | None:
        return Entry(given) if isinstance(given, str) else given

    found = diff_trees({path: Change(*map(entry, pair)) for path, pair in changes.items()}, read, CATALOG)
    return found, len(reads)


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("pages/orders.yaml", "page", "orders"),
        ("collections/db/orders.yaml", "collection", "db/orders"),
        ("docs/notes.yaml", "file", "docs/notes.yaml"),
        ("logo.png", "file", "logo.png"),
    ],
)
def test_an_object_is_named_by_its_path(path: str, kind: str, name: str) -> None:
    (found,), _ = diff({path: (None, "a: 1\n")})
    assert (found.path, found.kind, found.id, found.action) == (path, kind, name, Action.ADDED)


@pytest.mark.parametrize(
    ("old", "new", "action", "fields"),
    [
        ("a: 1\n", "a: 2\n", Action.CHANGED, ["a"]),
        ("a: 1\n", "# c\na: 1\n", Action.COMMENT, ["a"]),
        ("a: x\n", "a: 'x'\n", Action.FORMAT, ["a"]),
        ("a: 1\n", "a: 1\n\n", Action.FORMAT, []),
        ("a: 1\n", "# c\na: 2\nb: x\n", Action.CHANGED, ["a", "b"]),
        ("", "a: 1\n", Action.CHANGED, [""]),
    ],
)
def test_a_changed_file_says_what_changed_in_it(old: str, new: str, action: Action, fields: list[str]) -> None:
    (found,), _ = diff({"pages/x.yaml": (old, new)})
    assert (found.action, [format_path(change.path) for change in found.changes]) == (action, fields)
    assert found.note is None


@pytest.mark.parametrize(
    ("path", "old", "new", "note"),
    [
        ("logo.png", "one", "two", "not a YAML file"),
        ("pages/x.yaml", Entry("a: 1\n"), Entry("pages/y.yaml", LINK), "mode 100644 → 120000"),
        ("pages/x.yaml", Entry("a: 1\n"), Entry("a: 1\n", EXECUTABLE), "mode 100644 → 100755"),
        ("pages/x.yaml", "a: 1\n", "a: 1\na: 2\n", "duplicate key 'a' (pages/x.yaml:2:1)"),
        ("pages/x.yaml", "a: \udcff\n", "a: 1\n", "the file is not UTF-8 text (pages/x.yaml:1:4)"),
    ],
)
def test_a_file_that_cannot_be_compared_by_field_says_why(
    path: str, old: str | Entry, new: str | Entry, note: str
) -> None:
    (found,), _ = diff({path: (old, new)})
    assert (found.action, found.changes, found.note) == (Action.CHANGED, (), note)


def test_a_mode_that_changed_is_told_beside_the_fields() -> None:
    (found,), _ = diff({"pages/x.yaml": (Entry("a: 1\n"), Entry("a: 2\n", EXECUTABLE))})
    assert ([format_path(change.path) for change in found.changes], found.note) == (["a"], "mode 100644 → 100755")


def test_only_changed_files_are_read_and_told_in_the_order_of_their_paths() -> None:
    found, reads = diff(
        {
            "teams/b.yaml": ("a: 1\n", None),
            "pages/b.yaml": ("a: 1\n", "a: 2\n"),
            "pages/a.yaml": (None, "a: 1\n"),
            "logo.png": ("one", "two"),
        }
    )
    assert [(each.path, each.action.value) for each in found] == [
        ("logo.png", "changed"),
        ("pages/a.yaml", "added"),
        ("pages/b.yaml", "changed"),
        ("teams/b.yaml", "removed"),
    ]
    assert reads == 2
