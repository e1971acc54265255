"""What patterns select, what a file is with the selected changes alone, and the laws of selective merges."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracle import unordered

from jetenv.documents.emitting import dump
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import format_path, parse_path
from jetenv.documents.values import to_data
from jetenv.merging.files import merge_file
from jetenv.merging.selection import Extent, Part, Pattern, Selection, select_fields
from jetenv.merging.writing import UnmergeableError
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules


def pattern(text: str) -> Pattern:
    glob, _, field = text.partition("#")
    return Pattern(glob, parse_path(field))


def selection(*only: str, exclude: tuple[str, ...] = ()) -> Selection:
    return Selection(tuple(map(pattern, only)), tuple(map(pattern, exclude)))


def part(base: str, theirs: str, *only: str, exclude: tuple[str, ...] = (), ours: str | None = None) -> Part:
    """The file ``f.yaml`` with the fields ``only`` of theirs, without ``exclude``."""
    chosen = selection(*(f"f#{each}" for each in only), exclude=tuple(f"f#{each}" for each in exclude))
    own = None if ours is None else ours.encode()
    return select_fields(base.encode(), theirs.encode(), own, Rules.NONE, chosen.fields("f.yaml"), path="f.yaml")


@pytest.mark.parametrize(
    ("glob", "path", "named"),
    [
        ("pages/orders", "pages/orders.yaml", True),
        ("pages/orders.yaml", "pages/orders.yaml", True),
        ("pages/orders", "pages/orders.yml", True),
        ("pages/order", "pages/orders.yaml", False),
        ("pages", "pages/orders.yaml", True),
        ("pages", "pages.yaml", True),
        ("page", "pages/orders.yaml", False),
        ("pages/*", "pages/orders.yaml", True),
        ("*/orders", "pages/orders.yaml", True),
        ("*", "pages/orders.yaml", False),
        ("*", "menu.yaml", True),
        ("**", "collections/orders-db/orders.yaml", True),
        ("collections/**/orders", "collections/orders-db/orders.yaml", True),
        ("collections/*", "collections/orders-db/orders.yaml", False),
        ("[mt]*", "theme.yaml", True),
        ("README.md", "README.md", True),
    ],
)
def test_patterns_name_files_with_or_without_their_suffix(glob: str, path: str, named: bool) -> None:
    assert Pattern(glob).names(path) is named


def test_a_folder_with_a_field_names_no_file() -> None:
    """A field is one of a file."""
    assert not pattern("pages#title").names("pages/orders.yaml")
    assert pattern("pages/*#title").names("pages/orders.yaml")


@pytest.mark.parametrize(
    ("only", "exclude", "place", "extent"),
    [
        ((), (), "a", Extent.ALL),
        (("f#a",), (), "a", Extent.ALL),
        (("f#a",), (), "a.b[c]", Extent.ALL),
        (("f#a.b",), (), "a", Extent.BELOW),
        (("f#a.b",), (), "", Extent.BELOW),
        (("f#a.b",), (), "a.c", Extent.NONE),
        (("g",), (), "a", Extent.NONE),
        (("f",), ("f#a.b",), "a", Extent.EXCEPT),
        (("f",), ("f#a.b",), "a.b.c", Extent.NONE),
        (("f",), ("f#a.b",), "c", Extent.ALL),
        ((), ("f#a",), "", Extent.EXCEPT),
        ((), ("f",), "a", Extent.NONE),
        ((), ("g#a",), "", Extent.ALL),
        (("f#a",), ("f#a.b",), "", Extent.BELOW),
        (("f#a[x]",), (), "a[x].b", Extent.ALL),
        (("f#a[x]",), (), "a[y]", Extent.NONE),
    ],
)
def test_how_much_of_a_place_is_selected(
    only: tuple[str, ...], exclude: tuple[str, ...], place: str, extent: Extent
) -> None:
    """A path selects everything below it; what is excluded is excluded whatever is selected."""
    assert selection(*only, exclude=exclude).fields("f.yaml")(parse_path(place)) is extent


BASE = """\
# Orders

