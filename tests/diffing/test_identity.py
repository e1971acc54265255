"""Identity: which entries of base, ours and theirs are the same entry, told by the names that they share."""

from __future__ import annotations

import json
from string import ascii_lowercase

import pytest

from jetenv.diffing.identity import By, Identified, identify
from jetenv.diffing.sides import sides
from jetenv.documents.parsing import parse
from jetenv.documents.paths import format_path
from jetenv.environments.merges.merge_file import schema_rules
from jetenv.schemas.rules import Rules


def identified(*versions: str, rules: Rules = Rules.NONE, renames: bool = True) -> Identified:
    parsed = sides(*map(parse, versions))
    found = identify([(side, side.source.root) for side in parsed], rules, renames=renames)
    assert found is not None
    return found


def names(*versions: str, rules: Rules = Rules.NONE, renames: bool = True) -> str:
    """A letter for each entry, the versions apart from each other: the same letter is the same entry."""
    letters: dict[object, str] = {}
    found = identified(*versions, rules=rules, renames=renames)
    return " ".join(
        "".join(letters.setdefault(name, ascii_lowercase[len(letters)]) for name in named) for named in found.names
    )


def rules_of(**annotation: object) -> Rules:
    schema = {"type": "array", "x-jetenv": annotation}
    return schema_rules(json.dumps(schema).encode(), "schema.json")


def items(*values: str) -> str:
    return "".join(f"- {value}\n" for value in values)


X, Y, Z = "{id: x, v: 1}", "{id: y, v: 1}", "{id: z, v: 1}"
LONG = "{n: 1, a: 1, b: 2, c: 3, d: 4}"


@pytest.mark.parametrize(
    ("by", "base", "ours", "theirs"),
    [
        (By.KEY, "a: 1\n", "a: 1\nb: 1\n", "b: 1\n"),
        (By.FIELDS, items(X, Y), items(Y), items(X, Y, Z)),
        (By.FIELDS, items("{url: a, v: 1}", "{url: b, v: 1}"), items("{url: a, v: 1}"), items("{url: c, v: 1}")),
        (By.VALUE, items("a", "b"), items("a"), items("b", "c")),
        (By.VALUE, items("{a: 1, b: 2}", "{a: 2, b: 1}"), items("{a: 1, b: 2}"), items("{c: 3}")),
        (By.VALUE, items(X, "text"), items(X), items(X)),
        (By.PLACE, items("a", "a"), items("a"), items("a", "b")),
        (By.PLACE, items(X, X), items(X), items(X)),
    ],
)
def test_the_best_manner_that_tells_the_entries_of_every_version_apart(
    by: By, base: str, ours: str, theirs: str
) -> None:
    assert identified(base, ours, theirs).manner.by is by


@pytest.mark.parametrize(
    ("annotation", "by"),
    [
        ({"list": "keyed", "keys": ["v", "id"]}, By.FIELDS),
        ({"list": "keyed", "keys": ["other"]}, By.VALUE),
        ({"list": "set"}, By.MEMBER),
        ({"list": "sequence"}, By.PLACE),
    ],
)
def test_a_schema_says_the_manner(annotation: dict[str, object], by: By) -> None:
    assert identified(items(X, Y), items(X), items(Y), rules=rules_of(**annotation)).manner.by is by


def test_an_atomic_collection_has_no_entries_to_tell_apart() -> None:
    (side,) = sides(parse(items("a")))
    assert identify([(side, side.source.root)], rules_of(list="atomic")) is None


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param((items("a", "b"), items("a", "x", "b"), items("a", "b", "y")), "ab acb abd", id="additions"),
        pytest.param((items("a", "b"), items("b", "a"), items("b")), "ab ba b", id="a move"),
        pytest.param((items("a"), items("x", "a"), items("a", "x")), "a ba ab", id="one addition at two places"),
        pytest.param((items("a", "b"), items("a", "x"), items("a", "y")), "ab ab ab", id="edited in place"),
        pytest.param((items("a"), items("p", "q"), items("r", "s", "t")), "a ab acd", id="replaced by both"),
        pytest.param((items("a"), items("p", "q"), ""), "a bc ", id="replaced by one, deleted by the other"),
        pytest.param(
            (items("requests==1.2", "numpy==3"), items("new", "requests==1.3"), items("numpy==3", "requests==1.2")),
            "ab ca ba",
            id="alike texts",
        ),
        pytest.param(
            (items("a", "a"), items("a", "x", "a"), items("a", "x", "a")),
            "ab acb acb",
            id="repeated values",
        ),
        pytest.param(
            (items("a", "a"), items("x", "a", "a"), items("a", "a", "x")),
            "ab cab abc",
            id="one addition among repeated",
        ),
        pytest.param(
            (items(LONG), items("x: 1", LONG.replace("3", "9")), items(LONG.replace("1", "8", 1))),
            "a ba a",
            id="alike mappings",
        ),
    ],
)
def test_items_without_keys(versions: tuple[str, str, str], expected: str) -> None:
    base, ours, theirs = versions
    assert names(base, ours, theirs or "[]\n") == expected


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param(
            (items(LONG), items(LONG.replace("n: 1", "n: 2")), items(LONG)),
            "a a a",
            id="one item, its only key changed",
        ),
        pytest.param(
            (items("{id: a, p: 1, q: 2, r: 3}", X), items("{id: b, p: 1, q: 2, r: 3}", X), items(X)),
            "ab ab b",
            id="an id that changed and little else",
        ),
        pytest.param((items(X), items(Y), items(X)), "a b a", id="an id that changed, and half of the item"),
        pytest.param(
            ("a:\n  p: 1\n  q: 2\n", "b:\n  p: 1\n  q: 2\n", "a:\n  p: 1\n  q: 3\n"), "a a a", id="a renamed key"
        ),
        pytest.param(("a: 1\n", "b: 1\n", "a: 2\n"), "a b a", id="a scalar under another key is another entry"),
        pytest.param(
            ("a:\n  p: 1\n  q: 2\n", "b:\n  p: 1\n  q: 2\n", "a:\n  p: 1\n  q: 2\nb: 1\n"),
            "a b ab",
            id="a name that the other side gave to something else",
        ),
    ],
)
def test_renamed_entries(versions: tuple[str, str, str], expected: str) -> None:
    assert names(*versions) == expected


def test_renames_are_not_looked_for_where_a_key_is_the_identity() -> None:
    assert names("a:\n  p: 1\n  q: 2\n", "b:\n  p: 1\n  q: 2\n", renames=False) == "a b"


def test_long_stretches_of_edited_items_are_paired_by_their_first_field() -> None:
    old = [f"{{n: {k}, v: 1, w: 1, x: 1}}" for k in range(80)]
    new = [f"{{n: {k}, v: 2, w: 1, x: 1}}" for k in range(-1, 80)]
    found = identified(items("s", "s", *old), items("s", "s", *new), items("s", "s", *old))
    assert found.manner.by is By.PLACE
    base, ours, _ = found.names
    assert [name in base for name in list(ours)[2:]] == [False] + [True] * 80


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a: 1\n'b c': 2\n", ["a", '"b c"']),
        (items("{id: x}", "{id: '3'}"), ["[x]", '["3"]']),
        (items("a", "b"), ["[0]", "[1]"]),
    ],
)
def test_steps(text: str, paths: list[str]) -> None:
    found = identified(text)
    assert [format_path((found.step(unit),)) for unit in found.names[0].values()] == paths
