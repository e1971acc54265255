"""Resolutions: every kind of conflict settled each way, and the law that settling all with a side gives that side."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jetenv.documents.emitting import dump
from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.merging.conflicts import Conflict, ConflictKind
from jetenv.merging.files import FileMerge, Method
from jetenv.merging.resolutions import Resolution, Settling, settle_all
from jetenv.merging.strategies import Strategies, Strategy
from jetenv.merging.trees import TreeMerge, merge_trees
from jetenv.repository.lines import BinaryContentError, LineMerge, merge_lines
from jetenv.schemas.rules import Rules

FILE = 0o100644


@dataclass(frozen=True, slots=True)
class Entry:
    oid: str
    mode: int = FILE


@dataclass(frozen=True, slots=True)
class Change:
    old: Entry | None
    new: Entry | None


def lines(base: bytes, ours: bytes, theirs: bytes) -> LineMerge | None:
    try:
        return merge_lines(base, ours, theirs)
    except BinaryContentError:
        return None


Content = bytes | str | None


class Files:
    """Three versions of a folder of files, and their merge."""

    def __init__(self, base: dict[str, Content], ours: dict[str, Content], theirs: dict[str, Content]) -> None:
        self.blobs: dict[str, bytes] = {}
        self.base, self.ours, self.theirs = ({p: self._entry(c) for p, c in v.items()} for v in (base, ours, theirs))
        self.strategies = Strategies()

    def _entry(self, content: Content) -> Entry | None:
        if content is None:
            return None
        data = content.encode() if isinstance(content, str) else content
        oid = f"{len(self.blobs):040x}"
        known = next((name for name, each in self.blobs.items() if each == data), oid)
        self.blobs[known] = data
        return Entry(known)

    def _changes(self, side: dict[str, Entry | None]) -> dict[str, Change]:
        paths = {*self.base, *side}
        found = {path: Change(self.base.get(path), side.get(path)) for path in sorted(paths)}
        return {path: change for path, change in found.items() if change.old != change.new}

    def merge(self, settling: Settling) -> TreeMerge:
        return merge_trees(
            self._changes(self.ours),
            self._changes(self.theirs),
            self.blobs.__getitem__,
            lambda _: Rules.NONE,
            lines,
            choose=self.strategies.choose(settling.choose),
            merge_content=self.strategies.merge_content(settling.merge_content),
        )

    def conflicts(self) -> tuple[Conflict, ...]:
        return self.merge(Settling({})).conflicts

    def resolved(self, *resolutions: Resolution) -> dict[str, str]:
        """The files after the conflicts are resolved, in order, each by one of ``resolutions`` (or all by the only)."""
        found = self.conflicts()
        ways = resolutions * len(found) if len(resolutions) == 1 else resolutions
        settling = Settling({conflict.id: way for conflict, way in zip(found, ways, strict=True)})
        trees = self.merge(settling)
        assert not trees.conflicts
        assert len(settling.settled) == len(found)
        result = {path: entry for path, entry in self.ours.items() if entry is not None}
        content = {path: self.blobs[entry.oid] for path, entry in result.items()}
        for path, edit in trees.edits.items():
            if edit is None:
                content.pop(path, None)
            else:
                content[path] = self.blobs[edit.oid] if edit.oid is not None else edit.content or b""
        return {path: data.decode("utf-8", "surrogateescape") for path, data in content.items()}


def one(base: Content, ours: Content, theirs: Content) -> Files:
    return Files({"a.yaml": base}, {"a.yaml": ours}, {"a.yaml": theirs})


OURS, THEIRS, BASE = Resolution("ours"), Resolution("theirs"), Resolution("base")


def value(text: str) -> Resolution:
    return Resolution(value=text)


def items(*names: str) -> str:
    return "".join(f"- id: {name}\n  n: 1\n" for name in names)


CASES = [
    # name, base, ours, theirs, kind, {resolution: result}
    (
        "edit/edit",
        "a: 1  # one\nb: 1\n",
        "a: 2  # one\nb: 1\n",
        "a: 3  # one\nb: 1\n",
        ConflictKind.EDIT_EDIT,
        {
            OURS: "a: 2  # one\nb: 1\n",
            THEIRS: "a: 3  # one\nb: 1\n",
            BASE: "a: 1  # one\nb: 1\n",
            value("4"): "a: 4  # one\nb: 1\n",
            value("[x]"): "a: [x]  # one\nb: 1\n",
        },
    ),
    (
        "deleted by ours",
        "a: 1\nb: 1\n",
        "b: 1\n",
        "a: 3\nb: 1\n",
        ConflictKind.EDIT_DELETE,
        {OURS: "b: 1\n", THEIRS: "a: 3\nb: 1\n", BASE: "a: 1\nb: 1\n", value("5"): "a: 5\nb: 1\n"},
    ),
    (
        "deleted by theirs",
        "l:\n  - id: x\n    v: 1\n  - id: y\n    v: 1\n",
        "l:\n  - id: x\n    v: 2\n  - id: y\n    v: 1\n",
        "l:\n  - id: y\n    v: 1\n",
        ConflictKind.EDIT_DELETE,
        {
            OURS: "l:\n  - id: x\n    v: 2\n  - id: y\n    v: 1\n",
            THEIRS: "l:\n  - id: y\n    v: 1\n",
            BASE: "l:\n  - id: x\n    v: 1\n  - id: y\n    v: 1\n",
            value("{id: x, v: 9}"): "l:\n  - id: x\n    v: 9\n  - id: y\n    v: 1\n",
        },
    ),
    (
        "add/add",
        "a: 1\n",
        "a: 1\nb: 2\n",
        "a: 1\nb: 3\n",
        ConflictKind.ADD_ADD,
        {OURS: "a: 1\nb: 2\n", THEIRS: "a: 1\nb: 3\n", BASE: "a: 1\n", value("four"): "a: 1\nb: four\n"},
    ),
    (
        "type",
        "a: 1\nb: 1\n",
        "a: {x: 1}\nb: 1\n",
        "a: [1]\nb: 1\n",
        ConflictKind.TYPE,
        {OURS: "a: {x: 1}\nb: 1\n", THEIRS: "a: [1]\nb: 1\n", BASE: "a: 1\nb: 1\n", value("7"): "a: 7\nb: 1\n"},
    ),
    (
        "order",
        items("a", "b", "c"),
        items("c", "a", "b"),
        items("a", "c", "b"),
        ConflictKind.ORDER,
        {
            OURS: items("c", "a", "b"),
            THEIRS: items("a", "c", "b"),
            BASE: items("a", "b", "c"),
            value("[b, c, a]"): items("b", "c", "a"),
            value("- id: x\n- id: y"): "- id: x\n- id: y\n",
        },
    ),
    (
        "order of a list below a key",
        "l: [{id: a}, {id: b}, {id: c}]\n",
        "l: [{id: c}, {id: a}, {id: b}]\n",
        "l: [{id: a}, {id: c}, {id: b}]\n",
        ConflictKind.ORDER,
        {
            OURS: "l: [{id: c}, {id: a}, {id: b}]\n",
            THEIRS: "l: [{id: a}, {id: c}, {id: b}]\n",
            BASE: "l: [{id: a}, {id: b}, {id: c}]\n",
            value("[{id: b}, {id: a}]"): "l: [{id: b}, {id: a}]\n",
            value("[b, a, c]"): "l: [{id: b}, {id: a}, {id: c}]\n",
        },
    ),
    (
        "comment",
        "x: 1\n# old\na: 1\n",
        "x: 1\n# ours\na: 1\n",
        "x: 1\n# theirs\na: 1\n",
        ConflictKind.COMMENT,
        {
            OURS: "x: 1\n# ours\na: 1\n",
            THEIRS: "x: 1\n# theirs\na: 1\n",
            BASE: "x: 1\n# old\na: 1\n",
            value("both\n# of them"): "x: 1\n# both\n# of them\na: 1\n",
        },
    ),
    (
        "comment behind a value",
        "a: 1  # old\nb: 1\n",
        "a: 1   # ours\nb: 1\n",
        "a: 1\nb: 1\n",
        ConflictKind.COMMENT,
        {
            OURS: "a: 1   # ours\nb: 1\n",
            THEIRS: "a: 1\nb: 1\n",
            BASE: "a: 1  # old\nb: 1\n",
            value("both"): "a: 1   # both\nb: 1\n",
            value("# both"): "a: 1   # both\nb: 1\n",
            value(""): "a: 1\nb: 1\n",
        },
    ),
    (
        "comment behind a flow collection in an item",
        "- [1,\n   2] # old\n- b\n",
        "- [1,\n   2] # ours\n- b\n",
        "- [1,\n   2] # theirs\n- b\n",
        ConflictKind.COMMENT,
        {value("both"): "- [1,\n   2] # both\n- b\n"},
    ),
    (
        "comment behind the key of a block",
        "k:\n  l: # old\n    x: 1\n",
        "k:\n  l: # ours\n    x: 1\n",
        "k:\n  l: # theirs\n    x: 1\n",
        ConflictKind.COMMENT,
        {value("both"): "k:\n  l: # both\n    x: 1\n", value(""): "k:\n  l:\n    x: 1\n"},
    ),
    (
        "one of several documents",
        "a: 1\n---\na: 1  # x\n---\na: 1\n",
        "a: 1\n---\na: 2  # x\n---\na: 1\n",
        "a: 1\n---\na: 3  # x\n---\na: 1\n",
        ConflictKind.EDIT_EDIT,
        {value("4"): "a: 1\n---\na: 4  # x\n---\na: 1\n"},
    ),
    (
        "text",
        "q: |\n  one\n  two\n  three\nz: 1\n",
        "q: |\n  one\n  ours\n  three\nz: 1\n",
        "q: |\n  one\n  theirs\n  three\nz: 1\n",
        ConflictKind.TEXT,
        {
            OURS: "q: |\n  one\n  ours\n  three\nz: 1\n",
            THEIRS: "q: |\n  one\n  theirs\n  three\nz: 1\n",
            BASE: "q: |\n  one\n  two\n  three\nz: 1\n",
            value('"all\\nnew\\n"'): "q: |\n  all\n  new\nz: 1\n",
        },
    ),
    (
        "whole file",
        "{% one %}\n",
        "{% ours %}\n",
        "{% theirs %}\n",
        ConflictKind.TEXT,
        {OURS: "{% ours %}\n", THEIRS: "{% theirs %}\n", BASE: "{% one %}\n", value("{% x %}"): "{% x %}\n"},
    ),
    (
        "file deleted by theirs",
        "a: 1\n",
        "a: 2\n",
        None,
        ConflictKind.EDIT_DELETE,
        {OURS: "a: 2\n", THEIRS: None, BASE: "a: 1\n", value("a: 3"): "a: 3\n"},
    ),
    (
        "file deleted by ours",
        "a: 1\n",
        None,
        "a: 2\n",
        ConflictKind.EDIT_DELETE,
        {OURS: None, THEIRS: "a: 2\n", BASE: "a: 1\n", value("a: 3"): "a: 3\n"},
    ),
    (
        "binary",
        b"\0base",
        b"\0ours",
        b"\0theirs",
        ConflictKind.EDIT_EDIT,
        {OURS: "\0ours", THEIRS: "\0theirs", BASE: "\0base", value("text"): "text\n"},
    ),
]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "kind", "way", "result"),
    [
        pytest.param(*versions, kind, way, result, id=f"{name}: {way.side or way.value}")
        for name, *versions, kind, results in CASES
        for way, result in results.items()
    ],
)
def test_each_kind_of_conflict_is_settled_each_way(base, ours, theirs, kind, way, result) -> None:
    """The result is what the chosen side has there, byte for byte, and everything else is untouched."""
    files = one(base, ours, theirs)
    assert [conflict.kind for conflict in files.conflicts()] == [kind]
    assert files.resolved(way).get("a.yaml") == result


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "side", "result"),
    [
        pytest.param(
            "main:\n  host: a\n  port: 1\n  tls: true\nz: 1\n",
            "first:\n  host: a\n  port: 1\n  tls: true\nz: 2\n",
            "primary:\n  host: a\n  port: 2\n  tls: true\nz: 1\n",
            "theirs",
            "primary:\n  host: a\n  port: 2\n  tls: true\nz: 2\n",
            id="a key that both sides renamed",
        ),
        pytest.param(
            "- name: a\n  x: 1\n  y: 1\n  z: 1\n  w: 1\n",
            "- name: b\n  x: 2\n  y: 1\n  z: 1\n  w: 1\n",
            "- name: c\n  x: 1\n  y: 2\n  z: 1\n  w: 1\n",
            "theirs",
            "- name: c\n  x: 2\n  y: 2\n  z: 1\n  w: 1\n",
            id="an item that both sides renamed",
        ),
        pytest.param(
            "- name: a\n  run: {x: 1, y: 1}\n  z: 1\n",
            "- name: A\n  run: {x: 1, y: 1}\n  z: 1\n- name: d\n",
            "- name: b\n  run: {x: 1, y: 1}\n  v: 5\n  u: 6\n  t: 7\n",
            "ours",
            "- name: A\n  run: {x: 1, y: 1}\n  z: 1\n- name: d\n"
            "- name: b\n  run: {x: 1, y: 1}\n  v: 5\n  u: 6\n  t: 7\n",
            id="an item that one side renamed and the other replaced",
        ),
        pytest.param(
            "a: [1]\n",
            "a:\n- 2\nb: 1\n",
            "a:\n- 3\nc: 1\n",
            "base",
            "a:\n- 1\nb: 1\nc: 1\n",
            id="an item that was in flow style",
        ),
    ],
)
def test_settling_a_conflict_by_a_side_keeps_what_else_both_sides_changed(
    base: str, ours: str, theirs: str, side: str, result: str
) -> None:
    files = one(base, ours, theirs)
    assert files.conflicts()
    assert files.resolved(Resolution(side)) == {"a.yaml": result}


def test_a_value_goes_where_its_conflict_is_in_a_list_without_keys() -> None:
    """Positions of one side are others in the result: theirs adds an item before."""
    files = one("- [1, a]\n- [2, b]\n", "- [1, a]\n- [2, ours]\n", "- [0, z]\n- [1, a]\n- [2, theirs]\n")
    assert len(files.conflicts()) == 1
    assert files.resolved(value("mine")) == {"a.yaml": "- [0, z]\n- [1, a]\n- [2, mine]\n"}


def test_a_value_for_a_text_stands_for_all_its_stretches() -> None:
    """Two stretches of one text conflict; one value settles both."""
    versions = (f"q: |\n  {word}\n  b\n  c\n  d\n  {word} again\n" for word in ("base", "ours", "theirs"))
    files = one(*versions)
    assert len(files.conflicts()) == 2
    assert files.resolved(value('"new\\n"')) == {"a.yaml": "q: |\n  new\n"}


def test_values_in_several_places_do_not_disturb_each_other() -> None:
    base = "a: 1\nb: 1\nl:\n  - id: x\n    n: 1\n"
    files = one(base, base.replace("1", "2"), base.replace("1", "3"))
    assert len(files.conflicts()) == 3
    result = files.resolved(value("{deep: 1}"), THEIRS, value("[9]"))
    assert to_data(parse(result["a.yaml"]).root) == {"a": {"deep": 1}, "b": 3, "l": [{"id": "x", "n": [9]}]}


def test_a_file_keeps_its_line_endings_and_byte_order_mark() -> None:
    files = one(b"\xef\xbb\xbfa: 1\r\nb: 1\r\n", b"\xef\xbb\xbfa: 2\r\nb: 1\r\n", b"\xef\xbb\xbfa: 3\r\nb: 1\r\n")
    assert files.resolved(value("4")) == {"a.yaml": "\ufeffa: 4\r\nb: 1\r\n"}


@pytest.mark.parametrize(
    ("versions", "text", "error"),
    [
        (("a: 1\n", "a: 2\n", "a: 3\n"), "[", UsageError),
        (("a: 1\n", "a: 2\n", "a: 3\n"), "&x 1", UsageError),
        (("a: 1  # x\nb: 1\n", "a: 1  # y\nb: 1\n", "a: 1  # z\nb: 1\n"), "two\nlines", UsageError),
        ((items("a", "b", "c"), items("c", "a", "b"), items("a", "c", "b")), "[a, b]", UsageError),
        ((items("a", "b", "c"), items("c", "a", "b"), items("a", "c", "b")), "text", UsageError),
        (("a: # x\n  b: 1 # x\n", "a: # y\n  b: 1 # y\n", "a: # z\n  b: 1 # z\n"), "4", RefusedError),
    ],
)
def test_a_value_that_cannot_stand_there_is_refused(versions, text, error) -> None:
    files = one(*versions)
    (conflict,) = files.conflicts()
    with pytest.raises(error) as raised:
        files.merge(Settling({conflict.id: value(text)}))
    assert isinstance(raised.value, JetenvError)


def test_values_in_several_documents_of_one_file() -> None:
    """Each goes into its own, though the same field is in conflict."""
    versions = (f"a: {n}1\n---\na: {n}2\n---\na: same\n" for n in "123")
    files = one(*versions)
    assert files.resolved(value("x"), value("[w]")) == {"a.yaml": "a: x\n---\na: [w]\n---\na: same\n"}


def test_what_both_added_is_absent_as_the_base_has_it() -> None:
    """The field where it is one, and the file where nothing remains of it."""
    files = one(None, "a: 1\nb: 1\n", "a: 2\nb: 2\n")
    assert files.resolved(BASE, THEIRS) == {"a.yaml": "b: 2\n"}
    assert files.resolved(BASE) == {}
    assert files.resolved(BASE, value("{}")) == {"a.yaml": "b: {}\n"}
    assert one(None, "{% ours %}\n", "{% theirs %}\n").resolved(BASE) == {}
    assert one("", "a: 1\n", "a: 2\n").resolved(BASE) == {"a.yaml": "{}\n"}


@pytest.mark.parametrize(
    ("theirs", "way", "result"),
    [
        ("b.yaml", OURS, "c.yaml"),
        ("b.yaml", THEIRS, "b.yaml"),
        ("b.yaml", BASE, "a.yaml"),
        ("b.yaml", value("d"), "d.yaml"),
        ("b.yaml", value("x/d.yaml"), "x/d.yaml"),
        ("b.yaml", value("b.yaml"), "b.yaml"),
        (None, OURS, "c.yaml"),
        (None, THEIRS, None),
        (None, BASE, "a.yaml"),
        (None, value("d"), "d.yaml"),
    ],
)
def test_the_name_of_a_file_is_settled(theirs, way, result) -> None:
    """Two names, or a name and no file; a value is another name."""
    text = "".join(f"key{n}: {n}\n" for n in range(9))
    files = Files({"a.yaml": text}, {"c.yaml": text + "x: 1\n"}, {theirs: text} if theirs else {})
    expected = text if way == BASE and theirs is None else text + "x: 1\n"
    assert files.resolved(way) == ({result: expected} if result else {})


@pytest.mark.parametrize("name", ["", "/", "../x", ".git/config", "e.yaml", "e.yaml/x.yaml", "f.yaml"])
def test_a_name_that_is_none_or_taken_is_refused(name) -> None:
    text = "".join(f"key{n}: {n}\n" for n in range(9))
    files = Files({"a.yaml": text}, {"c.yaml": text, "e.yaml": "1\n"}, {"b.yaml": text, "f.yaml": "2\n"})
    with pytest.raises((UsageError, RefusedError)):
        files.resolved(value(name))


@pytest.mark.parametrize(("way", "result"), [(OURS, {"a/x": "mine"}), (THEIRS, {"a": "file"}), (BASE, {})])
def test_a_file_in_the_place_of_a_folder_is_settled(way, result) -> None:
    """What is not chosen gives way; base had neither."""
    files = Files({}, {"a/x": "mine"}, {"a": "file"})
    assert [each.kind for each in files.conflicts()] == [ConflictKind.TYPE]
    assert files.resolved(way) == result
    with pytest.raises(RefusedError):
        files.resolved(value("text"))


def test_without_a_resolution_a_conflict_stays_open() -> None:
    files = one("a: 1\nb: 1\n", "a: 2\nb: 2\n", "a: 3\nb: 3\n")
    first, second = files.conflicts()
    settling = Settling({first.id: OURS, "0123456789ab": THEIRS})
    assert files.merge(settling).conflicts == (second,)
    assert [each.conflict for each in settling.settled] == [first]


def test_a_resolution_is_of_one_conflict_only() -> None:
    """The same place with other values is another conflict."""
    (before,) = one("a: 1\n", "a: 2\n", "a: 3\n").conflicts()
    again = one("a: 1\n", "a: 2\n", "a: 4\n")
    assert again.merge(Settling({before.id: OURS})).conflicts == again.conflicts()


@pytest.mark.parametrize("wrong", [{}, {"side": "ours", "value": "1"}, {"side": "mine"}])
def test_a_resolution_is_a_side_or_a_value(wrong) -> None:
    with pytest.raises(ValueError):
        Resolution(**wrong)


# Strategies


@pytest.mark.parametrize(
    ("strategy", "result"),
    [("ours", "a: 1\nb: 2\n"), ("theirs", "a: 3\nb: 1\n"), ("structured", "a: 3\nb: 2\n")],
)
def test_a_strategy_settles_files_that_both_sides_changed(strategy, result) -> None:
    files = one("a: 1\nb: 1\n", "a: 1\nb: 2\n", "a: 3\nb: 1\n")
    files.strategies = Strategies.read({"*.yaml": strategy})
    assert files.resolved() == {"a.yaml": result}


@pytest.mark.parametrize(("strategy", "result"), [("ours", {}), ("theirs", {"a.yaml": "a: 2\n"})])
def test_a_side_as_strategy_settles_what_one_side_deleted(strategy, result) -> None:
    files = one("a: 1\n", None, "a: 2\n")
    files.strategies = Strategies.read({"**": strategy})
    assert files.resolved() == result


def test_manual_leaves_a_conflict_where_both_changed_a_file() -> None:
    files = one("a: 1\nx: 1\ny: 1\nb: 1\n", "a: 1\nx: 1\ny: 1\nb: 2\n", "a: 3\nx: 1\ny: 1\nb: 1\n")
    files.strategies = Strategies.read({"*.yaml": "manual"})
    (conflict,) = files.conflicts()
    assert (conflict.field, conflict.kind) == ((), ConflictKind.EDIT_EDIT)
    assert files.resolved(value("a: 9"))["a.yaml"] == "a: 9\n"
    assert files.resolved(THEIRS)["a.yaml"] == "a: 3\nx: 1\ny: 1\nb: 1\n"


def test_lines_merges_as_git_does() -> None:
    """Neighbouring lines conflict to git; the conflict is one of the whole file."""
    files = one("a: 1\nb: 1\n", "a: 1\nb: 2\n", "a: 3\nb: 1\n")
    files.strategies = Strategies.read({"*.yaml": "lines"})
    assert [(each.field, each.kind) for each in files.conflicts()] == [((), ConflictKind.TEXT)]


def test_the_last_glob_that_names_a_path_counts() -> None:
    found = Strategies.read({"pages/**": "ours", "pages/a.yaml": "theirs", "x": "unheard of"})
    assert found.of("pages/b.yaml") is Strategy.OURS
    assert found.of("pages/a.yaml") is Strategy.THEIRS
    assert found.of("x") is Strategy.STRUCTURED


# The law

SCALARS = st.sampled_from([0, 1, 2, "x", "y", None])
TEXTS = st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, max_size=3).map(
    lambda each: "\n".join(each) + "\n"
)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=6,
)
DATA = st.dictionaries(st.sampled_from("abcd"), VALUES, min_size=1, max_size=4)


def at(data: object, conflict: Conflict) -> object:
    """What a version has at the place of a conflict, by its keys; a gap where there is nothing."""
    for step in conflict.field:
        name = getattr(step, "name", None)
        if not isinstance(data, dict) or name not in data:
            return "nothing"
        data = data[name]
    return data


def below(data: object) -> list[object]:
    """All values in some data."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [data, *(each for value in inner for each in below(value))]