title: A  # shown
layout: {width: 8, height: 2}
items:
  # the first
  - id: p
    value: 1
  - id: q
    value: 2
none: []
"""
THEIRS = """\
# All orders

title: B  # shown
layout: {width: 9, height: 3, depth: 1}
items:
  - id: n
    label: New
    value: 9
  # still the first
  - id: p
    value: 5
    deep:
      one: 1
      two: 2
none:
- id: k
  a: 1
  b: 2
- id: l
"""


def cut(text: str, start: str, stop: str) -> str:
    return text[text.index(start) : text.index(stop)]


@pytest.mark.parametrize(
    ("only", "old", "new"),
    [
        ("title", "title: A", "title: B"),
        ("layout.depth", "height: 2}", "height: 2, depth: 1}"),
        ("items[p].value", "value: 1", "value: 5"),
        ("items[p].deep.two", "    value: 1\n", "    value: 1\n    deep:\n      two: 2\n"),
        ("items[p]", cut(BASE, "  # the", "  - id: q"), cut(THEIRS, "  # still", "none:")),
        ("items[q]", "  - id: q\n    value: 2\n", ""),
        ("items[n]", "items:\n", "items:\n  - id: n\n    label: New\n    value: 9\n"),
        ("items[n].label", "items:\n", "items:\n  - id: n\n    label: New\n"),
        ("none[l]", "none: []\n", "none:\n- id: l\n"),
        ("none[k].b", "none: []\n", "none:\n- id: k\n  b: 2\n"),
        ("items", cut(BASE, "items:", "none:"), cut(THEIRS, "items:", "none:")),
    ],
)
def test_the_selected_change_alone_is_made_and_no_other_byte_changes(only: str, old: str, new: str) -> None:
    """With its comments; of a new item of a list its key comes along."""
    found = part(BASE, THEIRS, only)
    assert found.content.decode() == BASE.replace(old, new)
    assert [format_path(place) for place in found.taken] == [only]


@pytest.mark.parametrize("only", ["items[q].value", "items[x]", "title.x", "layout.width.x", "none[k].c", "items[0]"])
def test_what_is_not_there_to_be_taken_is_not_taken(only: str) -> None:
    """A part of a removed item cannot be removed alone, and an item of a list with keys is named by its key."""
    found = part(BASE, THEIRS, only)
    assert found.content.decode() == BASE
    assert found.taken == ()


@pytest.mark.parametrize(
    ("exclude", "kept", "taken"),
    [
        (("title", "items", "none"), ("title: A", "id: q", "none: []"), ("width: 9", "depth: 1")),
        (("items[p]",), ("  # the first\n  - id: p\n    value: 1\n",), ("id: n", "title: B")),
        (("items[p].value",), ("value: 1\n    deep:",), ("two: 2",)),
        (("items[q].value",), ("  - id: q\n    value: 2\n",), ("title: B",)),
        (("none[k].b",), ("none:\n- id: k\n  a: 1\n- id: l\n",), ("title: B",)),
        (("title.nothing", "layout.width.nothing"), (), ("title: B", "width: 9")),
    ],
)
def test_what_is_excluded_stays_as_the_base_has_it(
    exclude: tuple[str, ...], kept: tuple[str, ...], taken: tuple[str, ...]
) -> None:
    """An item that was removed stays where a part of it is excluded; a place that is nowhere excludes nothing."""
    text = part(BASE, THEIRS, exclude=exclude).content.decode()
    for words in (*kept, *taken):
        assert words in text


def test_a_new_file_in_part() -> None:
    """Only what was selected is in it, with the key fields of items."""
    assert part("", THEIRS, "none[k].b", "title").content.decode() == (
        "# All orders\n\ntitle: B  # shown\nnone:\n- id: k\n  b: 2\n"
    )


def test_line_endings_byte_order_mark_and_the_missing_final_line_break_of_the_base_stay() -> None:
    """Only content is selected."""
    found = part("\ufeffa: 1\r\nb: 1", "a: 2\nb: 2\n", "b")
    assert found.content.decode() == "\ufeffa: 1\r\nb: 2"


@pytest.mark.parametrize(
    ("base", "theirs", "only"),
    [
        ("a: [x, y]\n", "a: [x, z]\n", "a[1]"),
        ("a: [x, y]\n", "a: [x, y, z]\n", "a[z]"),
        ("a: {x: 1}\n", "a: [x]\n", "a.x"),
        ("a: {x: 1}\n", "a:\n  x: 2\n  y: 3\n", "a.x"),
        ("a: text\n", "a:\n  x: 2\n  y: 3\n", "a.x"),
    ],
)
def test_what_is_merged_as_a_whole_is_taken_as_a_whole(base: str, theirs: str, only: str) -> None:
    """Items without keys, and values whose kind or style changed: in part they would conflict later."""
    assert part(base, theirs, only).taken == ()
    assert part(base, theirs, "a").content.decode() == theirs
    assert part(base, theirs, exclude=(only,)).content.decode() in (base, theirs)


def test_a_list_is_taken_by_items_only_where_the_target_has_the_keys_too() -> None:
    """Without a schema the merge finds no keys there either."""
    base, theirs = "l:\n- id: a\n- id: b\n", "l:\n- id: a\n- id: b\n- id: c\n"
    assert part(base, theirs, "l[c]").taken
    assert part(base, theirs, "l[c]", ours=base).taken
    assert not part(base, theirs, "l[c]", ours=base + "- name: d\n").taken


@pytest.mark.parametrize(
    ("base", "theirs", "reason"),
    [
        ("a: &x 1\nb: *x\n", "a: &x 2\nb: *x\n", "aliases"),
        ("a: 1\n---\nb: 1\n", "a: 2\n---\nb: 2\n", "several documents"),
        ("a: 1\nb: 1\r\n", "a: 2\nb: 1\r\n", "mixed"),
    ],
)
def test_files_that_cannot_be_taken_in_part_are_refused(base: str, theirs: str, reason: str) -> None:
    """Nothing is guessed; the whole file can be selected."""
    with pytest.raises(UnmergeableError, match=reason):
        part(base, theirs, "a")


def test_what_is_no_yaml_is_refused() -> None:
    """The caller says so."""
    with pytest.raises(DocumentError):
        part("a: {{ x }}: [\n", "a: 1\n", "a")


# Laws

NAMES = ("a", "b", "c")
IDS = ("p", "q", "r", "s")
SCALARS = st.sampled_from([0, 1, 2, "x", "two words", True, None])
Data = Any


def mappings(values: st.SearchStrategy[Data]) -> st.SearchStrategy[dict[str, Data]]:
    return st.dictionaries(st.sampled_from(NAMES), values, max_size=3)


def keyed(values: st.SearchStrategy[Data]) -> st.SearchStrategy[list[Data]]:
    items = st.tuples(st.permutations(IDS), st.lists(mappings(values), max_size=4))
    return items.map(lambda drawn: [{"id": name, **item} for name, item in zip(*drawn, strict=False)])


VALUES = st.recursive(
    SCALARS,
    lambda inner: mappings(inner) | keyed(inner) | st.lists(st.sampled_from("uvw"), max_size=3, unique=True),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=3)


@st.composite
def edited(draw: st.DrawFn, data: Data) -> Data:
    """``data`` with some places changed, added and removed."""
    if draw(st.integers(0, 15)) == 7:
        return draw(VALUES)
    if isinstance(data, dict):
        kept = {key: draw(edited(value)) for key, value in data.items() if draw(st.integers(0, 7)) != 3}
        added = draw(mappings(SCALARS)) if draw(st.booleans()) else {}
        return {**kept, **{key: value for key, value in added.items() if key not in data}}
    if isinstance(data, list) and data and all(isinstance(item, dict) for item in data):
        items = [draw(edited_item(item)) for item in data if draw(st.integers(0, 5)) != 3]
        known = {item["id"] for item in data}
        return items + [item for item in draw(keyed(SCALARS)) if item["id"] not in known and draw(st.booleans())]
    return draw(SCALARS) if draw(st.integers(0, 3)) == 2 else data


@st.composite
def edited_item(draw: st.DrawFn, item: Data) -> Data:
    """An item of a keyed list, edited: the key stays."""
    rest = draw(edited({key: value for key, value in item.items() if key != "id"}))
    return {"id": item["id"], **(rest if isinstance(rest, dict) else {})}


@st.composite
def merges(draw: st.DrawFn) -> tuple[str, str, str]:
    """Base, ours and theirs as text."""
    base = draw(DOCUMENTS)
    sides = [draw(edited(base)) for _ in range(2)]
    ours, theirs = (side if isinstance(side, dict) else base for side in sides)
    return tuple(dump({"name": "never changed", **version}) for version in (base, ours, theirs))  # type: ignore[return-value]


STEPS = st.sampled_from([*NAMES, *(f"[{name}]" for name in IDS)])
FIELDS = st.tuples(st.sampled_from(NAMES), st.lists(STEPS, max_size=3)).map(
    lambda steps: re.sub(r"\.\[", "[", ".".join([steps[0], *steps[1]]))
)
SELECTIONS = st.tuples(st.lists(FIELDS, max_size=2), st.lists(FIELDS, max_size=2))


def data_of(content: bytes) -> Data:
    """The data of a file, keyed lists without their order."""

    def by_id(data: Data) -> Data:
        if isinstance(data, dict):
            return {key: by_id(value) for key, value in data.items()}
        if isinstance(data, list) and data and all(isinstance(item, dict) and "id" in item for item in data):
            return {item["id"]: by_id(item) for item in data}
        return data

    return by_id(to_data(parse(content).root))


def merged(base: bytes, ours: bytes, theirs: bytes) -> Any:
    return merge_file(base, ours, theirs, Rules.NONE, merge_lines)


@given(merges(), SELECTIONS)
@example(("a: 1\n", "a: 1\nb: 2\n", "a: 3\nc: 1\n"), (["a"], []))
@example(("n: 1\na: []\n", "n: 1\na:\n  - u\n", "n: 1\na:\n  - id: p\n"), ([], ["a"]))
def test_a_full_merge_after_a_selective_one_is_the_full_merge(
    versions: tuple[str, str, str], chosen: tuple[list[str], list[str]]
) -> None:
    """In data, without a conflict, in both directions; and the source is never undone.

    In a list without keys that holds a value twice, which one of the two went or came is not in the data.
    """
    base, ours, theirs = (version.encode() for version in versions)
    full = merged(base, ours, theirs)
    if not full.clean:
        return
    only, exclude = chosen
    own = ours.decode()
    selected = part(versions[0], versions[2], *only, exclude=tuple(exclude), ours=own).content
    first = merged(base, ours, selected)
    assert first.clean, "a part of a clean merge is clean"
    later = merged(base, first.content, theirs)
    assert later.clean
    assert data_of(later.content) == data_of(full.content)
    # Where both sides add at one place, those of the side that is merged into come first.
    back = merged(base, theirs, first.content)
    assert back.clean
    assert unordered(data_of(back.content)) == unordered(data_of(full.content))


@given(merges(), SELECTIONS)
def test_what_is_selected_and_what_is_left_make_theirs(
    versions: tuple[str, str, str], chosen: tuple[list[str], list[str]]
) -> None:
    """With nothing changed by ours, the rest brings exactly theirs; and nothing selected is nothing changed."""
    base, _, theirs = (version.encode() for version in versions)
    only, exclude = chosen
    found = part(versions[0], versions[2], *only, exclude=tuple(exclude))
    assert found.taken or found.content == base
    rest = merged(base, found.content, theirs)
    assert rest.clean
    assert data_of(rest.content) == data_of(theirs)