@given(base=DATA, ours=DATA, theirs=DATA, side=st.sampled_from(["ours", "theirs"]))
@example(  # theirs moves b, whose entry both edit
    base={"d": {"a": {}, "b": {"a": 0, "b": 0}}},
    ours={"d": {"a": {}, "b": {"a": 0, "b": "one\n"}}},
    theirs={"a": 0, "b": {"a": 0, "b": 1}},
    side="ours",
)
@example(  # theirs wraps b, which ours deletes
    base={"d": {"b": "two\ntwo\n", "a": 0}},
    ours={"d": {}},
    theirs={"a": {"a": 0, "b": {"b": "two\ntwo\n"}}},
    side="theirs",
)
def test_resolving_all_conflicts_with_a_side_gives_that_side_in_every_conflicting_place(
    base, ours, theirs, side
) -> None:
    """Places in lists have no name that outlives the merge, so they are compared by the list that holds them."""
    files = one(dump(base), dump(ours), dump(theirs))
    found = files.conflicts()
    settling, trees = settle_all(files.merge, {}, side)
    assert not trees.conflicts
    assert {each.id for each in found} <= {each.conflict.id for each in settling.settled}
    if not found:
        return
    edit = trees.edits["a.yaml"]
    assert edit is not None
    merged = to_data(parse(edit.content or b"").root)
    chosen = ours if side == "ours" else theirs
    for conflict in found:
        if all(hasattr(step, "name") for step in conflict.field) and conflict.kind in (
            ConflictKind.EDIT_EDIT,
            ConflictKind.ADD_ADD,
            ConflictKind.EDIT_DELETE,
            ConflictKind.TYPE,
        ):
            wanted, text = at(chosen, conflict), conflict.ours if side == "ours" else conflict.theirs
            if wanted == "nothing" and text is not None:
                # A side moved it: what the chosen one has of it stands at another place there, and in the result.
                (moved,) = to_data(parse(text.encode()).root).values()
                assert moved in below(chosen)
                assert moved in below(merged)
            else:
                assert at(merged, conflict) == wanted


def test_settling_goes_on_until_nothing_hides_behind_a_conflict() -> None:
    """The comment behind a flow mapping comes into conflict once its content is settled."""
    files = one("a: {x: 1}  # one\n", "a: {x: 2}  # two\n", "a: {x: 3}  # three\n")
    settling, trees = settle_all(files.merge, {}, "theirs")
    assert not trees.conflicts
    edit = trees.edits["a.yaml"]
    assert edit is not None
    assert edit.content == b"a: {x: 3}  # three\n"
    assert len(settling.settled) == 2
    assert isinstance(trees.merged[0].merge, FileMerge)
    assert trees.merged[0].merge.method is Method.STRUCTURE


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "resolved"),
    [
        ("a: 1\n---\na: 1\n", "a: 2\n---\na: 2\n", "a: 3\n---\na: 3\n", "a: 2\n---\na: 3\n"),
        (
            "a: |\n  x\n  -\n  -\n  x\n  -\n",
            "a: |\n  o\n  -\n  -\n  o\n  -\n",
            "a: |\n  t\n  -\n  -\n  t\n  -\n",
            "a: |\n  o\n  -\n  -\n  t\n  -\n",
        ),
    ],
    ids=["in two documents of a file", "in two stretches of a text"],
)
def test_the_same_conflict_twice_is_two_conflicts(base: str, ours: str, theirs: str, resolved: str) -> None:
    files = one(base, ours, theirs)
    first, second = files.conflicts()
    assert first.id != second.id
    assert files.resolved(OURS, THEIRS) == {"a.yaml": resolved}
